# Templates: files with @name@ replaced by values.
final:
let
  inherit (final) lib;
in
rec {
  # A value of null leaves @name@ as it is; any other @name@ left over is an error.
  replaceVars = src: replacements: replaceVarsWith { inherit src replacements; };
  replaceVarsWith =
    {
      src,
      replacements,
      dir ? null,
      isExecutable ? false,
      name ? null,
      ...
    }@arguments:
    let
      kept = lib.filterAttrs (_: value: value == null) replacements;
      given = lib.filterAttrs (_: value: value != null) replacements;
      fileName = if name != null then name else baseNameOf (toString src);
    in
    final.runCommandLocal fileName
      {
        inherit src;
        target = lib.optionalString (dir != null) "/${dir}/${fileName}";
        kept = builtins.attrNames kept;
        meta = arguments.meta or { };
        passthru = arguments.passthru or { };
        pos = builtins.unsafeGetAttrPos "src" arguments;
      }
      ''
        mkdir -p "$(dirname "$out$target")"
        substitute "$src" "$out$target" ${
          lib.escapeShellArgs (
            lib.concatLists (
              lib.mapAttrsToList (key: value: [
                "--replace-fail"
                "@${key}@"
                "${toString value}"
              ]) given
            )
          )
        }
        leftOver=$(grep -o '@[a-zA-Z_][0-9A-Za-z_'"'"'-]*@' "$src" | sort -u | tr -d @ || true)
        for name in $leftOver; do
          case " ${toString (builtins.attrNames replacements)} " in
          *" $name "*) ;;
          *)
            echo "replaceVars: @$name@ in $src is not replaced; give it a value, or null to keep it" >&2
            exit 1
            ;;
          esac
        done
        ${lib.optionalString isExecutable ''chmod +x "$out$target"''}
      '';

  # The older form: every attribute replaces its @name@, and none has to occur.
  substituteAll =
    {
      src,
      isExecutable ? false,
      dir ? null,
      ...
    }@arguments:
    let
      name = arguments.name or (baseNameOf (toString src));
      values = builtins.removeAttrs arguments [
        "src"
        "name"
        "isExecutable"
        "dir"
        "meta"
        "passthru"
        "postInstall"
      ];
    in
    final.runCommandLocal name { inherit src; } ''
      target="$out${lib.optionalString (dir != null) "/${dir}/${name}"}"
      mkdir -p "$(dirname "$target")"
      substitute "$src" "$target" ${
        lib.escapeShellArgs (
          lib.concatLists (
            lib.mapAttrsToList (key: value: [
              "--replace-quiet"
              "@${key}@"
              "${toString value}"
            ]) values
          )
        )
      }
      ${lib.optionalString isExecutable ''chmod +x "$target"''}
      ${arguments.postInstall or ""}
    '';
  substitute =
    {
      src,
      name ? baseNameOf (toString src),
      substitutions ? [ ],
      ...
    }@arguments:
    final.runCommandLocal name { inherit src; } ''
      substitute "$src" "$out" ${lib.escapeShellArgs substitutions}
      ${lib.optionalString (arguments.isExecutable or false) ''chmod +x "$out"''}
    '';
}

# Development shells: mkShell and mkShellNoCC.
final:
let
  inherit (final) lib;

  makeShell =
    stdenv:
    {
      name ? "nix-shell",
      packages ? [ ],
      # Packages whose own inputs the shell has, as to work on them.
      inputsFrom ? [ ],
      buildInputs ? [ ],
      nativeBuildInputs ? [ ],
      propagatedBuildInputs ? [ ],
      propagatedNativeBuildInputs ? [ ],
      shellHook ? "",
      ...
    }@attrs:
    let
      rest = builtins.removeAttrs attrs [
        "name"
        "packages"
        "inputsFrom"
        "buildInputs"
        "nativeBuildInputs"
        "propagatedBuildInputs"
        "propagatedNativeBuildInputs"
        "shellHook"
      ];
      # Without those that are themselves shells' or packages' of the list.
      mergeInputs =
        kind: attrs.${kind} or [ ] ++ lib.subtractLists inputsFrom (lib.flatten (lib.catAttrs kind inputsFrom));
      places = map (name: builtins.unsafeGetAttrPos name attrs) (builtins.attrNames attrs);
      place = lib.findFirst (p: p != null) null places;
    in
    stdenv.mkDerivation (
      {
        inherit name;
        buildInputs = mergeInputs "buildInputs";
        nativeBuildInputs = packages ++ mergeInputs "nativeBuildInputs";
        propagatedBuildInputs = mergeInputs "propagatedBuildInputs";
        propagatedNativeBuildInputs = mergeInputs "propagatedNativeBuildInputs";
        # The packages' hooks first, the shell's own last.
        shellHook = lib.concatStringsSep "\n" (
          lib.catAttrs "shellHook" (lib.reverseList inputsFrom ++ [ attrs ])
        );
        phases = [ "buildPhase" ];
        # Building a shell gives its environment, and so a root for its inputs.
        buildPhase = ''
          for variable in $(compgen -e); do
            case "$variable" in
            # This build's own.
            NIX_BUILD_TOP | NIX_BUILD_CORES | NIX_LOG_FD | TMP | TMPDIR | TEMP | TEMPDIR | PWD | OLDPWD | SHLVL | _) ;;
            *) declare -p "$variable" ;;
            esac
          done > "$out"
        '';
        preferLocalBuild = true;
        pos = place;
      }
      // rest
    );

  # mkShell can be called, and overridden with another stdenv.
  callable = stdenv: {
    __functor = _: makeShell stdenv;
    __functionArgs = lib.functionArgs (makeShell stdenv);
    override = changes: callable (changes.stdenv or stdenv);
  };
in
{
  mkShell = callable final.stdenv;
  mkShellNoCC = callable final.stdenvNoCC;
}

# Files from text.
final:
let
  inherit (final) lib;
in
rec {
  writeTextFile =
    {
      name,
      text,
      executable ? false,
      # Where in $out the file is, such as "/bin/hello"; empty: $out is the file.
      destination ? "",
      checkPhase ? "",
      meta ? { },
      passthru ? { },
      preferLocalBuild ? true,
      allowSubstitutes ? false,
      derivationArgs ? { },
    }@arguments:
    let
      isProgram = executable && lib.hasPrefix "/bin/" destination;
    in
    final.runCommandWith
      {
        inherit name;
        derivationArgs = {
          inherit
            text
            executable
            destination
            checkPhase
            preferLocalBuild
            allowSubstitutes
            passthru
            ;
          passAsFile = [ "text" ] ++ (derivationArgs.passAsFile or [ ]);
          meta = lib.optionalAttrs isProgram { mainProgram = baseNameOf destination; } // meta;
          pos = derivationArgs.pos or (builtins.unsafeGetAttrPos "text" arguments);
        }
        // builtins.removeAttrs derivationArgs [
          "passAsFile"
          "pos"
        ];
      }
      ''
        target="$out$destination"
        mkdir -p "$(dirname "$target")"
        if [ -e "$textPath" ]; then
          mv "$textPath" "$target"
        else
          printf '%s' "$text" > "$target"
        fi
        if [ -n "$executable" ]; then
          chmod +x "$target"
        fi
        eval "$checkPhase"
      '';

  writeText =
    name: text:
    # A path here would be its name in the store, not its content.
    writeTextFile { inherit name text; };
  writeTextDir =
    path: text:
    writeTextFile {
      name = baseNameOf path;
      inherit text;
      destination = "/${path}";
    };
  writeScript =
    name: text:
    writeTextFile {
      inherit name text;
      executable = true;
    };
  writeScriptBin =
    name: text:
    writeTextFile {
      inherit name text;
      executable = true;
      destination = "/bin/${name}";
    };

  concatTextFile =
    {
      name,
      files,
      executable ? false,
      destination ? "",
      checkPhase ? "",
      meta ? { },
    }:
    final.runCommandLocal name
      {
        inherit
          files
          executable
          destination
          checkPhase
          meta
          ;
      }
      ''
        target="$out$destination"
        mkdir -p "$(dirname "$target")"
        cat $files > "$target"
        if [ -n "$executable" ]; then
          chmod +x "$target"
        fi
        eval "$checkPhase"
      '';
  concatText = name: files: concatTextFile { inherit name files; };
  concatScript =
    name: files:
    concatTextFile {
      inherit name files;
      executable = true;
    };
}

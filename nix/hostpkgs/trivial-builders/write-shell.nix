# Shell scripts, run by the store's bash.
final:
let
  inherit (final) lib runtimeShell;
  bashProgram = "${final.bash}/bin/bash";
  syntaxCheck = ''
    ${bashProgram} -n -O extglob "$target"
  '';
in
rec {
  writeShellScript =
    name: text:
    final.writeTextFile {
      inherit name;
      executable = true;
      text = ''
        #!${runtimeShell}
        ${text}
      '';
      checkPhase = syntaxCheck;
    };

  writeShellScriptBin =
    name: text:
    final.writeTextFile {
      inherit name;
      executable = true;
      destination = "/bin/${name}";
      text = ''
        #!${runtimeShell}
        ${text}
      '';
      checkPhase = syntaxCheck;
      meta.mainProgram = name;
    };

  writeShellApplication =
    {
      name,
      text,
      # Packages whose programs the script calls.
      runtimeInputs ? [ ],
      # Variables that the script sees.
      runtimeEnv ? null,
      meta ? { },
      passthru ? { },
      # The script's own check; default: its syntax, and shellcheck where
      # `config.shellcheck` says that the host has it.
      checkPhase ? null,
      excludeShellChecks ? [ ],
      extraShellCheckFlags ? [ ],
      bashOptions ? [
        "errexit"
        "nounset"
        "pipefail"
      ],
      derivationArgs ? { },
      inheritPath ? true,
    }@arguments:
    let
      path = lib.makeBinPath runtimeInputs;
    in
    final.writeTextFile {
      inherit name passthru;
      derivationArgs = {
        pos = builtins.unsafeGetAttrPos "text" arguments;
      }
      // derivationArgs;
      executable = true;
      destination = "/bin/${name}";
      preferLocalBuild = false;
      allowSubstitutes = true;
      text = ''
        #!${runtimeShell}
        ${lib.concatMapStringsSep "\n" (option: "set -o ${option}") bashOptions}
      ''
      + lib.optionalString (runtimeEnv != null) (
        lib.concatStrings (
          lib.mapAttrsToList (variable: value: ''
            ${lib.toShellVar variable value}
            export ${variable}
          '') runtimeEnv
        )
      )
      + lib.optionalString (runtimeInputs != [ ] || !inheritPath) ''

        export PATH="${path}${lib.optionalString inheritPath ":$PATH"}"
      ''
      + ''

        ${text}
      '';
      checkPhase =
        if checkPhase != null then
          checkPhase
        else
          ''
            ${bashProgram} -n -O extglob "$target"
            ${lib.optionalString (final.config.shellcheck or false) ''
              ${lib.getExe final.shellcheck} ${
                lib.escapeShellArgs (
                  lib.optional (excludeShellChecks != [ ]) "--exclude=${lib.concatStringsSep "," excludeShellChecks}"
                  ++ extraShellCheckFlags
                )
              } "$target"
            ''}
          '';
      meta = {
        mainProgram = name;
      }
      // meta;
    };
}

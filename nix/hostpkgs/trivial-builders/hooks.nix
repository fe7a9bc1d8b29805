# Setup hooks: packages that add functions to a build.
final:
let
  inherit (final) lib;
in
{
  makeSetupHook =
    {
      name ? "setup-hook",
      propagatedBuildInputs ? [ ],
      substitutions ? { },
      meta ? { },
      passthru ? { },
      ...
    }:
    script:
    final.runCommandLocal name
      {
        inherit meta passthru propagatedBuildInputs;
        strictDeps = true;
      }
      ''
        mkdir -p "$out/nix-support"
        substitute ${script} "$out/nix-support/setup-hook" ${
          lib.escapeShellArgs (
            lib.concatLists (
              lib.mapAttrsToList (key: value: [
                "--replace-quiet"
                "@${key}@"
                "${toString value}"
              ]) substitutions
            )
          )
        }
        if [ -n "$propagatedBuildInputs" ]; then
          printf '%s ' $propagatedBuildInputs > "$out/nix-support/propagated-build-inputs"
        fi
      '';

  makeWrapper = final.makeSetupHook { name = "make-wrapper-hook"; } ./make-wrapper.sh;
  # The wrappers are scripts either way.
  makeShellWrapper = final.makeWrapper;
  makeBinaryWrapper = final.makeWrapper;

  # installBin, installManPage and installShellCompletion.
  installShellFiles = final.makeSetupHook { name = "install-shell-files-hook"; } ./install-shell-files.sh;
}

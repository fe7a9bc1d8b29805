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

  # The installed program says the package's version (in installCheckPhase).
  versionCheckHook = final.makeSetupHook { name = "version-check-hook"; } ./version-check.sh;

  writableTmpDirAsHomeHook = final.makeSetupHook { name = "writable-home-hook"; } ./writable-home.sh;

  # Every program's loader and libraries are the store's after the fixup phase in
  # any case, by the buildInputs; so there is nothing left for this hook to do.
  autoPatchelfHook = final.makeSetupHook { name = "auto-patchelf-hook"; } (final.writeText "auto-patchelf.sh" "");

  removeReferencesTo = final.writeShellScriptBin "remove-references-to" ''
    PATH=${lib.makeBinPath [ final.coreutils final.gnused ]}
    ${builtins.readFile ./remove-references.sh}
  '';

  lndir = final.writeShellScriptBin "lndir" ''
    # lndir [-silent] FROM [TO]: a tree of links.
    [ "''${1:-}" != -silent ] || shift
    exec ${final.coreutils}/bin/cp -rs --no-target-directory -- "$(${final.coreutils}/bin/realpath "$1")" "''${2:-.}"
  '';
}

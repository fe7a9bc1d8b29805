# buildNpmPackage and its hooks.
{ pkgs }:
let
  inherit (pkgs) lib;

  hook =
    name: propagatedBuildInputs: script:
    pkgs.makeSetupHook {
      inherit name propagatedBuildInputs;
      # A store path of its own, not one in the flake that this is part of.
      substitutions = {
        scripts = "${../scripts}";
        home = "${./home.sh}";
      };
    } script;

  sourceAttributes = import ../../trivial-builders/source-attributes.nix { inherit lib; };

  # A set, or a function of the final attributes.
  buildNpmPackage =
    argument:
    pkgs.stdenv.mkDerivation (
      final:
      let
        attrs = lib.toFunction argument final;
        nodejs = attrs.nodejs or pkgs.nodejs;
        fetched = pkgs.fetchNpmDeps (
          sourceAttributes [ "npmRoot" ] final
          // {
            name = "${final.name or "${final.pname}-${final.version or "0"}"}-npm-deps";
            hash = final.npmDepsHash;
          }
        );
      in
      attrs
      // {
        npmDeps =
          attrs.npmDeps or (
            if final ? npmDepsHash then
              fetched
            else
              throw "buildNpmPackage: give npmDepsHash (lib.fakeHash, and Nix says the right one), or npmDeps"
          );
        npmPruneFlags = attrs.npmPruneFlags or (final.npmInstallFlags or [ ]);
        nativeBuildInputs = attrs.nativeBuildInputs or [ ] ++ [
          nodejs
          pkgs.makeWrapper
          npmHooks.npmConfigHook
          npmHooks.npmBuildHook
          npmHooks.npmInstallHook
        ];
        buildInputs = attrs.buildInputs or [ ] ++ [ nodejs ];
        strictDeps = true;
        # What packages bring for other systems stays as it is.
        dontStrip = attrs.dontStrip or true;
        passthru = {
          inherit nodejs;
        }
        // attrs.passthru or { };
      }
    );

  npmHooks = {
    npmConfigHook = hook "npm-config-hook" [ ] ./config-hook.sh;
    npmBuildHook = hook "npm-build-hook" [ ] ./build-hook.sh;
    npmInstallHook = hook "npm-install-hook" [ pkgs.makeWrapper ] ./install-hook.sh;
  };
in
{
  inherit buildNpmPackage npmHooks;
  fetchNpmDeps = import ../fetch { inherit (pkgs) lib stdenvNoCC; };
}

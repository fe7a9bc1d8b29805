# Derivations from a few lines of shell.
final:
let
  inherit (final) lib;

  # `derivationArgs.name` and so on may override; the place is the caller's.
  runCommandWith =
    {
      name,
      stdenv ? final.stdenvNoCC,
      runLocal ? false,
      derivationArgs ? { },
    }:
    buildCommand:
    stdenv.mkDerivation (
      {
        enableParallelBuilding = true;
        inherit buildCommand name;
        passAsFile = [ "buildCommand" ] ++ (derivationArgs.passAsFile or [ ]);
        pos = positionIn derivationArgs;
      }
      // lib.optionalAttrs runLocal {
        preferLocalBuild = true;
        allowSubstitutes = false;
      }
      // builtins.removeAttrs derivationArgs [ "passAsFile" ]
    );

  # The first attribute that the caller wrote, for lack of a better place.
  positionIn =
    set:
    let
      places = map (name: builtins.unsafeGetAttrPos name set) (builtins.attrNames set);
    in
    lib.findFirst (place: place != null) null places;
in
{
  inherit runCommandWith;
  runCommand =
    name: env:
    runCommandWith {
      inherit name;
      derivationArgs = env;
    };
  runCommandNoCC = final.runCommand;
  runCommandLocal =
    name: env:
    runCommandWith {
      inherit name;
      runLocal = true;
      derivationArgs = env;
    };
  runCommandCC =
    name: env:
    runCommandWith {
      stdenv = final.stdenv;
      inherit name;
      derivationArgs = env;
    };
}

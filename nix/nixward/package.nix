# The program.
{
  lib,
  rustPlatform,
  git,
  coreutils,
  util-linux,
  writeShellApplication,
  common,
  source,
  testPrograms,
}:
let
  nixward = rustPlatform.buildRustPackage (
    common
    // {
      pname = "nixward";
      src = source.program;
      cargoBuildFlags = [ "--package=nixward" ];
      # The tests have a derivation of their own: they need not be compiled to get the program.
      doCheck = false;

      passthru.test = writeShellApplication {
        name = "run-tests";
        runtimeInputs = [
          coreutils
          git
          util-linux
        ];
        text = ''
          # The tests of the program start this one, as it is installed.
          export NIXWARD_TEST_PROGRAM=${lib.getExe nixward}
          exec ${testPrograms}/bin/run-tests "$@"
        '';
      };

      meta = {
        description = "Runs a verb over the projects of a monorepo built with Nix";
        mainProgram = "nixward";
        license = [
          lib.licenses.asl20
          lib.licenses.mit
        ];
        platforms = lib.platforms.unix;
      };
    }
  );
in
nixward

{ pkgs, ... }:

let
  stapler = pkgs.stdenv.mkDerivation {
    pname = "stapler";
    version = "1.2.0";
    # A folder of its own: editing tests or this file rebuilds nothing.
    src = ./src;
    makeFlags = [ "PREFIX=$(out)" ];

    passthru = {
      test = pkgs.writeShellApplication {
        name = "run-tests";
        runtimeInputs = [
          stapler
          pkgs.coreutils
        ];
        text = ''exec ${pkgs.runtimeShell} ${./tests/run.sh} "$@"'';
      };

      container = pkgs.dockerTools.buildLayeredImage {
        name = "stapler";
        tag = "latest";
        contents = [ stapler ];
        config.Entrypoint = [ "stapler" ];
      };
    };

    meta = {
      description = "Puts text documents together, page by page";
      mainProgram = "stapler";
    };
  };
in
stapler

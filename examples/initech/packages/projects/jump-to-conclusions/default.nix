{ pkgs, lib, ... }:

let
  name = "jump-to-conclusions";
  inherit (lib.importJSON ./package.json) version;

  # Only the files that are named are read: others of the project change no package.
  sources =
    folders:
    lib.fileset.toSource {
      root = ./.;
      fileset = lib.fileset.unions (
        [
          ./package.json
          ./package-lock.json
          ./tsconfig.json
        ]
        ++ folders
      );
    };

  app = pkgs.buildNpmPackage {
    pname = name;
    inherit version;
    src = sources [ ./src ];
    npmDepsHash = "sha256-ZDcojjnGYpSH/NPW/brOeIQdqeqFXKrFiqS1wpsJcjM=";

    passthru = {
      inherit test container;
      tests = { inherit formatting; };
    };

    meta = {
      description = "The Jump to Conclusions Mat, served on port 8082";
      mainProgram = name;
    };
  };

  # The tests and what they test, compiled, with all development dependencies.
  compiled-tests = pkgs.buildNpmPackage {
    pname = "${name}-tests";
    inherit version;
    inherit (app) npmDeps;
    src = sources [
      ./src
      ./tests
    ];
    npmBuildScript = "build:tests";
    installPhase = ''
      mkdir $out
      cp -r build node_modules package.json $out
    '';
  };

  test = pkgs.writeShellApplication {
    name = "run-tests";
    runtimeInputs = [ pkgs.nodejs ];
    # Settings that lie in the current folder have no say.
    text = ''
      exec node ${compiled-tests}/node_modules/mocha/bin/mocha.js --no-config --no-package \
        '${compiled-tests}/build/tests/**/*.test.js' "$@"
    '';
  };

  formatting = pkgs.runCommand "${name}-formatting" { nativeBuildInputs = [ pkgs.nodejs ]; } ''
    cd ${
      sources [
        ./src
        ./tests
      ]
    }
    node ${compiled-tests}/node_modules/prettier/bin/prettier.cjs --check src tests
    touch $out
  '';

  container = pkgs.dockerTools.buildLayeredImage {
    inherit name;
    tag = "latest";
    contents = [ app ];
    config = {
      Entrypoint = [ name ];
      # By itself it is for this machine only.
      Env = [ "HOST=0.0.0.0" ];
      ExposedPorts."8082/tcp" = { };
    };
  };
in
app

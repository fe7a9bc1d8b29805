{ pkgs, lib, ... }:

let
  name = "flair";

  # Only what is named is read: a change of the tests rebuilds the tests, and one
  # of the README nothing.
  sourceOf =
    files:
    lib.fileset.toSource {
      root = ./.;
      fileset = lib.fileset.unions files;
    };
  program = [
    ./Cargo.toml
    ./Cargo.lock
    ./src
  ];

  common = {
    version = "1.0.0";
    # One download for each crate, pinned by the lock.
    cargoLock.lockFile = ./Cargo.lock;
  };

  # The tests as programs: compiled when they are built, run by `test`.
  test-programs = pkgs.rustPlatform.buildRustPackage (
    common
    // {
      pname = "${name}-tests";
      src = sourceOf (program ++ [ ./tests ]);
      nativeBuildInputs = [ pkgs.jq ];
      buildPhase = ''
        runHook preBuild
        cargo test --no-run --offline -j "$NIX_BUILD_CORES" --message-format json-render-diagnostics > messages
        runHook postBuild
      '';
      doCheck = false;
      installPhase = ''
        runHook preInstall
        jq -r 'select(.profile.test and .executable) | "\(.target.name) \(.target.kind[0]) \(.executable)"' messages |
          while read -r target kind executable; do
            install -D "$executable" "$out/bin/$target-$kind"
          done
        runHook postInstall
      '';
    }
  );

  test = pkgs.writeShellApplication {
    name = "run-tests";
    text = ''
      export FLAIR_PROGRAM=${lib.getExe flair}
      status=0
      for program in ${test-programs}/bin/*; do
        "$program" "$@" || status=$?
      done
      exit "$status"
    '';
  };

  # A script that writes the image: the store does not keep each version of it.
  container = pkgs.dockerTools.streamLayeredImage {
    inherit name;
    tag = "latest";
    contents = [ flair ];
    config = {
      Entrypoint = [ name ];
      Env = [ "FLAIR_ADDRESS=0.0.0.0" ];
      ExposedPorts."8081/tcp" = { };
    };
  };

  flair = pkgs.rustPlatform.buildRustPackage (
    common
    // {
      pname = name;
      src = sourceOf program;
      # `test` and the check of this name do.
      doCheck = false;

      passthru = {
        inherit test test-programs container;
      };

      meta = {
        description = "Counts the pieces of flair that everybody wears, over HTTP on port 8081";
        mainProgram = name;
      };
    }
  );
in
flair

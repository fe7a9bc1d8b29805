{ pkgs, ... }:

let
  name = "next-tps-report";

  python-env = pkgs.poetry2nix.mkPoetryEnv {
    projectDir = ./.;
    python = pkgs.python311;
    preferWheels = true;
    # There is no wheel of snaptime, and its source does not say what builds it.
    overrides = pkgs.poetry2nix.defaultPoetryOverrides.extend (
      self: super: {
        snaptime = super.snaptime.overridePythonAttrs (old: {
          buildInputs = (old.buildInputs or [ ]) ++ [ super.setuptools ];
        });
      }
    );
  };

  source = ./src;
  tests = ./tests;

  test = pkgs.writeShellApplication {
    name = "run-tests";
    runtimeInputs = [ python-env ];
    text = ''
      export PYTHONDONTWRITEBYTECODE=1
      export PYTHONPATH=${source}
      exec python -m pytest -p no:cacheprovider ${tests} "$@"
    '';
  };
in
pkgs.stdenv.mkDerivation {
  pname = "random-python-project";
  version = "0.3.0";
  src = source;
  phases = [ "installPhase" ];
  installPhase = ''
    mkdir -p $out/bin
    cat > $out/bin/${name} <<'SCRIPT'
    #!${pkgs.runtimeShell}
    export PYTHONDONTWRITEBYTECODE=1
    export PYTHONPATH=${source}
    exec ${python-env}/bin/python -m random_python_project.command "$@"
    SCRIPT
    chmod +x $out/bin/${name}
  '';

  passthru = {
    inherit test;
    python = python-env;
  };

  meta = {
    description = "Prints when the next TPS report is due";
    mainProgram = name;
  };
}

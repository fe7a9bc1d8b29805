{ pkgs, lib, ... }:

let
  name = "penny-shaver";
  python = pkgs.python311;

  # A package of this interpreter, whose inner loop Cargo compiles.
  package = python.pkgs.buildPythonPackage {
    pname = name;
    version = "0.3.0";
    pyproject = true;

    # Only what it is made of: a change of the tests or the README builds nothing.
    src = lib.fileset.toSource {
      root = ./.;
      fileset = lib.fileset.unions [
        ./Cargo.lock
        ./Cargo.toml
        ./pyproject.toml
        ./rust
        ./src
      ];
    };

    # The crates, each pinned by the lock, and what puts them where Cargo looks.
    cargoDeps = pkgs.rustPlatform.importCargoLock { lockFile = ./Cargo.lock; };
    nativeBuildInputs = [
      pkgs.rustPlatform.cargoSetupHook
      pkgs.cargo
      pkgs.rustc
    ];
    build-system = [
      python.pkgs.setuptools
      python.pkgs.setuptools-rust
    ];

    pythonImportsCheck = [ "penny_shaver._rounding" ];

    passthru = {
      inherit test;
      python = python-env;
    };

    meta = {
      description = "Interest in whole cents, and where the fractions go";
      mainProgram = name;
    };
  };

  # The interpreter with the package, and what tests it.
  python-env = python.withPackages (packages: [
    package
    packages.pytest
  ]);

  test = pkgs.writeShellApplication {
    name = "run-tests";
    runtimeInputs = [ python-env ];
    text = ''
      export PYTHONDONTWRITEBYTECODE=1
      exec python -m pytest -p no:cacheprovider ${./tests} "$@"
    '';
  };
in
package

# The packages of one interpreter: `python3.pkgs`.
{
  # The whole package set, and this interpreter of it.
  pkgs,
  python,
  # lockPackage { self; python; entry; lock; pwd; preferWheels; }
  lockPackage,
  packageOverrides,
  # The JSON file of the build systems, for build_wheel.py.
  buildTools,
}:
let
  inherit (pkgs) lib system;
  inputs = import ./inputs.nix { inherit lib python; };

  foundation = self: {
    inherit python pkgs;
    inherit (inputs) isModule makePythonPath requiredPythonModules;
    inherit (python) isPy3k isPy2 isPy27 isPyPy;
    hasPythonModule = inputs.isModule;
    callPackage = pkgs.newScope self;

    buildPythonPackage = import ./build-python-package.nix {
      inherit
        lib
        python
        inputs
        buildTools
        ;
      inherit (pkgs) stdenv;
      inherit (self) setuptools;
      wheelLibraries = [
        pkgs.stdenv.cc.cc.lib
        python
      ];
      libc = pkgs.glibc;
    };
    buildPythonApplication =
      argument:
      self.buildPythonPackage (
        if lib.isFunction argument then
          final: argument final // { isApplication = true; }
        else
          argument // { isApplication = true; }
      );
    toPythonModule =
      drv:
      drv
      // {
        pythonModule = python;
        pname = drv.pname or (builtins.parseDrvName drv.name).name;
      };
    toPythonApplication = drv: drv;

    # Marks a package whose tests are run with pytest after it is installed.
    pytestCheckHook = self.pytest // {
      isPytestCheckHook = true;
    };

    fetchPypi =
      {
        pname,
        version,
        sha256 ? null,
        hash ? null,
        extension ? "tar.gz",
        format ? "setuptools",
        python ? "py3",
        abi ? "none",
        platform ? "any",
        dist ? python,
      }:
      pkgs.fetchFromPythonIndex {
        packageName = pname;
        fileName =
          if format == "wheel" then
            "${builtins.replaceStrings [ "-" ] [ "_" ] pname}-${version}-${dist}-${abi}-${platform}.whl"
          else
            "${pname}-${version}.${extension}";
        sha256 = if hash != null then hash else sha256;
      };

    pythonAtLeast = lib.versionAtLeast python.pythonVersion;
    pythonOlder = lib.versionOlder python.pythonVersion;
  };

  # What comes with the set: ../pinned, from wheels.
  pinned =
    self: _:
    let
      lock = (import ../poetry/lock.nix { inherit lib python system; }).read ../pinned/poetry.lock [ ];
    in
    builtins.mapAttrs (
      _: entry:
      lockPackage {
        inherit
          self
          python
          entry
          lock
          ;
        pwd = ../pinned;
        preferWheels = true;
      }
    ) lock.entries;
in
lib.fix (
  lib.extends (lib.composeManyExtensions [
    pinned
    packageOverrides
  ]) foundation
)

# An interpreter with the functions that nixpkgs' have: `pkgs`, `withPackages`,
# `override { packageOverrides = self: super: { … }; }`.
{
  pkgs,
  lockPackage,
}:
let
  inherit (pkgs) lib;

  # Build systems that a source may declare. They come from the set as it is
  # without overrides: what builds a package is no part of its environment.
  toolNames = [
    "calver"
    "cffi"
    "cython"
    "expandvars"
    "flit-core"
    "hatch-fancy-pypi-readme"
    "hatch-vcs"
    "hatchling"
    "meson-python"
    "pbr"
    "pdm-backend"
    "poetry-core"
    "pybind11"
    "setuptools"
    "setuptools-scm"
    "versioneer"
    "wheel"
  ];

  make =
    {
      version,
      packageOverrides ? _: _: { },
      # nixpkgs' way to tie the knot; the override does it by itself here.
      self ? null,
    }:
    let
      copy = import ./copy.nix {
        inherit lib version;
        inherit (pkgs) system hostCopy;
        compilerLibraries = pkgs.stdenv.cc.cc.lib;
      };
      pythonVersion = lib.versions.majorMinor version;
      executable = "python${pythonVersion}";
      pristine = make { inherit version; };

      packages = import ../packages {
        inherit pkgs python lockPackage packageOverrides;
        buildTools = pkgs.writeText "python-build-tools.json" (
          builtins.toJSON (
            lib.genAttrs toolNames (
              name:
              map (module: "${module}/${python.sitePackages}") (
                pristine.pkgs.requiredPythonModules [ pristine.pkgs.${name} ]
              )
            )
          )
        );
      };

      attributes = {
        inherit version pythonVersion executable;
        sourceVersion = {
          major = lib.versions.major version;
          minor = lib.versions.minor version;
          patch = lib.versions.patch version;
          suffix = "";
        };
        implementation = "cpython";
        libPrefix = executable;
        sitePackages = "lib/${executable}/site-packages";
        interpreter = "${copy}/bin/${executable}";
        isPy2 = false;
        isPy27 = false;
        isPy3 = true;
        isPy3k = true;
        isPyPy = false;
        pkgs = packages;
        buildEnv = lib.makeOverridable (import ../environment { inherit pkgs python; }) { };
        withPackages = choose: python.buildEnv.override { extraLibs = choose packages; };
        override =
          change:
          let
            previous = { inherit version packageOverrides; };
          in
          make (previous // lib.toFunction change previous);
        pythonOnBuildForHost = python;
        pythonForBuild = python;
      };

      python = copy // attributes // { passthru = attributes; };
    in
    python;
in
make

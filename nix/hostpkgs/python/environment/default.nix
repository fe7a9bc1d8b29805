# An interpreter together with packages: what `python3.withPackages` gives.
{ pkgs, python }:
{
  extraLibs ? [ ],
  postBuild ? "",
  # Packages that have the same file: the first one's is taken, and the log says so.
  ignoreCollisions ? true,
  makeWrapperArgs ? [ ],
}:
let
  inherit (pkgs) lib;
  packages = python.pkgs.requiredPythonModules (builtins.filter (drv: drv != null) extraLibs);
  specification = {
    out = placeholder "out";
    python = "${python}";
    pythonName = python.executable;
    inherit (python) version;
    packages = map (package: "${package}") packages;
  };
  environment = pkgs.stdenv.mkDerivation {
    name = "${python.name}-env";
    nativeBuildInputs = [ python ];
    specification = builtins.toJSON specification;
    passAsFile = [ "specification" ];
    dontUnpack = true;
    dontConfigure = true;
    dontBuild = true;
    # What is linked here was fixed where it was built.
    dontStrip = true;
    installPhase = ''
      mkdir -p "$out/bin"
      cp ${./launcher.c} launcher.c
      $CC -O2 -Wall -s -o "$out/bin/${python.executable}" \
        -DENVIRONMENT_PYTHON="\"$out/bin/${python.executable}\"" \
        -DINTERPRETER='"${python.interpreter}"' \
        launcher.c
      ${python.interpreter} -I -B ${./link_environment.py} "$specificationPath"
      ${postBuild}
    '';
    passthru = python.passthru // {
      inherit python packages;
      interpreter = "${environment}/bin/${python.executable}";
      env = environment;
    };
    meta = builtins.removeAttrs (python.meta or { }) [
      "name"
      "position"
    ];
  };
in
environment

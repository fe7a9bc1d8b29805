# Python: the interpreter, packages from the index, poetry2nix and uWSGI.
final: prev:
let
  # Names of attributes depend on these, so they are the ones of the layer below.
  inherit (prev) lib system;

  # Pure evaluation cannot look at /usr/bin/python3. Debian 12 has this one; on a
  # host with another, set `config.python3Version` (the build checks it).
  version = prev.config.python3Version or "3.11.2";
  attribute = "python${lib.versions.major version}${lib.versions.minor version}";

  lockPackage = import ./poetry/package.nix {
    inherit lib system;
    fetchFromIndex = final.fetchFromPythonIndex;
    # Debian 12's; wheels for a newer one would not be chosen for it.
    glibcVersion = prev.config.glibcVersion or "2.36";
  };
  makePython = import ./interpreter {
    pkgs = final;
    inherit lockPackage;
  };
in
{
  fetchFromPythonIndex = import ./fetch { inherit lib system; };

  ${attribute} = makePython { inherit version; };
  "${attribute}Packages" = final.${attribute}.pkgs;
  python3 = final.${attribute};
  python3Packages = final.python3.pkgs;
  python = final.python3;

  uwsgi = final.callPackage ./uwsgi { };

  poetry2nix = import ./poetry {
    inherit lib system lockPackage;
    defaultPython = final.python3;
  };
}

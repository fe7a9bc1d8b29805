# The host's own CPython (never one of pyenv's or the like), copied and relocated:
# the interpreter, its standard library with the shared libraries of that, the
# embeddable library, and the headers for extension modules and uWSGI.
{
  lib,
  system,
  hostCopy,
  # The full version of the host's Python, e.g. "3.11.2".
  version,
  # What prebuilt extension modules expect beside the C library.
  compilerLibraries,
}:
let
  pythonVersion = lib.versions.majorMinor version;
  name = "python${pythonVersion}";
  multiarch = "${lib.head (lib.splitString "-" system)}-linux-gnu";
  development = "lib${name}-dev";

  programs = lib.sourceFilesBySuffices ./. [ ".py" ];

  # What is for building against it, from the host's folder for libraries.
  developmentFile = from: to: {
    inherit from to;
    debian = development;
  };
  pkgConfig =
    description:
    developmentFile "/usr/lib/${multiarch}/pkgconfig/${description}.pc" "lib/pkgconfig/${description}.pc";
in
hostCopy {
  pname = "python3";
  inherit version;
  debian = name;
  # An extension module without a search path of its own looks in the interpreter's.
  extraRpath = [ "${compilerLibraries}/lib" ];
  files = [
    {
      from = "/usr/bin/${name}";
      to = "bin/${name}";
    }
    {
      from = "/usr/lib/${multiarch}/lib${name}.so.1.0";
      to = "lib/lib${name}.so.1.0";
      debian = "lib${name}";
    }
    (developmentFile "/usr/include/${multiarch}/${name}/pyconfig.h" "platform-include/pyconfig.h")
    (pkgConfig "python-${pythonVersion}")
    (pkgConfig "python-${pythonVersion}-embed")
  ];
  trees = [
    {
      from = "/usr/lib/${name}";
      to = "lib/${name}";
      exclude = [
        "__pycache__"
        "EXTERNALLY-MANAGED"
        "sitecustomize.py"
        "dist-packages"
        "idlelib"
        "turtledemo"
        # Not the packages called test of applications: only the library's own.
        "test"
        "lib-dynload/_test*"
        "lib-dynload/_ctypes_test*"
        "lib-dynload/_xxtestfuzz*"
        # The static libraries and what they were linked from: 25 MB.
        "config-*/*.a"
        "config-*/*.o"
        "config-*/install-sh"
        "config-*/makesetup"
      ];
    }
    {
      from = "/usr/include/${name}";
      to = "include/${name}";
      debian = development;
    }
  ];
  postCopy = ''
    /usr/bin/${name} -I -B ${programs}/adapt_interpreter.py "$out" ${pythonVersion}
  '';
  meta = {
    description = "The host's Python ${pythonVersion}, copied";
    mainProgram = name;
    license = lib.licenses.psfl or { };
    platforms = lib.platforms.linux or [ ];
  };
}

# The host's C library, loader and C.UTF-8 locale, copied into the store.
{
  lib,
  system,
  hostEpoch,
}:
lib.extendDerivation true
  {
    pname = "glibc";
    version = "host";
    meta = {
      description = "The host's C library, copied";
      position = "${toString ./glibc.nix}:6";
      license = lib.licenses.lgpl21Plus;
      available = true;
      outputsToInstall = [ "out" ];
    };
  }
  (derivation {
    name = "glibc-host";
    inherit system hostEpoch;
    outputs = [ "out" ];
    builder = "/bin/bash";
    args = [
      "-euc"
      ''
        if ! [ -x /usr/bin/python3 ]; then
          echo "hostpkgs: /usr/bin/python3 is not on this host; install the Debian package python3" >&2
          exit 3
        fi
        /usr/bin/python3 -I -B ${./relocate} glibc "$out" ${./locale-shim.c}
        exit 0
      ''
    ];
    PATH = "/usr/bin:/bin";
    preferLocalBuild = true;
  })

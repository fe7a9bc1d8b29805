# The parts of a version string.
{ lib }:
rec {
  splitVersion = builtins.splitVersion;
  major = version: builtins.elemAt (splitVersion version) 0;
  minor = version: builtins.elemAt (splitVersion version) 1;
  patch = version: builtins.elemAt (splitVersion version) 2;
  majorMinor = version: lib.concatStringsSep "." (lib.take 2 (splitVersion version));
  pad =
    count: version:
    let
      release = builtins.head (lib.splitString "-" version);
      suffix = lib.removePrefix release version;
      numbers = lib.take count (lib.splitVersion release);
    in
    lib.concatStringsSep "." (numbers ++ lib.replicate (count - builtins.length numbers) "0") + suffix;
}

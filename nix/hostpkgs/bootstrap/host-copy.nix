# Copies programs, libraries and folders of the host into the store, relocated.
#
# Nix does not see what these derivations read: pure evaluation may not look at
# /usr. So an upgrade of the host changes nothing here until `hostEpoch` changes
# (`config.hostEpoch`, or the file ../host-epoch). What has been copied stays
# whole and working; the copier refuses to mix two releases' C libraries.
{
  lib,
  system,
  hostEpoch,
  glibc,
  # Host path of an interpreter -> its copy, for the first lines of scripts.
  interpreters ? { },
}:
{
  pname,
  version ? "host",
  # [ { from = "/usr/bin/bash"; to = "bin/bash"; debian = "bash"; optional = false; } ]
  files ? [ ],
  # [ { from = "/usr/lib/python3.11"; to = "lib/python3.11"; exclude = [ "test" ]; debian = …; } ]
  trees ? [ ],
  # Libraries to build against: [ { name = "z"; headers = [ "zlib.h" ]; pkgConfig = [ "zlib" ]; } ]
  libraries ? [ ],
  # The Debian package, for the message where something is missing.
  debian ? pname,
  # Programs of /usr/bin to copy to bin/: a short form of `files`.
  programs ? [ ],
  optionalPrograms ? [ ],
  # Packages whose lib/ folders are used in place of copies.
  libraryInputs ? [ ],
  # Folders to put into every search path besides.
  extraRpath ? [ ],
  # Shell commands after the copying; `$out` is the result, PATH the host's.
  postCopy ? "",
  outputs ? [ "out" ],
  passthru ? { },
  meta ? { },
  env ? { },
}@arguments:
let
  name = "${pname}-${version}";
  program = optional: name: {
    from = "/usr/bin/${name}";
    to = "bin/${name}";
    inherit debian optional;
  };
  loader = if lib.hasPrefix "aarch64" system then "ld-linux-aarch64.so.1" else "ld-linux-x86-64.so.2";
  withDebian = entry: { inherit debian; } // entry;
  spec = {
    inherit name extraRpath interpreters;
    out = placeholder "out";
    glibc = "${glibc}";
    interpreter = "${glibc}/lib/${loader}";
    localeShim = "libhostpkgs-locale.so";
    libraryInputs = map (input: "${lib.getLib input}") libraryInputs;
    files = map withDebian files ++ map (program false) programs ++ map (program true) optionalPrograms;
    trees = map withDebian trees;
    libraries = map (library: { headers = [ ]; pkgConfig = [ ]; } // withDebian library) libraries;
  };
  position = builtins.unsafeGetAttrPos "pname" arguments;
in
lib.extendDerivation true
  (
    {
      inherit pname version;
      meta = {
        inherit name;
        position = lib.optionalString (position != null) "${position.file}:${toString position.line}";
        available = true;
        outputsToInstall = [ "out" ];
      }
      // meta;
    }
    // passthru
  )
  (
    derivation (
      {
        inherit name system hostEpoch pname version outputs;
        builder = "/bin/bash";
        args = [
          "-euc"
          ''
            printf '%s' "$spec" > "$NIX_BUILD_TOP/spec.json"
            /usr/bin/python3 -I -B ${./relocate} copy "$NIX_BUILD_TOP/spec.json"
            mkdir -p "$out"
            ${postCopy}
            exit 0
          ''
        ];
        PATH = "/usr/bin:/bin";
        spec = builtins.toJSON spec;
        preferLocalBuild = true;
      }
      // env
    )
  )

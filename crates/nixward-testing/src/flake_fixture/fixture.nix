# What the flakes of the tests are written with: derivations that the machine's own shell builds, no package set.
# `salt` is another one in each workspace: a derivation that contains it is in nobody's store yet.
{ system, self, salt }:
rec {
  inherit system self salt;

  # What a shell script builds.
  derive = name: script: derivation {
    inherit name system;
    builder = "/bin/sh";
    # The last command is one of the shell's own: Nix takes a closed standard output for the end of a build, and kills
    # a program that closes it a little before it ends.
    args = [ "-c" "set -eu\n${script}\nexit 0" ];
    PATH = "/usr/bin:/bin";
    outputs = [ "out" ];
  };

  # A shell script as a program of that name.
  program = name: text: derivation {
    inherit name text system;
    builder = "/bin/sh";
    args = [
      "-c"
      ''
        set -eu
        mkdir -p "$out/bin"
        printf '#!/bin/sh\n%s\n' "$text" > "$out/bin/$name"
        chmod +x "$out/bin/$name"
        exit 0
      ''
    ];
    PATH = "/usr/bin:/bin";
    outputs = [ "out" ];
  } // { meta.mainProgram = name; };

  # A package with other forms of itself, as passthru makes them.
  project = name: text: passthru: withPassthru (program name text) passthru;
  withPassthru = package: { meta ? { }, ... }@passthru:
    package
    // removeAttrs passthru [ "meta" ]
    // { meta = (package.meta or { }) // meta; passthru = removeAttrs passthru [ "meta" ]; };

  # A test program.
  test = text: program "run-tests" text;

  # What passes when its script succeeds.
  check = name: script: derive "check-${name}" "${script}\n: > \"$out\"";

  # Something that a build breaks.
  unbuildable = name: derive name "echo 'the last words of ${name}'\nexit 3";

  # Files that are marked as images; engines are stand-ins in these tests.
  archive = name: tag:
    derive "${name}.tar" "echo 'an image of ${name}' > \"$out\"" // { imageName = name; imageTag = tag; };
  stream = name: tag: derivation {
    name = "stream-${name}";
    inherit system;
    builder = "/bin/sh";
    text = "#!/bin/sh\necho 'a stream of ${name}'\n";
    args = [ "-c" "printf '%s' \"$text\" > \"$out\"; chmod +x \"$out\"; exit 0" ];
    PATH = "/usr/bin:/bin";
    outputs = [ "out" ];
  } // { imageName = name; imageTag = tag; isExe = true; };

  # What `nix print-dev-env` takes: its builder must be called bash.
  shell = name: variables: derivation ({
    inherit name system;
    builder = "/bin/bash";
    args = [ "-c" ": > $out" ];
    PATH = "/usr/bin:/bin";
    outputs = [ "out" ];
  } // variables);
}

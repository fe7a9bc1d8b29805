# Derivations that the machine's own shell builds: each is done in milliseconds, so that what is measured is what
# lies around a build. Another `salt` makes all of them new to the store.
{ system, toolchain, salt }:
rec {
  derive = attributes: derivation ({
    inherit system toolchain salt;
    builder = "/bin/sh";
    PATH = "/usr/bin:/bin";
    outputs = [ "out" ];
  } // attributes);

  # A file as a program of that name.
  program = name: file: derive {
    inherit name file;
    args = [ "-c" ''set -eu; mkdir -p "$out/bin"; cp "$file" "$out/bin/$name"; chmod 755 "$out/bin/$name"; exit 0'' ];
  } // { meta.mainProgram = name; };

  # A package with its test, as passthru makes it.
  project = name: { main, test }: program name main // { test = program "${name}-test" test; };

  # What passes when the test does.
  passes = name: test: derive {
    name = "${name}-check";
    args = [ "-c" ''set -eu; ${test}/bin/${name}-test; : > "$out"; exit 0'' ];
  };

  # What `nix print-dev-env` takes: its builder must be called bash.
  shell = name: derive {
    name = "${name}-shell";
    builder = "/bin/bash";
    args = [ "-c" ": > $out" ];
  };
}

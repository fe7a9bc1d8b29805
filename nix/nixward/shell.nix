# What one needs at hand to work on nixward: `nixward shell nixward`.
{
  lib,
  mkShell,
  clippy,
  git,
  nixward,
  rustfmt,
  # Makes the tests' output and speed better, and need not be there.
  cargo-nextest ? null,
}:
mkShell {
  inputsFrom = [ nixward ];
  packages = [
    clippy
    git
    rustfmt
  ]
  ++ lib.optional (cargo-nextest != null) cargo-nextest;
}

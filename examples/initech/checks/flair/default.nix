# Clippy and rustfmt have nothing to say, and the tests pass.
{ pkgs, ... }:

pkgs.initech.flair.test-programs.overrideAttrs (old: {
  pname = "check-flair";
  nativeBuildInputs = old.nativeBuildInputs ++ [
    pkgs.clippy
    pkgs.rustfmt
  ];
  buildPhase = ''
    cargo fmt --check
    cargo clippy --all-targets --offline -- -D warnings
    ${pkgs.initech.flair.test}/bin/run-tests
  '';
  installPhase = "touch $out";
})

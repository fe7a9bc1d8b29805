# The tests pass, and neither Clippy nor rustfmt has anything to say on the extension.
{ pkgs, ... }:

let
  inherit (pkgs.initech) penny-shaver;
in
pkgs.stdenv.mkDerivation {
  name = "check-penny-shaver";
  inherit (penny-shaver) src cargoDeps;
  nativeBuildInputs = [
    pkgs.rustPlatform.cargoSetupHook
    pkgs.cargo
    pkgs.clippy
    pkgs.rustc
    pkgs.rustfmt
    # The extension is checked for this interpreter.
    pkgs.python311
  ];
  buildPhase = ''
    cargo fmt --check
    cargo clippy --offline -- -D warnings
    ${penny-shaver.test}/bin/run-tests
  '';
  installPhase = "touch $out";
}

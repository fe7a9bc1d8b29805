# To work on flair: what builds it, Clippy and rustfmt. Cargo takes the crates as
# it does outside of Nix.
{ pkgs, ... }:

pkgs.mkShell {
  inputsFrom = [ pkgs.initech.flair ];
  packages = [
    pkgs.clippy
    pkgs.rustfmt
  ];
}

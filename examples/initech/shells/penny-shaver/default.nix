# To work on penny-shaver: an interpreter that can import its extension, and what
# builds that.
{ pkgs, ... }:

pkgs.mkShell {
  packages = [
    # First, so that it is this one that `python` means.
    pkgs.initech.penny-shaver.python
    pkgs.cargo
    pkgs.clippy
    pkgs.rustc
    pkgs.rustfmt
  ];
}

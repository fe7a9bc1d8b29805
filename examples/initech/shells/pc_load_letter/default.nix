# To work on the print queue: its own interpreter, with everything in poetry.lock.
{ pkgs, ... }:

pkgs.mkShell {
  packages = [
    pkgs.initech.pc_load_letter.python
    pkgs.initech.pc_load_letter.test
  ];
}

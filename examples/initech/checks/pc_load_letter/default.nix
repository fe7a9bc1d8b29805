{ pkgs, ... }:

pkgs.runCommand "check-pc-load-letter" { } ''
  ${pkgs.initech.pc_load_letter.test}/bin/run-tests
  touch $out
''

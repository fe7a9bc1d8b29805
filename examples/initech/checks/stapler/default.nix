{ pkgs, ... }:

pkgs.runCommand "check-stapler" { } ''
  ${pkgs.initech.stapler.test}/bin/run-tests -v
  touch $out
''

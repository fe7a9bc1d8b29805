{ pkgs, ... }:

pkgs.runCommand "check-jump-to-conclusions" { } ''
  ${pkgs.initech.jump-to-conclusions.test}/bin/run-tests --reporter dot
  touch $out
''

{ pkgs, ... }:

let
  tps-report = pkgs.writeShellApplication {
    name = "tps-report";
    text = builtins.readFile ./tps-report.sh;
  };

  test = pkgs.writeShellApplication {
    name = "run-tests";
    runtimeInputs = [
      tps-report
      pkgs.coreutils
    ];
    text = ''exec ${pkgs.runtimeShell} ${./tests/run.sh} "$@"'';
  };
in
tps-report.overrideAttrs (old: {
  passthru = (old.passthru or { }) // {
    inherit test;
  };
  meta = (old.meta or { }) // {
    description = "Writes a TPS report from a list of items";
    mainProgram = "tps-report";
  };
})

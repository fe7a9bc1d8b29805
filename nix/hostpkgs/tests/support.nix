# What the tests share.
{ pkgs }:
let
  inherit (pkgs) lib;
in
{
  # { name = { expr; expected; }; }: a package where all are equal, else an
  # error that names every one that is not.
  evaluated =
    name: cases:
    let
      show = lib.generators.toPretty { multiline = false; };
      failed = lib.filterAttrs (_: case: case.expr != case.expected) cases;
      report = lib.concatStrings (
        lib.mapAttrsToList (case: { expr, expected }: "\n  ${case}: ${show expr} is not ${show expected}") failed
      );
    in
    if failed == { } then
      pkgs.runCommandLocal "test-${name}" { count = builtins.length (builtins.attrNames cases); } ''
        echo "$count cases hold" > "$out"
      ''
    else
      throw "tests of ${name} that fail:${report}";

  # Whether evaluating fails as it should.
  fails = value: !(builtins.tryEval (builtins.deepSeq value value)).success;

  # A test that is a script; what it prints is kept.
  script =
    name: attributes: text:
    pkgs.runCommand "test-${name}" attributes ''
      # A test's own failure message.
      fail() { echo "test ${name}: $*" >&2; exit 1; }
      expectEqual() { [ "$1" = "$2" ] || fail "expected '$2', got '$1'"; }
      ${text}
      echo passed > "$out"
    '';

  # A script that runs where there is nothing but the store and /proc.
  isolated =
    name: attributes: text:
    pkgs.runCommand "test-${name}" attributes ''
      cat > isolated-script <<'END_OF_SCRIPT'
      set -euo pipefail
      fail() { echo "test ${name}: $*" >&2; exit 1; }
      expectEqual() { [ "$1" = "$2" ] || fail "expected '$2', got '$1'"; }
      for folder in /usr /bin /lib /lib64 /etc; do
        [ ! -e "$folder" ] || fail "$folder is visible"
      done
      ${text}
      END_OF_SCRIPT
      bash ${./isolate.sh} ${pkgs.bash}/bin/bash "$PWD/isolated-script"
      echo passed > "$out"
    '';
}

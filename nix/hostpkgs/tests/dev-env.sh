#!/usr/bin/env bash
# Development environments by way of Nix itself: dev-env.sh FLAKE SYSTEM
# shellcheck disable=SC2016  # The scripts are expanded by the shells under test.
set -euo pipefail
flake=$1 system=$2
nix=(nix --extra-experimental-features "nix-command flakes" --option flake-registry "")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# A flake that takes the set as its nixpkgs, as any project's does.
cat >"$work/flake.nix" <<END
{
  inputs.nixpkgs.url = "$flake";
  outputs = { nixpkgs, ... }:
    let
      pkgs = import nixpkgs { system = "$system"; };
    in
    {
      devShells.$system.default = pkgs.mkShell {
        packages = [ pkgs.gnugrep ];
        GREETING = "good morning";
        shellHook = "echo hook ran";
      };
      packages.$system = rec {
        plain = pkgs.stdenv.mkDerivation {
          name = "plain";
          dontUnpack = true;
          outputs = [ "out" "doc" ];
          buildPhase = "echo built in the shell";
        };
        script = pkgs.writeShellApplication { name = "script"; text = "exit \"\$1\""; };
        # Builders of the set that are not mkDerivation calls of their own.
        link = pkgs.symlinkJoin { name = "link"; paths = [ pkgs.gnused ]; };
      };
    };
}
END

fail() {
    echo "dev-env: $*" >&2
    exit 1
}
expectEqual() {
    [ "$1" = "$2" ] || fail "expected '$2', got '$1'"
}
run() {
    "${nix[@]}" "$1" --no-write-lock-file "path:$work${2:+#$2}" "${@:3}" 2>"$work/log" || {
        status=$?
        cat "$work/log" >&2
        return "$status"
    }
}

expectEqual "$(run develop "" -c bash -c 'echo "$GREETING"; type -P grep')" "hook ran
good morning
$("${nix[@]}" build --no-link --print-out-paths "$flake#gnugrep")/bin/grep"
# The C compiler, which is there without being named.
expectEqual "$(run develop "" -c bash -c 'echo "int main(void) { return 4; }" > "$0/four.c" &&
    $CC -o "$0/four" "$0/four.c" && { "$0/four"; echo $?; }' "$work")" "hook ran
4"
# Phases by hand.
expectEqual "$(run develop plain --phase build | tail -n 1)" "built in the shell"
# What `nix develop` and direnv read.
run print-dev-env plain --json >"$work/environment.json"
/usr/bin/python3 -I - "$work/environment.json" <<'END'
import json, sys

with open(sys.argv[1]) as file:
    environment = json.load(file)
assert environment["variables"]["outputs"]["value"] == "out doc", environment["variables"]["outputs"]
assert "buildPhase" in environment["bashFunctions"]
assert environment["variables"]["CC"] == {"type": "exported", "value": "gcc"}
END
for package in script link; do
    run print-dev-env "$package" >/dev/null
done
# Exit codes of programs come through.
status=0
run run script -- 9 || status=$?
expectEqual "$status" 9
echo "hostpkgs: development environments passed"

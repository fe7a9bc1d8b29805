#!/usr/bin/env bash
# A flake locked to nixpkgs takes this set in its place: override.sh FLAKE SYSTEM
set -euo pipefail
flake=$1 system=$2
here=$(cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cp -r "$here/overridden-project" "$work/project"
chmod -R u+w "$work/project"
project="path:$work/project"

# Nothing that was downloaded before may help, and nothing can be downloaded.
export XDG_CACHE_HOME="$work/cache"
nix=(nix --extra-experimental-features "nix-command flakes" --offline
    --option flake-registry "" --option substituters "" --option connect-timeout 1 --option download-attempts 1)
override=(--override-input nixpkgs "$flake" --no-write-lock-file)

fail() {
    echo "override: $*" >&2
    exit 1
}

if "${nix[@]}" eval "$project#same.$system" >"$work/log" 2>&1; then
    fail "the lock file already leads to this set"
fi

same=$("${nix[@]}" eval --json "${override[@]}" "$project#same.$system")
[[ "$same" == "[true,true,true]" ]] || fail "not one set: $same"

"${nix[@]}" flake check --print-build-logs "${override[@]}" "$project"
for name in default plain tool; do
    "${nix[@]}" build "${override[@]}" --out-link "$work/$name" "$project#$name"
done
[[ "$("$work/default/bin/greet")" == "good morning, world" ]] || fail "the overlays did not come through"
[[ "$(<"$work/plain/lines")" -gt 10 ]] || fail "the source is not the project's"
[[ "$("$work/tool/bin/tool")" == tool ]] || fail "the input did not follow"
[[ "$("${nix[@]}" run "${override[@]}" "$project")" == "good morning, world" ]] || fail "nix run"
"${nix[@]}" develop "${override[@]}" "$project" --command true

cmp "$here/overridden-project/flake.lock" "$work/project/flake.lock" || fail "the lock file has changed"

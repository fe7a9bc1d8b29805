# What every derivation of stdenv.mkDerivation runs.
# shellcheck shell=bash disable=SC1090,SC1091,SC2154
set -e
shopt -s inherit_errexit
set -o pipefail
if [[ -n "${NIX_ATTRS_SH_FILE:-}" ]]; then
    source "$NIX_ATTRS_SH_FILE"
fi
source "$stdenv/setup"
trap _onExit EXIT
genericBuild
# Not a coreutils program last: bash would exec it, and Nix takes its closing
# of stdout for the end of the build.
exit 0

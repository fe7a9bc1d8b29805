# shellcheck shell=bash disable=SC2154
# npm makes its home folder, and cannot make the stand-in that a build has.
_npmHome() {
    [[ "$HOME" != */homeless-shelter ]] || export HOME="$NIX_BUILD_TOP"
}

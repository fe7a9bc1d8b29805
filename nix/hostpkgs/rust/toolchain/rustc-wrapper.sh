#!@shell@
# shellcheck shell=bash disable=SC2239
# The compiler, writing no path of the build's folder into what it makes.
# Needs nothing but bash itself: a build may have any PATH.
extra=()
if [ -n "${NIX_BUILD_TOP:-}" ]; then
    extra+=("--remap-path-prefix=$NIX_BUILD_TOP=/build")
fi
# shellcheck disable=SC2206  # Flags, separated by spaces.
extra+=(${NIX_RUSTFLAGS:-})
exec @rustc@ "$@" ${extra[@]+"${extra[@]}"}

#!@shell@
# shellcheck shell=bash disable=SC2239
# The host's Go toolchain, which never replaces itself by a download.
program=@program@
if ! [ -x "$program" ]; then
    echo "hostpkgs: $program is not on this host; install the Debian package golang-go" >&2
    exit 127
fi
export GOTOOLCHAIN=local
exec "$program" "$@"

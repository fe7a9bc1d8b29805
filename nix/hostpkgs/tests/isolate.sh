# isolate.sh SHELL SCRIPT: runs the script in a root with nothing but /nix/store,
# /proc, /dev/null and an empty /tmp. Fails where namespaces are refused: a test
# that cannot see what it is for must not pass.
# shellcheck shell=bash
set -eu
shell=$1 script=$2
root=$(mktemp -d)
mkdir -p "$root/nix/store" "$root/proc" "$root/dev" "$root/tmp"
: >"$root/dev/null"
cp "$script" "$root/script"

# shellcheck disable=SC2016  # Expanded by the inner shell.
inner='
    mount --bind /nix/store "$1/nix/store"
    mount --bind /dev/null "$1/dev/null"
    mount -t proc proc "$1/proc"
    exec chroot "$1" "$2" /script
'
if ! /usr/bin/unshare --map-root-user --mount --pid --fork true; then
    echo "hostpkgs: this machine refuses user namespaces, so this test cannot run here" >&2
    exit 1
fi
exec env -i PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin" \
    /usr/bin/unshare --map-root-user --mount --pid --fork \
    "$shell" -euc "$inner" inner "$root" "$shell"

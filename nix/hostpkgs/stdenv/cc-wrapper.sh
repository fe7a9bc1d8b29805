#!@shell@
# shellcheck shell=bash disable=SC2239
# The host's compiler, linking for the store's C library and search paths.
# Needs nothing but bash itself: a build may have any PATH.

program=@program@
if ! [ -x "$program" ]; then
    echo "hostpkgs: $program is not on this host; install the Debian package @package@" >&2
    exit 127
fi

links=1
hasInput=
dynamic=1
for argument in "$@"; do
    case "$argument" in
    -c | -S | -E | -M | -MM | -fsyntax-only | -r) links= ;;
    -static | -static-pie) dynamic= ;;
    -*) ;;
    *) hasInput=1 ;;
    esac
done

extra=()
# The derivation's hash, not chance, names what needs a unique name.
if [ -n "${out:-}" ]; then
    extra+=("-frandom-seed=${out##*/}")
fi
if [ -n "${NIX_BUILD_TOP:-}" ]; then
    extra+=("-ffile-prefix-map=$NIX_BUILD_TOP=.")
fi
# shellcheck disable=SC2206  # Flags, separated by spaces.
extra+=(${NIX_CFLAGS_COMPILE:-})

if [ -n "$links" ] && [ -n "$hasInput" ]; then
    if [ -n "$dynamic" ]; then
        # --disable-new-dtags: the path also counts for the libraries' own needs.
        extra+=("-Wl,--disable-new-dtags" "-Wl,-rpath,@rpath@" "-Wl,--dynamic-linker=@dynamicLinker@")
    fi
    previous=
    for flag in ${NIX_LDFLAGS:-}; do
        if [ -n "$previous" ]; then
            extra+=("-Wl,$previous,$flag")
            previous=
            continue
        fi
        case "$flag" in
        -rpath | -rpath-link | -z) previous=$flag ;;
        -L* | -l*) extra+=("$flag") ;;
        *) extra+=("-Wl,$flag") ;;
        esac
    done
    for argument in "$@"; do
        case "$argument" in
        -L/nix/store/*) extra+=("-Wl,-rpath,${argument#-L}") ;;
        esac
    done
fi

exec "$program" "$@" "${extra[@]}"

# The build environment of stdenv.mkDerivation: its variables. This and the other
# files of the folder are put together to one, which the builder and `nix develop`
# source.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

# Structured attributes: outputs and env come as associative arrays.
if [[ -n "${NIX_ATTRS_SH_FILE:-}" && -f "$NIX_ATTRS_SH_FILE" ]]; then
    # shellcheck disable=SC1090
    source "$NIX_ATTRS_SH_FILE"
    if [[ "$(declare -p outputs 2>/dev/null)" == "declare -A"* ]]; then
        for _name in "${!outputs[@]}"; do
            export "$_name=${outputs["$_name"]}"
        done
        _name="${!outputs[*]}"
        unset outputs
        outputs="$_name"
    fi
    if [[ "$(declare -p env 2>/dev/null)" == "declare -A"* ]]; then
        for _name in "${!env[@]}"; do
            export "$_name=${env["$_name"]}"
        done
    fi
    unset _name
fi

: "${outputs:=out}"
: "${NIX_BUILD_TOP:=$PWD}"
: "${NIX_BUILD_CORES:=1}"
: "${NIX_STORE:=/nix/store}"
if [ "$NIX_BUILD_CORES" -le 0 ] 2>/dev/null; then
    NIX_BUILD_CORES=$(nproc)
fi
export NIX_BUILD_CORES

# Nix's own is /homeless-shelter, which is not there. But root can make it where
# builds are not sandboxed, and then Nix refuses to build anything. This one
# nobody can make.
if [[ "${HOME:-}" == /homeless-shelter ]]; then
    export HOME=/proc/homeless-shelter
fi

# Zip archives cannot hold dates before 1980.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-315532800}"
export SHELL CONFIG_SHELL="${CONFIG_SHELL:-$SHELL}"
export LC_ALL="${LC_ALL:-C.UTF-8}"
export PYTHONDONTWRITEBYTECODE="${PYTHONDONTWRITEBYTECODE:-1}"

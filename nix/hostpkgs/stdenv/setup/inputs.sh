# Inputs: their programs, libraries, headers and hooks.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

declare -a envHooks=()
# Hooks of packages add to these by name.
declare -a envBuildHostHooks=() envHostTargetHooks=() envBuildBuildHooks=()
declare -a pkgsBuildHost=() pkgsHostTarget=()
declare -A _seenInputs=()

addEnvHooks() {
    shift
    envHooks+=("$@")
}

_collectInput() {
    local package="$1" kind="$2"
    [[ -n "$package" && -z "${_seenInputs["$kind:$package"]:-}" ]] || return 0
    _seenInputs["$kind:$package"]=1
    if [[ ! -e "$package" ]]; then
        printf "hostpkgs: build input '%s' does not exist\n" "$package" >&2
        return 1
    fi
    if [[ "$kind" == native ]]; then
        pkgsBuildHost+=("$package")
    else
        pkgsHostTarget+=("$package")
    fi
    local file dependency
    for file in propagated-native-build-inputs:native propagated-build-inputs:"$kind"; do
        if [[ -f "$package/nix-support/${file%%:*}" ]]; then
            for dependency in $(<"$package/nix-support/${file%%:*}"); do
                _collectInput "$dependency" "${file##*:}"
            done
        fi
    done
}

# strictDeps: the programs of inputs that are not native are for HOST_PATH alone,
# which first lines of installed scripts are made from.
_activateInput() {
    local package="$1" kind="$2"
    if [[ "$kind" == native || -z "${strictDeps:-}" ]]; then
        addToSearchPath _inputPath "$package/bin"
        PATH="${_inputPath:+$_inputPath:}$_basicPath"
    fi
    if [[ "$kind" == host ]]; then
        addToSearchPath HOST_PATH "$package/bin"
    fi
    if [[ -f "$package" ]]; then
        # A file among the inputs is a hook.
        # shellcheck disable=SC1090
        source "$package"
        return
    fi
    if [[ -f "$package/nix-support/setup-hook" ]]; then
        # shellcheck disable=SC1091
        source "$package/nix-support/setup-hook"
    fi
}

_addLibraries() {
    local package="$1"
    if [[ -d "$package/include" ]]; then
        export NIX_CFLAGS_COMPILE="${NIX_CFLAGS_COMPILE:-} -isystem $package/include"
    fi
    if [[ -d "$package/lib" ]]; then
        export NIX_LDFLAGS="${NIX_LDFLAGS:-} -L$package/lib -rpath $package/lib"
    fi
    addToSearchPath PKG_CONFIG_PATH "$package/lib/pkgconfig"
    addToSearchPath PKG_CONFIG_PATH "$package/share/pkgconfig"
    addToSearchPath CMAKE_PREFIX_PATH "$package"
    addToSearchPath XDG_DATA_DIRS "$package/share"
}

_prepareInputs() {
    local package hook
    # The host's own folders are in no search path of a build.
    # shellcheck disable=SC2123
    PATH= HOST_PATH= _inputPath=
    # Hooks of inputs may use the basic tools; in the end these come last.
    local _basicPath=
    for package in $initialPath; do
        addToSearchPath _basicPath "$package/bin"
    done
    PATH="$_basicPath"
    local -a native=() host=()
    concatTo native defaultNativeBuildInputs depsBuildBuild nativeBuildInputs propagatedNativeBuildInputs
    concatTo host buildInputs propagatedBuildInputs
    for package in ${native[@]+"${native[@]}"}; do
        _collectInput "$package" native
    done
    for package in ${host[@]+"${host[@]}"}; do
        _collectInput "$package" host
    done
    for package in ${pkgsBuildHost[@]+"${pkgsBuildHost[@]}"}; do
        _activateInput "$package" native
    done
    for package in ${pkgsHostTarget[@]+"${pkgsHostTarget[@]}"}; do
        _activateInput "$package" host
    done
    for package in ${pkgsHostTarget[@]+"${pkgsHostTarget[@]}"}; do
        _addLibraries "$package"
    done
    for package in ${pkgsBuildHost[@]+"${pkgsBuildHost[@]}"} ${pkgsHostTarget[@]+"${pkgsHostTarget[@]}"}; do
        for hook in ${envHooks[@]+"${envHooks[@]}"}; do
            _runOne "$hook" "$package"
        done
    done
    for package in $initialPath; do
        addToSearchPath HOST_PATH "$package/bin"
    done
    unset _inputPath
    # Without strictDeps the two are one.
    [[ -n "${strictDeps:-}" ]] || HOST_PATH="$PATH"
    export PATH HOST_PATH
}

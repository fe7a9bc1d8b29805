# Hooks: `runHook preBuild` runs the variable or function preBuild, then every
# element of the array preBuildHooks.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

runHook() {
    local hookName="$1"
    shift
    _runOne "$hookName" "$@"
    local arrayName="${hookName%Hook}Hooks"
    local -n hookArray="$arrayName"
    local hook
    # A copy: a hook may add to the list.
    local -a hooks=(${hookArray[@]+"${hookArray[@]}"})
    for hook in ${hooks[@]+"${hooks[@]}"}; do
        _runOne "$hook" "$@" || return
    done
    return 0
}

# Like runHook, but ends at the first one that succeeds.
runOneHook() {
    local hookName="$1"
    shift
    local -n hookArray="${hookName%Hook}Hooks"
    local hook
    for hook in "$hookName" ${hookArray[@]+"${hookArray[@]}"}; do
        if { declare -F "$hook" >/dev/null || [[ -n "${!hook:-}" ]]; } && _runOne "$hook" "$@"; then
            return 0
        fi
    done
    return 1
}

_runOne() {
    local name="$1"
    shift
    if [[ "$name" == *Phase && -n "${!name:-}" ]]; then
        # `nix develop --phase` asks for phases as hooks: the package's own first.
        eval "${!name}"
    elif declare -F "$name" >/dev/null; then
        "$name" "$@"
    elif [[ "$name" == *[!a-zA-Z0-9_]* ]]; then
        eval "$name"
    elif [[ -n "${!name:-}" ]]; then
        eval "${!name}"
    fi
}

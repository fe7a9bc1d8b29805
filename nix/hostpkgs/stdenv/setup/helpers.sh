# Small helpers.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

stripHash() {
    local name
    name=$(basename -- "$1")
    if [[ "$name" =~ ^[a-z0-9]{32}- ]]; then
        name="${name:33}"
    fi
    printf '%s\n' "$name"
}

addToSearchPathWithCustomDelimiter() {
    local delimiter="$1" variable="$2" folder="$3"
    if [[ -d "$folder" && "$delimiter${!variable:-}$delimiter" != *"$delimiter$folder$delimiter"* ]]; then
        export "$variable=${!variable:+${!variable}$delimiter}$folder"
    fi
}

addToSearchPath() {
    addToSearchPathWithCustomDelimiter ":" "$@"
}

_isArray() {
    [[ "$(declare -p "$1" 2>/dev/null)" == "declare -"[aA]* ]]
}

prependToVar() {
    local variable="$1"
    shift
    if _isArray "$variable"; then
        local -n list="$variable"
        list=("$@" ${list[@]+"${list[@]}"})
    else
        printf -v "$variable" '%s' "$*${!variable:+ ${!variable}}"
    fi
}

appendToVar() {
    local variable="$1"
    shift
    if _isArray "$variable"; then
        local -n list="$variable"
        list+=("$@")
    else
        printf -v "$variable" '%s' "${!variable:+${!variable} }$*"
    fi
}

# concatTo ARRAY VARIABLE…: the words of variables, or the elements of arrays;
# `VARIABLE=DEFAULT` where it may be unset.
concatTo() {
    local -n _concatTarget="$1"
    shift
    local _concatArgument _concatName
    for _concatArgument in "$@"; do
        _concatName="${_concatArgument%%=*}"
        if _isArray "$_concatName"; then
            local -n _concatSource="$_concatName"
            _concatTarget+=(${_concatSource[@]+"${_concatSource[@]}"})
            unset -n _concatSource
        elif [[ -n "${!_concatName:-}" ]]; then
            local -a _concatWords
            read -r -d '' -a _concatWords <<<"${!_concatName}" || true
            _concatTarget+=(${_concatWords[@]+"${_concatWords[@]}"})
        elif [[ "$_concatArgument" == *=* ]]; then
            _concatTarget+=("${_concatArgument#*=}")
        fi
    done
}

nixLog() { printf '%s\n' "$*"; }
nixInfoLog() { nixLog "$@"; }
nixWarnLog() { printf 'warning: %s\n' "$*" >&2; }
nixErrorLog() { printf 'error: %s\n' "$*" >&2; }

echoCmd() {
    local label="$1"
    shift
    printf '%s:' "$label"
    printf ' %q' "$@"
    printf '\n'
}

getAllOutputNames() {
    printf '%s\n' "$outputs"
}

_outputFolders() {
    local output
    for output in $outputs; do
        printf '%s\n' "${!output}"
    done
}

# moveToOutput PATTERN OUTPUT: files of the other outputs that match.
moveToOutput() {
    # REMOVE is no output: what matches goes.
    local pattern="$1" target="" output source
    [[ "$2" == REMOVE ]] || target="${!2}"
    for output in $outputs; do
        [[ "${!output}" != "$target" ]] || continue
        [[ "$output" != debug ]] || continue
        for source in "${!output}"/$pattern; do
            [[ -e "$source" || -L "$source" ]] || continue
            if [[ "$2" == REMOVE ]]; then
                rm -r -- "$source"
                continue
            fi
            local destination="$target/${source#"${!output}"/}"
            mkdir -p "$(dirname "$destination")"
            if [[ -d "$destination" && -d "$source" && ! -L "$source" ]]; then
                # Both outputs have a part of the folder.
                cp -a "$source/." "$destination/"
                rm -r -- "$source"
            else
                mv "$source" "$destination"
            fi
            rmdir --ignore-fail-on-non-empty -p "$(dirname "$source")" 2>/dev/null || true
        done
    done
}

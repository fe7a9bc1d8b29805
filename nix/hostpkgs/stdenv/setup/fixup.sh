# The fixup phase: what the build made, fit for the store.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

# patchShebangs [--build|--host|--update] FOLDER…: first lines to the store's programs.
patchShebangs() {
    local -a folders=()
    local programs="$PATH" update=
    while [[ $# -gt 0 ]]; do
        case "$1" in
        --build) programs="$PATH" ;;
        --host) programs="$HOST_PATH" ;;
        # Also those that lead to the store already.
        --update) update=1 ;;
        --) ;;
        *) folders+=("$1") ;;
        esac
        shift
    done
    [[ ${#folders[@]} -gt 0 ]] || return 0
    local file line interpreter arguments name found
    while IFS= read -r -d '' file; do
        IFS= read -r -n 512 line <"$file" 2>/dev/null || [[ -n "$line" ]] || continue
        [[ "$line" == '#!'* ]] || continue
        line="${line#'#!'}"
        read -r interpreter arguments <<<"$line" || true
        [[ "$interpreter" == /* ]] || continue
        [[ "$interpreter" != "$NIX_STORE"/* || -n "$update" ]] || continue
        if [[ "$interpreter" == */bin/env ]]; then
            [[ "$arguments" == "-S "* ]] && arguments="${arguments#-S }"
            read -r name arguments <<<"$arguments" || true
            # Options and assignments of env itself are left alone.
            [[ "$name" != -* && "$name" != *=* ]] || continue
        else
            name="${interpreter##*/}"
        fi
        found=$(PATH="$programs" type -P "$name" || true)
        [[ "$found" == "$NIX_STORE"/* ]] || continue
        printf '%s: interpreter %s -> %s\n' "$file" "$line" "$found${arguments:+ $arguments}"
        local content
        content=$(tail -n +2 -- "$file" && printf x)
        local writable=
        [[ -w "$file" ]] || { writable=no; chmod u+w "$file"; }
        printf '#!%s\n%s' "$found${arguments:+ $arguments}" "${content%x}" >"$file"
        [[ -z "$writable" ]] || chmod u-w "$file"
    done < <(find "${folders[@]}" -type f -perm -0100 -print0 2>/dev/null)
}

_relocateOutputs() {
    [[ -z "${dontPatchELF:-}" ]] || return 0
    local -a folders=()
    local output package libraries=
    for output in $outputs; do
        [[ -e "${!output}" ]] && folders+=("${!output}")
    done
    [[ ${#folders[@]} -gt 0 ]] || return 0
    for package in ${pkgsHostTarget[@]+"${pkgsHostTarget[@]}"} ${compilerLibraries:-}; do
        [[ -d "$package/lib" ]] && libraries="$libraries:$package/lib"
    done
    local strip=-
    [[ -n "${dontStrip:-}" || -z "${hostStrip:-}" ]] || strip="$hostStrip"
    /usr/bin/python3 -I -B "$hostRelocate" fixup "$hostLibc" "$libraries" "$strip" "${folders[@]}"
}

fixupPhase() {
    local output
    for output in $outputs; do
        if [[ -e "${!output}" && ! -L "${!output}" ]]; then
            chmod -R u+w,u-s,g-s "${!output}"
        fi
    done
    runHook preFixup
    _tidyOutputs
    _separateDebugInfo
    if [[ -z "${dontPatchShebangs:-}" ]]; then
        for output in $outputs; do
            [[ ! -d "${!output}" ]] || patchShebangs --host "${!output}"
        done
    fi
    _relocateOutputs
    for output in $outputs; do
        prefix="${!output}" runHook fixupOutput
    done
    _writeNixSupport
    runHook postFixup
}

_writeNixSupport() {
    local target="${!outputDev:-$out}"
    local -a native=() host=()
    concatTo native propagatedNativeBuildInputs
    concatTo host propagatedBuildInputs
    # Who builds with the headers also needs the libraries, in whatever output.
    local output
    for output in "$outputBin" "$outputInclude" "$outputLib"; do
        if [[ "${!output}" != "$target" && -e "${!output}" && " ${host[*]:-} " != *" ${!output} "* ]]; then
            host+=("${!output}")
        fi
    done
    if [[ ${#native[@]} -gt 0 ]]; then
        mkdir -p "$target/nix-support"
        printf '%s ' "${native[@]}" >"$target/nix-support/propagated-native-build-inputs"
    fi
    if [[ ${#host[@]} -gt 0 ]]; then
        mkdir -p "$target/nix-support"
        printf '%s ' "${host[@]}" >"$target/nix-support/propagated-build-inputs"
    fi
    if [[ -n "${setupHook:-}" ]]; then
        mkdir -p "$target/nix-support"
        substituteAll "$setupHook" "$target/nix-support/setup-hook"
    fi
}

# The installed program says the package's version.
# shellcheck shell=bash disable=SC2154

versionCheckHook() {
    runHook preVersionCheck
    local program="${versionCheckProgram:-}" argument said
    if [[ -z "$program" ]]; then
        # In nixpkgs too: the main program, else one by the package's name.
        program="${!outputBin}/bin/${NIX_MAIN_PROGRAM:-${pname:-}}"
    fi
    if [[ ! -x "$program" ]]; then
        printf 'versionCheckHook: %s is no program; set versionCheckProgram or meta.mainProgram\n' "$program" >&2
        return 1
    fi
    local -a arguments=(--help --version)
    [[ -z "${versionCheckProgramArg:-}" ]] || arguments=("$versionCheckProgramArg")
    for argument in "${arguments[@]}"; do
        # Some say it with a status that is not 0. The package's own store path has
        # its version, too.
        said=$("$program" "$argument" 2>&1 | sed "s|$NIX_STORE/[^/ ]*/||g") || true
        if [[ "$said" == *"$version"* ]]; then
            printf 'versionCheckHook: %s %s says %s\n' "$program" "$argument" "$version"
            runHook postVersionCheck
            return 0
        fi
    done
    printf "versionCheckHook: '%s' is not in what %s says:\n%s\n" "$version" "$program" "$said" >&2
    return 1
}
if [[ -z "${dontVersionCheck:-}" ]]; then
    preInstallCheckHooks+=(versionCheckHook)
fi

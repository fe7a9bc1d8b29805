# shellcheck shell=bash disable=SC2034,SC2154
# The build phase: `cargo build`.

# _cargoCommonFlags ARRAY PROFILE NO_DEFAULT_FEATURES FEATURE_VARIABLE
_cargoCommonFlags() {
    local -n _flags="$1"
    local profile="$2" noDefaultFeatures="$3"
    local -a features=()
    concatTo features "$4"
    # `--profile dev` is how Cargo spells its debug builds.
    [[ "$profile" != debug ]] || profile=dev
    _flags+=("-j" "$NIX_BUILD_CORES" "--target" "@target@" "--frozen" "--profile" "$profile")
    [[ -z "$noDefaultFeatures" ]] || _flags+=("--no-default-features")
    if [[ ${#features[@]} -gt 0 ]]; then
        local IFS=,
        _flags+=("--features=${features[*]}")
    fi
}

# _inCargoFolder COMMAND…: where the package is, the target folder staying where it was.
_inCargoFolder() {
    if [[ -n "${buildAndTestSubdir:-}" ]]; then
        export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
        pushd "$buildAndTestSubdir" >/dev/null
        "$@"
        popd >/dev/null
    else
        "$@"
    fi
}

cargoBuildHook() {
    runHook preBuild
    local -a flags=()
    _cargoCommonFlags flags "${cargoBuildType:-release}" "${cargoBuildNoDefaultFeatures:-}" cargoBuildFeatures
    concatTo flags cargoBuildFlags
    echoCmd 'cargo build flags' "${flags[@]}"
    _inCargoFolder cargo build "${flags[@]}"
    runHook postBuild
}

if [[ -z "${dontCargoBuild:-}" && -z "${buildPhase:-}" ]]; then
    buildPhase=cargoBuildHook
fi

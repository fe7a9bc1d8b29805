# shellcheck shell=bash disable=SC2034,SC2154
# The check phase: `cargo test`.

cargoCheckHook() {
    runHook preCheck
    local -a flags=() testFlags=()
    _cargoCommonFlags flags "${cargoCheckType:-release}" "${cargoCheckNoDefaultFeatures:-}" cargoCheckFeatures
    concatTo flags cargoTestFlags
    local threads="$NIX_BUILD_CORES"
    [[ -z "${dontUseCargoParallelTests:-}" ]] || threads=1
    testFlags+=("--test-threads=$threads")
    concatTo testFlags checkFlags checkFlagsArray
    echoCmd 'cargo test flags' "${flags[@]}" -- "${testFlags[@]}"
    _inCargoFolder cargo test "${flags[@]}" -- "${testFlags[@]}"
    runHook postCheck
}

if [[ -z "${dontCargoCheck:-}" && -z "${checkPhase:-}" ]]; then
    checkPhase=cargoCheckHook
fi

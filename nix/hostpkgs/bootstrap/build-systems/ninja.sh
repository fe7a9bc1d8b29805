# Ninja's build, check and install phases, where there is a build.ninja.
# shellcheck shell=bash disable=SC2154

_ninja() {
    local label="$1"
    shift
    local -a flags=("-j$NIX_BUILD_CORES")
    concatTo flags ninjaFlags ninjaFlagsArray "$@"
    echoCmd "$label flags" "${flags[@]}"
    ninja "${flags[@]}"
}

ninjaBuildPhase() {
    runHook preBuild
    _ninja build
    runHook postBuild
}

ninjaCheckPhase() {
    runHook preCheck
    if [[ -z "${checkTarget:-}" ]] && ninja -t query test >/dev/null 2>&1; then
        checkTarget=test
    fi
    if [[ -z "${checkTarget:-}" ]]; then
        echo "no test target, doing nothing"
    else
        _ninja check checkFlags checkTarget
    fi
    runHook postCheck
}

ninjaInstallPhase() {
    runHook preInstall
    _ninja install installFlags installTargets=install
    runHook postInstall
}

if [[ -z "${dontUseNinjaBuild:-}" && -z "${buildPhase:-}" ]]; then
    buildPhase=ninjaBuildPhase
fi
if [[ -z "${dontUseNinjaCheck:-}" && -z "${checkPhase:-}" ]]; then
    checkPhase=ninjaCheckPhase
fi
if [[ -z "${dontUseNinjaInstall:-}" && -z "${installPhase:-}" ]]; then
    installPhase=ninjaInstallPhase
fi

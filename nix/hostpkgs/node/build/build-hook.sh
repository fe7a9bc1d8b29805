# npmBuildHook: runs the package's build script.
# The builder stops at the first command that fails.
# shellcheck shell=bash disable=SC2034,SC2154,SC2164

# shellcheck source=/dev/null
source "@home@"

npmBuildHook() {
    echo "Executing npmBuildHook"
    _npmHome
    runHook preBuild
    local script="${npmBuildScript-build}"
    if [[ -z "$script" ]]; then
        echo "error: npmBuildScript is empty; dontNpmBuild = true builds nothing" >&2
        exit 1
    fi
    local -a flags=() workspace=()
    concatTo flags npmBuildFlags npmFlags
    [[ -z "${npmWorkspace:-}" ]] || workspace=("--workspace=$npmWorkspace")

    pushd "${npmRoot:-.}" >/dev/null
    if ! (cd "${npmWorkspace:-.}" 2>/dev/null && node "@scripts@/package_files.mjs" has-script "$script") &&
        [[ -z "${npmWorkspace:-}" || -d "${npmWorkspace:-}" ]]; then
        echo "error: package.json has no script \"$script\"; npmBuildScript names another," \
            "dontNpmBuild = true builds nothing" >&2
        exit 1
    fi
    npm run ${workspace[@]+"${workspace[@]}"} "$script" ${flags[@]+"${flags[@]}"}
    popd >/dev/null
    runHook postBuild
}

if [[ -z "${dontNpmBuild:-}" && -z "${buildPhase:-}" ]]; then
    buildPhase=npmBuildHook
fi

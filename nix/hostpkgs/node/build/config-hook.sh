# npmConfigHook: installs the lock's packages into node_modules, offline, after
# the sources are patched.
# The builder stops at the first command that fails.
# shellcheck shell=bash disable=SC2154,SC2164

npmConfigHook() {
    echo "Executing npmConfigHook"
    if [[ -z "${npmDeps:-}" ]]; then
        echo "error: npmDeps is not set: give npmDepsHash, or npmDeps = fetchNpmDeps { … }" >&2
        exit 1
    fi

    # Nothing of the machine's npm has a say, and nothing is asked of a network.
    export HOME="$NIX_BUILD_TOP/npm-home"
    export npm_config_cache="$NIX_BUILD_TOP/npm-cache"
    export npm_config_userconfig="$HOME/.npmrc" npm_config_globalconfig="$HOME/npmrc"
    export npm_config_registry="https://offline.invalid/"
    export npm_config_offline=true npm_config_progress=false npm_config_audit=false
    export npm_config_fund=false npm_config_update_notifier=false npm_config_yes=false
    rm -rf "$npm_config_cache"
    mkdir -p "$HOME" "$npm_config_cache"

    # npm writes to its cache. The builder of a single-user Nix could write to the
    # store; so folders of its own, with links to the files.
    if [[ -n "${makeCacheWritable:-}" ]]; then
        cp -r --no-preserve=mode "$npmDeps/_cacache" "$npm_config_cache/"
    else
        cp -rs --no-preserve=mode "$npmDeps/_cacache" "$npm_config_cache/"
    fi

    pushd "${npmRoot:-.}" >/dev/null
    if [[ ! -f package.json ]]; then
        echo "error: there is no package.json in $PWD; npmRoot says where it is in the sources" >&2
        exit 1
    fi
    node "@scripts@/prepare_offline.mjs" "$npmDeps" "$npm_config_cache" "$npm_config_registry" || exit 1

    local -a installFlags=() rebuildFlags=()
    concatTo installFlags npmInstallFlags npmFlags
    concatTo rebuildFlags npmRebuildFlags npmFlags
    if ! npm ci --ignore-scripts ${installFlags[@]+"${installFlags[@]}"}; then
        echo "error: npm could not install the lock's packages; what it says is above" >&2
        exit 1
    fi
    # Only now can scripts of packages find their interpreters.
    _npmPatchShebangs
    npm rebuild ${rebuildFlags[@]+"${rebuildFlags[@]}"}
    _npmPatchShebangs
    popd >/dev/null
}

_npmPatchShebangs() {
    [[ ! -d node_modules ]] || patchShebangs node_modules >/dev/null
}

if [[ -z "${dontNpmInstallDeps:-}" ]]; then
    postPatchHooks+=(npmConfigHook)
fi

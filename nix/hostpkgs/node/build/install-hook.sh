# npmInstallHook: what `npm pack` would publish, with what it needs to run, and
# its programs in bin/.
# The builder stops at the first command that fails.
# shellcheck shell=bash disable=SC2034,SC2154,SC2164

# shellcheck source=/dev/null
source "@home@"

npmInstallHook() {
    echo "Executing npmInstallHook"
    _npmHome
    runHook preInstall
    local -a packFlags=() pruneFlags=() workspace=()
    concatTo packFlags npmPackFlags npmFlags
    concatTo pruneFlags npmPruneFlags npmFlags
    [[ -z "${npmWorkspace:-}" ]] || workspace=("--workspace=$npmWorkspace")

    pushd "${npmRoot:-.}" >/dev/null
    local root="$PWD" package="$PWD/${npmWorkspace:-}" list="$NIX_BUILD_TOP/npm-packed"
    if [[ -n "${npmWorkspace:-}" && ! -d "$package" ]]; then
        echo "error: npmWorkspace is $npmWorkspace, and no folder of the sources: give the workspace's folder" >&2
        exit 1
    fi
    npm pack --json --dry-run --loglevel=warn --no-foreground-scripts \
        ${workspace[@]+"${workspace[@]}"} ${packFlags[@]+"${packFlags[@]}"} >"$list.json"
    node "@scripts@/package_files.mjs" packed "$list.json" >"$list"

    cd "$package"
    local name
    name=$(node "@scripts@/package_files.mjs" name)
    local target="$out/lib/node_modules/$name" file
    mkdir -p "$target"
    while IFS= read -r file; do
        mkdir -p "$(dirname "$target/$file")"
        cp --no-preserve=ownership "$file" "$target/$file"
    done <"$list"

    local program
    while IFS=$'\t' read -r program file; do
        if [[ ! -f "$target/$file" ]]; then
            echo "error: package.json says that the program $program is $file, which is not among the packed files" >&2
            exit 1
        fi
        chmod +x "$target/$file"
        local -a wrapperArguments=()
        concatTo wrapperArguments makeWrapperArgs
        makeWrapper "$(type -P node)" "$out/bin/$program" --add-flag "$target/$file" \
            ${wrapperArguments[@]+"${wrapperArguments[@]}"}
    done < <(node "@scripts@/package_files.mjs" bins)

    cd "$root"
    if [[ -z "${dontNpmPrune:-}" ]]; then
        npm prune --omit=dev --no-save ${workspace[@]+"${workspace[@]}"} ${pruneFlags[@]+"${pruneFlags[@]}"}
    fi
    _npmInstallModules "$root" "$target"
    [[ "$package" -ef "$root" ]] || _npmInstallModules "$package" "$target"
    popd >/dev/null
    runHook postInstall
}

# _npmInstallModules FROM TARGET: FROM's node_modules, without what is npm's own,
# and with copies of workspaces for links to them.
_npmInstallModules() {
    local from="$1" target="$2" link pointed
    [[ -d "$from/node_modules" ]] || return 0
    mkdir -p "$target/node_modules"
    cp -r --no-preserve=ownership "$from/node_modules/." "$target/node_modules/"
    rm -rf "$target/node_modules/.package-lock.json" "$target/node_modules/.cache"
    while IFS= read -r -d '' link; do
        pointed=$(realpath -m "$from/${link#"$target"/}")
        rm "$link"
        # The package itself may be a workspace.
        if [[ -d "$pointed" && ! "$pointed" -ef "$from/${npmWorkspace:-}" ]]; then
            cp -r --no-preserve=ownership "$pointed" "$link"
        fi
    done < <(find "$target/node_modules" -mindepth 1 -maxdepth 2 -type l -not -path '*/.bin/*' -print0)
    find "$target/node_modules" -xtype l -delete
    find "$target/node_modules" -type d -empty -delete
}

if [[ -z "${dontNpmInstall:-}" && -z "${installPhase:-}" ]]; then
    installPhase=npmInstallHook
fi

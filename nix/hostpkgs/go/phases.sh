# The phases of buildGoModule.
# The builder stops at the first command that fails.
# shellcheck shell=bash disable=SC2034,SC2154,SC2164

goConfigurePhase() {
    runHook preConfigure
    export GOPATH="$NIX_BUILD_TOP/go" GOCACHE="$NIX_BUILD_TOP/go-cache" HOME="$NIX_BUILD_TOP"
    # Nothing of the machine's settings has a say, and nothing is downloaded.
    export GOENV=off GOPROXY=off GOSUMDB=off
    cd "$modRoot"
    if [[ ! -f go.mod ]]; then
        echo "error: there is no go.mod in $PWD; modRoot says where it is in the sources" >&2
        exit 1
    fi
    if [[ -n "${goModules:-}" ]]; then
        rm -rf vendor
        cp -r --reflink=auto --no-preserve=mode "$goModules" vendor
    fi
    local mode=vendor
    if [[ ! -d vendor ]]; then
        mode="readonly"
        if grep -qE '^require\b' go.mod; then
            echo "error: go.mod requires other modules, and vendorHash is null without a vendor folder:" \
                "set it to lib.fakeHash, build, and take over the hash that Nix then says" >&2
            exit 1
        fi
    fi
    # No names of this machine's folders in what is built.
    export GOFLAGS="-mod=$mode -trimpath ${GOFLAGS:-}"
    local packages
    if ! packages=$(_goPackages 2>"$NIX_BUILD_TOP/go-list"); then
        cat "$NIX_BUILD_TOP/go-list" >&2
        if [[ -n "${goModules:-}" ]] && grep -q 'inconsistent vendoring' "$NIX_BUILD_TOP/go-list"; then
            echo "error: go.mod is not the one that vendorHash was made for:" \
                "set it to lib.fakeHash, build, and take over the hash that Nix then says" >&2
        fi
        exit 1
    fi
    runHook postConfigure
}

# What is built and tested: subPackages, or all, without excludedPackages.
_goPackages() {
    local -a wanted=() excluded=()
    concatTo wanted subPackages
    concatTo excluded excludedPackages
    if [[ ${#wanted[@]} -eq 0 ]]; then
        wanted=(./...)
    fi
    local index
    for index in "${!wanted[@]}"; do
        [[ "${wanted[index]}" == ./* || "${wanted[index]}" == . ]] || wanted[index]="./${wanted[index]}"
    done
    local pattern
    pattern=$(IFS='|'; printf '%s' "${excluded[*]}")
    local list
    list=$(go list "${wanted[@]}") || return
    if [[ -n "$pattern" ]]; then
        list=$(grep -vE "$pattern" <<<"$list" || true)
    fi
    printf '%s\n' "$list"
}

_goFlags() {
    local -n _flags="$1"
    local -a names=() linker=()
    concatTo names tags
    concatTo linker ldflags
    # The build's ID would be of the Go that built it.
    linker+=("-buildid=")
    # Where a program needs the C library, for a name's address say, it is the store's.
    linker+=("-I" "$(<"$hostLibc/nix-support/dynamic-linker")" "-r" "$hostLibc/lib")
    _flags=("-p=$NIX_BUILD_CORES" "-ldflags=${linker[*]}")
    [[ ${#names[@]} -eq 0 ]] || _flags+=("-tags=$(IFS=,; printf '%s' "${names[*]}")")
}

goBuildPhase() {
    runHook preBuild
    local -a flags=() more=() packages=()
    _goFlags flags
    concatTo more buildFlags
    mapfile -t packages < <(_goPackages)
    echoCmd "go install" "${flags[@]}" ${more[@]+"${more[@]}"} "${packages[@]}"
    go install "${flags[@]}" ${more[@]+"${more[@]}"} "${packages[@]}" || return
    runHook postBuild
}

goCheckPhase() {
    runHook preCheck
    # Tests may look for their files' names.
    local GOFLAGS="${GOFLAGS//-trimpath/}"
    local -a flags=() more=() packages=()
    _goFlags flags
    concatTo more checkFlags
    mapfile -t packages < <(_goPackages)
    go test "${flags[@]}" ${more[@]+"${more[@]}"} "${packages[@]}" || return
    runHook postCheck
}

goInstallPhase() {
    runHook preInstall
    mkdir -p "$out"
    if [[ -d "$GOPATH/bin" ]]; then
        cp -r "$GOPATH/bin" "$out/"
    fi
    runHook postInstall
}

: "${configurePhase:=goConfigurePhase}"
: "${buildPhase:=goBuildPhase}"
: "${checkPhase:=goCheckPhase}"
: "${installPhase:=goInstallPhase}"

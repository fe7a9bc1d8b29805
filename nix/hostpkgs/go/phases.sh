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
    local trim="-trimpath"
    [[ -z "${allowGoReference:-}" ]] || trim=""
    export GOFLAGS="-mod=$mode $trim ${GOFLAGS:-}"
    if ! _goPackages build >/dev/null 2>"$NIX_BUILD_TOP/go-list"; then
        cat "$NIX_BUILD_TOP/go-list" >&2
        if [[ -n "${goModules:-}" ]] && grep -q 'inconsistent vendoring' "$NIX_BUILD_TOP/go-list"; then
            echo "error: go.mod is not the one that vendorHash was made for:" \
                "set it to lib.fakeHash, build, and take over the hash that Nix then says" >&2
        fi
        exit 1
    fi
    runHook postConfigure
}

# _goPackages build|test: their folders. They are subPackages, or all that are
# not excluded by a part of their folder's name, as in nixpkgs.
_goPackages() {
    local -a wanted=() excluded=(/_ examples Godeps testdata) flags=()
    concatTo wanted subPackages
    concatTo excluded excludedPackages
    _goTags flags
    local all="" index
    if [[ ${#wanted[@]} -eq 0 ]]; then
        all=1
        wanted=(./...)
    fi
    for index in "${!wanted[@]}"; do
        [[ "${wanted[index]}" == ./* || "${wanted[index]}" == . ]] || wanted[index]="./${wanted[index]}"
    done
    # Go refuses to build by name what has tests only.
    local format='{{.Dir}}' list pattern
    [[ "$1" == test ]] || format='{{if or .GoFiles .CgoFiles}}{{.Dir}}{{end}}'
    list=$(go list ${flags[@]+"${flags[@]}"} -f "$format" "${wanted[@]}") || return
    list=$(while IFS= read -r folder; do [[ -z "$folder" ]] || printf '.%s\n' "${folder#"$PWD"}"; done <<<"$list")
    if [[ -n "$all" ]]; then
        pattern=$(IFS='|'; printf '%s' "${excluded[*]}")
        list=$(grep -vE "$pattern" <<<"$list") || true
    fi
    if [[ -z "$list" ]]; then
        echo "error: there is no package to build in $PWD: subPackages, excludedPackages and tags leave none" >&2
        return 1
    fi
    printf '%s\n' "$list"
}

_goTags() {
    local -n _tagFlags="$1"
    local -a names=()
    concatTo names tags
    [[ ${#names[@]} -eq 0 ]] || _tagFlags+=("-tags=$(IFS=,; printf '%s' "${names[*]}")")
}

_goFlags() {
    local -n _flags="$1"
    local -a linker=()
    concatTo linker ldflags
    # The build's ID would be of the Go that built it.
    linker+=("-buildid=")
    # Where a program needs the C library, for a name's address say, it is the store's.
    linker+=("-I" "$(<"$hostLibc/nix-support/dynamic-linker")" "-r" "$hostLibc/lib")
    _flags=("-p=$NIX_BUILD_CORES" "-ldflags=${linker[*]}")
    _goTags "$1"
}

goBuildPhase() {
    runHook preBuild
    local -a flags=() more=() packages=()
    local list
    _goFlags flags
    concatTo more buildFlags
    list=$(_goPackages build) || return
    mapfile -t packages <<<"$list"
    echoCmd "go install" "${flags[@]}" ${more[@]+"${more[@]}"} "${packages[@]}"
    go install "${flags[@]}" ${more[@]+"${more[@]}"} "${packages[@]}" || return
    runHook postBuild
}

goCheckPhase() {
    runHook preCheck
    # Tests may look for their files' names.
    local GOFLAGS="$GOFLAGS -trimpath=false"
    local -a flags=() more=() packages=()
    local list
    _goFlags flags
    concatTo more checkFlags
    list=$(_goPackages test) || return
    mapfile -t packages <<<"$list"
    # What vet finds is no failure of a test; as in nixpkgs.
    go test -vet=off "${flags[@]}" ${more[@]+"${more[@]}"} "${packages[@]}" || return
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

# Go is no store path, so Nix cannot look for it.
_goRefuseReferences() {
    [[ -z "${allowGoReference:-}" && -e "$out" ]] || return 0
    local root sources found
    root=$(go env GOROOT)
    # Where the host has only links there.
    sources=$(realpath "$root/src")
    if found=$(grep -rlaF -e "$root/" -e "$sources/" -- "$out"); then
        printf 'error: this refers to the Go that built it, %s (allowGoReference = true allows it):\n%s\n' "$root" "$found" >&2
        return 1
    fi
}
postFixupHooks+=(_goRefuseReferences)

: "${configurePhase:=goConfigurePhase}"
: "${buildPhase:=goBuildPhase}"
: "${checkPhase:=goCheckPhase}"
: "${installPhase:=goInstallPhase}"

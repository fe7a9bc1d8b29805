# goVendor: downloads what go.mod requires, with this machine's own settings.
# The builder stops at the first command that fails.
# shellcheck shell=bash disable=SC2154,SC2164

goVendor() {
    local name
    # Nix passes each of `impureEnvVars`, as an empty string where it is unset.
    for name in $impureEnvVars; do
        [[ -n "${!name:-}" ]] || unset "$name"
    done
    export GOPATH="$NIX_BUILD_TOP/go" GOCACHE="$NIX_BUILD_TOP/go-cache" GOFLAGS=-modcacherw
    # For `direct`: the host's git.
    export PATH="$PATH:/usr/bin"
    runHook preBuild
    cd "${modRoot:-.}"
    if [[ -d vendor ]]; then
        if [[ -z "${deleteVendor:-}" ]]; then
            echo "error: the source has a vendor folder: set vendorHash = null to use it, or deleteVendor = true" >&2
            exit 1
        fi
        rm -r vendor
    fi
    go mod vendor
    if [[ ! -d vendor ]]; then
        echo "error: the module needs no others: set vendorHash = null" >&2
        exit 1
    fi
    runHook postBuild
}

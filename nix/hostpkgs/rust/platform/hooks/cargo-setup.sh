# shellcheck shell=bash disable=SC2034,SC2154
# The crates of $cargoDeps (or $cargoVendorDir, in the source) for Cargo's
# registries, and a lock that fits. `cargoRoot` is where Cargo.toml is, from the
# source's root. `@target@` and the like are filled in by Nix.

_cargoSetupFail() {
    printf 'error: %s\n' "$@" >&2
    return 1
}

cargoSetupPostUnpackHook() {
    if [[ -n "${cargoVendorDir:-}" ]]; then
        cargoDepsCopy=$(realpath "$PWD/$sourceRoot/${cargoRoot:+$cargoRoot/}$cargoVendorDir")
    elif [[ -d "${cargoDeps:-}" ]]; then
        # A copy: `postPatch` may change crates, and some write beside themselves.
        cargoDepsCopy="$NIX_BUILD_TOP/cargo-vendor-dir"
        cp -r --no-preserve=mode,ownership --reflink=auto -- "$cargoDeps" "$cargoDepsCopy"
    else
        _cargoSetupFail "cargoDeps is '${cargoDeps:-}', which is no folder of crates (importCargoLock or fetchCargoVendor make one)"
        return 1
    fi
    export cargoDepsCopy

    # Above the source: a package's own .cargo/config.toml counts, too.
    local configuration="$PWD/.cargo/config.toml"
    mkdir -p "$PWD/.cargo"
    if [[ -f "$cargoDepsCopy/.cargo/config.toml" ]]; then
        local text
        text=$(<"$cargoDepsCopy/.cargo/config.toml")
        printf '%s\n' "${text//@vendor@/$cargoDepsCopy}" >"$configuration"
    else
        printf '[source.crates-io]\nreplace-with = "vendored-sources"\n\n[source.vendored-sources]\ndirectory = "%s"\n' \
            "$cargoDepsCopy" >"$configuration"
    fi
    # The C compiler links, also for a Rust that is not this set's own.
    export CARGO_TARGET_@environmentTarget@_LINKER="${CARGO_TARGET_@environmentTarget@_LINKER:-${CC:-cc}}"
    export CARGO_HOME="$NIX_BUILD_TOP/cargo-home"
    mkdir -p "$CARGO_HOME"
    export CARGO_NET_OFFLINE=true CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"
}

cargoSetupPostPatchHook() {
    local folder="$PWD${cargoRoot:+/$cargoRoot}"
    if [[ ! -f "$folder/Cargo.lock" ]]; then
        if [[ ! -f "$folder/Cargo.toml" ]]; then
            _cargoSetupFail "there is no Cargo.toml in '${cargoRoot:-.}' of the source; cargoRoot says which folder has it"
            return 1
        fi
        _cargoSetupFail "there is no Cargo.lock in '${cargoRoot:-.}' of the source, so nothing says which crates to take." \
            "Run 'cargo generate-lockfile', let git know the file, and see that src has it (or copy one in postPatch)."
        return 1
    fi
    if [[ -f "$cargoDepsCopy/Cargo.lock" ]] && ! cmp -s "$folder/Cargo.lock" "$cargoDepsCopy/Cargo.lock"; then
        diff "$cargoDepsCopy/Cargo.lock" "$folder/Cargo.lock" >&2 || true
        _cargoSetupFail "the Cargo.lock of the source is not the one that the crates were fetched for (above: < fetched, > source)." \
            "With cargoLock.lockFile, give the same file; with cargoHash, set it to lib.fakeHash to learn the new hash."
        return 1
    fi
    # A lock may lie above the packages, and where Cargo is not, the hook's user has
    # another use for the crates.
    [[ -f "$folder/Cargo.toml" ]] && type -P cargo >/dev/null || return 0
    local complaint
    if ! complaint=$(cargo metadata --frozen --format-version 1 --manifest-path "$folder/Cargo.toml" 2>&1 >/dev/null); then
        printf '%s\n' "$complaint" >&2
        if [[ "$complaint" == *"lock file"* || "$complaint" == *"no matching package"* || "$complaint" == *"failed to select a version"* ]]; then
            _cargoSetupFail "Cargo.lock does not fit Cargo.toml, it seems: run 'cargo update --workspace' (or any cargo build) and commit Cargo.lock."
        fi
        return 1
    fi
}

if [[ -z "${dontCargoSetupPostUnpack:-}" ]]; then
    postUnpackHooks+=(cargoSetupPostUnpackHook)
fi
if [[ -z "${dontCargoSetupPostPatch:-}" ]]; then
    postPatchHooks+=(cargoSetupPostPatchHook)
fi

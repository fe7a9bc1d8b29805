# shellcheck shell=bash disable=SC2034,SC2154
# The install phase: programs to bin/, libraries for others to lib/.

# Right after the build: `cargo test` may build the same files with other features.
cargoInstallPostBuildHook() {
    local profile="${cargoBuildType:-release}"
    [[ "$profile" != dev ]] || profile=debug
    releaseDir="${CARGO_TARGET_DIR:-target}/@target@/$profile"
    tmpDir="$releaseDir-tmp"
    mkdir -p "$tmpDir"
    local file
    for file in "$releaseDir"/*; do
        if [[ -f "$file" && "$file" != *.d ]]; then
            cp --reflink=auto -- "$file" "$tmpDir/"
        fi
    done
}

cargoInstallHook() {
    runHook preInstall
    # Where a package has a build phase of its own.
    [[ -n "${tmpDir:-}" ]] || cargoInstallPostBuildHook
    local file found=
    mkdir -p "$out/bin" "$out/lib"
    for file in "$tmpDir"/*; do
        case "$file" in
        *.so | *.so.* | *.a) install -m 644 -D -t "$out/lib" -- "$file" ;;
        *.rlib | *.rmeta) continue ;;
        *)
            [[ -x "$file" ]] || continue
            install -m 755 -D -t "$out/bin" -- "$file"
            ;;
        esac
        found=1
    done
    rmdir --ignore-fail-on-non-empty "$out/bin" "$out/lib"
    if [[ -z "$found" ]]; then
        printf 'error: %s\n' "cargo build made no program and no library that others could use (cdylib, staticlib) in $releaseDir" >&2
        return 1
    fi
    runHook postInstall
}

if [[ -z "${dontCargoInstall:-}" && -z "${installPhase:-}" ]]; then
    installPhase=cargoInstallHook
    postBuildHooks+=(cargoInstallPostBuildHook)
fi

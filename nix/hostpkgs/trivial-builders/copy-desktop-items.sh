# Installs the entries in `desktopItems`: files, or packages that have them.
# shellcheck shell=bash disable=SC2154

copyDesktopItems() {
    [[ -z "${dontCopyDesktopItems:-}" ]] || return 0
    local -a items=()
    concatTo items desktopItems
    local item file
    for item in ${items[@]+"${items[@]}"}; do
        for file in "$item" "$item"/share/applications/*.desktop; do
            if [[ -f "$file" ]]; then
                install -Dm644 -t "${!outputBin}/share/applications" -- "$file"
            fi
        done
    done
}
postInstallHooks+=(copyDesktopItems)

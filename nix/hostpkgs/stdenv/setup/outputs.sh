# Several outputs: which part of a package goes into which.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

# The name of the first of the outputs that the package has; REMOVE is always there.
_firstOutput() {
    local name
    for name in "$@"; do
        if [[ " $outputs REMOVE " == *" $name "* ]]; then
            printf '%s' "$name"
            return
        fi
    done
    printf '%s' "${outputs%% *}"
}

: "${outputDev:=$(_firstOutput dev out)}"
: "${outputBin:=$(_firstOutput bin out)}"
: "${outputLib:=$(_firstOutput lib out)}"
: "${outputInclude:=$outputDev}"
: "${outputDoc:=$(_firstOutput doc out)}"
: "${outputDevdoc:=$(_firstOutput devdoc REMOVE)}"
: "${outputMan:=$(_firstOutput man "$outputBin")}"
: "${outputDevman:=$(_firstOutput devman devdoc "$outputMan")}"
: "${outputInfo:=$(_firstOutput info "$outputBin")}"

# The folders of a configure script, for a package of several outputs.
_outputFlags() {
    local -n _flags="$1"
    [[ "$outputs" == *" "* && -n "${setOutputFlags-1}" ]] || return 0
    local share="${shareDocName:-${pname:-}}"
    _flags+=(
        "--bindir=${!outputBin}/bin"
        "--sbindir=${!outputBin}/sbin"
        "--libdir=${!outputLib}/lib"
        "--libexecdir=${!outputLib}/libexec"
        "--includedir=${!outputInclude}/include"
        "--mandir=${!outputMan}/share/man"
        "--infodir=${!outputInfo}/share/info"
        "--docdir=${!outputDoc}/share/doc/${share:-$name}"
        "--localedir=${!outputLib}/share/locale"
    )
}

# What an install rule put elsewhere than it belongs.
_tidyOutputs() {
    local output folder file
    for output in $outputs; do
        folder="${!output}"
        [[ -d "$folder" ]] || continue
        if [[ -d "$folder/sbin" && ! -L "$folder/sbin" && -z "${dontMoveSbin:-}" ]]; then
            _mergeFolder "$folder/sbin" "$folder/bin"
            ln -s bin "$folder/sbin"
        fi
        if [[ -d "$folder/lib64" && ! -L "$folder/lib64" && -z "${dontMoveLib64:-}" ]]; then
            _mergeFolder "$folder/lib64" "$folder/lib"
            ln -s lib "$folder/lib64"
        fi
    done
    if [[ "$outputs" == *" "* ]]; then
        _moveParts
    fi
    [[ -z "${dontGzipMan:-}" ]] || return 0
    for output in $outputs; do
        [[ -d "${!output}/share/man" ]] || continue
        while IFS= read -r -d '' file; do
            gzip -n -f "$file"
        done < <(find "${!output}/share/man" -type f ! -name '*.gz' ! -name '*.bz2' ! -name '*.xz' -path '*/man[0-9]*/*' -print0)
        # Links to pages that now have another name.
        while IFS= read -r -d '' file; do
            if [[ ! -e "$file" && -e "$(dirname "$file")/$(readlink "$file").gz" ]]; then
                ln -s "$(readlink "$file").gz" "$file.gz"
                rm "$file"
            fi
        done < <(find "${!output}/share/man" -type l -print0)
    done
}

_mergeFolder() {
    mkdir -p "$2"
    find "$1" -mindepth 1 -maxdepth 1 -exec mv -t "$2" -- {} +
    rmdir "$1"
}

_moveParts() {
    local part
    for part in share/info:"$outputInfo" share/doc:"$outputDoc" share/gtk-doc:"$outputDevdoc" \
        share/devhelp/books:"$outputDevdoc" share/man/man3:"$outputDevman" share/man:"$outputMan" \
        include:"$outputInclude" lib/pkgconfig:"$outputDev" share/pkgconfig:"$outputDev" lib/cmake:"$outputDev" \
        share/aclocal:"$outputDev" 'lib/*.la':"$outputDev"; do
        moveToOutput "${part%:*}" "${part##*:}"
    done
}

# separateDebugInfo: the symbols, by build id, in the output `debug`.
_separateDebugInfo() {
    [[ -n "${separateDebugInfo:-}" ]] || return 0
    local output file id target
    for output in $outputs; do
        [[ "$output" != debug && -d "${!output}" ]] || continue
        while IFS= read -r -d '' file; do
            # Files of other kinds have none.
            id=$(readelf -n "$file" 2>/dev/null | sed -n 's/.*Build ID: *//p' | head -n 1) || continue
            [[ ${#id} -gt 2 ]] || continue
            target="$debug/lib/debug/.build-id/${id:0:2}"
            mkdir -p "$target"
            objcopy --only-keep-debug "$file" "$target/${id:2}.debug" 2>/dev/null || continue
            strip --strip-debug "$file"
            objcopy --add-gnu-debuglink="$target/${id:2}.debug" "$file"
        done < <(find "${!output}" -type f -print0)
    done
    mkdir -p "$debug"
}

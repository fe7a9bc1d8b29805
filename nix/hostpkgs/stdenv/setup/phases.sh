# The phases from unpacking to installing, and the order that all come in.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

_announcePhase() {
    if [[ -n "${NIX_LOG_FD:-}" ]]; then
        printf '@nix { "action": "setPhase", "phase": "%s" }\n' "$1" >&"$NIX_LOG_FD"
    fi
    printf 'Running phase: %s\n' "$1"
}

unpackFile() {
    # `unpackCmd` is a text that reads this name.
    curSrc="$1"
    printf 'unpacking source archive %s\n' "$curSrc"
    if ! runOneHook unpackCmd "$curSrc"; then
        printf 'do not know how to unpack source archive %s\n' "$curSrc" >&2
        return 1
    fi
}

_defaultUnpack() {
    local file="$1"
    if [[ -d "$file" ]]; then
        local destination
        destination=$(stripHash "$file")
        if [[ -e "$destination" ]]; then
            printf "Cannot copy %s to %s: the destination exists already\n" "$file" "$destination" >&2
            return 1
        fi
        cp -r --preserve=timestamps --reflink=auto -- "$file" "$destination"
        return
    fi
    case "$file" in
    *.tar.xz | *.txz | *.tar.lzma) tar -xJf "$file" --mode=+w --warning=no-timestamp ;;
    *.tar.bz2 | *.tbz | *.tbz2) tar -xjf "$file" --mode=+w --warning=no-timestamp ;;
    *.tar.gz | *.tgz) tar -xzf "$file" --mode=+w --warning=no-timestamp ;;
    *.tar.zst) tar --zstd -xf "$file" --mode=+w --warning=no-timestamp ;;
    *.tar) tar -xf "$file" --mode=+w --warning=no-timestamp ;;
    *.zip) unzip -qq "$file" ;;
    *) return 1 ;;
    esac
}
unpackCmdHooks+=(_defaultUnpack)

unpackPhase() {
    runHook preUnpack
    if [[ -z "${srcs:-}" ]]; then
        if [[ -z "${src:-}" ]]; then
            # shellcheck disable=SC2016
            echo 'variable $src or $srcs should point to the source' >&2
            return 1
        fi
        srcs="$src"
    fi
    local -A before=()
    local entry
    for entry in *; do
        [[ -d "$entry" ]] && before["$entry"]=1
    done
    local -a sources=()
    concatTo sources srcs
    local file
    for file in "${sources[@]}"; do
        unpackFile "$file"
    done
    if [[ -n "${setSourceRoot:-}" ]]; then
        runOneHook setSourceRoot
    elif [[ -z "${sourceRoot:-}" ]]; then
        sourceRoot=
        for entry in *; do
            if [[ -d "$entry" && -z "${before["$entry"]:-}" ]]; then
                if [[ -n "$sourceRoot" ]]; then
                    echo "unpacker produced multiple directories; set sourceRoot" >&2
                    return 1
                fi
                sourceRoot="$entry"
            fi
        done
    fi
    if [[ -z "${sourceRoot:-}" ]]; then
        echo "unpacker appears to have produced no directories" >&2
        return 1
    fi
    printf 'source root is %s\n' "$sourceRoot"
    [[ "${dontMakeSourcesWritable:-0}" == 1 ]] || chmod -R u+w -- "$sourceRoot"
    runHook postUnpack
}

patchPhase() {
    runHook prePatch
    local -a files=() flags=()
    concatTo files patches
    concatTo flags patchFlags=-p1
    local file
    for file in ${files[@]+"${files[@]}"}; do
        printf 'applying patch %s\n' "$file"
        case "$file" in
        *.gz) gzip -d <"$file" ;;
        *.bz2) bzip2 -d <"$file" ;;
        *.xz) xz -d <"$file" ;;
        *) cat "$file" ;;
        esac | patch "${flags[@]}"
    done
    runHook postPatch
}

configurePhase() {
    runHook preConfigure
    : "${configureScript:=}"
    if [[ -z "$configureScript" && -x ./configure ]]; then
        configureScript=./configure
    fi
    if [[ -n "$configureScript" ]]; then
        local -a flags=()
        if [[ -z "${dontAddPrefix:-}" ]]; then
            flags+=("${prefixKey:---prefix=}${prefix:-$out}")
        fi
        if [[ -f "$configureScript" ]]; then
            # Autoconf's scripts name what they understand.
            [[ -n "${dontAddDisableDepTrack:-}" ]] || ! grep -q dependency-tracking "$configureScript" ||
                flags+=(--disable-dependency-tracking)
            [[ -n "${dontDisableStatic:-}" ]] || ! grep -q enable-static "$configureScript" ||
                flags+=(--disable-static)
        fi
        _outputFlags flags
        concatTo flags configureFlags configureFlagsArray
        echoCmd 'configure flags' ${flags[@]+"${flags[@]}"}
        # Split on purpose: it may be a command with arguments.
        # shellcheck disable=SC2086
        $configureScript ${flags[@]+"${flags[@]}"}
    else
        echo "no configure script, doing nothing"
    fi
    runHook postConfigure
}

_hasMakefile() {
    [[ -n "${makefile:-}" || -e Makefile || -e makefile || -e GNUmakefile ]]
}

# _make LABEL PARALLEL FLAGVARIABLE…
_make() {
    local label="$1" parallel="$2"
    shift 2
    local -a flags=("SHELL=$SHELL")
    [[ -z "$parallel" ]] || flags=("-j$NIX_BUILD_CORES" "${flags[@]}")
    concatTo flags makeFlags makeFlagsArray "$@"
    echoCmd "$label flags" "${flags[@]}"
    make ${makefile:+-f "$makefile"} "${flags[@]}"
}

buildPhase() {
    runHook preBuild
    if ! _hasMakefile && [[ -z "${makeFlags:-}" ]]; then
        echo "no Makefile or custom buildPhase, doing nothing"
    else
        _make build "${enableParallelBuilding:-}" buildFlags buildFlagsArray
    fi
    runHook postBuild
}

checkPhase() {
    runHook preCheck
    if ! _hasMakefile; then
        echo "no Makefile or custom checkPhase, doing nothing"
    else
        if [[ -z "${checkTarget:-}" ]]; then
            local target
            for target in check test; do
                # Asking is not running: -n says whether there is a rule.
                if make ${makefile:+-f "$makefile"} -n "$target" >/dev/null 2>&1; then
                    checkTarget="$target"
                    break
                fi
            done
        fi
        if [[ -z "${checkTarget:-}" ]]; then
            echo "no check/test target in the Makefile, doing nothing"
        else
            local -a checks=()
            concatTo checks checkFlags=VERBOSE=y checkFlagsArray checkTarget
            _make check "${enableParallelChecking:-${enableParallelBuilding:-}}" checks
        fi
    fi
    runHook postCheck
}

installPhase() {
    runHook preInstall
    if ! _hasMakefile && [[ -z "${makeFlags:-}" ]]; then
        echo "no Makefile or custom installPhase, doing nothing"
    else
        mkdir -p "${prefix:-$out}"
        local -a targets=()
        concatTo targets installFlags installFlagsArray installTargets=install
        _make install "${enableParallelInstalling:-}" targets
    fi
    runHook postInstall
}

installCheckPhase() {
    runHook preInstallCheck
    if _hasMakefile && make ${makefile:+-f "$makefile"} -n "${installCheckTarget:-installcheck}" >/dev/null 2>&1; then
        local -a checks=()
        concatTo checks installCheckFlags installCheckTarget=installcheck
        _make installcheck "" checks
    else
        echo "no Makefile or custom installCheckPhase, doing nothing"
    fi
    runHook postInstallCheck
}

distPhase() {
    runHook preDist
    _make dist "" distFlags
    runHook postDist
}

runPhase() {
    local curPhase="$1"
    case "$curPhase" in
    unpackPhase) [[ -z "${dontUnpack:-}" ]] || return 0 ;;
    patchPhase) [[ -z "${dontPatch:-}" ]] || return 0 ;;
    configurePhase) [[ -z "${dontConfigure:-}" ]] || return 0 ;;
    buildPhase) [[ -z "${dontBuild:-}" ]] || return 0 ;;
    checkPhase) [[ -n "${doCheck:-}" ]] || return 0 ;;
    installPhase) [[ -z "${dontInstall:-}" ]] || return 0 ;;
    fixupPhase) [[ -z "${dontFixup:-}" ]] || return 0 ;;
    installCheckPhase) [[ -n "${doInstallCheck:-}" ]] || return 0 ;;
    distPhase) [[ -n "${doDist:-}" ]] || return 0 ;;
    esac
    _announcePhase "$curPhase"
    _runningPhase="$curPhase"
    if [[ -n "${!curPhase:-}" ]]; then
        eval "${!curPhase}"
    else
        "$curPhase"
    fi
    if [[ "$curPhase" == unpackPhase && -n "${sourceRoot:-}" ]]; then
        cd -- "$sourceRoot" || return
    fi
    _runningPhase=
}

definePhases() {
    if [[ -z "${phases:-}" ]]; then
        phases="${prePhases:-} unpackPhase patchPhase ${preConfigurePhases:-} configurePhase \
            ${preBuildPhases:-} buildPhase checkPhase ${preInstallPhases:-} installPhase \
            ${preFixupPhases:-} fixupPhase installCheckPhase ${preDistPhases:-} distPhase ${postPhases:-}"
    fi
}

genericBuild() {
    export GZIP_NO_TIMESTAMPS=1
    if [[ -n "${buildCommandPath:-}" && -f "$buildCommandPath" ]]; then
        # shellcheck disable=SC1090
        source "$buildCommandPath"
        return
    fi
    if [[ -n "${buildCommand:-}" ]]; then
        eval "$buildCommand"
        return
    fi
    definePhases
    local phase
    for phase in $phases; do
        runPhase "$phase"
    done
}

_onExit() {
    local status=$?
    trap - EXIT
    set +e
    if [[ "$status" -ne 0 ]]; then
        [[ -z "${_runningPhase:-}" ]] ||
            printf 'error: %s of %s failed with exit status %s, in %s\n' "$_runningPhase" "${name:-this build}" "$status" "$PWD" >&2
        runHook failureHook
    else
        runHook exitHook
    fi
    exit "$status"
}

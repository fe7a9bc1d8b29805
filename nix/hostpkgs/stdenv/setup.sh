# The build environment of stdenv.mkDerivation: search paths, phases and the
# helpers that package files call. Sourced by the builder and by `nix develop`.
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

# Structured attributes: outputs and env come as associative arrays.
if [[ -n "${NIX_ATTRS_SH_FILE:-}" && -f "$NIX_ATTRS_SH_FILE" ]]; then
    # shellcheck disable=SC1090
    source "$NIX_ATTRS_SH_FILE"
    if [[ "$(declare -p outputs 2>/dev/null)" == "declare -A"* ]]; then
        for _name in "${!outputs[@]}"; do
            export "$_name=${outputs["$_name"]}"
        done
        _name="${!outputs[*]}"
        unset outputs
        outputs="$_name"
    fi
    if [[ "$(declare -p env 2>/dev/null)" == "declare -A"* ]]; then
        for _name in "${!env[@]}"; do
            export "$_name=${env["$_name"]}"
        done
    fi
    unset _name
fi

: "${outputs:=out}"
: "${NIX_BUILD_TOP:=$PWD}"
: "${NIX_BUILD_CORES:=1}"
: "${NIX_STORE:=/nix/store}"
if [ "$NIX_BUILD_CORES" -le 0 ] 2>/dev/null; then
    NIX_BUILD_CORES=$(nproc)
fi
export NIX_BUILD_CORES

# Zip archives cannot hold dates before 1980.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-315532800}"
export SHELL CONFIG_SHELL="${CONFIG_SHELL:-$SHELL}"
export LC_ALL="${LC_ALL:-C.UTF-8}"
export PYTHONDONTWRITEBYTECODE="${PYTHONDONTWRITEBYTECODE:-1}"

######################################################################
# Hooks: `runHook preBuild` runs the variable or function preBuild, then every
# element of the array preBuildHooks.

runHook() {
    local hookName="$1"
    shift
    _runOne "$hookName" "$@"
    local arrayName="${hookName%Hook}Hooks"
    local -n hookArray="$arrayName"
    local hook
    # A copy: a hook may add to the list.
    local -a hooks=(${hookArray[@]+"${hookArray[@]}"})
    for hook in ${hooks[@]+"${hooks[@]}"}; do
        _runOne "$hook" "$@" || return
    done
    return 0
}

# Like runHook, but ends at the first one that succeeds.
runOneHook() {
    local hookName="$1"
    shift
    local -n hookArray="${hookName%Hook}Hooks"
    local hook
    for hook in "$hookName" ${hookArray[@]+"${hookArray[@]}"}; do
        if { declare -F "$hook" >/dev/null || [[ -n "${!hook:-}" ]]; } && _runOne "$hook" "$@"; then
            return 0
        fi
    done
    return 1
}

_runOne() {
    local name="$1"
    shift
    if [[ "$name" == *Phase && -n "${!name:-}" ]]; then
        # `nix develop --phase` asks for phases as hooks: the package's own first.
        eval "${!name}"
    elif declare -F "$name" >/dev/null; then
        "$name" "$@"
    elif [[ "$name" == *[!a-zA-Z0-9_]* ]]; then
        eval "$name"
    elif [[ -n "${!name:-}" ]]; then
        eval "${!name}"
    fi
}

######################################################################
# Small helpers.

stripHash() {
    local name
    name=$(basename -- "$1")
    if [[ "$name" =~ ^[a-z0-9]{32}- ]]; then
        name="${name:33}"
    fi
    printf '%s\n' "$name"
}

addToSearchPathWithCustomDelimiter() {
    local delimiter="$1" variable="$2" folder="$3"
    if [[ -d "$folder" && "$delimiter${!variable:-}$delimiter" != *"$delimiter$folder$delimiter"* ]]; then
        export "$variable=${!variable:+${!variable}$delimiter}$folder"
    fi
}

addToSearchPath() {
    addToSearchPathWithCustomDelimiter ":" "$@"
}

_isArray() {
    [[ "$(declare -p "$1" 2>/dev/null)" == "declare -"[aA]* ]]
}

prependToVar() {
    local variable="$1"
    shift
    if _isArray "$variable"; then
        local -n list="$variable"
        list=("$@" ${list[@]+"${list[@]}"})
    else
        printf -v "$variable" '%s' "$*${!variable:+ ${!variable}}"
    fi
}

appendToVar() {
    local variable="$1"
    shift
    if _isArray "$variable"; then
        local -n list="$variable"
        list+=("$@")
    else
        printf -v "$variable" '%s' "${!variable:+${!variable} }$*"
    fi
}

# concatTo ARRAY VARIABLE…: the words of variables, or the elements of arrays;
# `VARIABLE=DEFAULT` where it may be unset.
concatTo() {
    local -n _concatTarget="$1"
    shift
    local _concatArgument _concatName
    for _concatArgument in "$@"; do
        _concatName="${_concatArgument%%=*}"
        if _isArray "$_concatName"; then
            local -n _concatSource="$_concatName"
            _concatTarget+=(${_concatSource[@]+"${_concatSource[@]}"})
            unset -n _concatSource
        elif [[ -n "${!_concatName:-}" ]]; then
            local -a _concatWords
            read -r -d '' -a _concatWords <<<"${!_concatName}" || true
            _concatTarget+=(${_concatWords[@]+"${_concatWords[@]}"})
        elif [[ "$_concatArgument" == *=* ]]; then
            _concatTarget+=("${_concatArgument#*=}")
        fi
    done
}

nixLog() { printf '%s\n' "$*"; }
nixInfoLog() { nixLog "$@"; }
nixWarnLog() { printf 'warning: %s\n' "$*" >&2; }
nixErrorLog() { printf 'error: %s\n' "$*" >&2; }

echoCmd() {
    local label="$1"
    shift
    printf '%s:' "$label"
    printf ' %q' "$@"
    printf '\n'
}

getAllOutputNames() {
    printf '%s\n' "$outputs"
}

_outputFolders() {
    local output
    for output in $outputs; do
        printf '%s\n' "${!output}"
    done
}

# moveToOutput PATTERN OUTPUT: files of the other outputs that match.
moveToOutput() {
    local pattern="$1" target="${!2}" output source
    for output in $outputs; do
        [[ "${!output}" != "$target" ]] || continue
        for source in "${!output}"/$pattern; do
            [[ -e "$source" || -L "$source" ]] || continue
            local destination="$target/${source#"${!output}"/}"
            mkdir -p "$(dirname "$destination")"
            mv "$source" "$destination"
            rmdir --ignore-fail-on-non-empty -p "$(dirname "$source")" 2>/dev/null || true
        done
    done
}

######################################################################
# substitute IN OUT --replace-fail OLD NEW …

_substituteInto() {
    local input="$1" output="$2"
    shift 2
    if [[ ! -f "$input" ]]; then
        printf "substitute: file '%s' does not exist\n" "$input" >&2
        return 1
    fi
    local content
    # The extra character keeps trailing newlines.
    content=$(cat -- "$input" && printf x) || return 1
    content="${content%x}"
    local kind old new
    while [[ $# -gt 0 ]]; do
        kind="$1"
        case "$kind" in
        --replace | --replace-fail | --replace-warn | --replace-quiet)
            old="$2" new="$3"
            shift 3
            ;;
        --subst-var)
            old="@$2@"
            if [[ -z "${!2+x}" ]]; then
                printf "substitute: variable '%s' is not set\n" "$2" >&2
                return 1
            fi
            new="${!2}"
            shift 2
            ;;
        --subst-var-by)
            old="@$2@" new="$3"
            shift 3
            ;;
        *)
            printf "substitute: unknown argument '%s'\n" "$kind" >&2
            return 1
            ;;
        esac
        if [[ "$content" != *"$old"* ]]; then
            case "$kind" in
            --replace-fail)
                printf "substitute: '%s' does not occur in '%s'\n" "$old" "$input" >&2
                return 1
                ;;
            --replace | --replace-warn)
                printf "substitute: warning: '%s' does not occur in '%s'\n" "$old" "$input" >&2
                ;;
            esac
        fi
        content="${content//"$old"/"$new"}"
    done
    [[ ! -e "$output" ]] || chmod u+w "$output"
    printf '%s' "$content" >"$output"
}

substitute() {
    _substituteInto "$@"
}

substituteInPlace() {
    local -a files=()
    while [[ $# -gt 0 && "$1" != --* ]]; do
        files+=("$1")
        shift
    done
    local file
    for file in "${files[@]}"; do
        _substituteInto "$file" "$file" "$@" || return
    done
}

# Replaces @name@ for every exported variable whose name starts in lower case.
substituteAll() {
    local input="$1" output="$2" name
    local -a replacements=()
    while IFS= read -r name; do
        [[ "$name" =~ ^[a-z][a-zA-Z0-9_]*$ ]] && replacements+=(--subst-var "$name")
    done < <(compgen -e)
    _substituteInto "$input" "$output" "${replacements[@]}"
}

substituteAllInPlace() {
    substituteAll "$1" "$1"
}

######################################################################
# Inputs: their programs, libraries, headers and hooks.

declare -a envHooks=()
# Hooks of packages add to these by name.
declare -a envBuildHostHooks=() envHostTargetHooks=() envBuildBuildHooks=()
declare -a pkgsBuildHost=() pkgsHostTarget=()
declare -A _seenInputs=()

addEnvHooks() {
    shift
    envHooks+=("$@")
}

_collectInput() {
    local package="$1" kind="$2"
    [[ -n "$package" && -z "${_seenInputs["$kind:$package"]:-}" ]] || return 0
    _seenInputs["$kind:$package"]=1
    if [[ ! -e "$package" ]]; then
        printf "hostpkgs: build input '%s' does not exist\n" "$package" >&2
        return 1
    fi
    if [[ "$kind" == native ]]; then
        pkgsBuildHost+=("$package")
    else
        pkgsHostTarget+=("$package")
    fi
    local file dependency
    for file in propagated-native-build-inputs:native propagated-build-inputs:"$kind"; do
        if [[ -f "$package/nix-support/${file%%:*}" ]]; then
            for dependency in $(<"$package/nix-support/${file%%:*}"); do
                _collectInput "$dependency" "${file##*:}"
            done
        fi
    done
}

_activateInput() {
    local package="$1"
    addToSearchPath PATH "$package/bin"
    if [[ -f "$package" ]]; then
        # A file among the inputs is a hook.
        # shellcheck disable=SC1090
        source "$package"
        return
    fi
    if [[ -f "$package/nix-support/setup-hook" ]]; then
        # shellcheck disable=SC1091
        source "$package/nix-support/setup-hook"
    fi
}

_addLibraries() {
    local package="$1"
    if [[ -d "$package/include" ]]; then
        export NIX_CFLAGS_COMPILE="${NIX_CFLAGS_COMPILE:-} -isystem $package/include"
    fi
    if [[ -d "$package/lib" ]]; then
        export NIX_LDFLAGS="${NIX_LDFLAGS:-} -L$package/lib -rpath $package/lib"
    fi
    addToSearchPath PKG_CONFIG_PATH "$package/lib/pkgconfig"
    addToSearchPath PKG_CONFIG_PATH "$package/share/pkgconfig"
    addToSearchPath CMAKE_PREFIX_PATH "$package"
    addToSearchPath XDG_DATA_DIRS "$package/share"
}

_prepareInputs() {
    local package hook
    # The host's own folders are in no search path of a build.
    # shellcheck disable=SC2123
    PATH=
    local -a native=() host=()
    concatTo native defaultNativeBuildInputs depsBuildBuild nativeBuildInputs propagatedNativeBuildInputs
    concatTo host buildInputs propagatedBuildInputs
    for package in ${native[@]+"${native[@]}"}; do
        _collectInput "$package" native
    done
    for package in ${host[@]+"${host[@]}"}; do
        _collectInput "$package" host
    done
    for package in ${pkgsBuildHost[@]+"${pkgsBuildHost[@]}"} ${pkgsHostTarget[@]+"${pkgsHostTarget[@]}"}; do
        _activateInput "$package"
    done
    for package in ${pkgsHostTarget[@]+"${pkgsHostTarget[@]}"}; do
        _addLibraries "$package"
    done
    for package in ${pkgsBuildHost[@]+"${pkgsBuildHost[@]}"} ${pkgsHostTarget[@]+"${pkgsHostTarget[@]}"}; do
        for hook in ${envHooks[@]+"${envHooks[@]}"}; do
            _runOne "$hook" "$package"
        done
    done
    for package in $initialPath; do
        addToSearchPath PATH "$package/bin"
    done
    HOST_PATH="$PATH"
    export PATH HOST_PATH
}

######################################################################
# Phases.

_announcePhase() {
    if [[ -n "${NIX_LOG_FD:-}" ]]; then
        printf '@nix { "action": "setPhase", "phase": "%s" }\n' "$1" >&"$NIX_LOG_FD"
    fi
    printf 'Running phase: %s\n' "$1"
}

unpackFile() {
    local file="$1"
    printf 'unpacking source archive %s\n' "$file"
    if ! runOneHook unpackCmd "$file"; then
        printf 'do not know how to unpack source archive %s\n' "$file" >&2
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

# patchShebangs [--build|--host|--update] FOLDER…: first lines to the store's programs.
patchShebangs() {
    local -a folders=()
    while [[ $# -gt 0 ]]; do
        case "$1" in
        --build | --host | --update) ;;
        --) ;;
        *) folders+=("$1") ;;
        esac
        shift
    done
    [[ ${#folders[@]} -gt 0 ]] || return 0
    local file line interpreter arguments name found
    while IFS= read -r -d '' file; do
        IFS= read -r -n 512 line <"$file" 2>/dev/null || [[ -n "$line" ]] || continue
        [[ "$line" == '#!'* ]] || continue
        line="${line#'#!'}"
        read -r interpreter arguments <<<"$line" || true
        [[ "$interpreter" == /* && "$interpreter" != "$NIX_STORE"/* ]] || continue
        if [[ "$interpreter" == */bin/env ]]; then
            [[ "$arguments" == "-S "* ]] && arguments="${arguments#-S }"
            read -r name arguments <<<"$arguments" || true
            # Options and assignments of env itself are left alone.
            [[ "$name" != -* && "$name" != *=* ]] || continue
        else
            name="${interpreter##*/}"
        fi
        found=$(type -P "$name" || true)
        [[ "$found" == "$NIX_STORE"/* ]] || continue
        printf '%s: interpreter %s -> %s\n' "$file" "$line" "$found${arguments:+ $arguments}"
        local content
        content=$(tail -n +2 -- "$file" && printf x)
        local writable=
        [[ -w "$file" ]] || { writable=no; chmod u+w "$file"; }
        printf '#!%s\n%s' "$found${arguments:+ $arguments}" "${content%x}" >"$file"
        [[ -z "$writable" ]] || chmod u-w "$file"
    done < <(find "${folders[@]}" -type f -perm -0100 -print0 2>/dev/null)
}

_relocateOutputs() {
    [[ -z "${dontPatchELF:-}" ]] || return 0
    local -a folders=()
    local output package libraries=
    for output in $outputs; do
        [[ -e "${!output}" ]] && folders+=("${!output}")
    done
    [[ ${#folders[@]} -gt 0 ]] || return 0
    for package in ${pkgsHostTarget[@]+"${pkgsHostTarget[@]}"} ${compilerLibraries:-}; do
        [[ -d "$package/lib" ]] && libraries="$libraries:$package/lib"
    done
    local strip=-
    [[ -n "${dontStrip:-}" || -z "${hostStrip:-}" ]] || strip="$hostStrip"
    /usr/bin/python3 -I -B "$hostRelocate" fixup "$hostLibc" "$libraries" "$strip" "${folders[@]}"
}

fixupPhase() {
    local output
    for output in $outputs; do
        if [[ -e "${!output}" && ! -L "${!output}" ]]; then
            chmod -R u+w,u-s,g-s "${!output}"
        fi
    done
    runHook preFixup
    if [[ -z "${dontPatchShebangs:-}" ]]; then
        for output in $outputs; do
            [[ ! -d "${!output}" ]] || patchShebangs "${!output}"
        done
    fi
    _relocateOutputs
    for output in $outputs; do
        prefix="${!output}" runHook fixupOutput
    done
    _writeNixSupport
    runHook postFixup
}

_writeNixSupport() {
    local target="${!outputDev:-$out}"
    local -a native=() host=()
    concatTo native propagatedNativeBuildInputs
    concatTo host propagatedBuildInputs
    if [[ ${#native[@]} -gt 0 ]]; then
        mkdir -p "$target/nix-support"
        printf '%s ' "${native[@]}" >"$target/nix-support/propagated-native-build-inputs"
    fi
    if [[ ${#host[@]} -gt 0 ]]; then
        mkdir -p "$target/nix-support"
        printf '%s ' "${host[@]}" >"$target/nix-support/propagated-build-inputs"
    fi
    if [[ -n "${setupHook:-}" ]]; then
        mkdir -p "$target/nix-support"
        substituteAll "$setupHook" "$target/nix-support/setup-hook"
    fi
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
    if [[ -n "${!curPhase:-}" ]]; then
        eval "${!curPhase}"
    else
        "$curPhase"
    fi
    if [[ "$curPhase" == unpackPhase && -n "${sourceRoot:-}" ]]; then
        cd -- "$sourceRoot" || return
    fi
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
        runHook failureHook
    else
        runHook exitHook
    fi
    exit "$status"
}

######################################################################

: "${outputDev:=$([[ " $outputs " == *" dev "* ]] && echo dev || echo out)}"
: "${outputBin:=$([[ " $outputs " == *" bin "* ]] && echo bin || echo out)}"
: "${outputLib:=$([[ " $outputs " == *" lib "* ]] && echo lib || echo out)}"
: "${outputDoc:=$([[ " $outputs " == *" doc "* ]] && echo doc || echo out)}"
: "${outputMan:=$([[ " $outputs " == *" man "* ]] && echo man || echo "$outputBin")}"
: "${outputInclude:=$outputDev}"

# In the environment only, so that a Makefile's own assignment wins; `makeFlags`
# is for the others.
export prefix="${prefix:-${out:-}}"

_prepareInputs
runHook preHook
runHook addInputsHook
runHook postHook
runHook userHook

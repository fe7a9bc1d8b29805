# makeWrapper and wrapProgram, for a package's nativeBuildInputs.
# shellcheck shell=bash disable=SC2016

assertExecutable() {
    if [[ ! -f "$1" || ! -x "$1" ]]; then
        printf 'Cannot wrap %s: it is not an executable file\n' "$1" >&2
        exit 1
    fi
}

# makeWrapper EXECUTABLE WRAPPER ARGUMENT…
#   --set VAR VALUE, --set-default VAR VALUE, --unset VAR
#   --prefix VAR SEPARATOR VALUE, --suffix VAR SEPARATOR VALUE
#   --chdir FOLDER, --run COMMAND, --argv0 NAME, --inherit-argv0, --resolve-argv0
#   --add-flag(s) FLAGS, --append-flag(s) FLAGS
makeWrapper() {
    local original="$1" wrapper="$2" before="" after="" argv0='"$0"'
    shift 2
    assertExecutable "$original"
    local -a lines=()
    while [[ $# -gt 0 ]]; do
        case "$1" in
        --set)
            lines+=("export $2=$(_shellQuote "$3")")
            shift 3
            ;;
        --set-default)
            lines+=("export $2=\"\${$2-$(_inDoubleQuotes "$3")}\"")
            shift 3
            ;;
        --unset)
            lines+=("unset $2")
            shift 2
            ;;
        --prefix)
            lines+=("export $2=$(_shellQuote "$4")\${$2:+$(_shellQuote "$3")}\${$2-}")
            shift 4
            ;;
        --suffix)
            lines+=("export $2=\${$2-}\${$2:+$(_shellQuote "$3")}$(_shellQuote "$4")")
            shift 4
            ;;
        --chdir)
            lines+=("cd $(_shellQuote "$2")")
            shift 2
            ;;
        --run)
            lines+=("$2")
            shift 2
            ;;
        --add-flags)
            before+=" $2"
            shift 2
            ;;
        --add-flag)
            before+=" $(_shellQuote "$2")"
            shift 2
            ;;
        --append-flags)
            after+=" $2"
            shift 2
            ;;
        --append-flag)
            after+=" $(_shellQuote "$2")"
            shift 2
            ;;
        --argv0)
            argv0=$(_shellQuote "$2")
            shift 2
            ;;
        --inherit-argv0)
            argv0='"$0"'
            shift
            ;;
        --resolve-argv0) shift ;;
        *)
            printf "makeWrapper doesn't understand the argument %s\n" "$1" >&2
            exit 1
            ;;
        esac
    done
    mkdir -p "$(dirname "$wrapper")"
    {
        printf '#!%s -e\n' "$SHELL"
        [[ ${#lines[@]} -eq 0 ]] || printf '%s\n' "${lines[@]}"
        printf 'exec -a %s %s%s "$@"%s\n' "$argv0" "$(_shellQuote "$original")" "$before" "$after"
    } >"$wrapper"
    chmod +x "$wrapper"
}

_shellQuote() {
    printf "'%s'" "${1//\'/\'\\\'\'}"
}

_inDoubleQuotes() {
    local text="${1//\\/\\\\}"
    text="${text//\"/\\\"}"
    text="${text//\$/\\\$}"
    printf '%s' "${text//\`/\\\`}"
}

# wrapProgram PROGRAM ARGUMENT…: the program becomes .PROGRAM-wrapped beside it.
wrapProgram() {
    local program="$1"
    shift
    assertExecutable "$program"
    local hidden
    hidden="$(dirname "$program")/.$(basename "$program")-wrapped"
    while [[ -e "$hidden" ]]; do
        hidden="${hidden}_"
    done
    mv "$program" "$hidden"
    makeWrapper "$hidden" "$program" --inherit-argv0 "$@"
}

makeShellWrapper() { makeWrapper "$@"; }
wrapProgramShell() { wrapProgram "$@"; }
makeBinaryWrapper() { makeWrapper "$@"; }
wrapProgramBinary() { wrapProgram "$@"; }

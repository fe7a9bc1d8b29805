# substitute IN OUT --replace-fail OLD NEW …
#
# shellcheck shell=bash
# The derivation's attributes are variables here, and arrays go by their names.
# shellcheck disable=SC2034,SC2154,SC2178

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

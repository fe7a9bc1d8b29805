# installBin, installManPage and installShellCompletion.
# shellcheck shell=bash disable=SC2154

installBin() {
    install -Dm755 -t "${!outputBin:-$out}/bin" "$@"
}

installManPage() {
    local file name
    for file in "$@"; do
        name="${file%.gz}"
        install -Dm644 -t "${!outputMan:-$out}/share/man/man${name##*.}" "$file"
    done
}

# installShellCompletion [--cmd NAME] [--bash|--zsh|--fish FILE]… [--name NAME] [FILE]…
installShellCompletion() {
    local shell="" name="" command="" target
    while [[ $# -gt 0 ]]; do
        case "$1" in
        --bash | --zsh | --fish) shell="${1#--}" ;;
        --name) name="$2"; shift ;;
        --name=*) name="${1#--name=}" ;;
        --cmd) command="$2"; shift ;;
        --cmd=*) command="${1#--cmd=}" ;;
        --) ;;
        *)
            local kind="$shell" file="$1"
            [[ -n "$kind" ]] || kind="${file##*.}"
            case "$kind" in
            bash) target="share/bash-completion/completions/${name:-${command:-$(basename "$file")}${command:+.bash}}" ;;
            zsh) target="share/zsh/site-functions/${name:-_${command:-$(basename "$file" .zsh)}}" ;;
            fish) target="share/fish/vendor_completions.d/${name:-${command:-$(basename "$file" .fish)}.fish}" ;;
            *)
                printf 'installShellCompletion: which shell is %s for?\n' "$file" >&2
                return 1
                ;;
            esac
            # Also for process substitutions, which install refuses.
            mkdir -p "$out/$(dirname "$target")"
            cat "$file" >"$out/$target"
            chmod 644 "$out/$target"
            shell="" name=""
            ;;
        esac
        shift
    done
}

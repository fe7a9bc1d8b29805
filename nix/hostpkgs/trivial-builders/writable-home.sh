# A home folder for programs that want one.
# shellcheck shell=bash
_makeWritableHome() {
    HOME="$NIX_BUILD_TOP/.home"
    mkdir -p "$HOME"
    export HOME
}
# Not where a shell is only entered: HOME is the user's there.
if [[ -z "${IN_NIX_SHELL:-}" ]]; then
    _makeWritableHome
fi

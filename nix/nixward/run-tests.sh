#!@shell@
# Runs all test programs, and goes on where one fails. Arguments are libtest's: a part of a test's name, --list, …
set -u
# A Nix that happens to be on PATH does not count: the example, which those tests need, is not here.
export NIXWARD_TEST_NIX=none
# What cargo would tell them.
export INSTA_WORKSPACE_ROOT=@source@ INSTA_UPDATE=no

failed=()
for program in @out@/bin/*.*; do
    printf '\n%s\n' "${program##*/}"
    "$program" "$@" || failed+=("${program##*/}")
done
if ((${#failed[@]})); then
    printf '\nfailed: %s\n' "${failed[*]}"
    exit 1
fi

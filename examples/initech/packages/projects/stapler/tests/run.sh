# The tests of stapler: run.sh [-v] [NAME…], with the stapler to test on PATH.
#
# Every function called test_* is a test. It fails by `fail`, and may use the
# empty folder that it is started in. Names on the command line choose the tests
# whose names contain one of them.
# shellcheck shell=bash

set -u

fail() {
    printf '  %s\n' "$@" >&2
    exit 1
}

expect() {
    # expect WHAT WANTED ACTUAL
    [ "$2" = "$3" ] || fail "$1: expected" "$(printf '%q' "$2")" "got" "$(printf '%q' "$3")"
}

test_one_page() {
    printf 'first\nsecond\n' >memo
    expect output "$(printf 'first\nsecond\n\n-- memo, page 1 --\n\f')" "$(stapler memo)"
}

test_long_documents_are_paginated() {
    printf '%s\n' 1 2 3 4 5 >numbers
    expect output \
        "$(printf '1\n2\n\n-- numbers, page 1 --\n\f3\n4\n\n-- numbers, page 2 --\n\f5\n\n-- numbers, page 3 --\n\f')" \
        "$(stapler -l 2 numbers)"
}

test_a_full_page_is_not_followed_by_an_empty_one() {
    printf '1\n2\n' >two
    expect pages "1 two" "$(stapler -c -l 2 two)"
}

test_every_document_starts_a_page() {
    echo one >a
    echo two >b
    expect pages "$(printf '1 a\n1 b\n2 total')" "$(stapler -c a b)"
}

test_titles() {
    echo text >memo
    expect output "$(printf 'INITECH\n\ntext\n\n-- memo, page 1 --\n\f')" "$(stapler -t INITECH memo)"
}

test_a_last_line_without_newline() {
    printf 'no newline' >memo
    expect output "$(printf 'no newline\n\n-- memo, page 1 --\n\f')" "$(stapler memo)"
}

test_an_empty_document_has_no_page() {
    : >empty
    expect pages "0 empty" "$(stapler -c empty)"
    expect output "" "$(stapler empty)"
}

test_standard_input() {
    expect output "$(printf 'hello\n\n-- standard input, page 1 --\n\f')" "$(echo hello | stapler -)"
}

test_bytes_pass_unchanged() {
    printf 'gr\303\274n\tand \377\n' >bytes
    expect output "$(printf 'gr\303\274n\tand \377')" "$(stapler bytes | head -n 1)"
}

test_a_missing_file_does_not_stop_the_others() {
    echo here >there
    local output status
    output=$(stapler -c missing there 2>error)
    status=$?
    expect status 1 "$status"
    expect output "$(printf '1 there\n1 total')" "$output"
    expect message "stapler: missing: No such file or directory" "$(cat error)"
}

test_wrong_line_numbers_are_refused() {
    local lines
    for lines in 0 -1 ten 10001 5x ''; do
        stapler -l "$lines" - </dev/null >output 2>error
        expect "status of -l '$lines'" 2 "$?"
        [ -s error ] || fail "no message for -l '$lines'"
    done
}

test_no_file_is_a_usage_error() {
    stapler 2>error
    expect status 2 "$?"
    expect message "usage:" "$(head -c 6 error)"
}

test_a_full_disk_is_noticed() {
    [ -w /dev/full ] || return 0
    echo text >memo
    stapler memo >/dev/full 2>error
    expect status 1 "$?"
}

verbose=
wanted=()
for argument in "$@"; do
    case "$argument" in
    -v | -vv | -vvv) verbose=1 ;;
    *) wanted+=("$argument") ;;
    esac
done

is_wanted() {
    [ "${#wanted[@]}" -gt 0 ] || return 0
    local part
    for part in "${wanted[@]}"; do
        [[ "$1" != *"$part"* ]] || return 0
    done
    return 1
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0
for name in $(compgen -A function test_); do
    is_wanted "$name" || continue
    mkdir "$folder/$name"
    if (cd "$folder/$name" && "$name"); then
        passed=$((passed + 1))
        [ -z "$verbose" ] || echo "ok   $name"
    else
        failed=$((failed + 1))
        echo "FAIL $name"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

# The tests of tps-report: run.sh [-v] [NAME…], with the tool to test on PATH.
#
# Every function called test_* is a test, started in an empty folder. Names on
# the command line choose the tests whose names contain one of them.
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

contains() {
  [[ $1 == *"$2"* ]] || fail "expected $(printf '%q' "$2") in" "$1"
}

test_report() {
  printf '%s\n' '[x] fixed the printer' '[ ] did you get the memo' '[X] moved the desk' >items
  expect report 'author: Peter
date:   1999-02-19
items:  3

finished (2)
  - fixed the printer
  - moved the desk

unfinished (1)
  - did you get the memo' "$(tps-report -n -a Peter -d 1999-02-19 items)"
}

test_the_new_cover_sheet() {
  local output
  output=$(tps-report -d 1999-02-19 </dev/null)
  contains "$output" 'INITECH TPS REPORT'
  output=$(tps-report -n -d 1999-02-19 </dev/null)
  [[ $output != *'INITECH TPS REPORT'* ]] || fail 'there is a cover sheet in spite of -n'
}

test_standard_input_and_a_last_line_without_newline() {
  contains "$(printf '[x] one\n[x] two' | tps-report)" 'finished (2)'
}

test_several_files() {
  echo '[x] one' >a
  echo '[ ] two' >'b with a space'
  contains "$(tps-report a 'b with a space')" 'items:  2'
}

test_remarks_are_counted_and_left_out() {
  local output
  output=$(printf 'Week 7\n\n[x] one\n' | tps-report)
  contains "$output" '1 lines are no items'
  [[ $output != *'Week 7'* ]] || fail 'a remark is in the report'
}

# shellcheck disable=SC2016  # The dollar sign is the point.
test_items_are_not_interpreted() {
  contains "$(printf '%s\n' '[x] 100 % of $HOME, \n and *' | tps-report)" '- 100 % of $HOME, \n and *'
}

test_the_date_defaults_to_today() {
  local before output after
  before=$(date +%Y-%m-%d)
  output=$(tps-report </dev/null)
  after=$(date +%Y-%m-%d)
  # Midnight may pass in between.
  [[ $output == *"$before"* || $output == *"$after"* ]] || fail "no date of today in" "$output"
}

test_wrong_dates_are_refused() {
  local date
  for date in yesterday 19-02-1999 1999-2-19; do
    tps-report -d "$date" </dev/null 2>error
    expect "status of -d $date" 2 "$?"
    contains "$(cat error)" "$date"
  done
}

test_a_missing_file() {
  tps-report missing >output 2>error
  expect status 1 "$?"
  expect output '' "$(cat output)"
  contains "$(cat error)" 'cannot read missing'
}

test_an_unknown_option() {
  tps-report -z 2>error
  expect status 2 "$?"
  contains "$(cat error)" '-z'
}

verbose=
wanted=()
for argument in "$@"; do
  case $argument in
    -v | -vv | -vvv) verbose=1 ;;
    *) wanted+=("$argument") ;;
  esac
done

is_wanted() {
  [ "${#wanted[@]}" -gt 0 ] || return 0
  local part
  for part in "${wanted[@]}"; do
    [[ $1 != *"$part"* ]] || return 0
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

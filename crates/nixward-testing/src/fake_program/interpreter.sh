#!/bin/sh
# Stands in for a program in a test: answers each call by the first rule that fits, and remembers all calls.
#
# It is linked into a folder under the name of the program that it replaces. What it does is in FOLDER/../fakes/NAME:
#   rules/NNN/arguments  lines, each of which must be one of the arguments
#   rules/NNN/contains   lines, each of which must be part of an argument
#   rules/NNN/limit      how many calls the rule answers; then it fits no more
#   rules/NNN/answer     shell commands: what the call does; they find the rule's folder in $rule
#   calls/N              written for each call: how many arguments it has, then these, a NUL byte after each
#   unexpected/N         the same for a call that no rule fits
set -u
fake=${0%/*}/../fakes/${0##*/}

# Only what is built into the shell is used up to the answer: PATH is whatever the caller made of it.

# Makes the next free number in folder $1 this call's own, and puts it into $number.
claim() {
  number=1
  until (set -C && : >"$1/$number") 2>/dev/null; do
    number=$((number + 1))
    if [ "$number" -gt 9999 ]; then
      echo "fake ${0##*/}: cannot write to $1" >&2
      exit 98
    fi
  done
}

is_argument() {
  wanted=$1
  shift
  for argument in "$@"; do
    [ "$argument" != "$wanted" ] || return 0
  done
  return 1
}

is_part_of_one() {
  wanted=$1
  shift
  for argument in "$@"; do
    case $argument in *"$wanted"*) return 0 ;; esac
  done
  return 1
}

fits() {
  while IFS= read -r line; do
    is_argument "$line" "$@" || return 1
  done <"$rule/arguments"
  while IFS= read -r line; do
    is_part_of_one "$line" "$@" || return 1
  done <"$rule/contains"
  if [ -e "$rule/limit" ]; then
    read -r limit <"$rule/limit"
    claim "$rule/answered"
    [ "$number" -le "$limit" ] || return 1
  fi
}

claim "$fake/calls"
printf '%s\0' "$#" "$@" >"$fake/calls/$number"
for rule in "$fake"/rules/*; do
  if fits "$@"; then
    # shellcheck source=/dev/null # each test writes its own
    . "$rule/answer"
    exit 0
  fi
done
claim "$fake/unexpected"
printf '%s\0' "$#" "$@" >"$fake/unexpected/$number"
echo "fake ${0##*/}: no rule fits this call" >&2
exit 97

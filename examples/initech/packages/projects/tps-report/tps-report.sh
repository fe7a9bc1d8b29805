# Writes a TPS report from a list of items, with its cover sheet.
#
# An item is a line `[x] done` or `[ ] to do`; other lines are remarks.

usage() {
  cat <<'USAGE'
usage: tps-report [-a AUTHOR] [-d DATE] [-n] [FILE...]

Write a TPS report from items such as "[x] fixed the printer" and "[ ] did you
get the memo". Without a file, items are read from the standard input.

  -a AUTHOR  who hands it in (default: $USER)
  -d DATE    YYYY-MM-DD (default: today)
  -n         without the new cover sheet
  -h         print this help
USAGE
}

fail() {
  printf 'tps-report: %s\n' "$1" >&2
  exit "${2:-1}"
}

author=${USER:-unknown}
date=
cover=1
while getopts ':a:d:hn' option; do
  case $option in
    a) author=$OPTARG ;;
    d) date=$OPTARG ;;
    n) cover= ;;
    h)
      usage
      exit 0
      ;;
    :) fail "-$OPTARG needs a value" 2 ;;
    *) fail "there is no option -$OPTARG; see tps-report -h" 2 ;;
  esac
done
shift $((OPTIND - 1))

if [ -z "$date" ]; then
  printf -v date '%(%Y-%m-%d)T' -1
elif ! [[ $date =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]]; then
  fail "a date is YYYY-MM-DD, not $date" 2
fi

finished=()
unfinished=()
remarks=0

read_items() {
  local line
  # The last line may have no newline.
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      '[x] '* | '[X] '*) finished+=("${line:4}") ;;
      '[ ] '*) unfinished+=("${line:4}") ;;
      '') ;;
      *) remarks=$((remarks + 1)) ;;
    esac
  done
}

if [ $# -eq 0 ]; then
  read_items
fi
for file in "$@"; do
  if ! [ -r "$file" ] || [ -d "$file" ]; then
    fail "cannot read $file"
  fi
  read_items <"$file"
done

list() {
  local heading=$1 item
  shift
  printf '\n%s (%d)\n' "$heading" $#
  for item in "$@"; do
    printf '  - %s\n' "$item"
  done
}

if [ -n "$cover" ]; then
  printf '%s\n' '+----------------------+' '|  INITECH TPS REPORT  |' '+----------------------+'
fi
printf 'author: %s\ndate:   %s\nitems:  %d\n' \
  "$author" "$date" $((${#finished[@]} + ${#unfinished[@]}))
list finished "${finished[@]}"
list unfinished "${unfinished[@]}"
if [ "$remarks" -gt 0 ]; then
  printf '\n%d lines are no items and were left out\n' "$remarks"
fi

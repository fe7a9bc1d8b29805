#!/bin/sh
set -eu
[ "$("$1" 3 4)" = 5 ]
if "$1" 3; then
    echo "too few arguments are accepted" >&2
    exit 1
fi

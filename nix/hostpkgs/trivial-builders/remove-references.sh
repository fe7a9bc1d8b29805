# remove-references-to -t STORE-PATH… FILE…: their hashes made into none.
# shellcheck shell=bash
set -euo pipefail
targets=() files=()
while [[ $# -gt 0 ]]; do
    case "$1" in
    -t)
        targets+=("$2")
        shift 2
        ;;
    *)
        files+=("$1")
        shift
        ;;
    esac
done
for target in "${targets[@]}"; do
    hash=$(basename "$target")
    hash=${hash:0:32}
    for file in "${files[@]}"; do
        sed -i -e "s/$hash/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee/g" "$file"
    done
done

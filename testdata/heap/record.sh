#!/bin/sh
# Records testdata/heap anew: record.sh GO_VERSION GO [GO_VERSION GO …], as in `record.sh 1.27.3 /usr/local/go/bin/go`.
# The file of the program is kept, of two versions, as far as names need it (bare.py).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
while [ $# -ge 2 ]; do
    name=holders-go$1
    (cd "$here/holders" && CGO_ENABLED=0 GOTOOLCHAIN=local "$2" build -o "$work/$name" .)
    "$work/$name" "$work/dump" > "$here/$name.tsv"
    gzip -9 -n -c "$work/dump" > "$here/$name.dump.gz"
    case $1 in
        1.21.*) python3 "$here/bare.py" "$work/$name" "$here/$name.bin.gz" ;;
        1.27.*) python3 "$here/bare.py" "$work/$name" "$here/$name.bin.gz" --types ;;
    esac
    shift 2
done
rm -r "$work"

#!/bin/sh
# Records testdata/heap anew: record.sh GO_VERSION GO [GO_VERSION GO …], as in `record.sh 1.27.3 /usr/local/go/bin/go`.
# A dump has the environment of the program in it: a small one of our own. The file of the program is kept, of two versions, as far as names need it (bare.py).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
while [ $# -ge 2 ]; do
    name=holders-go$1
    (cd "$here/holders" && CGO_ENABLED=0 GOTOOLCHAIN=local "$2" build -trimpath -o "$work/$name" .)
    # Of the same process a core is taken while it waits.
    mkfifo "$work/go"
    env -i HOME=/home/gopher LANG=C "$work/$name" "$work/dump" wait < "$work/go" > "$work/out" &
    exec 9> "$work/go"
    until grep -q ready "$work/out"; do sleep 0.1; done
    case $1 in
        1.21.* | 1.27.*)
            gcore -o "$work/core" $! > /dev/null
            python3 "$here/spare.py" "$work/core.$!" "$here/$name.core.gz" ;;
    esac
    echo >&9
    exec 9>&-
    wait
    rm "$work/go"
    grep -v ready "$work/out" > "$here/$name.tsv"
    gzip -9 -n -c "$work/dump" > "$here/$name.dump.gz"
    case $1 in
        1.21.*) python3 "$here/bare.py" "$work/$name" "$here/$name.bin.gz" ;;
        1.27.*) python3 "$here/bare.py" "$work/$name" "$here/$name.bin.gz" --types ;;
    esac
    # Another program panics, and the kernel writes its core, where kernel.core_pattern is `core`.
    case $1 in 1.26.*)
        (cd "$here/crash" && CGO_ENABLED=0 GOTOOLCHAIN=local "$2" build -trimpath -buildvcs=false -o "$work/crash" .)
        (cd "$work" && ulimit -c unlimited && env -i LANG=C GOTRACEBACK=crash ./crash dump > "$here/crash-go$1.tsv") || true
        python3 "$here/spare.py" "$work/core" "$here/crash-go$1.core.gz"
        python3 "$here/bare.py" "$work/crash" "$here/crash-go$1.bin.gz"
        gzip -9 -n -c "$work/dump" > "$here/crash-go$1.dump.gz" ;;
    esac
    last=$1 go=$2
    shift 2
done
# Other machines: big ends, words of four bytes, a processor without a return address on the stack. And one without symbols.
for machine in 386 arm64 s390x; do
    name=holders-$machine-go$last
    (cd "$here/holders" && GOARCH=$machine CGO_ENABLED=0 GOTOOLCHAIN=local "$go" build -o "$work/$name" .)
    case $machine in 386) with= ;; arm64) with=qemu-aarch64-static ;; *) with=qemu-$machine-static ;; esac
    env -i PATH="$PATH" HOME=/home/gopher LANG=C $with "$work/$name" "$work/dump" > "$here/$name.tsv"
    gzip -9 -n -c "$work/dump" > "$here/$name.dump.gz"
done
name=holders-stripped-go$last
(cd "$here/holders" && CGO_ENABLED=0 GOTOOLCHAIN=local "$go" build -trimpath -buildvcs=false -ldflags='-s -w' -o "$work/$name" .)
env -i HOME=/home/gopher LANG=C "$work/$name" "$work/dump" > "$here/$name.tsv"
gzip -9 -n -c "$work/dump" > "$here/$name.dump.gz"
python3 "$here/bare.py" "$work/$name" "$here/$name.bin.gz" --code
rm -r "$work"

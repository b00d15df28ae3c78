#!/usr/bin/env bash
# Runs the programs of a folder, and keeps the heap profile, the GC trace and the compiler's log of each. A pair runs before
# and after its fix under the same work, and of the run after it only the GC trace is kept:
# record.sh pairs|pools <go command> [<program> ...]
set -euo pipefail
cd "$(dirname "$0")"
export GOTOOLCHAIN=local GOFLAGS= GOMAXPROCS=2
folder=$PWD/$1
go=${2:-go}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$folder/programs" "$scratch/programs"
cp -r load "$scratch/programs/load"
cd "$scratch/programs"
programs=("${@:3}")
[ ${#programs[@]} -gt 0 ] || programs=(*/)
for program in "${programs[@]%/}"; do
  for side in "" before/ after/; do
    [ -f "$program/${side}main.go" ] || continue
    name=$folder/$program/${side/\//.}
    mkdir -p "$folder/$program"
    "$go" build -trimpath -gcflags=-m=2 -o "$scratch/program" "./$program/$side" 2> "$scratch/log"
    HEAP_PROFILE=$scratch/heap.pb.gz GODEBUG=gctrace=1 "$scratch/program" 2> "$scratch/trace"
    gzip -9 -n -c "$scratch/trace" > "${name}gctrace.log.gz"
    if [ "$side" != after/ ]; then
      gzip -9 -n -c "$scratch/log" > "${name}escape.log.gz"
      cp "$scratch/heap.pb.gz" "${name}heap.pb.gz"
    fi
    echo "$program ${side%/}: $(grep -c '^gc ' "$scratch/trace") GC cycles, $(tail -1 "$scratch/trace" | grep -o '@[0-9.]*s')"
  done
done

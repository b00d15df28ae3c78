#!/usr/bin/env bash
# Runs each program before and after its fix under the same work, and keeps the GC traces, and of the one before the
# profile and the compiler's log too: capture.sh <go command> [<pair> ...]
set -euo pipefail
cd "$(dirname "$0")"
export GOTOOLCHAIN=local GOFLAGS= GOMAXPROCS=2
go=${1:-go}
folder=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r programs "$scratch/pairs"
cd "$scratch/pairs"
pairs=("${@:2}")
[ ${#pairs[@]} -gt 0 ] || pairs=(*/before/)
for pair in "${pairs[@]}"; do
  pair=${pair%%/*}
  mkdir -p "$folder/$pair"
  for side in before after; do
    "$go" build -trimpath -gcflags=-m=2 -o "$scratch/program" "./$pair/$side" 2> "$scratch/log"
    HEAP_PROFILE=$scratch/heap.pb.gz GODEBUG=gctrace=1 "$scratch/program" 2> "$scratch/trace"
    gzip -9 -n -c "$scratch/trace" > "$folder/$pair/$side.gctrace.log.gz"
    if [ "$side" = before ]; then
      gzip -9 -n -c "$scratch/log" > "$folder/$pair/before.escape.log.gz"
      cp "$scratch/heap.pb.gz" "$folder/$pair/before.heap.pb.gz"
    fi
    echo "$pair $side: $(grep -c '^gc ' "$scratch/trace") GC cycles, $(tail -1 "$scratch/trace" | grep -o '@[0-9.]*s')"
  done
done

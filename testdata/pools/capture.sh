#!/usr/bin/env bash
# Runs each program and keeps its heap profile, its GC trace, and the compiler's log: capture.sh <go command>
set -euo pipefail
cd "$(dirname "$0")"
export GOTOOLCHAIN=local GOFLAGS= GOMAXPROCS=2
go=${1:-go}
folder=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r programs "$scratch/pools"
cd "$scratch/pools"
for program in */main.go; do
  program=${program%/main.go}
  mkdir -p "$folder/$program"
  "$go" build -trimpath -gcflags=-m=2 -o "$scratch/program" "./$program" 2> "$scratch/log"
  HEAP_PROFILE=$folder/$program/heap.pb.gz GODEBUG=gctrace=1 "$scratch/program" 2> "$scratch/trace"
  gzip -9 -n -c "$scratch/trace" > "$folder/$program/gctrace.log.gz"
  gzip -9 -n -c "$scratch/log" > "$folder/$program/escape.log.gz"
  echo "$program: $(grep -c '^gc ' "$scratch/trace") GC cycles, $(tail -1 "$scratch/trace" | grep -o '@[0-9.]*s')"
done

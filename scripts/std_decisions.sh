#!/usr/bin/env bash
# Makes the table of what the compiler decides in the standard library: std_decisions.sh <table> <GOROOT> ...
# Each release is built once with its log (100 to 200 MB, 3 minutes), by itself and for Linux on amd64.
set -euo pipefail
table=$1
shift
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
releases=()
for goroot in "$@"; do
  release=$(GOTOOLCHAIN=local "$goroot/bin/go" env GOVERSION)
  echo "building the standard library of $release" >&2
  mkdir "$logs/cache"
  (cd "$logs" && GOTOOLCHAIN=local GOFLAGS='' GOOS=linux GOARCH=amd64 CGO_ENABLED=0 GOCACHE=$logs/cache \
    "$goroot/bin/go" build -trimpath -gcflags=all=-m=2 std 2> "$release.log")
  chmod -R u+w "$logs/cache" && rm -rf "$logs/cache"
  releases+=("$release=$logs/$release.log")
done
cd "$(dirname "$0")/.."
cargo run --release --locked --quiet -p gomem-escape --features std-tables --example std_tables -- "$table" "${releases[@]}"

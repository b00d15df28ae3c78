#!/usr/bin/env bash
# Three heap profiles of one service that was restarted after the first: capture.sh [<go command>]
set -euo pipefail
cd "$(dirname "$0")"
export GOTOOLCHAIN=local GOFLAGS=
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"${1:-go}" build -trimpath -o "$scratch/service" .
"$scratch/service" -lists 20000 -keys 1000 heap-1.pb.gz
"$scratch/service" -renders 60000 -keys 2000 heap-2.pb.gz heap-3.pb.gz

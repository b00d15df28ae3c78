#!/bin/sh
# Records bundle/: a trace with births and deaths, a heap profile of the same run, and the compiler's log of the build.
set -eu
cd "$(dirname "$0")"
mkdir -p bundle
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOTOOLCHAIN=local
"${GO:-go}" build -trimpath -a -gcflags='example.com/...=-m=2' -o "$folder/pools" . 2>bundle/escape.log
GOMAXPROCS=1 GODEBUG=traceallocfree=1 "$folder/pools" bundle

#!/bin/sh
# Writes testdata/go<version>/profiles with the Go in $GO (default: go).
set -eu
cd "$(dirname "$0")"
GO=${GO:-go}
export GOTOOLCHAIN=local
version=$("$GO" env GOVERSION)
out=../$version/profiles
mkdir -p "$out"
"$GO" build -trimpath -o /tmp/gomem-profiles .
/tmp/gomem-profiles "$out"
rm /tmp/gomem-profiles
gzip -9nf "$out/heap-2.txt"

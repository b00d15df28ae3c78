#!/bin/sh
# Writes testdata/go<version>/leaked with the Go in $GO (default: go), 1.26 or newer; 1.26 has the profile as an experiment.
set -eu
cd "$(dirname "$0")"
GO=${GO:-go}
export GOTOOLCHAIN=local
version=$("$GO" env GOVERSION)
case $version in
go1.26*) export GOEXPERIMENT=goroutineleakprofile ;;
esac
out=../$version/leaked
mkdir -p "$out"
program=$(mktemp -d)
trap 'rm -r "$program"' EXIT
"$GO" build -trimpath -o "$program/waits" .
"$program/waits" "$out"

#!/bin/sh
# Records recording/: a trace, a heap profile of the same run, and the compiler's log of the build.
set -eu
cd "$(dirname "$0")"
mkdir -p recording
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
go build -trimpath -a -gcflags='example.com/...=-m=2' -o "$folder/checkout" . 2>"$folder/log"
sed "s|$PWD/||g" "$folder/log" >recording/escape.log
GOMAXPROCS=2 "$folder/checkout" recording

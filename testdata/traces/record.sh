#!/bin/sh
# Records the traces here with one version of Go: `GO=/path/of/go ./record.sh VERSION`, and what golang.org/x/exp/trace finds in
# them. The reference needs the newest Go: `NEWEST=/path/of/go`.
set -eu
cd "$(dirname "$0")"
version=$1
go=${GO:-go}
newest=${NEWEST:-go}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOTOOLCHAIN=local
(cd recorder && "$go" build -trimpath -o "$folder/recorder" .)
(cd reference && "$newest" build -o "$folder/reference" .)

record() {
	"$folder/recorder" "$1" "$2-$version.trace"
	"$folder/reference" "$2-$version.trace" > "$2-$version.tsv"
}

record service service
record stops stops
GODEBUG=traceadvanceperiod=6000000 record service generations
case $version in
1.22.*) ;;
*) GOMAXPROCS=1 GODEBUG=traceallocfree=1 record lifetimes lifetimes ;;
esac
case $version in
1.22.* | 1.23.* | 1.24.*) ;;
*) record flight flight ;;
esac

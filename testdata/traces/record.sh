#!/bin/sh
# Records traces with one version of Go, and what golang.org/x/exp/trace finds in them: `GO=/path/of/go ./record.sh VERSION`
# records those that are kept here, `./record.sh VERSION more` others too. The reference needs the newest Go:
# `NEWEST=/path/of/go`.
set -eu
cd "$(dirname "$0")"
version=$1
more=${2:-}
go=${GO:-go}
newest=${NEWEST:-go}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOTOOLCHAIN=local
(cd recorder && "$go" build -trimpath -o "$folder/recorder" .)
(cd reference && "$newest" build -o "$folder/reference" .)

# record MODE NAME [SCALE]
record() {
	"$folder/recorder" "$1" "$2-$version.trace" "${3:-1}"
	if ! "$folder/reference" "$2-$version.trace" > "$2-$version.tsv" 2> "$folder/problem"; then
		echo "$2-$version.trace: the reference cannot read it: $(head -n 1 "$folder/problem")" >&2
		rm "$2-$version.tsv"
	fi
}

births=yes
coroutines=coroutines
flight=yes
case $version in
1.22.*) births= coroutines= flight= ;;
1.23.* | 1.24.*) flight= ;;
esac

record service service
record stops stops
GODEBUG=traceadvanceperiod=6000000 record service generations
if [ $births ]; then GOMAXPROCS=1 GODEBUG=traceallocfree=1 record lifetimes lifetimes; fi
if [ $flight ]; then record flight flight; fi
# Births without types; only gomem's own tests read it.
if [ $flight ]; then
	GODEBUG=traceallocfree=1 "$folder/recorder" flight "$folder/births" 0
	gzip -9 -n -c "$folder/births" > "flight-births-$version.trace.gz"
fi
if [ "$more" != more ]; then exit; fi

for mode in blocked callbacks channels $coroutines idle limited nested pooled processors profiled uncollected unwound web; do
	record "$mode" "$mode"
done
for mode in callbacks channels $coroutines limited nested processors web; do
	GODEBUG=traceadvanceperiod=3000000 record "$mode" "$mode-generations" 2
done
if [ $births ]; then
	for mode in callbacks coroutines lifetimes limited pooled processors unwound web; do
		GODEBUG=traceallocfree=1 record "$mode" "$mode-births"
		GODEBUG=traceallocfree=1,traceadvanceperiod=5000000 record "$mode" "$mode-births-generations"
	done
fi

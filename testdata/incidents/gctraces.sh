#!/usr/bin/env bash
# Records gctraces.log.gz: the GC trace family as several versions of Go print it, each run after a line that names it.
# GO_ROOT is a folder with <version>/go/bin/go.
set -euo pipefail
cd "$(dirname "$0")"
export GOTOOLCHAIN=local
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
for version in 1.21.13 1.22.10 1.23.9 1.24.11 1.25.5 1.26.6 1.27.3; do
	(cd program && "$GO_ROOT/$version/go/bin/go" build -trimpath -o "$work/program" .)
	for debug in gctrace=1 gctrace=2,gcpacertrace=1,scavtrace=1,inittrace=1; do
		for scenario in bursty forced; do
			echo "== go$version $debug $scenario" >>"$work/log"
			GODEBUG="$debug" "$work/program" -scenario "$scenario" -seconds 4 -output /dev/null 2>>"$work/log"
		done
		echo "== go$version $debug off" >>"$work/log"
		GOGC=off GOMEMLIMIT=60MiB GODEBUG="$debug" "$work/program" -scenario steady -seconds 3 -output /dev/null 2>>"$work/log"
	done
done
gzip -9nc "$work/log" >gctraces.log.gz

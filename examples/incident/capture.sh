#!/usr/bin/env bash
# Builds the service, runs it under a fixed load, and keeps what it leaves behind.
#
#   ./capture.sh [before|after|both]
#
# DURATION, RATE    load, 180s and 80000 events/s unless set
# INGEST_PREFIX     where the service is installed while it runs; profiles record
#                   the path of the binary. A temporary folder unless set.
set -euo pipefail
cd "$(dirname "$0")"

readonly DURATION="${DURATION:-180s}" RATE="${RATE:-80000}"
readonly BUILD_FLAGS='-trimpath -gcflags=example.com/ingest/...=-m=2'

work="$(mktemp -d)"
prefix="${INGEST_PREFIX:-$work}"
pid=''
cleanup() {
	if [[ -n "$pid" ]]; then kill "$pid" 2>/dev/null || true; fi
	rm -rf "$work"
	if [[ -n "${INGEST_PREFIX:-}" ]]; then rm -f "$prefix/bin/ingest"; fi
}
trap cleanup EXIT

capture() {
	local variant="$1" source="$2"
	rm -rf "$variant"
	mkdir -p "$variant" "$prefix/bin"

	# The go command replays the diagnostics of a cached build, so the log is
	# complete whether or not anything had to be compiled.
	# shellcheck disable=SC2086
	(cd "$source" && go build $BUILD_FLAGS -o "$prefix/bin/ingest" .) 2>"$variant/escape.log"

	GODEBUG=gctrace=1 GOMAXPROCS=2 GOGC=100 \
		"$prefix/bin/ingest" >"$work/ingest.log" 2>"$variant/gctrace.log" &
	pid=$!

	"$work/loadgen" -duration "$DURATION" -rate "$RATE" -capture "$variant" \
		-variant "$variant" -build-flags "$BUILD_FLAGS" -gogc 100 -gomaxprocs 2

	kill -TERM "$pid"
	wait "$pid" || { cat "$work/ingest.log" >&2; return 1; }
	pid=''
}

(cd loadgen && go build -trimpath -o "$work/loadgen" .)

case "${1:-both}" in
before) capture before service ;;
after) capture after service-fixed ;;
both)
	capture before service
	capture after service-fixed
	;;
*)
	echo "usage: $0 [before|after|both]" >&2
	exit 2
	;;
esac

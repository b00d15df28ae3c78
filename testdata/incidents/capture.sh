#!/usr/bin/env bash
# Records the runs of runs.tsv, each into <name>.prom.gz; all of them, or those named.
#
#   ./capture.sh [name...]
#
# GO_ROOT   folder with <version>/go/bin/go; without it the `go` of the PATH records all
# JOBS      runs at a time, 1 unless set
set -euo pipefail
cd "$(dirname "$0")"
export GOTOOLCHAIN=local
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

record() {
	local name="$1" scenario="$2" version="$3" seconds="$4" environment="$5"
	local go=go
	if [[ -n "${GO_ROOT:-}" ]]; then go="$GO_ROOT/$version/go/bin/go"; fi
	local binary="$work/$name"
	(cd program && "$go" build -trimpath -o "$binary" .)
	# 20*4: four times twenty seconds, one process after the other.
	local times=1
	if [[ "$seconds" == *\** ]]; then
		times="${seconds#*\*}"
		seconds="${seconds%\**}"
	fi
	[[ "$environment" == - ]] && environment=''
	for ((i = 0; i < times; i++)); do
		# shellcheck disable=SC2086
		env $environment "$binary" -scenario "$scenario" -seconds "$seconds" -output "$work/$name.prom"
	done
	gzip -9nc "$work/$name.prom" >"$name.prom.gz"
	rm "$binary" "$work/$name.prom"
}
export -f record
export work

tail -n +2 runs.tsv | while IFS=$'\t' read -r name scenario version seconds environment _; do
	if [[ $# -eq 0 || " $* " == *" $name "* ]]; then
		printf '%s\0' "$name" "$scenario" "$version" "$seconds" "$environment"
	fi
done | xargs -0 -r -n 5 -P "${JOBS:-1}" bash -c 'record "$@"' record

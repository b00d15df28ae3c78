#!/bin/sh
# Runs every workload under every GOGC and writes what the runtime says into $OUT, one set of files a run:
# <version>_<workload>_p<GOMAXPROCS>_g<GOGC>_m<limit>_r<repeat>.{json,log,series.csv}
#
#   GO=go OUT=runs PROCS=2 REPEATS="1 2 3" WORKLOADS="lru trees" ./capture.sh
#
# LIMITS=1 records memory limits instead: 1.2 and 1.5 times the largest live heap of the run at GOGC=100, which has to
# be there already, with GOGC=100; 1.5 and 2 times it with GOGC=off.
set -eu
cd "$(dirname "$0")"
GO=${GO:-go} OUT=${OUT:-runs} PROCS=${PROCS:-2} REPEATS=${REPEATS:-1 2 3}
WORKLOADS=${WORKLOADS:-lru trees words buffers stacks growth waves service tiny records graph phases}
export GOTOOLCHAIN=local GOMAXPROCS="$PROCS"
version=$("$GO" env GOVERSION | sed 's/^go//')
mkdir -p "$OUT"
program=$(mktemp)
"$GO" build -o "$program" .

run() { # workload, GOGC, limit, repeat
  to="$OUT/${version}_$1_p${PROCS}_g$2_m$3_r$4"
  limit=$3
  [ "$limit" = - ] && limit=off
  GODEBUG=gctrace=1 GOGC=$2 GOMEMLIMIT=$limit "$program" "$1" "$to" 2> "$to.log"
}

for workload in $WORKLOADS; do
  if [ -n "${LIMITS:-}" ]; then
    base="$OUT/${version}_${workload}_p${PROCS}_g100_m-_r1.log"
    live=$(sed -nE 's/.*->([0-9]+) MB, [0-9]+ MB goal.*/\1/p' "$base" | sort -n | tail -1)
    for repeat in $REPEATS; do
      run "$workload" 100 "$((live * 12 / 10 + 1))MiB" "$repeat"
      run "$workload" 100 "$((live * 15 / 10 + 1))MiB" "$repeat"
      run "$workload" off "$((live * 15 / 10 + 1))MiB" "$repeat"
      run "$workload" off "$((live * 2 + 1))MiB" "$repeat"
    done
  else
    for gogc in 25 50 100 200 400 800; do
      for repeat in $REPEATS; do run "$workload" "$gogc" - "$repeat"; done
    done
  fi
done
rm "$program"

#!/bin/sh
# What the benchmarks of `before` and `after` leave, by each Go: record.sh 1.24.11=/path/of/go …
set -eu
cd "$(dirname "$0")"
for pair in "$@"; do
  for side in before after; do
    (
      cd "$side"
      export GOTOOLCHAIN=local GOFLAGS=-trimpath
      out="../$side-${pair%%=*}"
      "${pair#*=}" test -run='^$' -bench=. -benchmem -benchtime=500x -count=2 -memprofile="$out.mem" -memprofilerate=1 . |
        sed 's/^cpu: .*/cpu: some/' > "$out.txt"
      "${pair#*=}" test -c -o /dev/null -gcflags=-m=2 . 2> "$out.log"
      rm -f lines.test
    )
  done
done

#!/bin/sh
# How often a gate alarms without a change: reruns.sh GO GOMEM 50
set -eu
cd "$(dirname "$0")/lines/before"
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
GOTOOLCHAIN=local "$1" test -c -o "$folder/lines.test" .
cd "$folder"
run() { ./lines.test -test.run='^$' -test.bench=. -test.benchmem -test.benchtime=1000x -test.count=10; }
alarms=0
run > before.txt
for _ in $(seq "$3"); do
  run > after.txt
  "$2" bench before.txt after.txt --fail-on 'allocs/op>0%' --fail-on 'B/op>0%' > told.txt || alarms=$((alarms + 1))
  mv after.txt before.txt
done
echo "$alarms alarms in $3 reruns"

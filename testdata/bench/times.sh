#!/bin/sh
# How often a gate on times alarms without a change, and finds a benchmark that takes 30 % longer:
# times.sh GO GOMEM RERUNS [STARTS [BENCHTIME]]
set -eu
cd "$(dirname "$0")/times"
starts=${4:-10}
time=${5:-20ms}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
GOTOOLCHAIN=local "$1" test -c -o "$folder/times.test" .
cd "$folder"
run() { ./times.test -test.run='^$' -test.bench=. -test.benchmem -test.benchtime="$time"; }
gate() { "$1" bench before.txt "$2" --fail-on 'ns/op>10%' >> told.txt 2>&1; }
alarms=0
found=0
for _ in $(seq "$3"); do
  rm -f before.txt after.txt slower.txt
  for _ in $(seq "$starts"); do
    run >> before.txt
    run >> after.txt
    SLOWER=Search:30 run >> slower.txt
  done
  gate "$2" after.txt || alarms=$((alarms + 1))
  gate "$2" slower.txt || found=$((found + 1))
done
unsure=$(grep -c insufficient told.txt || :)
echo "$alarms alarms in $3 reruns, $found of $3 times 30 % longer found; $unsure of $((2 * $3)) answers insufficient"

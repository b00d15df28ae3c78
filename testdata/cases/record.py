#!/usr/bin/env python3
"""Runs the programs of the cases, and keeps what each leaves behind as its bundle: record.py [CASE ...]

A case whose `case.toml` has no `[record]` keeps the bundle that it has. Needs `go` 1.26 or newer and the Go module proxy.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"


def record(case: Path, recording: dict) -> None:
    """Builds the case's program with the compiler's log, runs it, and packs its folder."""
    environment = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": "", "GOMAXPROCS": "2"}
    packages = "all" if recording.get("log") == "all" else "example.com/cases/..."
    program = recording.get("program", case.name)
    with tempfile.TemporaryDirectory() as scratch:
        binary, folder = Path(scratch) / "program", Path(scratch) / "bundle"
        folder.mkdir()
        build = ["go", "build", "-trimpath", f"-gcflags={packages}=-m=2", "-o", str(binary), f"./{program}"]
        built = subprocess.run(build, cwd=PROGRAMS, env=environment, capture_output=True, text=True)
        if built.returncode:
            sys.exit(f"{case.name}: {built.stderr}")
        (folder / "escape.log").write_text(built.stderr)
        debug = ",".join(filter(None, ["gctrace=1", recording.get("debug")]))
        environment |= {"OBS_DIR": str(folder), "OBS_SECS": str(recording.get("seconds", 10)), "GODEBUG": debug}
        environment |= recording.get("environment", {})
        with open(folder / "stderr.log", "wb") as trace:
            arguments = [str(folder) if argument == "BUNDLE" else argument for argument in recording.get("args", [])]
            subprocess.run([binary, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=trace)
        with tarfile.open(case / "bundle.tar.gz", "w:gz", compresslevel=9) as archive:
            for path in sorted(folder.iterdir()):
                archive.add(path, path.name, filter=anonymous)


def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the owner; the time stays, as a copied folder has it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def main() -> None:
    named = [HERE / name for name in sys.argv[1:]] or sorted(path.parent for path in HERE.glob("*/case.toml"))
    for case in named:
        recording = tomllib.loads((case / "case.toml").read_text()).get("record")
        if recording is not None:
            record(case, recording)
            print(f"{case.name}: {(case / 'bundle.tar.gz').stat().st_size // 1024} KiB", flush=True)


if __name__ == "__main__":
    main()

"""What a process takes: its time, its CPU time, and its peak memory, which `launch.c` asks the system for."""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).parent
FOLDER = HERE.parent / "target/bench"


@dataclass(frozen=True)
class Usage:
    """What one process took."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def run(command: list[str | pathlib.Path], environment: dict[str, str] | None = None) -> tuple[Usage, str]:
    """What a process took, and what it printed."""
    usage = FOLDER / "usage"
    # A file, since grep stops at the first match when it sees that its output goes nowhere.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begin = time.perf_counter()
        done = subprocess.run(
            [launcher(), usage, *command], stdout=out, stderr=err, env=os.environ | (environment or {}), check=False
        )
        seconds = time.perf_counter() - begin
        out.seek(0)
        if done.returncode != 0:
            err.seek(0)
            sys.exit(f"failed: {' '.join(map(str, command))}\n{err.read()}")
        cpu_seconds, peak_kb = usage.read_text().split()
        return Usage(seconds, float(cpu_seconds), int(peak_kb) / 1024), out.read().strip()


def median(usages: list[Usage]) -> Usage:
    """The median of each number."""
    return Usage(*(statistics.median(getattr(usage, name) for usage in usages) for name in Usage.__annotations__))


def launcher() -> pathlib.Path:
    program = FOLDER / "launch"
    if not program.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-O", "-o", program, HERE / "launch.c"], check=True)
    return program

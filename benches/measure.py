"""gomem beside its peers on the same input in the same run: python benches/measure.py GOMEM RESULTS.json [PART ...], as `make bench` does.

Whole processes: CPU time (user and system) and peak memory, medians of runs taken in turns. Parts that are not named keep what
RESULTS.json says of them. `page.py` makes docs/performance.md of it.
"""

import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import scan

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
FOLDER = ROOT / "target/bench"
# Logs of whole builds, as `make parity-escape` makes them.
LOGS = pathlib.Path(os.environ.get("LOGS", ROOT / "target/escape-logs"))
RUNS = 3
# A process that takes this long is run once.
LONG_SECONDS = 5
SAMPLES = (10_000, 100_000, 300_000, 1_000_000)
LOG_MEGABYTES = (10, 100, 900)
FILES = (100, 1_000, 10_000)


def run(command: list[str]) -> tuple[float, float]:
    """CPU seconds and peak MB of one process."""
    launcher, usage = FOLDER / "launch", FOLDER / "usage"
    if not launcher.exists():
        subprocess.run(["cc", "-O", "-o", launcher, HERE / "launch.c"], check=True)
    # A file, since grep stops at the first match when it sees that its output goes nowhere.
    with tempfile.TemporaryFile() as out:
        subprocess.run([launcher, usage, *command], stdout=out, stderr=out, check=True)
    cpu_seconds, peak_kb = usage.read_text().split()
    return float(cpu_seconds), int(peak_kb) / 1024


def compare(what: str, size: int, ours: list[str], peer: list[str]) -> dict:
    """One row: gomem and the peer, each with CPU seconds and peak MB."""
    row: dict = {"what": what, "input_bytes": size, "peer_name": " ".join(peer[:3] if peer[0] == "go" else peer[:1])}
    has_peer = shutil.which(peer[0]) is not None
    taken: dict[str, list] = {"gomem": [], "peer": []}
    for _ in range(RUNS):
        taken["gomem"].append(run(ours))
        if has_peer:
            taken["peer"].append(run(peer))
        if max(cpu for runs in taken.values() for cpu, _ in runs) > LONG_SECONDS:
            break
    for side, runs in taken.items():
        if runs:
            cpu, peak = (statistics.median(pair[part] for pair in runs) for part in (0, 1))
            row[side] = {"cpu_seconds": cpu, "peak_mb": peak}
    print(row, file=sys.stderr)
    return row


def made_up(samples: int) -> pathlib.Path:
    """A heap profile of so many samples."""
    path = FOLDER / f"heap-{samples}.pb.gz"
    if not path.exists():
        subprocess.run([sys.executable, HERE / "make_profile.py", str(samples), path], check=True)
    return path


def many() -> pathlib.Path:
    """A real heap profile with 300,000 samples, written by a Go program."""
    path = FOLDER / "many.pb.gz"
    if not path.exists():
        subprocess.run(["go", "run", ".", str(path)], cwd=HERE / "many-samples", check=True)
    return path


def decode_times(profile: pathlib.Path) -> tuple[float, float]:
    """Milliseconds to inflate alone, and to decode into columns, in one process: medians of 100."""
    environment = os.environ | {"GOMEM_BENCH_PROFILE": str(profile)}
    bench = ["cargo", "bench", "--quiet", "--locked", "-p", "gomem-pprof", "--bench", "decode", "--", "decode", "inflate"]
    text = subprocess.run(bench, env=environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    units = {"ns": 1e-6, "µs": 1e-3, "ms": 1.0, "s": 1e3}
    medians = {}
    for line in text.splitlines():
        if match := re.match(r"\W*(\w+)\s+[\d.]+ \S+\s+│ [\d.]+ \S+\s+│ ([\d.]+) (\S+)", line):
            medians[match[1]] = float(match[2]) * units[match[3]]
    return medians["inflate"], medians["decode"]


def parse_time(profile: pathlib.Path) -> float:
    """Milliseconds that Go's own profile package needs."""
    program = FOLDER / "go-parse"
    if not program.exists():
        root = subprocess.run(["go", "env", "GOROOT"], check=True, capture_output=True, text=True).stdout.strip()
        shutil.copytree(HERE / "go-parse", program)
        shutil.copytree(
            pathlib.Path(root, "src/cmd/vendor/github.com/google/pprof/profile"),
            program / "profile",
            ignore=shutil.ignore_patterns("*_test.go", "testdata"),
        )
        subprocess.run(["go", "build", "-o", "go-parse", "."], cwd=program, check=True)
    return float(subprocess.run([program / "go-parse", profile], check=True, capture_output=True, text=True).stdout)


def tops(gomem: str) -> list[dict]:
    """`top` over profiles of growing size, and over one that a Go program wrote."""
    profiles = {f"{samples:,} samples": made_up(samples) for samples in SAMPLES}
    if shutil.which("go"):
        profiles["300,000 samples of a Go program"] = many()
    pprof = ["go", "tool", "pprof", "-symbolize=none", "-top", "-sample_index=alloc_space"]
    return [
        compare(what, path.stat().st_size, [gomem, "top", str(path), "-s", "alloc_space"], [*pprof, str(path)])
        for what, path in profiles.items()
    ]


def decodes(_gomem: str) -> list[dict]:
    """In one process: inflating alone, decoding into columns, and Go's own package."""
    if not shutil.which("go"):
        return []
    rows = []
    for path in (many(), made_up(300_000)):
        inflate, decode = decode_times(path)
        parse = parse_time(path)
        sizes = {"profile": path.name, "input_bytes": path.stat().st_size}
        rows.append(sizes | {"inflate_ms": inflate, "decode_ms": decode, "go_parse_ms": parse})
        print(rows[-1], file=sys.stderr)
    return rows


def logs(gomem: str) -> list[dict]:
    """Heap decisions of logs of growing size: the beginnings of the log of Go's standard library and commands."""
    recorded = sorted(LOGS.glob("*.log"), key=lambda log: log.stat().st_size)
    source = recorded[-1] if recorded else ROOT / "examples/incident/before/escape.log"
    rows = []
    for megabytes in LOG_MEGABYTES:
        path = FOLDER / f"escape-{megabytes}.log"
        size = 0
        with source.open("rb") as lines, path.open("wb") as log:
            for line in lines:
                size += log.write(line)
                if size >= megabytes * 1_000_000:
                    break
        grep = ["grep", "-c", "escapes to heap", str(path)]
        row = compare(f"{size / 1e6:.0f} MB", size, [gomem, "escape", str(path)], grep)
        rows.append(row | {"log": source.name})
        path.unlink()
        if source.stat().st_size <= megabytes * 1_000_000:
            break
    return rows


def metrics(_gomem: str) -> list[dict]:
    """Readers of metrics and GC traces, in one process."""
    environment = os.environ | {"PYTHON": sys.executable}
    bench = ["cargo", "bench", "--quiet", "--locked", "-p", "gomem-metrics"]
    text = subprocess.run(bench, env=environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"^  (.{34})\s+([\d.]+) MB/s +(\d+) found", text, re.MULTILINE)
    return [{"reader": name.strip(), "mb_per_second": float(speed), "found": int(found)} for name, speed, found in rows]


def accuracy(_gomem: str) -> str:
    """How well one recorded run predicts others, beside the formula of the GC guide."""
    text = subprocess.run(["make", "-s", "gogc-accuracy"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return "\nerror, median/p90" + text.partition("\nerror, median/p90")[2]


def scans(_gomem: str) -> list[dict]:
    """A sum by function over growing numbers of files, each read: 2,000 different profiles, from the first again after the last."""
    different = scan.make_profiles(FOLDER / "profiles", scan.COUNT)
    query = "gm.scan_pprof(sys.argv[1] + '/*.pb.gz').group_by('function').agg(pl.col('alloc_space').sum())"
    program = f"import sys, gomem as gm, polars as pl; {query}.collect(engine='streaming')"
    rows = []
    for files in FILES:
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            for number in range(files):
                pathlib.Path(folder, f"{number:05}.pb.gz").symlink_to(different[number % len(different)].resolve())
            cpu, peak = run([sys.executable, "-c", program, folder])
        rows.append({"files": files, "gomem": {"cpu_seconds": cpu, "peak_mb": peak}})
        print(rows[-1], file=sys.stderr)
    return rows


def queries(_gomem: str) -> str:
    """What `make bench-scan` prints."""
    command = [sys.executable, HERE / "scan.py", FOLDER / "profiles"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


PARTS = {
    "top": tops,
    "decode": decodes,
    "escape": logs,
    "metrics": metrics,
    "scan": scans,
    "queries": queries,
    "gogc": accuracy,
}


def main(gomem: str, results: str, *parts: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = pathlib.Path(results)
    measured = json.loads(path.read_text()) if path.exists() and parts else {}
    measured["machine"] = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    for part in parts or PARTS:
        begin = time.perf_counter()
        measured[part] = PARTS[part](gomem)
        print(f"{part}: {time.perf_counter() - begin:.0f} s", file=sys.stderr)
        path.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""gomem beside its peers on the same input in the same run: python benches/measure.py GOMEM RESULTS.json, as `make bench` does.

Whole processes: CPU time (user and system) and peak memory, medians of runs taken in turns. `page.py` makes docs/performance.md of it.
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

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
RUNS = 5
# A process that takes this long is run once.
LONG_SECONDS = 5
SAMPLES = (10_000, 100_000, 300_000, 1_000_000)
LOG_MEGABYTES = (10, 100, 900)
FILES = (100, 1_000, 10_000)


def run(command: list[str]) -> tuple[float, float]:
    """CPU seconds and peak MB of one process."""
    # A file, since grep stops at the first match when it sees that its output goes nowhere.
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


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


def heap_of_many_samples(folder: pathlib.Path) -> pathlib.Path:
    """A real heap profile with 300,000 samples, written by a Go program."""
    path = folder / "many.pb.gz"
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


def parse_time(profile: pathlib.Path, folder: pathlib.Path) -> float:
    """Milliseconds that Go's own profile package needs."""
    program = folder / "go-parse"
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


def tops(gomem: str, folder: pathlib.Path) -> list[dict]:
    """`top` over profiles of growing size, and over one that a Go program wrote."""
    profiles = {}
    for samples in SAMPLES:
        path = folder / f"heap-{samples}.pb.gz"
        subprocess.run([sys.executable, HERE / "make_profile.py", str(samples), path], check=True)
        profiles[f"{samples:,} samples"] = path
    if shutil.which("go"):
        profiles["300,000 samples of a Go program"] = heap_of_many_samples(folder)
    pprof = ["go", "tool", "pprof", "-symbolize=none", "-top", "-sample_index=alloc_space"]
    return [
        compare(what, path.stat().st_size, [gomem, "top", str(path), "-s", "alloc_space"], [*pprof, str(path)])
        for what, path in profiles.items()
    ]


def decodes(folder: pathlib.Path) -> list[dict]:
    """In one process: inflating alone, decoding into columns, and Go's own package."""
    if not shutil.which("go"):
        return []
    rows = []
    for path in (folder / "many.pb.gz", folder / "heap-300000.pb.gz"):
        inflate, decode = decode_times(path)
        parse = parse_time(path, folder)
        sizes = {"profile": path.name, "input_bytes": path.stat().st_size}
        rows.append(sizes | {"inflate_ms": inflate, "decode_ms": decode, "go_parse_ms": parse})
        print(rows[-1], file=sys.stderr)
    return rows


def logs(gomem: str, folder: pathlib.Path) -> list[dict]:
    """Heap decisions of growing logs: that of the incident, over and over."""
    text = (ROOT / "examples/incident/before/escape.log").read_bytes()
    rows = []
    for megabytes in LOG_MEGABYTES:
        path = folder / f"escape-{megabytes}.log"
        with path.open("wb") as log:
            for _ in range(max(1, megabytes * 1_000_000 // len(text))):
                log.write(text)
        grep = ["grep", "-c", "escapes to heap", str(path)]
        rows.append(compare(f"{megabytes} MB", path.stat().st_size, [gomem, "escape", str(path)], grep))
        path.unlink()
    return rows


def metrics() -> list[dict]:
    """Readers of metrics and GC traces, in one process."""
    environment = os.environ | {"PYTHON": sys.executable}
    bench = ["cargo", "bench", "--quiet", "--locked", "-p", "gomem-metrics"]
    text = subprocess.run(bench, env=environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"^  (.{34})\s+([\d.]+) MB/s +(\d+) found", text, re.MULTILINE)
    return [{"reader": name.strip(), "mb_per_second": float(speed), "found": int(found)} for name, speed, found in rows]


def accuracy() -> str:
    """How well one recorded run predicts others, beside the formula of the GC guide."""
    text = subprocess.run(["make", "-s", "gogc-accuracy"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return "\nerror, median/p90" + text.partition("\nerror, median/p90")[2]


def scans(folder: pathlib.Path) -> list[dict]:
    """`scan_pprof` over growing numbers of files, when the Python package is installed here."""
    if subprocess.run([sys.executable, "-c", "import gomem"], capture_output=True).returncode:
        return []
    profile = ROOT / "examples/incident/before/heap-1.pb.gz"
    count = "import gomem, polars, sys; print(gomem.scan_pprof(sys.argv[1]).select(polars.len()).collect(engine='streaming'))"
    rows = []
    for files in FILES:
        many = folder / f"profiles-{files}"
        many.mkdir()
        for number in range(files):
            shutil.copy(profile, many / f"{number:05}.pb.gz")
        cpu, peak = run([sys.executable, "-c", count, f"{many}/*.pb.gz"])
        rows.append({"files": files, "gomem": {"cpu_seconds": cpu, "peak_mb": peak}})
        print(rows[-1], file=sys.stderr)
    return rows


def main(gomem: str, results: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        measured = {
            "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
            "top": tops(gomem, folder),
            "decode": decodes(folder),
            "escape": logs(gomem, folder),
            "metrics": metrics(),
            "scan": scans(folder),
            "gogc": accuracy(),
        }
    pathlib.Path(results).write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""gomem beside its peers on the same input in the same run, as `make bench` does.

    python benches/measure.py GOMEM RESULTS.json [PART ...]

Each part gives rows of numbers. Parts that are not named keep what RESULTS.json says of them. `page.py` makes
docs/performance.md of it.
"""

import contextlib
import gzip
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict

import report
import scan
from process import FOLDER, Usage, median, run

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
# Logs of whole builds, as `make parity-escape` makes them.
LOGS = pathlib.Path(os.environ.get("LOGS", ROOT / "target/escape-logs"))
RUNS = 5
# A peer that takes this long is run once.
LONG_SECONDS = 5
SAMPLES = (10_000, 100_000, 300_000, 1_000_000)
LOG_MEGABYTES = (10, 100, 900)
OBJECTS = (3_600_000, 15_000_000)
FILES = (100, 1_000, 10_000)
# Whose pproflite is measured.
DATADOG = "github.com/DataDog/dd-trace-go/v2@v2.10.1"
# By mode of testdata/traces/recorder, how long it runs.
TRACES = {"service": 250, "channels": 100, "steady": 4, "lifetimes": 20}
PPROF = ["go", "tool", "pprof", "-symbolize=none", "-top", "-sample_index=alloc_space"]


def compare(what: str, size: int, ours: list[str], peer: list[str]) -> dict:
    """One row: gomem and the peer, in turns."""
    taken: dict[str, list[Usage]] = {"gomem": [], "peer": []}
    has_peer = shutil.which(peer[0]) is not None
    for _ in range(RUNS):
        taken["gomem"].append(run(ours)[0])
        if has_peer:
            taken["peer"].append(run(peer)[0])
            has_peer = taken["peer"][0].cpu_seconds < LONG_SECONDS
    row = {"what": what, "input_bytes": size}
    return row | {side: asdict(median(usages)) for side, usages in taken.items() if usages}


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


def tops(gomem: str) -> Iterator[dict]:
    """`top` over profiles of growing size, and over one that a Go program wrote."""
    profiles = {f"{samples:,} samples": made_up(samples) for samples in SAMPLES}
    if shutil.which("go"):
        profiles["300,000 samples of a Go program"] = many()
        # From Go 1.25 on, pprof is compiled when it is first asked for.
        run([*PPROF, str(many())])
    for what, path in profiles.items():
        ours = [gomem, "top", str(path), "-s", "alloc_space"]
        yield compare(what, path.stat().st_size, ours, [*PPROF, str(path)])


def bench(package: str, *arguments: str, environment: dict[str, str]) -> str:
    """What one of the crates' own benchmarks prints."""
    command = ["cargo", "bench", "--quiet", "--locked", "-p", package, *arguments]
    done = subprocess.run(command, env=os.environ | environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def decode_times(profile: pathlib.Path) -> dict[str, float]:
    """Milliseconds to inflate alone, and to decode into columns, in one process: medians of 100."""
    environment = {"GOMEM_BENCH_PROFILE": str(profile)}
    text = bench("gomem-pprof", "--bench", "decode", "--", "::decode", "inflate", environment=environment)
    units = {"ns": 1e-6, "µs": 1e-3, "ms": 1.0, "s": 1e3}
    row = re.compile(r"^\W*(\w+)\s+[\d.]+ \S+\s+│ [\d.]+ \S+\s+│ ([\d.]+) (\S+)", re.MULTILINE)
    return {name: float(number) * units[unit] for name, number, unit in row.findall(text)}


def go_parser() -> pathlib.Path:
    """The program that times readers written in Go."""
    root = subprocess.run(["go", "env", "GOROOT"], check=True, capture_output=True, text=True).stdout.strip()
    google = pathlib.Path(root, "src/cmd/vendor/github.com/google/pprof/profile")
    return built("go-parse", google, module(DATADOG) / "profiler/internal/pproflite")


def built(name: str, *packages: pathlib.Path) -> pathlib.Path:
    """A Go program of this folder, with packages that cannot be imported from where they are."""
    folder = FOLDER / name
    if not folder.exists():
        shutil.copytree(HERE / name, folder)
        for package in packages:
            shutil.copytree(package, folder / package.name, ignore=shutil.ignore_patterns("*_test.go", "testdata"))
        subprocess.run(["go", "build", "-mod=mod", "-o", f"{name}.run", "."], cwd=folder, check=True)
    return folder / f"{name}.run"


def module(version: str) -> pathlib.Path:
    """The folder of a Go module's sources."""
    command = ["go", "mod", "download", "-json", version]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(json.loads(done.stdout)["Dir"])


def decodes(_gomem: str) -> Iterator[dict]:
    """In one process: inflating alone, decoding into columns, Go's own package, and DataDog's on bytes that are not gzipped."""
    if not shutil.which("go"):
        return
    program = go_parser()
    for path in (many(), made_up(300_000)):
        raw = FOLDER / path.stem
        if not raw.exists():
            raw.write_bytes(gzip.decompress(path.read_bytes()))
        times = decode_times(path)
        yield {
            "profile": path.name,
            "input_bytes": path.stat().st_size,
            "inflate_ms": times["inflate"],
            "decode_ms": times["decode"],
            "go_parse_ms": float(run([program, "profile", path])[1]),
            "decode_owned_ms": times["decode_owned"],
            "pproflite_ms": float(run([program, "pproflite", raw])[1]),
            "raw_bytes": raw.stat().st_size,
        }


def logs(gomem: str) -> Iterator[dict]:
    """Heap decisions of logs of growing size: the beginnings of the log of Go's standard library and commands."""
    recorded = sorted(LOGS.glob("*.log"), key=lambda log: log.stat().st_size)
    source = recorded[-1] if recorded else ROOT / "examples/incident/before/escape.log"
    program = "import sys, gomem as gm; print(*gm.read_escape_log(sys.argv[1]).coverage)"
    for megabytes in LOG_MEGABYTES:
        with beginning(source, megabytes * 1_000_000) as path:
            size = path.stat().st_size
            grep = ["grep", "-c", "escapes to heap", str(path)]
            row = compare(f"{size / 1e6:.0f} MB", size, [gomem, "escape", str(path), "--format", "csv"], grep)
            coverage = run([sys.executable, "-c", program, path])[1].split()
        lines, parsed, unknown, skipped = map(int, coverage)
        yield row | {"log": source.name, "lines": lines, "parsed": parsed, "unknown": unknown, "skipped": skipped}
        if source.stat().st_size <= megabytes * 1_000_000:
            break


@contextlib.contextmanager
def beginning(source: pathlib.Path, size: int) -> Iterator[pathlib.Path]:
    """A file of the first lines of another, of about so many bytes."""
    path = FOLDER / "beginning.log"
    written = 0
    with source.open("rb") as lines, path.open("wb") as log:
        for line in lines:
            written += log.write(line)
            if written >= size:
                break
    yield path
    path.unlink()


def metrics(_gomem: str) -> Iterator[dict]:
    """Readers of metrics and GC traces, in one process."""
    text = bench("gomem-metrics", environment={"PYTHON": sys.executable})
    for name, speed, found in re.findall(r"^  (.{34})\s+([\d.]+) MB/s +(\d+) found", text, re.MULTILINE):
        yield {"reader": name.strip(), "mb_per_second": float(speed), "found": int(found)}
    if not shutil.which("go"):
        return
    program = built("victoria-parse")
    scrapes = sorted((ROOT / "examples/incident/before/metrics").iterdir())
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        bare = [pathlib.Path(folder, scrape.name) for scrape in scrapes]
        for scrape, path in zip(scrapes, bare, strict=True):
            lines = scrape.read_text().splitlines(keepends=True)
            path.write_text("".join(line for line in lines if not line.startswith("#")))
        for what, paths in (("VictoriaMetrics", scrapes), ("VictoriaMetrics, no comments", bare)):
            speed, found = run([program, *paths])[1].split()
            yield {"reader": what, "mb_per_second": float(speed), "found": int(found)}


def traces(gomem: str) -> Iterator[dict]:
    """Who had to help the GC, beside a loop on Go's own reader of traces that does nothing with the events."""
    if not shutil.which("go"):
        return
    program, recorder, reference = (FOLDER / name for name in ("trace-read", "trace-recorder", "trace-reference"))
    made = ROOT / "testdata/traces"
    for source, built in ((HERE / "trace-read", program), (made / "recorder", recorder), (made / "reference", reference)):
        subprocess.run(["go", "build", "-o", built, "."], cwd=source, check=True)
    for mode, scale in TRACES.items():
        path = FOLDER / f"{mode}.trace"
        if not path.exists():
            births = {"GODEBUG": "traceallocfree=1", "GOMAXPROCS": "1"} if mode == "lifetimes" else {}
            subprocess.run([recorder, mode, path, str(scale)], env=os.environ | births, check=True)
        ours = [gomem, "trace", str(path), "--rows", "1"]
        row = compare(mode, path.stat().st_size, ours, [str(program), str(path)])
        yield row | trace_times(path, program, reference)


def trace_times(path: pathlib.Path, program: pathlib.Path, reference: pathlib.Path) -> dict[str, float]:
    """Milliseconds of CPU of one thread to read a trace in memory, and to make all tables of it.

    Beside them are those of Go's reader alone, and of a program on it that finds the same.
    """
    text = bench("gomem-trace", "--bench", "decode", environment={"GOMEM_BENCH_TRACES": str(path)})
    times = {name: float(ms) for name, ms in re.findall(r"^  (\w+) +([\d.]+) ms", text, re.MULTILINE)}
    loop = float(run([program, path, str(RUNS)])[1].split()[0])
    # Without `go` at hand it does not count raw events.
    found = median([run([reference, path], {"PATH": ""})[0] for _ in range(RUNS)])
    return {
        "decode_ms": times["decode"],
        "tables_ms": times["tables"],
        "loop_ms": loop * 1e3,
        "found_ms": found.cpu_seconds * 1e3,
    }


def heaps(gomem: str) -> Iterator[dict]:
    """Who keeps the objects of a heap, by a dump and by a core, beside goref (`grf`) on the core."""
    if not shutil.which("go"):
        return
    program = FOLDER / "many-objects"
    subprocess.run(["go", "build", "-o", program, "."], cwd=HERE / "many-objects", check=True)
    for objects in OBJECTS:
        dump, folder = FOLDER / f"{objects}.dump", FOLDER / f"{objects}-core"
        if not (folder / "core").exists():
            take_heap(gomem, program, objects, dump, folder)
        core = folder / "core"
        for what, path, options in (
            ("a dump, holders", dump, []),
            ("a core, holders", core, []),
            ("a core, types", core, ["--by", "type"]),
            ("a core, steps", core, ["--path-to", "main.buckets"]),
        ):
            ours = [gomem, "heap", str(path), "--binary", str(program), "--format", "csv", *options]
            peer = ["grf", "core", str(program), str(path), "-o", os.devnull] if path == core else [""]
            # What a hole is takes no room: a core's size is what was written of it.
            yield compare(what, path.stat().st_blocks * 512, ours, peer) | {"objects": objects}


def take_heap(gomem: str, program: pathlib.Path, objects: int, dump: pathlib.Path, folder: pathlib.Path) -> None:
    """A dump and a core of one process."""
    shutil.rmtree(folder, ignore_errors=True)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([program, str(objects), dump], text=True, **pipes) as process:
        assert process.stdout is not None
        process.stdout.readline()
        subprocess.run([gomem, "capture", "--pid", str(process.pid), "--full", "-o", folder], check=True)
        process.kill()


def scans(_gomem: str) -> Iterator[dict]:
    """A sum by function over growing numbers of files: 2,000 different ones, from the first again after the last."""
    different = scan.make_profiles(FOLDER / "profiles")
    query = "gm.scan_pprof(sys.argv[1] + '/*.pb.gz').group_by('function').agg(pl.col('alloc_space').sum())"
    program = f"import sys, gomem as gm, polars as pl; {query}.collect(engine='streaming')"
    for files in FILES:
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            names = [pathlib.Path(folder, f"{number:05}.pb.gz") for number in range(files)]
            for number, name in enumerate(names):
                name.symlink_to(different[number % len(different)].resolve())
            row = {"files": files, "gomem": asdict(run([sys.executable, "-c", program, folder])[0])}
            # It holds all of them at once.
            if files < max(FILES) and shutil.which("go"):
                row["peer"] = asdict(run([*PPROF, *names])[0])
        yield row


def queries(_gomem: str) -> Iterator[dict]:
    """Questions to 2,000 profiles, and the peers on some of them."""
    profiles = scan.make_profiles(FOLDER / "profiles")
    yield from scan.ask(FOLDER / "profiles")
    yield from scan.ask_peers(profiles)


def reports(gomem: str) -> Iterator[dict]:
    """A whole post-mortem."""
    if shutil.which("go"):
        yield report.measure(gomem, FOLDER / "report")


def accuracy(_gomem: str) -> Iterator[dict]:
    """How well one recorded run predicts others, beside the formula of the GC guide."""
    text = subprocess.run(["make", "-s", "gogc-accuracy"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    names = ("from", "programs", "gogc", "forecasts", "cycles", "cycles_from_5", "peak_heap", "gc_cpu")
    for line in text.stdout.partition("error, median/p90")[2].partition("\n\n")[0].splitlines()[2:]:
        yield dict(zip(names, re.split(r"\s{2,}", line.strip()), strict=True))


def rules(_gomem: str) -> Iterator[dict]:
    """What the rules say of recorded incidents, and what a rule of thumb says."""
    text = subprocess.run(["make", "-s", "incidents"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.findall(
        r"^(?:test .* \.\.\. )?([\w ]+), every (\d+): (\d+) of (\d+) found, (\d+) undecided \((\d+) not evaluable\), "
        r"(\d+) wrongly clear, (\d+) extra",
        text,
        re.MULTILINE,
    )
    for names, every, *counts in found:
        keys = ("found", "all", "undecided", "not_evaluable", "wrongly_clear", "extra")
        yield {"metrics": names, "every": int(every)} | dict(zip(keys, map(int, counts), strict=True))
    for rule, fired, right in re.findall(r"^(\w+) alone: fired (\d+), rightly (\d+)", text, re.MULTILINE):
        yield {"rule": rule, "fired": int(fired), "right": int(right)}


PARTS = {
    "top": tops,
    "decode": decodes,
    "escape": logs,
    "metrics": metrics,
    "trace": traces,
    "heap": heaps,
    "scan": scans,
    "queries": queries,
    "report": reports,
    "gogc": accuracy,
    "rules": rules,
}


def main(gomem: str, results: str, *parts: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = pathlib.Path(results)
    measured = json.loads(path.read_text()) if path.exists() and parts else {}
    measured["machine"] = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    go = subprocess.run(["go", "version"], capture_output=True, text=True, check=False) if shutil.which("go") else None
    measured["go"] = go.stdout.split()[2] if go else None
    for part in parts or PARTS:
        begin = time.perf_counter()
        measured[part] = []
        for row in PARTS[part](gomem):
            print(json.dumps(row), file=sys.stderr)
            measured[part].append(row)
        print(f"{part}: {time.perf_counter() - begin:.0f} s", file=sys.stderr)
        path.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Thousands of profiles as one lazy frame, beside peers: python benches/scan.py, as `make bench-scan` does.

The profiles are real: the Go compiler records one for each package that it compiles. Sums of several of them, chosen at random,
make as many different profiles as wanted, of about 100 KB. gomem writes them (`gm.merge`, `Profile.to_pprof`).
"""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import gomem as gm

COUNT, SAMPLE = 2000, 60
HERE = pathlib.Path(__file__).parent

GROUP = "scan.group_by('function').agg(pl.col('alloc_space').sum()).sort('alloc_space').collect(engine='streaming')"
QUERIES = {
    "sum by function": GROUP,
    "all columns, nothing kept": "scan.select(pl.all().null_count()).collect(engine='streaming')",
    "all but `stack` to Parquet": "scan.drop('stack').sink_parquet('{out}')",
    "all columns to Parquet, `row_group_size=20_000`": "scan.sink_parquet('{out}', row_group_size=20_000)",
    "`filter(path == …)`": "scan.filter(pl.col('path') == names[1234 % len(names)]).collect()",
    "`filter(path == …, alloc_space > 0)`": "scan.filter(pl.col('path') == names[7], pl.col('alloc_space') > 0).collect()",
    "`head(10)`": "scan.head(10).collect()",
    "`head(10)`, streaming engine": "scan.head(10).collect(engine='streaming')",
}
PROGRAM = """
import glob, sys
import gomem as gm, polars as pl
from gomem import _gomem
decoded = []
read = _gomem.read_pprof
_gomem.read_pprof = lambda *a, **k: decoded.append(1) or read(*a, **k)
names = sorted(glob.glob(sys.argv[1] + "/*.pb.gz"))[: int(sys.argv[2])]
scan = gm.scan_pprof(names)
{query}
print(len(decoded))
"""
PROTOBUF = """
import collections, gzip, sys
import profile_pb2
for name in sys.argv[1:]:
    profile = profile_pb2.Profile.FromString(gzip.open(name).read())
    functions = {f.id: profile.string_table[f.name] for f in profile.function}
    leaves = {l.id: functions[l.line[0].function_id] if l.line else "" for l in profile.location}
    flat = collections.Counter()
    for sample in profile.sample:
        flat[leaves[sample.location_id[0]]] += sample.value[1]
"""


def make_profiles(folder: pathlib.Path, count: int, *, seed: int = 1) -> list[pathlib.Path]:
    """`count` profiles of about 100 KB, each the sum of some that the Go compiler recorded."""
    parts = folder / "compiler"
    if not parts.exists():
        parts.mkdir(parents=True)
        command = ["go", "build", "-o", os.devnull, f"-gcflags=all=-memprofile={parts}", "cmd/go"]
        # A cache of its own, since packages that are cached are not compiled.
        with tempfile.TemporaryDirectory() as cache:
            subprocess.run(command, check=True, env=os.environ | {"GOCACHE": cache, "GOTOOLCHAIN": "local"})
    largest = sorted(parts.iterdir(), key=lambda path: path.stat().st_size)[-60:]
    profiles = [gm.read_pprof(path) for path in largest]
    rng = random.Random(seed)
    made = [folder / f"{index:05}.pb.gz" for index in range(count)]
    for path in made:
        chosen = rng.sample(profiles, 18)
        if not path.exists():
            gm.merge(chosen).to_pprof(path)
    return made


def run(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float, float, str]:
    """Seconds, CPU seconds and peak MB of one process, and what it prints."""
    with tempfile.TemporaryFile("w+") as out:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, env=os.environ | (environment or {}))
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"failed: {command[:3]}")
        out.seek(0)
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read().strip()


def scans(folder: pathlib.Path) -> None:
    print(f"{os.cpu_count()} cores\n\n| query | profiles | decoded | time | profiles/s | CPU | peak |\n|---|--:|--:|--:|--:|--:|--:|")
    for name, query in QUERIES.items():
        for count in (COUNT // 10, COUNT):
            with tempfile.TemporaryDirectory() as scratch:
                program = PROGRAM.format(query=query.format(out=f"{scratch}/out.parquet"))
                seconds, cpu, peak, decoded = run([sys.executable, "-c", program, str(folder), str(count)])
            print(f"| {name} | {count} | {decoded} | {seconds:.2f} s | {count / seconds:.0f} | {cpu:.2f} s | {peak:.0f} MB |")


def peers(profiles: list[pathlib.Path]) -> None:
    """The same sum by function, by others, on a sample of the files."""
    sample = [str(path) for path in profiles[:SAMPLE]]
    print("\n| peer | profiles | time | profiles/s | CPU |\n|---|--:|--:|--:|--:|")
    runs = [run(["go", "tool", "pprof", "-top", "-symbolize=none", "-sample_index=alloc_space", path]) for path in sample]
    row("`go tool pprof -top`, one after the other", [sum(part) for part in zip(*(r[:2] for r in runs), strict=True)])
    with tempfile.TemporaryDirectory() as folder:
        compiler = [sys.executable, "-m", "grpc_tools.protoc", f"-I{HERE}", f"--python_out={folder}", "profile.proto"]
        if subprocess.run(compiler, check=False).returncode != 0:
            print("| Python protobuf | pip install grpcio-tools | | | |")
            return
        row("Python `protobuf` (upb), flat only", run([sys.executable, "-c", PROTOBUF, *sample], {"PYTHONPATH": folder})[:2])


def row(name: str, usage: tuple[float, float] | list[float]) -> None:
    seconds, cpu = usage
    print(f"| {name} | {SAMPLE} | {seconds:.2f} s | {SAMPLE / seconds:.0f} | {cpu:.2f} s |")


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    made = make_profiles(folder, COUNT)
    size = sum(path.stat().st_size for path in made)
    print(f"{COUNT} profiles, {size / COUNT / 1000:.0f} KB on average")
    scans(folder)
    peers(made)


if __name__ == "__main__":
    main()

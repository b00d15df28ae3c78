"""Thousands of profiles as one lazy frame, beside peers: python benches/scan.py, as `make bench-scan` does.

The profiles are real: the Go compiler records one for each package that it compiles. Sums of several of them, chosen at random,
make as many different profiles as wanted, of about 100 KB. gomem writes them (`gm.merge`, `Profile.to_pprof`).
"""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict

import gomem as gm

from process import Usage, run

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


def make_profiles(folder: pathlib.Path) -> list[pathlib.Path]:
    """Profiles of about 100 KB, each the sum of some that the Go compiler recorded."""
    parts = folder / "compiler"
    if not parts.exists():
        parts.mkdir(parents=True)
        command = ["go", "build", "-o", os.devnull, f"-gcflags=all=-memprofile={parts}", "cmd/go"]
        # A cache of its own, since packages that are cached are not compiled.
        with tempfile.TemporaryDirectory() as cache:
            subprocess.run(command, check=True, env=os.environ | {"GOCACHE": cache, "GOTOOLCHAIN": "local"})
    largest = sorted(parts.iterdir(), key=lambda path: path.stat().st_size)[-60:]
    profiles = [gm.read_pprof(path) for path in largest]
    rng = random.Random(1)
    made = [folder / f"{index:05}.pb.gz" for index in range(COUNT)]
    for path in made:
        chosen = rng.sample(profiles, 18)
        if not path.exists():
            gm.merge(chosen).to_pprof(path)
    return made


def ask(folder: pathlib.Path) -> Iterator[dict]:
    """Each query over a tenth of the profiles, and over all."""
    for name, query in QUERIES.items():
        for count in (COUNT // 10, COUNT):
            with tempfile.TemporaryDirectory() as scratch:
                program = PROGRAM.format(query=query.format(out=f"{scratch}/out.parquet"))
                usage, decoded = run([sys.executable, "-c", program, folder, str(count)])
            yield {"query": name, "profiles": count, "decoded": int(decoded)} | asdict(usage)


def ask_peers(profiles: list[pathlib.Path]) -> Iterator[dict]:
    """The same sum by function, by others, on a sample of the files."""
    sample = profiles[:SAMPLE]
    if shutil.which("go"):
        top = ["go", "tool", "pprof", "-top", "-symbolize=none", "-sample_index=alloc_space"]
        usages = [run([*top, path])[0] for path in sample]
        whole = Usage(
            sum(usage.seconds for usage in usages),
            sum(usage.cpu_seconds for usage in usages),
            max(usage.peak_mb for usage in usages),
        )
        yield {"query": "`go tool pprof -top`, one after the other", "profiles": SAMPLE} | asdict(whole)
    with tempfile.TemporaryDirectory() as folder:
        compiler = [sys.executable, "-m", "grpc_tools.protoc", f"-I{HERE}", f"--python_out={folder}", "profile.proto"]
        subprocess.run(compiler, check=True)
        usage, _ = run([sys.executable, "-c", PROTOBUF, *sample], {"PYTHONPATH": folder})
        yield {"query": "Python `protobuf` (upb), flat only", "profiles": SAMPLE} | asdict(usage)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    made = make_profiles(folder)
    size = sum(path.stat().st_size for path in made)
    print(f"{COUNT} profiles, {size / COUNT / 1000:.0f} KB on average")
    for row in [*ask(folder), *ask_peers(made)]:
        print(row)


if __name__ == "__main__":
    main()

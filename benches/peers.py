"""gomem beside its peers on the same input in the same run: python benches/peers.py GOMEM, as `make bench` does.

Whole processes; CPU time (user and system) and peak memory, the median of five runs each, taken in turns.
"""

import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

RUNS = 5
HERE = pathlib.Path(__file__).parent


def run(command: list[str]) -> tuple[float, float]:
    """CPU seconds and peak MB of one process."""
    # A file, since grep stops at the first match when it sees that its output goes nowhere.
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(what: str, size: int, ours: list[str], peer: list[str]) -> None:
    if shutil.which(peer[0]) is None:
        print(f"| {what} | {size / 1e6:.1f} MB | `{peer[0]}` is not installed | | | |")
        return
    runs = [(run(ours), run(peer)) for _ in range(RUNS)]
    (cpu, memory), (peer_cpu, peer_memory) = (
        tuple(statistics.median(pair[side][part] for pair in runs) for part in (0, 1)) for side in (0, 1)
    )
    print(
        f"| {what} | {size / 1e6:.1f} MB | {cpu:.3f} s, {memory:.0f} MB | {peer_cpu:.3f} s, {peer_memory:.0f} MB "
        f"| {peer_cpu / cpu:.2f} × | {peer_memory / memory:.1f} × |"
    )


def heap_of_many_samples(folder: pathlib.Path) -> pathlib.Path:
    """A real heap profile with 300,000 samples, written by a Go program."""
    path = folder / "many.pb.gz"
    subprocess.run(["go", "run", ".", str(path)], cwd=HERE / "many-samples", check=True)
    return path


def decode_times(profile: pathlib.Path) -> tuple[float, float]:
    """Milliseconds to inflate alone, and to decode into columns, in one process: medians of 100."""
    environment = os.environ | {"GOMEM_BENCH_PROFILE": str(profile)}
    bench = ["cargo", "bench", "--quiet", "--locked", "-p", "gomem-pprof", "--bench", "decode", "--", "decode", "inflate"]
    text = subprocess.run(bench, env=environment, cwd=HERE.parent, check=True, capture_output=True, text=True).stdout
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


def decoding(profiles: list[pathlib.Path], folder: pathlib.Path) -> None:
    print("| profile | gzipped | inflate alone | decode | of it | Go's `profile.Parse` | less time |\n|---|---|---|---|---|---|---|")
    for profile in profiles:
        inflate, decode = decode_times(profile)
        parse = parse_time(profile, folder)
        print(
            f"| `{profile.name}` | {profile.stat().st_size / 1e6:.1f} MB | {inflate:.1f} ms | {decode:.1f} ms "
            f"| {decode / inflate:.1f} × | {parse:.0f} ms | {parse / decode:.1f} × |"
        )


def main(gomem: str) -> None:
    print("| what | input | gomem: CPU, peak | peer: CPU, peak | less CPU | less memory |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for samples in (10_000, 300_000):
            path = f"{folder}/heap-{samples}.pb.gz"
            subprocess.run([sys.executable, HERE / "make_profile.py", str(samples), path], check=True)
            compare(
                f"top of {samples:,} samples, beside `go tool pprof`",
                os.path.getsize(path),
                [gomem, "top", path, "-s", "alloc_space"],
                ["go", "tool", "pprof", "-symbolize=none", "-top", "-sample_index=alloc_space", path],
            )
        if shutil.which("go"):
            many = heap_of_many_samples(pathlib.Path(folder))
            compare(
                "top of 300,000 samples of a Go program, beside `go tool pprof`",
                many.stat().st_size,
                [gomem, "top", str(many), "-s", "alloc_space"],
                ["go", "tool", "pprof", "-symbolize=none", "-top", "-sample_index=alloc_space", str(many)],
            )
        log = pathlib.Path(folder, "escape.log")
        log.write_bytes((HERE.parent / "examples/incident/before/escape.log").read_bytes() * 100)
        compare(
            "heap decisions of a log, beside `grep` that only counts lines",
            log.stat().st_size,
            [gomem, "escape", str(log)],
            ["grep", "-c", "escapes to heap", str(log)],
        )
        if shutil.which("go"):
            print("\nDecoding into columns, in one process:\n")
            decoding([many, pathlib.Path(folder, "heap-300000.pb.gz")], pathlib.Path(folder))


if __name__ == "__main__":
    main(sys.argv[1])

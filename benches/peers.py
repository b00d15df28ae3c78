"""gomem beside its peers on the same input in the same run: python benches/peers.py GOMEM, as `make bench` does.

Whole processes; CPU time (user and system) and peak memory, the median of five runs each, taken in turns.
"""

import os
import pathlib
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
        log = pathlib.Path(folder, "escape.log")
        log.write_bytes((HERE.parent / "examples/incident/before/escape.log").read_bytes() * 100)
        compare(
            "heap decisions of a log, beside `grep` that only counts lines",
            log.stat().st_size,
            [gomem, "escape", str(log)],
            ["grep", "-c", "escapes to heap", str(log)],
        )


if __name__ == "__main__":
    main(sys.argv[1])

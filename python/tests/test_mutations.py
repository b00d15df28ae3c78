"""Damaged copies of real inputs are read or refused, in time and within memory.

``GOMEM_MUTATIONS=10000 pytest -s tests/test_mutations.py`` takes that many of each format,
and prints a table.
"""

import gzip
import os
import random
import resource
import struct
import sys
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

import gomem as gm

ROOT = Path(__file__).parents[2]
PROFILES = ROOT / "testdata/go1.27.3/profiles"
INCIDENT = ROOT / "examples/incident/before"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
COUNT = int(os.environ.get("GOMEM_MUTATIONS", "60"))
MOST_SECONDS = 2.0
MOST_EXTRA_MB = 512


def use_profile(source):
    profile = gm.read_pprof(source)
    for by in ("function", "line"):
        profile.top(by=by)
    profile.samples()
    profile.frames()
    profile.edges()
    profile.flame().to_frame()
    profile.to_folded()


def use_log(source):
    log = gm.read_escape_log(source)
    log.escapes()
    log.diagnostics()
    log.leaks()
    log.inlining()
    log.diff(log)


def use_metrics(source):
    metrics = gm.read_metrics(source, time=NOON)
    metrics.series()
    metrics.state()
    metrics.cycles()
    gm.diagnose(metrics)


def use_trace(source):
    gm.read_gctrace(source)
    gm.gogc.fit(source).predict(gogc=[50, 200])


def use_execution_trace(source):
    trace = gm.read_trace(source)
    trace.cycles(gogc=100)
    trace.pauses()
    trace.assists(by="stack")
    trace.sweeps()
    trace.workers()
    trace.tasks()
    trace.regions()
    trace.logs()
    if trace.experiments:
        trace.lifetimes()


def use_core(source):
    use_heap(source, binary=inflated("bin"))


def use_heap(source, binary=None):
    heap = gm.read_heap(source, binary=binary)
    heap.summary()
    for by in ("holder", "site", "type"):
        heap.retained(by=by)
    heap.outline()
    heap.paths()
    heap.objects()
    heap.roots()
    heap.goroutines()
    heap.windows()
    heap.maps()
    heap.flame().to_frame()
    heap.diff(heap)


@cache
def inflated(ending):
    return gzip.decompress((ROOT / f"testdata/heap/holders-go1.27.3.{ending}.gz").read_bytes())


def without_zeros(core):
    """Leave out the mebibytes of a core that are all zeros, which most of it is."""
    (headers,) = struct.unpack_from("<Q", core, 32)
    (count,) = struct.unpack_from("<H", core, 56)
    parts = []
    for place in range(headers, headers + 56 * count, 56):
        kind, flags, offset, address, _, size, *_ = struct.unpack_from("<IIQQQQQQ", core, place)
        step = 1 << 20 if kind == 1 else size
        for at in range(0, size, step):
            content = core[offset + at : offset + min(at + step, size)]
            if content.strip(b"\0"):
                parts.append((kind, flags, address + at, content))
    head = bytearray(core[:64])
    struct.pack_into("<Q", head, 32, 64)
    struct.pack_into("<H", head, 56, len(parts))
    table, offset = b"", 64 + 56 * len(parts)
    for kind, flags, address, content in parts:
        size = len(content)
        table += struct.pack("<IIQQQQQQ", kind, flags, offset, address, 0, size, size, 1)
        offset += size
    return b"".join([bytes(head), table, *(content for *_, content in parts)])


def head(path, lines):
    return b"\n".join(path.read_bytes().split(b"\n")[:lines]) + b"\n"


def inputs():
    raw = (PROFILES / "custom.pb.gz", PROFILES / "cpu.pb.gz", PROFILES / "heap-1.pb.gz")
    texts = ("block.txt", "goroutine.txt", "goroutines.txt", "mutex.txt", "threadcreate.txt")
    scrape = sorted((INCIDENT / "metrics").glob("*.prom"))[0].read_bytes()
    matrix = (
        b'{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":'
        b'"go_memstats_alloc_bytes","instance":"a:1"},"values":[[1700000000,"1048576"],[1700000015.5,"2097152"]]}]}}'
    )
    expvar = (
        b'{"cmdline":["x"],"memstats":{"Alloc":1048576,"TotalAlloc":2097152,"Sys":8388608,"NumGC":5,'
        b'"PauseTotalNs":12345,"PauseNs":[1,2,3],"GCCPUFraction":0.001}}'
    )
    return {
        "pprof, gzipped": (use_profile, [path.read_bytes() for path in raw]),
        "pprof, raw": (use_profile, [gzip.decompress(path.read_bytes()) for path in raw]),
        "profiles as text": (use_profile, [(PROFILES / name).read_bytes() for name in texts]),
        "escape logs": (
            use_log,
            [head(ROOT / f"testdata/{go}/causes.log", 80) for go in ("go1.21.13", "go1.27.3")],
        ),
        "Prometheus text": (use_metrics, [scrape]),
        "Prometheus JSON, expvar": (use_metrics, [matrix, expvar]),
        "execution traces": (
            use_execution_trace,
            [
                (ROOT / f"testdata/traces/{name}.trace").read_bytes()
                for name in ("stops-1.26.8", "service-1.24.11", "lifetimes-1.27.3")
            ],
        ),
        "heap dumps": (use_heap, [(ROOT / "fuzz/corpus/heap/seed-small").read_bytes()]),
        "cores": (use_core, [without_zeros(inflated("core"))]),
        "GC traces": (use_trace, [head(INCIDENT / "gctrace.log", 40)]),
    }


def damaged(source, chance):
    data = bytearray(source)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                del data[at:]
            case 1:
                data[at:at] = data[: chance.randrange(64)]
            case 2:
                data[at : at + chance.randrange(16)] = b""
            case 3:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(12)))
            case 4:
                data[at : at + 1] = chance.choice(
                    [b"\x00", b"\xff", b"\n", b'"', b"9" * 30, b"-", b"{", b"NaN"]
                )
            case _:
                if at < len(data):
                    data[at] ^= 1 << chance.randrange(8)
    return bytes(data)


@cache
def places(core):
    """Give the places of words that are not zero."""
    return [at for at in range(0, len(core) - 7, 8) if core[at : at + 8].strip(b"\0")]


def with_words_changed(core, chance):
    """Change words of a core: a byte more or less in it is only a cut."""
    data, words = bytearray(core), places(core)
    for _ in range(chance.randint(1, 12)):
        # Near the begin are headers and the program's variables, near the end what the runtime
        # keeps for itself.
        near = chance.randrange(1 << chance.randrange(18)) % len(words)
        at = chance.choice([words[near], words[-1 - near], chance.choice(words)])
        match chance.randrange(8):
            case 0:
                del data[max(at, 1 << 16) :]
            case 1:
                word = (1 << 64) - 1 >> chance.randrange(64)
                data[at : at + 8] = word.to_bytes(8, "little")
            case 2 | 3 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case _:
                other = chance.choice(words)
                data[at : at + 8] = core[other : other + 8]
    return bytes(data)


def peak_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


@pytest.mark.filterwarnings("ignore::gomem.GomemWarning")
@pytest.mark.parametrize("name", inputs())
def test_damaged_inputs_are_read_or_refused(name):
    use, sources = inputs()[name]
    chance = random.Random(name)
    for source in sources:
        use(source)
    before, slowest, refused = peak_mb(), 0.0, 0
    for index in range(COUNT):
        damage = with_words_changed if use is use_core else damaged
        data = damage(sources[index % len(sources)], chance)
        start = time.process_time()
        try:
            use(data)
        except gm.GomemError:
            refused += 1
        # Anything else, PanicException above all, fails the test.
        slowest = max(slowest, time.process_time() - start)
        assert slowest < MOST_SECONDS, f"mutation {index} took {slowest:.1f} s"
    extra = peak_mb() - before
    assert extra < MOST_EXTRA_MB, f"{extra:.0f} MB more"
    counts = f"{COUNT:,} | {COUNT - refused:,} | {refused:,}"
    print(f"\n| {name} | {counts} | {slowest * 1000:.0f} ms | {extra:.0f} MB |")

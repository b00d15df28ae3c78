"""Charts say what the frames say."""

import subprocess
import sys
from datetime import UTC, datetime

import polars as pl
import pytest

import gomem as gm

alt = pytest.importorskip("altair")
charts = gm.charts


@pytest.fixture(scope="module")
def model(request):
    root = request.config.rootpath.parent
    return gm.gogc.fit(root / "examples/incident/before/gctrace.log")


@pytest.fixture
def heaps(before):
    return sorted(before.glob("heap-?.pb.gz"))


def drawn(chart):
    """All rows that a chart draws."""
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def renders(chart):
    converter = pytest.importorskip("vl_convert")
    return "<svg" in converter.vegalite_to_svg(chart.to_dict())


def test_heap_over_time(metrics):
    chart = charts.heap_over_time(metrics)
    rows = drawn(chart)
    assert {row["quantity"] for row in rows} == {
        *("resident (RSS)", "held by Go", "goal", "objects", "live after GC")
    }
    live = [row["mib"] for row in rows if row["quantity"] == "live after GC"]
    state = metrics.state()["heap_live_bytes"].drop_nulls() / 2**20
    assert (live[0], live[-1]) == (state[0], state[-1])
    assert renders(chart)
    assert charts.heap_over_time(metrics.state()).to_dict()["title"] == "Heap over time"


def test_a_memory_limit_is_a_line():
    text = b"go_memstats_next_gc_bytes 4e7\ngo_gc_gomemlimit_bytes 1048576\n"
    rows = drawn(charts.heap_over_time(gm.read_metrics(text)))
    assert {"mib": 1.0} in rows


def test_many_scrapes_keep_their_peaks():
    start = 1_700_000_000
    state = gm.read_metrics(
        [b"go_memstats_next_gc_bytes %d" % (9e9 if index == 777 else 1e6) for index in range(3000)],
        time=[datetime.fromtimestamp(start + i, tz=UTC) for i in range(3000)],
    ).state()
    rows = drawn(charts.heap_over_time(state))
    assert len(rows) <= 600
    assert max(row["mib"] for row in rows) == 9e9 / 2**20


def test_targets_are_chosen():
    text = b'go_memstats_next_gc_bytes{instance="a"} 1\ngo_memstats_next_gc_bytes{instance="b"} 2\n'
    state = gm.read_metrics(text).state()
    first, second = state["target"].to_list()
    with pytest.raises(gm.UsageError, match="several targets"):
        charts.heap_over_time(state)
    with pytest.raises(gm.UsageError, match="no target"):
        charts.heap_over_time(state, target="c")
    assert first != second
    assert drawn(charts.heap_over_time(state, target=second))[0]["mib"] == 2 / 2**20


def test_waterfall_adds_up(metrics):
    chart = charts.waterfall(metrics)
    rows = drawn(chart)
    assert rows[0]["begin"] == 0
    assert all(row["end"] == pytest.approx(row["begin"] + row["mib"]) for row in rows)
    frame = metrics.waterfall().to_frame()
    last = frame.filter(pl.col("time") == pl.col("time").max())
    assert rows[-1]["end"] == pytest.approx(last["bytes"].sum() / 2**20)
    assert renders(chart)
    earlier = charts.waterfall(metrics.waterfall(), time=frame["time"].min())
    assert drawn(earlier)[-1]["end"] < rows[-1]["end"]
    with pytest.raises(gm.UsageError, match="no moment"):
        charts.waterfall(gm.read_metrics(b"up 1"))


def test_what_if(model):
    chart = charts.gogc_what_if(model)
    rows = [row for row in drawn(chart) if "peak" in row]
    assert [row["gogc"] for row in rows] == [25, 50, 75, 100, 150, 200, 300, 400, 600, 800]
    assert all(row["peak_low"] <= row["peak"] <= row["peak_high"] for row in rows)
    assert {"gogc": 100.0} in drawn(chart)
    assert "today, GOGC=100" in chart.to_dict()["title"]["subtitle"]
    assert renders(chart)
    frame = model.predict(gogc=[50, 100, "off"], memory_limit_bytes=[None, 512 << 20])
    limited = charts.gogc_what_if(frame, today=50)
    assert {row["limit"] for row in drawn(limited) if "limit" in row} == {"no limit", "512 MiB"}
    assert "without a prediction" in limited.to_dict()["title"]["subtitle"]
    with pytest.raises(gm.UsageError, match="no prediction"):
        charts.gogc_what_if(model.predict(gogc="off"))


def test_sites(before, heaps):
    grown = gm.growth(heaps)
    chart = charts.growth(grown)
    top = drawn(chart)[0]
    assert (top["site"], top["sure"]) == ("store/sessions.go:43", "beyond sampling error")
    assert top["slope"] == grown["slope_per_hour"][0] / 2**20
    assert renders(chart)
    with pytest.raises(gm.UsageError, match="no site grew"):
        charts.growth(grown.head(0))
    series = charts.sites_over_time(heaps, limit=2)
    rows = drawn(series)
    assert len(rows) == 6
    assert all(row["low"] <= row["flat"] <= row["high"] for row in rows)
    assert renders(series)
    with pytest.raises(gm.UsageError, match="no profiles"):
        charts.sites_over_time([])
    heap = gm.read_pprof(heaps[-1])
    bars = drawn(charts.top_sites(heap))
    assert len(bars) == 10
    assert bars[0]["flat"] == heap.top("alloc_space", by="line")["flat"].max() / 2**20
    reasons = charts.top_sites(gm.postmortem(before).sites, limit=3)
    assert [row["reason"] for row in drawn(reasons)][1] == "interface_boxing"
    assert renders(reasons)


def test_sizes(heaps):
    heap = gm.read_pprof(heaps[-1])
    chart = charts.sizes(heap)
    rows, frame = drawn(chart), heap.sizes()
    assert len(rows) == 2 * frame.height
    assert sum(row["mib"] for row in rows) == pytest.approx(frame["alloc_bytes"].sum() / 2**20)
    assert {row["state"] for row in rows} == {"in use", "not in use any more"}
    assert renders(chart)
    with pytest.raises(gm.UsageError, match="not a heap profile"):
        charts.sizes(b"goroutine profile: total 1\n1 @ 0x10\n#\t0xf\tmain.f+0xf\t/main.go:3\n")


def test_gc_timeline(before):
    frame = gm.read_gctrace(before / "gctrace.log")
    chart = charts.gc_timeline(frame)
    rows = [row for row in drawn(chart) if "mib" in row]
    assert len(rows) == 3 * frame.height
    assert renders(chart)
    with pytest.raises(gm.UsageError, match="no cycles"):
        charts.gc_timeline(frame.head(0))


def test_without_altair():
    program = """
import sys
sys.modules["altair"] = None
import gomem as gm
try:
    gm.charts.growth
except gm.UsageError as err:
    print(err)
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "charts need Altair: pip install 'gomem[charts]'\n"

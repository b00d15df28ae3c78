import math
import re
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import gomem as gm

ESTIMATES = [
    name + end
    for name in ("gc_cycles", "peak_heap_bytes", "gc_cpu_fraction", "effective_gogc")
    for end in ("", "_low", "_high")
]
PREDICTION = ["gogc", "memory_limit_bytes", *ESTIMATES, "refusal", "warning"]
GIB = 1 << 30


@pytest.fixture(scope="module")
def model(before):
    return gm.gogc.fit(before / "gctrace.log")


def test_prediction(model):
    frame = model.predict(gogc=[50, 100, 200, 400])
    assert frame.columns == PREDICTION
    assert frame.schema["memory_limit_bytes"] == pl.Int64
    assert frame.schema["refusal"] == pl.String
    assert frame.schema["gogc"] == pl.Int64
    assert all(frame.schema[name] == pl.Float64 for name in ESTIMATES)
    assert frame["gogc"].to_list() == [50, 100, 200, 400]
    assert frame["gc_cycles"].is_sorted(descending=True)
    assert frame["peak_heap_bytes"].is_sorted()
    for name in ("gc_cycles", "peak_heap_bytes", "gc_cpu_fraction"):
        assert frame[name + "_low"].le(frame[name]).all()
        assert frame[name].le(frame[name + "_high"]).all()


def test_the_recorded_setting_is_replayed(model):
    frame = model.predict()
    assert frame["gogc"].to_list() == [100]
    assert frame["gc_cycles"][0] == pytest.approx(300, rel=0.1)


def test_settings_are_combined_and_refused(model):
    frame = model.predict(gogc=[100, "off"], memory_limit_bytes=[None, GIB])
    assert frame.select("gogc", "memory_limit_bytes").rows() == [
        (100, None),
        (None, None),
        (100, GIB),
        (None, GIB),
    ]
    assert frame["refusal"].is_null().to_list() == [True, False, True, True]
    assert frame.filter(pl.col("refusal").is_not_null())["gc_cycles"].to_list() == [None]
    assert "does not hold" in model.predict(memory_limit_bytes=[1 << 20])["refusal"][0]


def test_gogc_is_one_column_everywhere(before, model):
    off = gm.gogc.fit(before / "gctrace.log", gogc="off", memory_limit_bytes=GIB)
    assert "GOGC=off" in repr(off)
    report = gm.postmortem(before).gogc
    offered = off.recommend(container_limit_bytes=GIB)
    predicted = model.predict(gogc=[200, "off"])
    for frame in (predicted, offered, report):
        assert frame.schema["gogc"] == pl.Int64
    assert predicted["gogc"].to_list() == [200, None]
    assert report["gogc"].to_list()[-1] is None


def test_less_allocation_makes_fewer_cycles(model):
    half, whole = (model.predict(alloc_scale=scale)["gc_cycles"][0] for scale in (0.5, 1.0))
    assert half < 0.7 * whole


def test_sources_agree(before, model, metrics):
    expected = model.predict(gogc=[50, 200])
    frame = gm.read_gctrace(before / "gctrace.log")
    for source in ((before / "gctrace.log").read_bytes(), frame, frame.cast({"procs": pl.UInt8})):
        assert gm.gogc.fit(source).predict(gogc=[50, 200]).equals(expected)
    beside = gm.gogc.fit(frame, metrics=metrics).predict(gogc=[50, 200])
    for name in ("gc_cycles", "peak_heap_bytes"):
        assert beside[name].to_list() == pytest.approx(expected[name].to_list(), rel=0.05)


def test_metrics_alone_come_close_to_the_trace(model, metrics):
    scraped = gm.gogc.fit(metrics)
    assert scraped.quality.knows_cpu
    settings = {"gogc": [50, 100, 200]}
    expected, found = model.predict(**settings), scraped.predict(**settings)
    for name in ("gc_cycles", "peak_heap_bytes", "gc_cpu_fraction"):
        assert found[name].to_list() == pytest.approx(expected[name].to_list(), rel=0.2)


def test_metrics_without_cpu_predict_no_cpu(before):
    folder = before / "metrics"
    scrapes = [
        b"\n".join(line for line in path.read_bytes().splitlines() if b"cpu" not in line)
        for path in sorted(folder.iterdir())
    ]
    times = gm.read_metrics(folder).series()["time"].unique().sort().to_list()
    model = gm.gogc.fit(gm.read_metrics(scrapes, time=times))
    assert not model.quality.knows_cpu
    frame = model.predict(gogc=[200])
    assert frame["gc_cpu_fraction"].to_list() == [None]
    assert frame["gc_cycles"][0] > 0


def test_quality(model):
    quality = model.quality
    assert (quality.cycles, quality.forced_cycles, quality.knows_cpu) == (300, 0, True)
    assert quality.is_shaky
    assert "the live heap changes" in quality.remarks[0]
    assert repr(model) == "GcModel(300 cycles at GOGC=100, 1 remarks)"


def test_metrics_know_gogc_better(before, metrics):
    model = gm.gogc.fit(before / "gctrace.log", metrics=metrics, gogc=50)
    assert any("GOGC=100" in remark for remark in model.quality.remarks)


def test_restarts_are_told(before):
    log = (before / "gctrace.log").read_bytes()
    model = gm.gogc.fit(b"\n".join(log.splitlines()[:20]) + b"\n" + log)
    assert model.quality.cycles == 300
    assert "2 runs" in model.quality.remarks[0]


def test_recommendation(model):
    frame = model.recommend(container_limit_bytes=GIB)
    assert frame.columns == [
        "rank",
        *[name for name in PREDICTION if name != "refusal"],
        "score",
        "is_current",
        "is_knee",
        "reason",
    ]
    assert frame["rank"].to_list() == list(range(1, frame.height + 1))
    assert frame["memory_limit_bytes"].to_list() == pytest.approx([0.9 * GIB] * frame.height)
    assert model.recommend(container_limit_bytes=1 << 20).is_empty()
    cheap = model.recommend(
        container_limit_bytes=GIB, objective="price", cpu_price=0.0, memory_price=1.0
    )
    assert cheap.filter(pl.col("rank") == 2)["gogc"][0] < 100


@pytest.mark.parametrize("objective", ["balanced", "throughput", "latency", "memory"])
def test_every_objective_ranks(model, objective):
    frame = model.recommend(container_limit_bytes=GIB, objective=objective)
    assert frame["is_current"].sum() == 1
    assert frame["is_knee"].sum() == 1
    assert frame["reason"].str.len_chars().gt(0).all()


def test_prices_need_no_objective(model):
    prices = {"cpu_price": 0.04, "memory_price": 0.005}
    named = model.recommend(container_limit_bytes=GIB, objective="price", **prices)
    assert model.recommend(container_limit_bytes=GIB, **prices).equals(named)


def test_shares(model):
    shares = model.shares
    parts = [shares[name] for name in ("assist", "background", "idle", "pause")]
    assert sum(parts) == pytest.approx(1.0)
    assert 0 < shares["mark_wall"] < 1
    assert shares["pause_wall"] < shares["mark_wall"]


def test_what_if_page(model, tmp_path):
    model.to_html(tmp_path / "whatif.html", memory_limit_bytes=GIB)
    page = (tmp_path / "whatif.html").read_text(encoding="utf-8")
    assert "<svg" in page
    marks = re.findall(r"<circle[^>]*>", page)
    # The chart is drawn for wide and for narrow pages.
    assert len(marks) == 2 * 11, "one for each setting"
    assert sum('fill="none"' in mark for mark in marks) == 2, "a ring for today's"
    assert "://" not in page


def test_goal():
    assert gm.gogc.goal(100 << 20, roots_bytes=2 << 20) == 202 << 20
    assert gm.gogc.goal(100 << 20, gogc="off") == 2**64 - 1
    limited = gm.gogc.goal(
        60 << 20,
        gogc="off",
        memory_limit_bytes=210 << 20,
        mapped_ready_bytes=120 << 20,
        heap_free_bytes=10 << 20,
        heap_objects_bytes=100 << 20,
    )
    assert limited == (200 << 20) - (2 << 20) * 3


def test_bad_recordings():
    line = (
        b"gc 1 @2.5s 1%: 0.1+2+0.3 ms clock, 0.4+0.5/6/7+0.8 ms cpu, 4->5->1 MB, 6 MB goal, 8 P\n"
    )
    with pytest.raises(gm.DecodeError, match="1 GC cycles recorded, at least 4") as caught:
        gm.gogc.fit(line)
    assert caught.value.kind == "too_few_cycles"
    frame = gm.read_gctrace(line)
    with pytest.raises(gm.UsageError, match="no numeric column mark_ms"):
        gm.gogc.fit(frame.drop("mark_ms"))
    negative = pl.concat([frame.with_columns(cycle=n, mark_ms=-1.0) for n in range(4)])
    with pytest.raises(gm.UsageError, match="row 0: -1 is no mark_ms of a GC cycle"):
        gm.gogc.fit(negative)


def test_counters_beyond_reason_are_refused():
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    scrapes = [b"go_gc_duration_seconds_count %d\ngo_gc_heap_live_bytes 1" % n for n in (0, 10**15)]
    metrics = gm.read_metrics(scrapes, time=[noon, noon + timedelta(seconds=15)])
    with pytest.raises(gm.LimitError, match="GC cycles"):
        gm.gogc.fit(metrics)


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("predict", {"gogc": [-1]}, "GOGC is a whole number"),
        ("predict", {"gogc": ["on"]}, "GOGC is a whole number"),
        ("predict", {"gogc": [0.5]}, "GOGC is a whole number"),
        ("predict", {"alloc_scale": 0.0}, "alloc_scale"),
        ("predict", {"alloc_scale": math.nan}, "alloc_scale"),
        ("recommend", {"container_limit_bytes": GIB, "objective": "fast"}, "objective is"),
        ("recommend", {"container_limit_bytes": GIB, "objective": "price"}, "cpu_price"),
        ("recommend", {"container_limit_bytes": GIB, "cpu_price": 1.0}, "go together"),
        (
            "recommend",
            {
                "container_limit_bytes": GIB,
                "objective": "latency",
                "cpu_price": 1.0,
                "memory_price": 1.0,
            },
            "prices go with",
        ),
    ],
)
def test_usage(model, method, options, message):
    with pytest.raises(gm.UsageError, match=message):
        getattr(model, method)(**options)


def test_extreme_settings_end(model):
    frame = model.predict(gogc=[0, 1, 2**32 - 1], alloc_scale=1e300)
    assert frame.height == 3
    model.predict(gogc=[0, 1], alloc_scale=1e-300, memory_limit_bytes=[0, 2**64 - 1])

"""Execution traces."""

import pickle
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import gomem as gm

TRACES = Path(__file__).parents[2] / "testdata/traces"


@pytest.fixture(scope="module")
def service():
    return gm.read_trace(TRACES / "service-1.27.3.trace")


def test_what_a_trace_says_of_itself(service):
    assert (service.format, service.generations, service.complete) == ("1.26", 1, True)
    assert service.duration_seconds == pytest.approx(service.summary()["duration_seconds"][0])
    assert service.start.tzinfo is UTC
    assert service.start > datetime(2026, 1, 1, tzinfo=UTC)
    assert service.experiments == []
    assert service.diagnostics.height == 0
    assert service.events()["count"].sum() == service.summary()["events"][0]
    assert "Trace(Go 1.26" in service._repr_html_()
    old = gm.read_trace(TRACES / "service-1.22.10.trace")
    assert (old.format, old.start) == ("1.22", None)


def test_cycles(service):
    cycles = service.cycles(gogc=100)
    assert cycles["cycle"].to_list() == list(range(1, cycles.height + 1))
    assert cycles["forced"].to_list()[-1]
    assert cycles.filter("forced")["trigger_function"].to_list() == ["main.service"]
    assert cycles["heap_live_bytes"].null_count() == 0
    assert cycles["goal_bytes"][1:].to_list() == cycles["next_goal_bytes"][:-1].to_list()
    assert cycles["roots_bytes"].drop_nulls().is_between(0, 1 << 22).all()
    assert cycles["assist_seconds"].sum() == pytest.approx(service.assists()["wall_seconds"].sum())


@pytest.mark.parametrize(
    "by", ["stack", "function", "line", "goroutine", "region", "task", "task_name", "cycle"]
)
def test_sums_are_of_all_rows(service, by):
    for rows, sums, seconds in [
        (service.assists(), service.assists(by=by), "wall_seconds"),
        (service.sweeps(), service.sweeps(by=by), "seconds"),
    ]:
        assert sums["count"].sum() == rows.height > 0
        assert sums[seconds].sum() == pytest.approx(rows[seconds].sum())
        assert sums[seconds].is_sorted(descending=True)


def test_who_pays(service):
    assists = service.assists()
    assert assists.schema["stack"] == pl.List(
        pl.Struct({"function": pl.String, "file": pl.String, "line": pl.Int64})
    )
    assert set(assists["region"].drop_nulls()) <= {"parse", "render", "fill"}
    regions = service.regions()
    assert regions["assist_seconds"].sum() <= assists["wall_seconds"].sum() + 1e-9
    tasks = service.tasks()
    assert set(tasks["name"]) == {"checkout", "browse", "template"}
    assert tasks["complete"].all()
    assert service.logs()["key"].unique().to_list() == ["request"]
    workers = service.workers()
    assert (workers["marking_seconds"] <= workers["seconds"] + 1e-9).all()
    assert service.workers(by="mode")["count"].sum() == workers.height


def test_the_heap_over_time(service):
    heap = service.heap()
    thin = service.heap(every=0.005)
    assert thin["heap_live_bytes"].max() == heap["heap_live_bytes"].max()
    assert thin.height < heap.height / 10
    assert service.goals()["goal_bytes"].null_count() == 0
    with pytest.raises(gm.UsageError):
        service.heap(every=0)


def test_lifetimes(service):
    trace = gm.read_trace(TRACES / "lifetimes-1.27.3.trace")
    lives = {row["type"]: row for row in trace.lifetimes().iter_rows(named=True)}
    types = ["main.Event", "main.Session", "main.Cached"]
    assert [lives[name]["cycles_median"] for name in types] == [1, 4, 7]
    assert lives["main.Event"]["pool_candidate"]
    assert not lives["main.Session"]["pool_candidate"]
    assert trace.lifetimes(by="size")["allocated"].sum() == trace.lifetimes()["allocated"].sum()
    with pytest.raises(gm.UsageError, match="traceallocfree"):
        service.lifetimes()


def test_pauses_have_reasons():
    pauses = gm.read_trace(TRACES / "stops-1.26.8.trace").pauses()
    assert {"read mem stats", "all goroutines stack trace", "GOMAXPROCS"} <= set(pauses["reason"])
    gc = pauses.filter("is_gc")
    assert (gc["runtime_seconds"] <= gc["seconds"]).all()
    assert pauses.filter(~pl.col("is_gc"))["runtime_seconds"].null_count() > 0


def test_what_is_no_trace():
    with pytest.raises(gm.DecodeError) as raised:
        gm.read_trace(b"go 1.21 trace\0\0\0")
    assert (raised.value.kind, raised.value.offset) == ("unsupported", 3)
    with pytest.raises(gm.DecodeError, match="not an execution trace"):
        gm.read_trace(b"go1.7 heap dump\n")
    with pytest.raises(gm.LimitError):
        gm.read_trace(TRACES / "stops-1.26.8.trace", limits={"events": 10})
    with pytest.raises(gm.UsageError):
        gm.read_trace(TRACES / "stops-1.26.8.trace", limits={"eggs": 10})
    with pytest.raises(FileNotFoundError):
        gm.read_trace("nowhere.trace")


def test_what_is_cut_is_told():
    whole = (TRACES / "generations-1.26.8.trace").read_bytes()
    cut = gm.read_trace(whole[:-1000])
    assert not cut.complete
    assert {"torn", "cut"} <= set(cut.diagnostics["kind"])
    assert gm.read_trace(whole[:16]).cycles().height == 0


def test_damage_is_survived():
    whole = (TRACES / "stops-1.27.3.trace").read_bytes()
    chance = random.Random(24)
    for _ in range(200):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 20)):
            damaged[chance.randrange(16, len(damaged))] = chance.randrange(256)
        gm.read_trace(bytes(damaged)).cycles()


def test_a_model_learns_from_a_trace(service):
    model = gm.gogc.fit(service)
    assert model.quality.cycles == service.cycles().filter("complete").height
    assert any("execution trace" in remark for remark in model.quality.remarks)
    of_frame = gm.gogc.fit(service.cycles(gogc=100))
    assert of_frame.quality.cycles == model.quality.cycles
    with pytest.raises(gm.UsageError):
        gm.gogc.fit(service, metrics=gm.read_metrics(b"go_goroutines 1\n", time=service.start))


def test_a_bundle_with_a_trace():
    report = gm.postmortem(str(TRACES / "stops-1.27.3.trace"))
    assert "stw_by_measuring" in report.findings["kind"]


def test_pickling(service):
    assert pickle.loads(pickle.dumps(service)).cycles().equals(service.cycles())


RECORDING = Path(__file__).parents[2] / "examples/checkout/recording"


def test_sites_know_what_their_goroutines_lost():
    heap, log, path = (RECORDING / name for name in ("heap.pb.gz", "escape.log", "trace.out"))
    trace = gm.read_trace(path)
    lines = gm.attribute(heap, log, trace=trace, by="line")
    own = lines.filter(pl.col("function") == "main.render", pl.col("callee").is_null())
    lost = trace.assists(by="line").filter(function="main.render")
    columns = ("assist_seconds", "assist_max_seconds")
    expected = pytest.approx(lost.select("wall_seconds", "max_seconds").row(0))
    assert own.select(columns).row(0) == expected
    assert own["assist_task"].item() == "checkout"
    triggers = trace.cycles().filter(trigger="heap", trigger_function="main.render").height
    assert own["trigger_count"].item() == triggers > 0
    assert gm.attribute(heap, log)["assist_seconds"].null_count() == gm.attribute(heap, log).height
    other = gm.attribute(heap, log, trace=TRACES / "service-1.27.3.trace")
    assert other["assist_seconds"].null_count() == other.height


def test_pictures(tmp_path):
    trace = gm.read_trace(RECORDING / "trace.out")
    trace.to_html(tmp_path / "trace.html")
    html = (tmp_path / "trace.html").read_text(encoding="utf-8")
    assert "main.render:22" in html
    assert "checkout: render invoice" in html
    assert html.count("<td>helped the GC</td>") + html.count("<td>the world stood still") == 20
    assert "main.render:22" in trace._repr_html_()
    gm.postmortem(RECORDING).to_html(tmp_path / "report.html")
    assert "Who paid for the GC" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_many_traces_are_one_frame(tmp_path):
    paths = sorted(TRACES.glob("service-*.trace"))
    frame = gm.scan_traces(TRACES / "service-*.trace").collect()
    alone = pl.concat([gm.read_trace(path).cycles() for path in paths])
    assert (
        frame.drop("path")
        .sort("cycle", "start_seconds")
        .equals(alone.sort("cycle", "start_seconds"))
    )
    shutil.copy(paths[0], tmp_path / "one.trace")
    (tmp_path / "notes.txt").write_text("nothing")
    assert gm.scan_traces(tmp_path).select("path").collect()["path"].n_unique() == 1
    (tmp_path / "cut.trace").write_bytes(paths[-1].read_bytes()[:-5000])
    with pytest.warns(gm.GomemWarning, match=r"cut\.trace: not complete"):
        assert gm.scan_traces(tmp_path).collect()["path"].n_unique() == 2

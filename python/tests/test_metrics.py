import io
import os
import pickle
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

import gomem as gm

TIME = pl.Datetime("ms", "UTC")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LABELS = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))


def test_series_of_a_folder(metrics):
    series = metrics.series()
    assert series.schema == {
        "time": TIME,
        "metric": pl.String,
        "labels": LABELS,
        "value": pl.Float64,
    }
    assert series["time"].n_unique() == 180
    alloc = series.filter(pl.col("metric") == "go_memstats_alloc_bytes_total")
    assert alloc.height == 180
    assert alloc["value"].is_sorted()


def test_every_sample_of_a_scrape_is_there(before, metrics):
    path = min((before / "metrics").iterdir())
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    first = metrics.series().filter(pl.col("time") == pl.col("time").min())
    assert first.height == len(lines)
    assert first["time"].dt.epoch("ms")[0] == int(path.stem)


def test_state(metrics):
    state = metrics.state()
    assert state.columns[:3] == ["target", "run", "time"]
    assert state.schema["time"] == TIME
    assert set(state.dtypes[3:]) == {pl.Float64}
    assert state.height == 180
    assert state["gogc_percent"].unique().to_list() == [100.0]
    assert state["memory_limit_bytes"].unique().to_list() == [float("inf")]
    assert state["sys_bytes"].null_count() == 0


def test_cycles(metrics):
    cycles = metrics.cycles()
    assert cycles.schema == {
        "target": pl.String,
        "run": pl.Int64,
        "time": TIME,
        "cycle": pl.Int64,
        "cycles": pl.Int64,
        "live_bytes": pl.Float64,
        "live_is_estimate": pl.Boolean,
        "regime": pl.Enum(
            ["gogc", "minimum_heap", "memory_limit", "beyond_limit", "off", "stacks", "unknown"]
        ),
        "goal_bytes": pl.Float64,
        "alloc_bytes": pl.Float64,
    }
    assert cycles["cycle"].is_sorted()
    assert cycles["goal_bytes"].gt(cycles["live_bytes"]).all()


def test_a_window_of_time(metrics):
    cut = metrics.within("2026-11-24 01:42", datetime(2026, 11, 24, 1, 43, tzinfo=UTC))
    times = cut.state()["time"]
    assert times.len() == 60
    assert times.min() >= datetime(2026, 11, 24, 1, 42, tzinfo=UTC)
    assert pickle.loads(pickle.dumps(cut)).series().equals(cut.series())
    assert metrics.within().series().equals(metrics.series())
    with pytest.raises(gm.UsageError, match="ends before it begins"):
        metrics.within("2026-11-25", "2026-11-24")


def test_sources(before):
    path = min((before / "metrics").iterdir())
    content = path.read_bytes()
    expected = gm.read_metrics(content, time=NOON).series()
    assert expected["time"].unique().to_list() == [NOON]
    with path.open("rb") as file:
        copies = [bytearray(content), memoryview(content), io.BytesIO(content)]
        for source in [path, str(path), file, *copies]:
            assert gm.read_metrics(source, time=NOON).series().equals(expected), source


def test_times_of_several_scrapes():
    times = [NOON, NOON + timedelta(seconds=15)]
    metrics = gm.read_metrics([b"up 1", io.BytesIO(b"up 0")], time=times)
    assert metrics.series().select("time", "value").rows() == [(times[0], 1.0), (times[1], 0.0)]
    assert repr(metrics) == "Metrics(2 scrapes, 1 series)"


def test_the_time_of_a_file_is_in_its_name_or_when_it_was_written(tmp_path):
    named, plain = tmp_path / "1700000000123.prom", tmp_path / "scrape.txt"
    named.write_bytes(b"up 1")
    plain.write_bytes(b"up 0")
    os.utime(plain, (1_600_000_000, 1_600_000_000))
    assert gm.read_metrics([named, plain]).series()["time"].dt.epoch("ms").to_list() == [
        1_600_000_000_000,
        1_700_000_000_123,
    ]
    with named.open("rb") as file:
        assert gm.read_metrics(file).series()["time"].dt.epoch("ms")[0] == 1_700_000_000_123


def test_what_cannot_be_read_is_told(tmp_path):
    (tmp_path / "1000.prom").write_bytes(b"up 1\nup{ 2\n")
    (tmp_path / "2000.prom").write_bytes(b"<html>502 Bad Gateway</html>\n")
    metrics = gm.read_metrics(tmp_path)
    assert metrics.series().height == 1
    diagnostics = metrics.diagnostics
    assert diagnostics.schema == {
        "time": TIME,
        "line": pl.Int64,
        "column": pl.Int64,
        "problem": pl.String,
        "skipped": pl.Boolean,
    }
    assert diagnostics.select(pl.col("time").dt.epoch("ms"), "line").rows() == [
        (1000, 2),
        (2000, 1),
    ]
    assert "2000.prom" in diagnostics["problem"][1]
    with pytest.raises(gm.DecodeError, match=r"1000\.prom: line 2") as caught:
        gm.read_metrics(tmp_path, strict=True)
    assert (caught.value.kind, caught.value.line, caught.value.offset) == ("malformed", 2, None)


def test_nothing_found():
    with pytest.raises(gm.DecodeError, match="no sample found") as caught:
        gm.read_metrics(b"# only\n<html>\n")
    assert (caught.value.kind, caught.value.line) == ("nothing_found", 2)
    assert isinstance(caught.value, gm.GomemError)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        gm.read_metrics(tmp_path / "absent.prom")
    assert caught.value.filename == str(tmp_path / "absent.prom")
    with pytest.raises(gm.DecodeError, match="no scrape in this folder"):
        gm.read_metrics(tmp_path)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (b"up 1", {"format": "xml"}, "format is one of"),
        (b"up 1", {"time": NOON.replace(tzinfo=None)}, "no time zone"),
        (b"up 1", {"time": [NOON, NOON]}, "2 times for 1 sources"),
        ([b"up 1", b"up 0"], {}, "scrapes without times"),
        (io.StringIO("up 1"), {}, "binary mode"),
        ("metrics\0.prom", {}, "NUL byte"),
    ],
)
def test_usage(source, options, message):
    with pytest.raises(gm.UsageError, match=message):
        gm.read_metrics(source, **options)


@pytest.mark.parametrize("source", [None, 7, {}, [None]])
def test_wrong_types(source):
    with pytest.raises(TypeError, match="a source is"):
        gm.read_metrics(source)


def test_errors_of_the_file_are_passed_on():
    class Broken:
        def read(self, _size):
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        gm.read_metrics(Broken())

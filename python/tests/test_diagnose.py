import gzip
import json
import math
from datetime import UTC, datetime

import polars as pl
import pytest

import gomem as gm

RULES = [
    "gc_inflation",
    "gc_off",
    "live_heap_leak",
    "goroutine_leak",
    "idle_after_spike",
    "fragmentation",
    "huge_stacks",
    "offheap_growth",
    "memlimit_thrash",
    "limiter_active",
    "low_gogc",
    "min_heap_churn",
    "alloc_rate_spike",
    "gc_cpu_high",
    "forced_gc",
    "assist_pressure",
    "stw_stop_latency",
    "cpu_throttled",
    "finalizer_backlog",
    "container_oom_risk",
    "step_change",
    "restart_loop",
    "periodic_gc_only",
    "metadata_heavy",
    "heap_profile_blind",
    "sys_retained",
    "alloc_sys_ratio",
]
TIME = pl.Datetime("ms", "UTC")


def recorded(before, name):
    path = before.parents[2] / "testdata" / "incidents" / f"{name}.prom.gz"
    return gm.read_metrics(gzip.decompress(path.read_bytes()))


def test_schema_and_every_rule_has_a_row(metrics):
    findings = gm.diagnose(metrics)
    assert findings.columns == [
        "rule",
        "verdict",
        "severity",
        "confidence",
        "start",
        "end",
        "summary",
        "action",
        "evidence",
        "missing",
        "confounders",
    ]
    assert findings.schema["rule"] == pl.Enum(RULES)
    assert findings.schema["verdict"] == pl.Enum(
        ["fired", "clear", "insufficient", "not_evaluable"]
    )
    assert findings.schema["severity"] == pl.Enum(["info", "warning", "critical"])
    assert findings.schema["start"] == TIME
    assert findings.schema["missing"] == pl.List(pl.String)
    assert findings.schema["evidence"] == pl.List(
        pl.Struct(
            {"quantity": pl.String, "value": pl.Float64, "threshold": pl.Float64, "unit": pl.String}
        )
    )
    assert sorted(findings["rule"].to_list()) == sorted(RULES)
    assert findings["verdict"][0] == "fired"


def test_nothing_and_little_to_go_by():
    findings = gm.diagnose(gm.read_metrics(b"up 1"))
    assert sorted(findings["rule"].to_list()) == sorted(RULES)
    assert "fired" not in findings["verdict"]
    missing = findings.filter(pl.col("rule") == "goroutine_leak")["missing"]
    assert missing.to_list() in (
        [["go_goroutines"]],
        [["go_gc_duration_seconds", "go_memstats_next_gc_bytes"]],
    )


def test_a_container_and_a_trace_add_what_metrics_lack(before, metrics):
    def row(findings, rule):
        return findings.filter(pl.col("rule") == rule).row(0, named=True)

    assert row(gm.diagnose(metrics), "container_oom_risk")["verdict"] == "not_evaluable"
    risky = gm.diagnose(metrics, memory_limit_bytes=32 << 20)
    assert row(risky, "container_oom_risk")["severity"] == "critical"
    log = before / "gctrace.log"
    frame = gm.read_gctrace(log)
    by_log, by_frame = (gm.diagnose(metrics, gctrace=trace) for trace in (log, frame))
    assert by_log["verdict"].to_list() == by_frame["verdict"].to_list()
    assert row(by_log, "forced_gc")["verdict"] == "clear"


def test_programs_are_told_apart(before):
    leak = recorded(before, "leak").series()
    text = []
    for instance in ("a", "b"):
        for time, metric, value in (
            leak.filter(pl.col("labels").list.len() == 0)
            .select(pl.col("time").dt.epoch("ms"), "metric", "value")
            .rows()
        ):
            number = "NaN" if math.isnan(value) else repr(value)
            text.append(f'{metric}{{instance="{instance}"}} {number} {time}')
    findings = gm.diagnose(gm.read_metrics("\n".join(text).encode() + b"\n"))
    fired = findings.filter((pl.col("rule") == "live_heap_leak") & (pl.col("verdict") == "fired"))
    assert [summary.split(":")[0] for summary in fired["summary"]] == ["instance=a", "instance=b"]


def test_waterfall_adds_up(metrics, tmp_path):
    waterfall = metrics.waterfall()
    parts = waterfall.to_frame()
    # What was never touched lies in the other parts, and is not resident.
    sign = pl.when(pl.col("component") == "untouched").then(-1.0).otherwise(1.0)
    sums = parts.group_by("time").agg((pl.col("bytes") * sign).sum()).sort("time")
    resident = metrics.state().select("time", "resident_bytes").sort("time")
    joined = sums.join(resident, on="time")
    assert joined.height == sums.height
    assert ((joined["bytes"] - joined["resident_bytes"]).abs() < 1e6).all()
    assert waterfall._repr_html_().startswith("<svg")
    waterfall.to_svg(tmp_path / "memory.svg")
    assert "live objects" in (tmp_path / "memory.svg").read_text(encoding="utf-8")


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "quantity", "value"),
    [
        (b"go_goroutines 7\n# EOF\n", "goroutines", 7),
        (b'{"__name__":1}', None, None),
        (
            json.dumps(
                {
                    "status": "success",
                    "data": {
                        "resultType": "vector",
                        "result": [{"metric": {"__name__": "go_goroutines"}, "value": [1.5, "7"]}],
                    },
                }
            ).encode(),
            "goroutines",
            7,
        ),
        (b"go_goroutines =>\n7 @[1700000000]\n", "goroutines", 7),
        (b'{__name__="go_goroutines", job="x"} 7 1700000000000\n', "goroutines", 7),
        (b'{"memstats":{"HeapReleased":7}}', "heap_released_bytes", 7),
        (b'{"/gc/heap/live:bytes":7}', "heap_live_bytes", 7),
        (b"# runtime.MemStats\n# Sys = 7\n", "sys_bytes", 7),
        (
            b'go_memory_used_bytes{type="stack"} 3\ngo_memory_used_bytes{type="other"} 4\n',
            "held_bytes",
            7,
        ),
    ],
)
def test_every_format_gives_the_state(text, quantity, value):
    metrics = gm.read_metrics(text, time=NOON)
    if quantity is not None:
        assert metrics.state()[quantity].to_list() == [value]


def test_what_a_server_refuses_is_an_error():
    with pytest.raises(gm.DecodeError, match="bad_data: parse error") as caught:
        gm.read_metrics(b'{"status":"error","errorType":"bad_data","error":"parse error"}')
    assert caught.value.kind == "refused"
    with pytest.raises(gm.DecodeError, match="damaged JSON") as caught:
        gm.read_metrics(b'{"status":\n')
    assert caught.value.line == 2


def test_strict_conforms_to_the_specification():
    lenient = gm.read_metrics(b"a_total 1\n", format="openmetrics")
    assert lenient.series().height == 1
    with pytest.raises(gm.DecodeError, match="does not end in # EOF"):
        gm.read_metrics(b"a_total 1\n", format="openmetrics", strict=True)
    assert gm.read_metrics(b"# EOF\n", strict=True).series().height == 0

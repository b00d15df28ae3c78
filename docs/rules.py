"""Writes rules.md and its charts: what each rule computes, from the head of its own file, and what it says of a recorded run.

    .venv/bin/python docs/rules.py
"""

import gzip
import pathlib
import re

import gomem as gm
import polars as pl

ROOT = pathlib.Path(__file__).parents[1]
RULES = ROOT / "crates/gomem-metrics/src/rules"
RUNS = ROOT / "testdata/incidents"
CHARTS = ROOT / "docs/rules"

# Rule: recorded run that shows it, what the chart shows, when the rule is wrong.
EXAMPLES = {
    "live_heap_leak": ("leak_noisy", "live", "A cache that is still filling when the metrics end, and diurnal load seen for less than a period, look like a leak. Growth that goes with the allocation rate is left out, so a leak whose pace is that of a growing load is missed."),
    "goroutine_leak": ("goroutines_slow", "goroutines", "A ramp of connections that has not levelled off when the metrics end fires. Pools that grow by steps of days are too slow for short recordings."),
    "offheap_growth": ("mapped_leak", "off_heap", "Files that are mapped and read count as resident, and so does the page cache of some container runtimes. Memory that Go holds and had never touched hides growth at first."),
    "memlimit_thrash": ("thrash", "gc_rate", "A program that calls `runtime.GC` close to its limit looks the same; `forced_gc` then fires as well."),
    "gc_off": ("steady", "held", "A command that ends before its memory is full may mean it."),
    "container_oom_risk": ("leak", "resident", "The kernel counts the working set, page cache included, which no Go metric knows. The caller has to tell the limit."),
    "idle_after_spike": ("spike", "held", "A program whose next spike is near needs that memory again. A spike before the metrics began is seen by its `sys_bytes` only."),
    "fragmentation": ("fragments", "unused", "Programs that allocate objects of those sizes soon will fill the free slots."),
    "huge_stacks": ("deep_stacks", "stacks", "Recursion that is meant, on few goroutines, is no defect. Stacks shrink at a GC only, so a past peak shows until then."),
    "metadata_heavy": ("metadata", "metadata", "The tables of a heap that was once large stay as they were."),
    "low_gogc": ("low_gogc", "gc_rate", "In a container without memory to spare it may be meant."),
    "min_heap_churn": ("min_heap", "gc_rate", "A command that ends soon has no reason to care."),
    "gc_cpu_high": ("pressure", "gc_cpu", "On a host without CPU to spare the CPU classes count time in which the system ran other programs."),
    "assist_pressure": ("pressure", "gc_cpu", "As for `gc_cpu_high`; and a moment of heavy allocation is not the usual state."),
    "forced_gc": ("forced", "gc_rate", "Heap profiles taken with `?gc=1` and goroutineleak profiles run a GC each. Without `/gc/cycles/forced`, calls that come about as often as allocation would start GC are not told."),
    "alloc_rate_spike": ("storm", "alloc_rate", "More traffic does the same: the rule has no rate of requests to compare with."),
    "stw_stop_latency": ("tight_loops", "pauses", "A host without CPU to spare stops threads as slowly; where the CPU classes tell so, the rule says `insufficient`, with default metrics it asks for more."),
    "cpu_throttled": ("neighbours", "cpu", "The classes are as old as the last GC cycle, and the system counts in ticks of 10 ms. It is never more than `info`: on a shared host it is normal."),
    "finalizer_backlog": ("finalizers", "backlog", "A burst that is being worked off is not a backlog; the number has to rise."),
    "restart_loop": ("crash_loop", "held", "A program that is restarted on purpose when it has grown fires too, rightly."),
    "step_change": ("step_up", "live", "A new level by itself is no defect: `info`, unless the version of Go changed between two runs."),
    "periodic_gc_only": ("periodic", "gc_total", "It takes four minutes of metrics to see two periods."),
    "limiter_active": ("limit_exceeded", "gc_cpu", "The limiter acts without a memory limit too; those cases are left to `gc_cpu_high` and `low_gogc`."),
    "gc_inflation": ("forced", "gc_rate", "The live heap has to be known: in default metrics that takes the regime in which GOGC sets the goal."),
    "heap_profile_blind": ("mapped_leak", "off_heap", "The room that GC works with is not a gap: up to 1.25 · live · (1 + GOGC/100) nothing is said."),
    "sys_retained": ("warmup", "sys", "[The article's heuristics](heuristics.md) says how often."),
    "alloc_sys_ratio": ("low_gogc", "alloc_sys", "[The article's heuristics](heuristics.md) says how often."),
}


def quantity(name: str) -> pl.Expr:
    rate = lambda counter: pl.col(counter).diff() / (pl.col("time").diff().dt.total_milliseconds() / 1e3)
    mb = lambda column: column / 2**20
    return {
        "live": mb(pl.col("heap_live_bytes")).alias("live heap, MiB"),
        "goroutines": pl.col("goroutines").alias("goroutines"),
        "off_heap": mb(pl.col("resident_bytes") - pl.col("held_bytes")).alias("resident beyond what Go holds, MiB"),
        "gc_rate": rate("gc_cycles_total").alias("GC cycles a second"),
        "gc_total": pl.col("gc_cycles_total").alias("GC cycles"),
        "resident": mb(pl.col("resident_bytes")).alias("resident, MiB"),
        "held": mb(pl.col("held_bytes")).alias("held by Go, MiB"),
        "sys": mb(pl.col("sys_bytes")).alias("sys_bytes, MiB"),
        "unused": ((pl.col("heap_inuse_bytes") - pl.col("heap_objects_bytes")) / pl.col("heap_inuse_bytes")).alias("unused share of spans in use"),
        "stacks": mb(pl.col("stack_inuse_bytes")).alias("stacks, MiB"),
        "metadata": mb(pl.sum_horizontal("mspan_sys_bytes", "gc_sys_bytes", "buck_hash_sys_bytes", "other_sys_bytes")).alias("the runtime's tables, MiB"),
        "gc_cpu": (pl.col("gc_cpu_seconds") / pl.col("total_cpu_seconds")).alias("GC, share of all CPU since the start"),
        "alloc_rate": (rate("alloc_total_bytes") / 1e6).alias("MB allocated a second"),
        "pauses": rate("gc_pause_total_seconds").alias("share of time the world stands still"),
        "cpu": rate("process_cpu_seconds").alias("processors used"),
        "backlog": (pl.col("finalizers_queued_total") - pl.col("finalizers_executed_total")).alias("finalizers due"),
        "alloc_sys": (pl.col("heap_objects_bytes") / pl.col("sys_bytes")).alias("alloc_bytes / sys_bytes"),
    }[name]


def read(run: str) -> gm.Metrics:
    return gm.read_metrics(gzip.decompress((RUNS / f"{run}.prom.gz").read_bytes()))


def chart(metrics: gm.Metrics, what: str) -> str:
    frame = metrics.state().select("time", quantity(what)).drop_nulls()
    title = frame.columns[1]
    times = (frame["time"].dt.epoch("ms") - frame["time"].dt.epoch("ms").min()).to_list()
    values = frame[title].to_list()
    low, high = min(0.0, *values), max(values) or 1.0
    span = max(times) or 1
    points = " ".join(f"{50 + 480 * t / span:.1f},{120 - 100 * (v - low) / (high - low):.1f}" for t, v in zip(times, values, strict=True))
    label = lambda number: f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 150" font-family="system-ui,sans-serif" font-size="11">'
        f'<rect width="560" height="150" fill="#fff"/><text x="50" y="13" fill="#333">{title}</text>'
        '<path d="M50 20V120H530" fill="none" stroke="#999"/>'
        f'<text x="46" y="26" text-anchor="end" fill="#666">{label(high)}</text><text x="46" y="122" text-anchor="end" fill="#666">{label(low)}</text>'
        f'<text x="530" y="136" text-anchor="end" fill="#666">{span / 1000:.0f} s</text>'
        f'<polyline points="{points}" fill="none" stroke="#1b6ca8" stroke-width="1.5"/></svg>\n'
    )


def head(rule: str) -> str:
    """What the rule's own file says of it."""
    lines = [line[3:].strip() for line in (RULES / f"{rule}.rs").read_text().splitlines() if line.startswith("//!")]
    text = "\n".join(lines)
    text = re.sub(r"^`\w+`: ", "", text)
    text = re.sub(r"\[`(\w+)`\]\([^)]*\)", r"[`\1`](#\1)", text)
    return text[0].upper() + text[1:]


def main() -> None:
    CHARTS.mkdir(exist_ok=True)
    out = [(ROOT / "docs/rules.head.md").read_text()]
    for rule, (run, what, wrong) in EXAMPLES.items():
        metrics = read(run)
        limit = 100 * 2**20 if rule == "container_oom_risk" else None
        row = gm.diagnose(metrics, memory_limit_bytes=limit).filter(pl.col("rule") == rule).row(0, named=True)
        (CHARTS / f"{rule}.svg").write_text(chart(metrics, what))
        out.append(f"## {rule}\n\n{head(rule)}\n")
        told = f", told a limit of {limit >> 20} MiB" if limit else ""
        out.append(f"Of the recorded run `{run}`{told}: *{row['verdict']}*, {row['severity']}: {row['summary']}.\n")
        out.append(f"![{what.replace('_', ' ')} over time](rules/{rule}.svg)\n")
        if row["action"]:
            out.append(f"What to do: {row['action']}\n")
        out.append(f"When it is wrong: {wrong}\n")
    (ROOT / "docs/rules.md").write_text("\n".join(out))


main()

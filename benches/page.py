"""docs/performance.md and its pictures out of what was measured: python benches/page.py RESULTS.json, as `make bench` does."""

import json
import pathlib
import re
import sys

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter

ROOT = pathlib.Path(__file__).parent.parent
DOCS = ROOT / "docs"
# The limits that DESIGN.md promises.
TOP_SECONDS, TOP_MB, OF_INFLATE, OF_GO, OF_LITE = 0.25, 150, 2.5, 8, 1.7
LOG_MB_PER_SECOND, LOG_MB, TEXT_MB_PER_SECOND = 400, 500, 200
CYCLES_OFF, PEAK_OFF = (6, 22), (7, 24)
PRECISION, RECALL = 1.0, 0.9
# Where predictions come from; the last two are rules of thumb.
FORECASTS = ("gctrace", "gctrace, metrics", "default metrics", "GC guide", "1/GOGC")


def main(results: str) -> None:
    matplotlib.rcParams["svg.hashsalt"] = "gomem"
    measured = json.loads(pathlib.Path(results).read_text())
    made = [row for row in measured["top"] if row["what"].endswith("samples")]
    tops = [(int(row["what"].split()[0].replace(",", "")), row) for row in made]
    logs = [(megabytes(row), row) for row in measured["escape"]]
    files = [(row["files"], row) for row in measured["scan"]]
    parts = {
        "machine": measured["machine"],
        "go": measured["go"],
        "promises": promises(measured),
        "top": table(BESIDE, beside(measured["top"])),
        "many": bound(measured),
        "top_picture": growth("top", "top, beside go tool pprof", "samples", tops, "go tool pprof"),
        "decode": table(
            "profile | gzipped | inflate alone | decode | of it | Go's `profile.Parse` | less time "
            "| not gzipped | decode | pproflite | less time",
            decodes(measured),
        ),
        "log": ", ".join(sorted({f"`{row['log']}`" for row in measured["escape"]})),
        "escape": table(BESIDE, beside(measured["escape"])),
        "escape_picture": growth("escape", "heap decisions of a log, beside grep", "MB", logs, "grep -c"),
        "metrics": table("reader | speed | found", readers(measured)),
        # Parts that are newer than the results are empty.
        "trace": table(BESIDE, beside(measured.get("trace", []))),
        "trace_loops": table(
            "input | size | read | speed | Go's reader | less | all tables | found by Go | less",
            trace_loops(measured.get("trace", [])),
        ),
        "heap": table(HEAPS, held(measured.get("heap", []))),
        "scan": table("files | gomem: CPU, peak | peer: CPU, peak", scans(measured)),
        "scan_picture": growth("scan", "a sum by function over many files", "files", files, "go tool pprof"),
        "queries": table("query | profiles | decoded | time | profiles/s | CPU | peak", queries(measured)),
        "report": table("profile | log | time | CPU | peak | page | opens in", reports(measured)),
        "gogc": table("from | forecasts | GC cycles | peak heap | GC CPU, points", forecasts(measured)),
        "rules": table(RULES, rules(measured)),
    }
    page = (ROOT / "benches/performance.md").read_text()
    (DOCS / "performance.md").write_text(re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], page))


def promises(measured: dict) -> str:
    """What DESIGN.md promises, and whether this run kept it."""
    rows = []

    def promise(what: str, limit: str, found: str, peer: str, *, kept: bool) -> None:
        rows.append([what, limit, found, peer, "yes" if kept else "**no**"])

    row = next(row for row in measured["top"] if row["what"] == "300,000 samples")
    top, peer = row["gomem"], row.get("peer")
    kept = top["cpu_seconds"] <= TOP_SECONDS and top["peak_mb"] <= TOP_MB
    promise("`top` of 300,000 samples", f"≤ {TOP_SECONDS} s CPU, ≤ {TOP_MB} MB", cost(top), cost(peer), kept=kept)
    for row in measured["decode"]:
        of_inflate, of_go = row["decode_ms"] / row["inflate_ms"], row["go_parse_ms"] / row["decode_ms"]
        name, inflate, parse = f"decode `{row['profile']}`", f"{row['inflate_ms']:.1f} ms", f"{row['go_parse_ms']:.0f} ms"
        promise(name, f"≤ {OF_INFLATE} × the inflate alone", f"{of_inflate:.1f} ×", inflate, kept=of_inflate <= OF_INFLATE)
        promise(name, f"≥ {OF_GO} × faster than Go", f"{of_go:.1f} ×", parse, kept=of_go >= OF_GO)
        of_lite, lite = row["pproflite_ms"] / row["decode_owned_ms"], f"{row['pproflite_ms']:.1f} ms"
        limit = f"≥ {OF_LITE} × faster than pproflite"
        promise(f"decode `{row['profile'].removesuffix('.gz')}`", limit, f"{of_lite:.1f} ×", lite, kept=of_lite >= OF_LITE)
    row = measured["escape"][-1]
    log, peer = row["gomem"], row.get("peer")
    speed, name = megabytes(row) / log["cpu_seconds"], f"heap decisions of a log of {megabytes(row):.0f} MB"
    kept = speed >= LOG_MB_PER_SECOND and log["peak_mb"] <= LOG_MB
    found = f"{speed:.0f} MB/s, {log['peak_mb']:.0f} MB"
    promise(name, f"≥ {LOG_MB_PER_SECOND} MB/s, ≤ {LOG_MB} MB", found, cost(peer), kept=kept)
    accounted = (row["parsed"] + row["skipped"]) / row["lines"]
    promise(f"{row['lines']:,} lines of it", "100 % accounted for", f"{accounted:.2%}", "", kept=accounted == 1)
    row = measured["metrics"][0]
    peers = [peer for peer in measured["metrics"] if peer["reader"].startswith("prometheus")]
    speed, others = row["mb_per_second"], ", ".join(f"{peer['mb_per_second']:.0f} MB/s" for peer in peers)
    promise("Prometheus text", f"≥ {TEXT_MB_PER_SECOND} MB/s", f"{speed:.0f} MB/s", others, kept=speed >= TEXT_MB_PER_SECOND)
    for what in ("", ", no comments"):
        row, peer = (by_reader(measured, f"{reader}{what}") for reader in ("gomem: SampleReader", "VictoriaMetrics"))
        found, other = f"{row['mb_per_second']:.0f} MB/s", f"{peer['mb_per_second']:.0f} MB/s"
        kept = row["mb_per_second"] >= peer["mb_per_second"]
        promise(f"Prometheus text{what}, sample by sample", "≥ VictoriaMetrics", found, other, kept=kept)
    ours, guide = (forecast(measured, name) for name in ("gctrace", "GC guide"))
    for what, name, limit in (("GC cycles", "cycles", CYCLES_OFF), ("peak heap", "peak_heap", PEAK_OFF)):
        kept = all(off <= most for off, most in zip(quantiles(ours[name]), limit, strict=True))
        of_most = f"median ≤ {limit[0]} %, p90 ≤ {limit[1]} %"
        promise(f"{what} predicted from one GC trace, off by", of_most, off(ours[name]), off(guide[name]), kept=kept)
    row = next(row for row in measured["rules"] if "found" in row)
    precision, recall = row["found"] / (row["found"] + row["extra"]), row["found"] / row["all"]
    thumb = next(rule["right"] / rule["fired"] for rule in measured["rules"] if "rule" in rule)
    limit, found = f"precision {PRECISION:.0%}, recall ≥ {RECALL:.0%}", f"{precision:.0%}, {recall:.0%}"
    kept = precision >= PRECISION and recall >= RECALL
    promise("rules on recorded incidents", limit, found, f"`sys_retained` alone: {thumb:.0%}", kept=kept)
    return table("what | promised | measured | peer, same input | kept", rows)


def table(head: str, rows: list[list[str]]) -> str:
    names = head.split(" | ")
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def megabytes(row: dict) -> float:
    return row["input_bytes"] / 1e6


def cost(usage: dict | None) -> str:
    return f"{usage['cpu_seconds']:.3f} s, {usage['peak_mb']:.0f} MB" if usage else "not run"


def beside(rows: list[dict]) -> list[list[str]]:
    shown = []
    for row in rows:
        ours, peer = row["gomem"], row.get("peer")
        less = [peer[part] / ours[part] for part in ("cpu_seconds", "peak_mb")] if peer else []
        factors = [f"{factor:.1f} ×" for factor in less] or ["", ""]
        shown.append([row["what"], f"{megabytes(row):.1f} MB", cost(ours), cost(peer), *factors])
    return shown


def trace_loops(rows: list[dict]) -> list[list[str]]:
    """In one process: what reading costs beside Go's reader, and what tables cost beside a program that finds the same."""
    shown = []
    for row in rows:
        decode, tables, loop, found = (row[f"{part}_ms"] for part in ("decode", "tables", "loop", "found"))
        read = [f"{decode:.1f} ms", f"{megabytes(row) / decode * 1e3:.0f} MB/s", f"{loop:.0f} ms", f"{loop / decode:.1f} ×"]
        made = [f"{tables:.1f} ms", f"{found:.0f} ms", f"{found / tables:.1f} ×"]
        shown.append([row["what"], f"{megabytes(row):.1f} MB", *read, *made])
    return shown


def held(rows: list[dict]) -> list[list[str]]:
    """What an object costs, and what it takes beside the file."""
    shown = []
    for row in rows:
        ours, objects = row["gomem"], row["objects"]
        own_bytes = (ours["peak_mb"] * 2**20 - row["input_bytes"]) / objects
        less = f"{row['peer']['cpu_seconds'] / ours['cpu_seconds']:.1f} ×" if "peer" in row else ""
        peer = "reads none" if row["what"].startswith("a dump") else cost(row.get("peer"))
        shown.append(
            [row["what"], f"{objects:,}", f"{megabytes(row):.0f} MB", cost(ours),
             f"{ours['cpu_seconds'] * 1e6 / objects:.2f} µs", f"{own_bytes:.0f} B", peer, less]
        )  # fmt: skip
    return shown


def decodes(measured: dict) -> list[list[str]]:
    return [
        [f"`{row['profile']}`", f"{megabytes(row):.1f} MB", f"{row['inflate_ms']:.1f} ms", f"{row['decode_ms']:.1f} ms",
         f"{row['decode_ms'] / row['inflate_ms']:.1f} ×", f"{row['go_parse_ms']:.0f} ms",
         f"{row['go_parse_ms'] / row['decode_ms']:.1f} ×", f"{row['raw_bytes'] / 1e6:.1f} MB",
         f"{row['decode_owned_ms']:.1f} ms", f"{row['pproflite_ms']:.1f} ms",
         f"{row['pproflite_ms'] / row['decode_owned_ms']:.1f} ×"]
        for row in measured["decode"]
    ]  # fmt: skip


def bound(measured: dict) -> str:
    """What is left to gain in decoding what compresses well."""
    row = next(row for row in measured["decode"] if row["profile"] == "many.pb.gz")
    nanoseconds = (row["decode_ms"] - row["inflate_ms"]) * 1e6 / MANY_SAMPLES
    return (
        f"Here each decode has fresh ones, and what is not inflating takes {nanoseconds:.0f} ns a sample, with its 22 frames, "
        "values and labels."
    )


def by_reader(measured: dict, name: str) -> dict:
    return next(row for row in measured["metrics"] if row["reader"] == name)


def readers(measured: dict) -> list[list[str]]:
    return [[row["reader"], f"{row['mb_per_second']:.0f} MB/s", f"{row['found']:,}"] for row in measured["metrics"]]


def scans(measured: dict) -> list[list[str]]:
    return [[f"{row['files']:,}", cost(row["gomem"]), cost(row["peer"]) if "peer" in row else ""] for row in measured["scan"]]


def queries(measured: dict) -> list[list[str]]:
    return [
        [row["query"], f"{row['profiles']:,}", f"{row['decoded']:,}" if "decoded" in row else "", f"{row['seconds']:.2f} s",
         f"{row['profiles'] / row['seconds']:.0f}", f"{row['cpu_seconds']:.2f} s", f"{row['peak_mb']:.0f} MB"]
        for row in measured["queries"]
    ]  # fmt: skip


def reports(measured: dict) -> list[list[str]]:
    return [
        ["300,000 samples", f"{row['log_bytes'] / 1e6:.0f} MB", f"{row['seconds']:.2f} s", f"{row['cpu_seconds']:.2f} s",
         f"{row['peak_mb']:.0f} MB", f"{row['page_bytes'] / 1e6:.2f} MB", row.get("opens", "no Chromium")]
        for row in measured["report"]
    ]  # fmt: skip


def forecasts(measured: dict) -> list[list[str]]:
    shown = []
    for name in FORECASTS:
        row = forecast(measured, name)
        shown.append([name, row["forecasts"], off(row["cycles"]), off(row["peak_heap"]), row["gc_cpu"].replace("/", " / ")])
    return shown


def forecast(measured: dict, name: str) -> dict:
    """How far off predictions from one source are, over all settings and all programs but the smallest."""
    rows = (row for row in measured["gogc"] if row["programs"] == "all others" and row["gogc"] == "25-800")
    return next(row for row in rows if row["from"] == name)


def quantiles(text: str) -> list[float]:
    return [float(number) for number in text.split("/")]


def off(text: str) -> str:
    return " / ".join(f"{number} %" for number in text.split("/"))


def rules(measured: dict) -> list[list[str]]:
    return [
        [row["metrics"], EVERY[row["every"]], f"{row['found']} of {row['all']}",
         *(str(row[name]) for name in ("undecided", "not_evaluable", "wrongly_clear", "extra"))]
        for row in measured["rules"] if "found" in row
    ]  # fmt: skip


def growth(name: str, title: str, unit: str, points: list[tuple[float, dict]], peer: str) -> str:
    """CPU time and peak memory over the size of the input, both axes logarithmic."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    for axis, part, label in zip(axes, ("cpu_seconds", "peak_mb"), ("CPU, seconds", "peak, MB"), strict=True):
        for side, shown, colour in (("gomem", "gomem", "#1565c0"), ("peer", peer, "#9e9e9e")):
            line = [(size, row[side][part]) for size, row in points if side in row]
            if line:
                axis.plot(*zip(*line, strict=True), "o-", label=shown, color=colour)
        axis.set(xscale="log", yscale="log", xlabel=unit, ylabel=label)
        for scale in (axis.xaxis, axis.yaxis):
            scale.set_major_formatter(lambda number, _: f"{number:,.10g}")
            scale.set_minor_formatter(NullFormatter())
        axis.grid(visible=True, alpha=0.3)
        axis.legend()
    figure.suptitle(title)
    folder = DOCS / "performance"
    folder.mkdir(exist_ok=True)
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
    return f"![{title}](performance/{name}.svg)\n"


MANY_SAMPLES = 300_000
EVERY = {1: "each", 2: "every second", 4: "every fourth", 15: "every fifteenth"}
HEAPS = "read | objects | file | gomem: CPU, peak | an object | beside the file | goref: CPU, peak | less CPU"
RULES = "metrics | scrapes | found | undecided | of these not evaluable | wrongly clear | beside them"
BESIDE = "input | size | gomem: CPU, peak | peer: CPU, peak | less CPU | less memory"

if __name__ == "__main__":
    main(sys.argv[1])

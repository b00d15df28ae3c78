"""docs/performance.md and its pictures out of what was measured: python benches/page.py RESULTS.json, as `make bench` does."""

import json
import pathlib
import sys

import matplotlib
import matplotlib.pyplot as plt

ROOT = pathlib.Path(__file__).parent.parent
DOCS = ROOT / "docs"
# The limits that DESIGN.md promises.
TOP_SECONDS, TOP_MB, OF_INFLATE, OF_GO = 0.25, 150, 2.5, 8
LOG_MB_PER_SECOND, LOG_MB, TEXT_MB_PER_SECOND = 400, 500, 200


def table(head: str, rows: list[list[str]]) -> str:
    names = head.split(" | ")
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def megabytes(row: dict) -> float:
    return row["input_bytes"] / 1e6


def beside(rows: list[dict]) -> list[list[str]]:
    shown = []
    for row in rows:
        ours, peer = row["gomem"], row.get("peer")
        line = [row["what"], f"{megabytes(row):.1f} MB", f"{ours['cpu_seconds']:.3f} s, {ours['peak_mb']:.0f} MB"]
        if peer:
            less = (peer["cpu_seconds"] / ours["cpu_seconds"], peer["peak_mb"] / ours["peak_mb"])
            line += [f"{peer['cpu_seconds']:.3f} s, {peer['peak_mb']:.0f} MB", *(f"{factor:.2f} ×" for factor in less)]
        else:
            line += ["not installed", "", ""]
        shown.append(line)
    return shown


def promises(measured: dict) -> str:
    """What DESIGN.md promises, and whether this run kept it."""
    rows = []

    def promise(what: str, limit: str, found: str, *, kept: bool) -> None:
        rows.append([what, limit, found, "yes" if kept else "**no**"])

    top = next(row["gomem"] for row in measured["top"] if row["what"] == "300,000 samples")
    found = f"{top['cpu_seconds']:.3f} s, {top['peak_mb']:.0f} MB"
    kept = top["cpu_seconds"] <= TOP_SECONDS and top["peak_mb"] <= TOP_MB
    promise("`top` of 300,000 samples", f"≤ {TOP_SECONDS} s CPU, ≤ {TOP_MB} MB", found, kept=kept)
    for row in measured["decode"]:
        of_inflate, of_go = row["decode_ms"] / row["inflate_ms"], row["go_parse_ms"] / row["decode_ms"]
        name = f"decode `{row['profile']}`"
        promise(name, f"≤ {OF_INFLATE} × the inflate alone", f"{of_inflate:.1f} ×", kept=of_inflate <= OF_INFLATE)
        promise(name, f"≥ {OF_GO} × faster than Go", f"{of_go:.1f} ×", kept=of_go >= OF_GO)
    for row in measured["escape"][-1:]:
        speed, name = megabytes(row) / row["gomem"]["cpu_seconds"], f"escape log of {megabytes(row):.0f} MB"
        promise(name, f"≥ {LOG_MB_PER_SECOND} MB/s", f"{speed:.0f} MB/s", kept=speed >= LOG_MB_PER_SECOND)
        peak = row["gomem"]["peak_mb"]
        promise(name, f"≤ {LOG_MB} MB", f"{peak:.0f} MB", kept=peak <= LOG_MB)
    for row in measured["metrics"][:1]:
        speed = row["mb_per_second"]
        promise("Prometheus text", f"≥ {TEXT_MB_PER_SECOND} MB/s", f"{speed:.0f} MB/s", kept=speed >= TEXT_MB_PER_SECOND)
    return table("what | promised | measured | kept", rows)


def growth(name: str, title: str, unit: str, points: list[tuple[float, dict]], peer: str | None) -> str:
    """CPU time and peak memory over the size of the input, both axes logarithmic."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    for axis, part, label in zip(axes, ("cpu_seconds", "peak_mb"), ("CPU, seconds", "peak, MB"), strict=True):
        for side, shown, colour in (("gomem", "gomem", "#1565c0"), ("peer", peer, "#9e9e9e")):
            line = [(size, row[side][part]) for size, row in points if side in row]
            if line:
                axis.plot(*zip(*line, strict=True), "o-", label=shown, color=colour)
        axis.set(xscale="log", yscale="log", xlabel=unit, ylabel=label)
        axis.grid(visible=True, alpha=0.3)
        axis.legend()
    figure.suptitle(title)
    folder = DOCS / "performance"
    folder.mkdir(exist_ok=True)
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
    return f"![{title}](performance/{name}.svg)\n"


def main(results: str) -> None:
    matplotlib.rcParams["svg.hashsalt"] = "gomem"
    measured = json.loads(pathlib.Path(results).read_text())
    decodes = [
        [f"`{row['profile']}`", f"{megabytes(row):.1f} MB", f"{row['inflate_ms']:.1f} ms", f"{row['decode_ms']:.1f} ms",
         f"{row['decode_ms'] / row['inflate_ms']:.1f} ×", f"{row['go_parse_ms']:.0f} ms",
         f"{row['go_parse_ms'] / row['decode_ms']:.1f} ×"]
        for row in measured["decode"]
    ]  # fmt: skip
    readers = [[row["reader"], f"{row['mb_per_second']:.0f} MB/s", f"{row['found']:,}"] for row in measured["metrics"]]
    scans = [
        [f"{row['files']:,}", f"{row['gomem']['cpu_seconds']:.2f} s", f"{row['gomem']['peak_mb']:.0f} MB"]
        for row in measured["scan"]
    ]
    made = [row for row in measured["top"] if row["what"].endswith("samples")]
    tops = [(int(row["what"].split()[0].replace(",", "")), row) for row in made]
    logs = [(megabytes(row), row) for row in measured["escape"]]
    files = [(row["files"], row) for row in measured["scan"]]
    head = "input | size | gomem: CPU, peak | peer: CPU, peak | less CPU | less memory"
    parts = {
        "machine": measured["machine"],
        "promises": promises(measured),
        "top": table(head, beside(measured["top"])),
        "top_picture": growth("top", "top, beside go tool pprof", "samples", tops, "go tool pprof"),
        "decode": table("profile | gzipped | inflate alone | decode | of it | Go's `profile.Parse` | less time", decodes),
        "log": ", ".join(sorted({f"`{row['log']}`" for row in measured["escape"]})),
        "escape": table(head, beside(measured["escape"])),
        "escape_picture": growth("escape", "heap decisions of a log, beside grep", "MB", logs, "grep -c"),
        "metrics": table("reader | speed | found", readers),
        "scan": table("files | CPU | peak", scans),
        "scan_picture": growth("scan", "a sum by function over many files", "files", files, None),
        "queries": measured["queries"].strip("\n"),
        "gogc": measured["gogc"].strip("\n"),
    }
    page = (ROOT / "benches/performance.md").read_text()
    for name, part in parts.items():
        page = page.replace("{{" + name + "}}", part)
    (DOCS / "performance.md").write_text(page)


if __name__ == "__main__":
    main(sys.argv[1])

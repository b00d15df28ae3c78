"""The report in a real browser: it runs, it zooms, it fetches nothing (skipped without one)."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import gomem as gm

BEFORE = Path(__file__).parents[2] / "examples/incident/before"
CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)

# Clicks on a frame, switches to another sample type, searches, opens the fold of a site, and leaves
# the outcome in the page.
PROBE = """<script>
const errors = [];
addEventListener("error", event => errors.push(event.message));
addEventListener("securitypolicyviolation", event => errors.push(event.blockedURI));
addEventListener("load", () => {
  // Laid out, and the flame graph drawn.
  const height = document.body.offsetHeight;
  const result = {opened: performance.now(), height};
  const host = document.querySelector(".gomem-flame"), rows = host.querySelector(".rows");
  const all = (query, within = document) => [...within.querySelectorAll(query)];
  const find = text => all(".f", rows).find(box => box.textContent.includes(text));
  const press = text => all("button", host).find(button => button.textContent === text).click();
  const status = () => host.querySelector(".status").textContent;
  result.before = find("decodeLines").style.width;
  find("decodeLines").click();
  result.after = find("decodeLines").style.width;
  result.zoomed = status();
  press("Reset zoom");
  const leaf = find("UnmarshalLine"), plain = leaf.style.background;
  press("Colour by reason");
  const legend = host.querySelector(".legend");
  result.reasons = legend.hidden ? [] : all("span", legend).map(entry => entry.textContent);
  result.recoloured = find("UnmarshalLine").style.background !== plain;
  press("Colour by reason");
  press("inuse_space");
  result.switched = status();
  const search = host.querySelector("input");
  search.value = "touch";
  search.dispatchEvent(new Event("input"));
  result.found = status();
  result.hits = rows.querySelectorAll(".hit").length;
  const fold = document.querySelector("#sites-table details"), closed = fold.clientHeight;
  fold.querySelector("summary").focus();
  result.focused = document.activeElement === fold.querySelector("summary");
  fold.querySelector("summary").click();
  result.unfolded = fold.clientHeight - closed;
  result.flow = fold.textContent;
  const filters = document.querySelector(".filters");
  const findings = [...document.querySelectorAll(".finding")];
  const shown = () => findings.filter(found => !found.hidden).map(found => found.dataset.severity);
  const level = name => filters.querySelector(`[data-severity=${name}]`).click();
  result.severities = shown();
  level("info");
  result.without_info = shown();
  const query = filters.querySelector("input");
  query.value = "boxes a value";
  query.dispatchEvent(new Event("input"));
  result.one = shown();
  result.count = filters.querySelector(".count").textContent;
  query.value = "";
  level("info");
  result.packages = all("option", filters).map(option => option.value);
  filters.querySelector("select").value = result.packages[1];
  filters.querySelector("select").dispatchEvent(new Event("change"));
  result.of_package = shown().length;
  result.folded = findings.map(finding => finding.querySelector("details").open);
  result.contents = [...document.querySelectorAll(".contents a")].map(link =>
    document.querySelector(link.getAttribute("href")) !== null);
  // Of the two widths that a chart is drawn in, one is shown.
  const seen = parts => all(parts).filter(part => part.getClientRects().length > 0);
  result.charts = seen("figure.chart [role=img]").map(svg => svg.getAttribute("aria-label"));
  result.ticks = seen("figure.chart [role=img] text").map(text => text.textContent.trim());
  result.spans = all("figure.chart title").map(title => title.textContent);
  result.overflow = document.documentElement.scrollWidth - innerWidth;
  result.requests = performance.getEntriesByType("resource").length;
  result.errors = errors;
  const out = document.body.appendChild(document.createElement("pre"));
  out.id = "probe";
  out.textContent = JSON.stringify(result);
});</script>"""


def probed(page: Path, width: int, address: str = "") -> dict[str, Any]:
    """What the page does in a window of some width, opened at an address within it."""
    run = subprocess.run(
        [
            CHROMIUM,
            *("--headless", "--no-sandbox", "--disable-gpu", "--proxy-server=127.0.0.1:9"),
            *(f"--window-size={width},900", f"--user-data-dir={page.parent}/chromium-{width}"),
            *("--enable-logging=stderr", "--dump-dom", page.as_uri() + address),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in run.stderr
    found = re.search(r'<pre id="probe">(.*?)</pre>', run.stdout)
    assert found is not None
    return json.loads(html.unescape(found[1]))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    gm.postmortem(BEFORE).to_html(path)
    assert path.stat().st_size < 5_000_000
    path.write_text(path.read_text().replace("<title>", PROBE + "<title>", 1))
    return path


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("width", [1100, 500])
def test_the_report_runs_without_network(page, width):
    result = probed(page, width)
    assert result["errors"] == []
    assert result["requests"] == 0
    assert float(result["before"].rstrip("%")) < float(result["after"].rstrip("%")) == 100
    assert "decodeLines" in result["zoomed"]
    assert result["switched"].startswith("inuse_space") or "100.00 %" in result["switched"]
    assert "77.3" in result["found"]
    assert result["hits"] >= 1
    assert {"interface boxing", "too large"} <= set(result["reasons"])
    assert result["recoloured"]
    assert result["focused"]
    assert result["unfolded"] > 0
    assert "handler.go:58" in result["flow"]
    # Nothing sticks out of the page: what is wide scrolls by itself.
    assert result["overflow"] <= 0


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_findings_fold_and_are_filtered(page):
    result = probed(page, 1050)
    severities = result["severities"]
    assert {"critical", "warning", "info"} == set(severities)
    assert result["without_info"] == [name for name in severities if name != "info"]
    assert result["one"] == ["warning"]
    assert result["count"] == f"1 of {len(severities)}"
    assert result["packages"][0] == ""
    assert 0 < result["of_package"] < len(severities)
    assert result["folded"] == [name != "info" for name in severities]
    assert len(result["contents"]) >= 7
    assert all(result["contents"])


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_charts_have_round_ticks_and_tell_their_cycles(page):
    result = probed(page, 1000)
    assert result["charts"] == [
        "Heap over time",
        "The heap around each GC cycle",
        "CPU time of the GC",
        "Where the memory is, over time",
        "Peak heap against what the GC costs",
    ]
    assert {"0 B", "50 MiB", "100 MiB", "128 MiB", "256 MiB"} <= set(result["ticks"])
    assert not [tick for tick in result["ticks"] if re.search(r"\d\.\d*[1-46-9] ", tick)]
    assert re.search(r"cycles? \d+.*line.*MiB.*GC CPU \d", result["spans"][0])


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_report_opens_within_a_second(page):
    # Of three: other programs run beside it.
    assert min(probed(page, 1000 + run)["opened"] for run in range(3)) < 1000

"""The report in a real browser: it runs, it zooms, it fetches nothing (skipped without one)."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import gomem as gm

BEFORE = Path(__file__).parents[2] / "examples/incident/before"
CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)

# Clicks on a frame, switches to another sample type, searches, and leaves the outcome in the page.
PROBE = """<script>addEventListener("load", () => {
  const host = document.querySelector(".gomem-flame"), rows = host.querySelector(".rows");
  const find = text => [...rows.querySelectorAll(".f")].find(box => box.textContent.includes(text));
  const status = () => host.querySelector(".status").textContent;
  const before = find("decodeLines").style.width;
  find("decodeLines").click();
  const result = {before, after: find("decodeLines").style.width, zoomed: status()};
  [...host.querySelectorAll("button")].find(button => button.textContent === "Reset zoom").click();
  [...host.querySelectorAll("button")].find(button => button.textContent === "inuse_space").click();
  result.switched = status();
  const search = host.querySelector("input");
  search.value = "touch";
  search.dispatchEvent(new Event("input"));
  result.found = status();
  result.hits = rows.querySelectorAll(".hit").length;
  result.requests = performance.getEntriesByType("resource").length;
  const out = document.body.appendChild(document.createElement("pre"));
  out.id = "probe";
  out.textContent = JSON.stringify(result);
});</script></body>"""


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_report_runs_without_network(tmp_path):
    page = tmp_path / "report.html"
    gm.postmortem(BEFORE).to_html(page)
    page.write_text(page.read_text().replace("</body>", PROBE))
    run = subprocess.run(
        [
            CHROMIUM,
            *("--headless", "--no-sandbox", "--disable-gpu", "--proxy-server=127.0.0.1:9"),
            *("--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"),
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in run.stderr
    found = re.search(r'<pre id="probe">(.*?)</pre>', run.stdout)
    assert found is not None
    result = json.loads(found[1])
    assert float(result["before"].rstrip("%")) < float(result["after"].rstrip("%")) == 100
    assert "decodeLines" in result["zoomed"]
    assert result["switched"].startswith("inuse_space") or "100.00 %" in result["switched"]
    assert "77.3" in result["found"]
    assert result["hits"] >= 1
    assert result["requests"] == 0

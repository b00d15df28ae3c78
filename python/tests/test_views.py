"""Sources and views of the flame graph in a real browser (skipped without one)."""

import re
from pathlib import Path

import pytest
from test_browser import CHROMIUM, probed

import gomem as gm

INCIDENT = Path(__file__).parents[2] / "examples/incident"
HEAP = INCIDENT / "before/heap-3.pb.gz"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

# What both pages are asked: `told` fills the result.
PROBE = """<script>
const errors = [];
addEventListener("error", event => errors.push(event.message));
addEventListener("securitypolicyviolation", event => errors.push(event.blockedURI));
addEventListener("load", () => setTimeout(() => {
  const result = {hash: location.hash};
  const all = (query, within = document) => [...within.querySelectorAll(query)];
  const host = document.querySelector(".gomem-flame"), rows = host.querySelector(".rows");
  const find = text => all(".f", rows).find(box => box.textContent.includes(text));
  const press = text => all("button", host).find(button => button.textContent === text).click();
  const key = key => host.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  const status = () => host.querySelector(".status").textContent;
  const names = () => all(".f", rows).map(box => [box.textContent, parseFloat(box.style.top)]);
  const legend = () => all(".legend span", host).map(entry => entry.textContent);
  const pressed = () => all("button[aria-pressed=true]", host).map(button => button.textContent);
  TOLD
  result.overflow = document.documentElement.scrollWidth - innerWidth;
  result.requests = performance.getEntriesByType("resource").length;
  result.errors = errors;
  const out = document.body.appendChild(document.createElement("pre"));
  out.id = "probe";
  out.textContent = JSON.stringify(result);
}));</script>"""

OPEN_SOURCE = """
  const folds = () => all("details.code").map(fold => fold.open);
  result.closed = folds();
  const link = document.querySelector(".finding .where a");
  result.target = link.getAttribute("href");
  link.click();
  location.hash = link.hash;
  dispatchEvent(new HashChangeEvent("hashchange"));
  result.opened = folds();
  const line = document.querySelector(result.target);
  result.line = line.textContent;
  result.visible = line.getClientRects().length > 0;
  result.sites = all("#sites-table a").length;
  find("touch") || press("inuse_space");
  find("touch").click();
  const source = host.querySelector("a.source");
  result.source = [source.hidden, source.getAttribute("href")];
"""

VIEWS = """
  result.first = pressed();
  result.packages = legend();
  press("Callers");
  result.callers = names();
  result.callers_hash = location.hash;
  press("Tree");
  all(".f", rows).find(box => box.textContent === "api.(*Handler).decodeLines").click();
  result.zoomed_hash = location.hash;
  press("Sandwich");
  result.sandwich = names();
  result.sandwich_status = status();
  result.sandwich_hash = location.hash;
  press("Tree");
  result.plain_hash = location.hash;
  const search = host.querySelector("input");
  search.value = "decode";
  search.dispatchEvent(new Event("input"));
  result.found = status();
  key("n");
  result.second = status();
  key("N");
  result.last = status();
  result.found_hash = location.hash;
"""

STATE = """
  result.pressed = pressed();
  result.names = names();
  result.status = status();
  result.search = host.querySelector("input").value;
"""


def written(page: Path, told: str) -> Path:
    page.write_text(page.read_text().replace("<title>", PROBE.replace("TOLD", told) + "<title>", 1))
    return page


@pytest.fixture(scope="module")
def flame(tmp_path_factory):
    path = tmp_path_factory.mktemp("flame") / "flame.html"
    gm.read_pprof(HEAP).flame("alloc_space").to_html(path, source=INCIDENT / "service")
    return path


def fits(result):
    assert result["errors"] == []
    assert result["requests"] == 0
    assert result["overflow"] <= 0


@pytest.mark.parametrize("width", [1280, 500])
def test_a_finding_leads_to_its_lines(tmp_path, width):
    page = tmp_path / "report.html"
    gm.postmortem(INCIDENT / "before", source=INCIDENT / "service").to_html(page)
    result = probed(written(page, OPEN_SOURCE), width)
    fits(result)
    assert len(result["closed"]) >= 5
    assert not any(result["closed"])
    assert result["opened"] == [True, *result["closed"][1:]]
    assert result["target"] == "#source-1-43"
    assert "&Session{Tenant" in result["line"]
    assert "escapes to heap" in result["line"]
    assert "container element" in result["line"]
    assert result["visible"]
    assert result["sites"] >= 3
    assert result["source"] == [False, "#source-1"]


def test_the_flame_graph_turns_and_shows_one_function(flame, tmp_path):
    page = tmp_path / "views.html"
    page.write_text(flame.read_text())
    result = probed(written(page, VIEWS), 1280)
    fits(result)
    assert result["first"] == ["alloc_space", "Tree"]
    assert "example.com/ingest/internal/api" in result["packages"]
    # The function that allocates most stands below the root, its caller below it.
    assert ["event.(*Event).UnmarshalLine", 18] in result["callers"]
    assert ["api.(*Handler).decodeLines", 36] in result["callers"]
    assert result["callers_hash"] == "#flame?view=callers"
    assert "decodeLines" in result["zoomed_hash"]
    # Callers above, callees below.
    tops = dict(reversed(result["sandwich"]))
    chosen = tops["api.(*Handler).decodeLines"]
    assert tops["api.(*Handler).postEvents"] == chosen - 18
    assert tops["event.(*Event).UnmarshalLine"] == chosen + 18
    assert "decodeLines" in result["sandwich_status"]
    assert "view=sandwich" in result["sandwich_hash"]
    assert result["plain_hash"] == ""
    assert re.match(r"\d+ found: .* GiB, ", result["found"])
    count = re.match(r"(\d+) found", result["found"])[1]
    assert result["second"].startswith(f"1 of {count}, ")
    assert result["last"].startswith(f"{count} of {count}, ")
    assert result["found_hash"] == "#flame?find=decode"


def test_a_link_shows_the_same(flame, tmp_path):
    page = tmp_path / "state.html"
    page.write_text(flame.read_text())
    written(page, VIEWS)
    links = probed(page, 1280)
    page.write_text(flame.read_text())
    written(page, STATE)
    again = probed(page, 1280, links["sandwich_hash"])
    fits(again)
    assert again["pressed"] == ["alloc_space", "Sandwich"]
    assert again["names"] == links["sandwich"]
    zoomed = probed(page, 1280, links["zoomed_hash"])
    assert zoomed["hash"] == links["zoomed_hash"]
    assert "decodeLines" in zoomed["status"]
    found = probed(page, 500, "#flame?type=inuse_space&view=callers&find=touch")
    assert found["pressed"] == ["inuse_space", "Callers"]
    assert found["search"] == "touch"
    assert "77.35 %" in found["status"]
    # A link of another page, and one that makes no sense, show what they can.
    for link in [
        "#flame?zoom=4&frame=main.nothing",
        "#flame?view=sandwich&of=nobody",
        "#flame?type=x",
    ]:
        other = probed(page, 900, link)
        fits(other)
        assert other["pressed"] == ["alloc_space", "Tree"]

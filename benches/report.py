"""A report of a profile with 300,000 samples and a log of 100 MB, as `make bench-report` does.

    python benches/report.py GOMEM FOLDER

The first time, `go` runs the program in benches/many-samples, and writes the log of the same build, the standard library's in
it; more of the standard library's fills it up. Time and peak memory of the whole process are medians of five runs; the page is
opened five times in a headless Chromium that has a folder of its own each time, where there is one.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict

from process import median, run

RUNS = 5
LOG_BYTES = 100_000_000
HERE = pathlib.Path(__file__).parent
# When the page is loaded, laid out, and its flame graph drawn, and how many requests it made.
PROBE = """<script>addEventListener("load", () => {
  document.body.offsetHeight;
  const out = document.body.appendChild(document.createElement("pre"));
  out.id = "probe";
  out.textContent = performance.now().toFixed(0) + " ms, " + performance.getEntriesByType("resource").length + " requests";
});</script></body>"""


def bundle(folder: pathlib.Path) -> pathlib.Path:
    """Profile, GC trace and log of one program."""
    files = folder / "bundle"
    if (files / "escape.log").exists():
        return files
    files.mkdir(parents=True, exist_ok=True)
    program = (folder / "many-samples").absolute()
    build = ["go", "build", "-gcflags=all=-m=2"]
    log = folder / "escape.log"
    with log.open("wb") as out:
        subprocess.run([*build, "-o", program, "."], cwd=HERE / "many-samples", stderr=out, check=True)
        out.flush()
        if log.stat().st_size < LOG_BYTES:
            subprocess.run([*build, "std"], cwd=HERE / "many-samples", stderr=out, check=True)
    with (files / "gctrace.log").open("wb") as out:
        traced = os.environ | {"GODEBUG": "gctrace=1"}
        subprocess.run([program, (files / "heap.pb.gz").absolute()], env=traced, stderr=out, check=True)
    with log.open("rb") as whole, (folder / "cut.log").open("wb") as cut:
        shutil.copyfileobj(whole, cut)
        cut.truncate(min(LOG_BYTES, log.stat().st_size))
    log.unlink()
    (folder / "cut.log").rename(files / "escape.log")
    return files


def opened(chromium: str, page: pathlib.Path) -> str:
    """How long a browser needs until it shows the page."""
    with tempfile.TemporaryDirectory(dir=page.parent) as profile:
        probed = pathlib.Path(profile, "page.html")
        probed.write_text(page.read_text().replace("</body>", PROBE))
        flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}/chromium"]
        command = [chromium, *flags, "--dump-dom", probed.absolute().as_uri()]
        dom = subprocess.run(command, check=True, capture_output=True, text=True)
    found = re.search(r'<pre id="probe">(.*?)</pre>', dom.stdout)
    return found[1] if found else sys.exit("the page did not load")


def measure(gomem: str, folder: pathlib.Path) -> dict:
    """What the report takes, and what it takes to open its page."""
    files = bundle(folder)
    page = folder / "report.html"
    usage = median([run([gomem, "postmortem", files, "-o", page])[0] for _ in range(RUNS)])
    row = {"log_bytes": (files / "escape.log").stat().st_size, "page_bytes": page.stat().st_size} | asdict(usage)
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if chromium:
        opens = sorted((opened(chromium, page) for _ in range(RUNS)), key=lambda text: int(text.split()[0]))
        row["opens"] = opens[RUNS // 2]
    return row


if __name__ == "__main__":
    print(measure(sys.argv[1], pathlib.Path(sys.argv[2])))

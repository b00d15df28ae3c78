"""What a notebook shows, and the bars on long work."""

import io
import sys

import polars as pl
import pytest

import gomem as gm


@pytest.fixture
def profiles(before):
    return [gm.read_pprof(path) for path in sorted(before.glob("heap-?.pb.gz"))]


def test_own_objects_show_themselves(before, profiles, metrics):
    heap = profiles[-1]
    model = gm.gogc.fit(before / "gctrace.log")
    log = gm.read_escape_log(before / "escape.log")
    shown = {
        heap: ["flat (MiB)", "Sessions).touch", "54.319", "iframe srcdoc"],
        heap.diff(profiles[0]): ["largest differences", "changed", "iframe srcdoc"],
        heap.flame(): ["iframe srcdoc"],
        log: ["284 heap decisions", "interface_boxing", "1.25 to 1.27"],
        metrics: ["2026-11-24 01:44:12 UTC", "<svg"],
        model: ["300 cycles", "GC CPU_high"],
    }
    for value, texts in shown.items():
        html = value._repr_html_()
        assert all(text in html for text in texts), repr(value)
        assert "<script" not in html
        assert not any(f"{attribute}http" in html for attribute in ("src=", 'src="', "@import "))


def test_no_name_acts_or_turns_the_text():
    """Markup, and characters that turn text, in a name, a label and a path."""
    name = "main.<img src=x onerror=alert(1)>\u202e\u2066evil"
    text = (
        "goroutine profile: total 2\n2 @ 0x10\n"
        f'# labels: {{"{name}":"{name}"}}\n#\t0xf\t{name}+0xf\t/src/{name}.go:3\n'
    )
    log = f"# {name}\n./a.go:1:2: x escapes to heap\n"
    metrics = b'go_goroutines{instance="<img src=x>\xe2\x80\xae"} 1\n'
    profile = gm.read_pprof(text.encode())
    for shown in (
        profile,
        profile.diff(profile),
        profile.flame(),
        gm.read_escape_log(log.encode()),
        gm.read_metrics(metrics),
        gm.read_metrics(metrics).waterfall(),
    ):
        html = shown._repr_html_()
        assert "<img" not in html, shown
        assert not any(char in html for char in "\u202e\u2066"), shown


def test_names_are_escaped():
    text = b"goroutine profile: total 2\n2 @ 0x10\n#\t0xf\tmain.<b>+0xf\t/main.go:3\n"
    html = gm.read_pprof(text)._repr_html_()
    assert "main.<b>" not in html
    assert "main.&lt;b&gt;" in html


def test_what_has_nothing_to_show():
    assert "0 scrapes" not in gm.read_metrics(b"up 1")._repr_html_()
    assert "Profile(" in gm.read_pprof(b"\x0a\x04\x08\x01\x10\x02\x32\x00\x32\x01a")._repr_html_()


class Terminal(io.StringIO):
    def isatty(self):
        return True


class TestProgress:
    def test_a_callback_is_told(self, before):
        told = []
        paths = sorted(before.glob("heap-?.pb.gz"))
        gm.merge(paths, progress=lambda done, total: told.append((done, total)))
        assert told == [(1, 3), (2, 3), (3, 3)]
        told.clear()
        gm.growth(iter(paths), progress=lambda done, total: told.append((done, total)))
        assert told == [(1, None), (2, None), (3, None)]
        told.clear()
        scan = gm.scan_pprof(paths, progress=lambda done, total: told.append((done, total)))
        scan.collect()
        assert told == [(1, 3), (2, 3), (3, 3)]

    @pytest.mark.parametrize(
        ("terminal", "environment", "progress", "shown"),
        [
            (False, None, None, False),
            (True, None, None, True),
            (True, "0", None, False),
            (False, "1", None, True),
            (False, None, True, True),
            (True, "1", False, False),
        ],
    )
    def test_bars(self, before, monkeypatch, terminal, environment, progress, shown):
        pytest.importorskip("tqdm")
        stderr = Terminal() if terminal else io.StringIO()
        monkeypatch.setattr(sys, "stderr", stderr)
        monkeypatch.setattr("gomem._progress._DELAY_SECONDS", 0)
        monkeypatch.delenv("GOMEM_PROGRESS", raising=False)
        monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
        if environment is not None:
            monkeypatch.setenv("GOMEM_PROGRESS", environment)
        gm.merge(sorted(before.glob("heap-?.pb.gz")), progress=progress)
        assert ("merge" in stderr.getvalue()) == shown

    def test_without_tqdm(self, before, monkeypatch):
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
        monkeypatch.setattr(sys, "stderr", Terminal())
        paths = sorted(before.glob("heap-?.pb.gz"))
        gm.merge(paths)
        with pytest.raises(gm.UsageError, match=r"pip install 'gomem\[progress\]'"):
            gm.merge(paths, progress=True)


def test_show_gives_units_bars_and_intervals(before):
    report = gm.postmortem(before)
    html = gm.show(report.findings)._repr_html_()
    assert "77.3 %" in html
    assert "54.3 MiB" in html
    assert "22.1 % to 49.9 %" in html
    assert "share of bytes" in html
    assert "gc_cycles_saved_fraction_low" not in html
    assert "example.com/ingest/internal/store/sessions.go" not in html, "place says it"
    assert html.index("<th") < html.index("rank") < html.index("action")
    assert gm.show(report.sites, rows=3)._repr_html_().count("<tr>") == 4
    assert f"{report.sites.height - 3:,} more rows" in gm.show(report.sites, rows=3)._repr_html_()
    full = gm.show(report.findings, full=True)._repr_html_()
    assert "example.com/ingest/internal/store/sessions.go" in full
    assert "inuse_space slope 1.1 GiB/h" in full
    assert repr(gm.show(report.findings)) == repr(report.findings)


def test_show_takes_any_frame_and_no_markup():
    frame = pl.DataFrame(
        {
            "<b>": ["<script>"],
            "flag": [True],
            "wait_seconds": [0.0015],
            "x": [[1, 2000]],
            "none": [None],
        }
    )
    html = gm.show(frame)._repr_html_()
    assert "<script" not in html
    assert "<b>" not in html
    assert all(text in html for text in ("yes", "1.50 ms", "1, 2,000"))
    assert "none" not in html
    assert gm.show(frame.clear())._repr_html_().count("<tr>") == 1

"""Files that are written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from gomem._output import write_file


def test_a_file_is_replaced_whole_and_nothing_stays_beside(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    for text in ("first", "second\n"):
        write_file(path, text)
        assert path.read_bytes() == text.encode()
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(FileNotFoundError):
        write_file(tmp_path / "nowhere" / "report.html", "")


@pytest.mark.skipif(os.name != "posix", reason="permissions and devices are of POSIX")
def test_permissions_links_and_devices_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "report.html", tmp_path / "latest"
    path.write_text("first")
    path.chmod(0o640)
    link.symlink_to("report.html")
    write_file(link, "second")
    assert link.is_symlink()
    assert path.read_text() == "second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    write_file(path, b"third", private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_file("/dev/null", "fourth")


def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    path.write_text("before")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_file(path, "after")
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]

"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def write_file(
    path: str | os.PathLike[str],
    content: str | bytes | Callable[[Path], object],
    *,
    private: bool = False,
) -> None:
    """Write a file beside and rename it: on a full disk, what was there before stays.

    The content may be what writes it into a file that is there. A file that is replaced keeps its
    permissions; ``private`` leaves it to its owner.
    """
    # A link stays one, and the file that it leads to is replaced.
    target = Path(os.path.realpath(path))
    before = target.stat().st_mode if target.exists() else None
    # A pipe or a device stands for whoever reads from it.
    if before is not None and not stat.S_ISREG(before):
        _write(target, content)
        return
    if before is not None:
        # Somebody who may not write a file may still own its folder.
        target.open("r+b").close()
    beside = target.with_name(f".gomem-{secrets.token_hex(8)}")
    try:
        _create(beside, content, 0o600 if private else 0o666)
        if before is not None and not private:
            beside.chmod(stat.S_IMODE(before))
        beside.replace(target)
    except OSError as problem:
        _remove(beside)
        # A folder may not be writable, and a file that a container mounts cannot be replaced.
        if before is None or problem.errno not in {errno.EACCES, errno.EPERM, errno.EBUSY}:
            raise
        if private:
            target.chmod(0o600)
        _write(target, content)
    except BaseException:
        _remove(beside)
        raise


def _create(path: Path, content: str | bytes | Callable[[Path], object], mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        _write(path, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, content: str | bytes | Callable[[Path], object]) -> None:
    match content:
        case str():
            path.write_bytes(content.encode())
        case bytes():
            path.write_bytes(content)
        case _:
            content(path)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()

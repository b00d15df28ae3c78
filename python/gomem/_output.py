"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def write_file(
    path: str | os.PathLike[str], content: str | bytes, *, private: bool = False
) -> None:
    """Write a file beside and rename it: on a full disk, what was there before stays.

    A file that is replaced keeps its permissions; ``private`` leaves it to its owner.
    """
    data = content.encode() if isinstance(content, str) else content
    # A link stays one, and the file that it leads to is replaced.
    target = Path(os.path.realpath(path))
    before = target.stat().st_mode if target.exists() else None
    # A pipe or a device stands for whoever reads from it.
    if before is not None and not stat.S_ISREG(before):
        target.write_bytes(data)
        return
    if before is not None:
        # Somebody who may not write a file may still own its folder.
        target.open("r+b").close()
    beside = target.with_name(f".{target.name}.{os.getpid()}.gomem")
    try:
        descriptor = os.open(
            beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666
        )
    except PermissionError:
        # A file may be writable in a folder that is not.
        if before is None:
            raise
        target.write_bytes(data)
        return
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        if before is not None and not private:
            beside.chmod(stat.S_IMODE(before))
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise

"""What readers take."""

from __future__ import annotations

import os
from typing import Protocol, TypeAlias

__all__ = ["BinaryFile", "Source"]


class BinaryFile(Protocol):
    """A file opened in binary mode, or anything else that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""


Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryFile

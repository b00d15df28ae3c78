"""The compiler's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from gomem import _gomem

if TYPE_CHECKING:
    from gomem._source import Source

__all__ = ["Coverage", "EscapeLog", "read_escape_log"]


class Coverage(NamedTuple):
    """What became of a log's lines; ``parsed + unknown + skipped`` is ``lines``."""

    lines: int
    parsed: int
    unknown: int
    skipped: int


class EscapeLog:
    """What the compiler decided, as `read_escape_log` gives it."""

    def __init__(self, inner: _gomem.EscapeLog, /) -> None:
        self._inner = inner

    def escapes(self) -> pl.DataFrame:
        r"""One row per distinct heap decision.

        Returns
        -------
        polars.DataFrame
            ``package``, ``variant``, ``file``, ``line``, ``column``, ``function``, ``subject``,
            ``decision``, ``subject_kind``, ``cause``, ``cause_confidence``, ``alloc_certainty``,
            ``sink``, ``steps`` (list of structs ``from``, ``why``, ``file``, ``line``,
            ``column``), ``advice``, ``copies``.

        Examples
        --------
        >>> import gomem as gm
        >>> log = gm.read_escape_log(b"# p\n./a.go:1:2: &T{...} escapes to heap\n")
        >>> log.escapes().select("file", "line", "subject", "alloc_certainty").row(0)
        ('a.go', 1, '&T{...}', 'yes')
        """
        return pl.DataFrame(self._inner.escapes())

    def diagnostics(self) -> pl.DataFrame:
        """One row per diagnostic, nothing dropped; what is not understood has kind ``unknown``.

        Returns
        -------
        polars.DataFrame
            ``package``, ``variant``, ``file``, ``line``, ``column``, ``kind``, ``function``,
            ``subject``, ``message``.
        """
        return pl.DataFrame(self._inner.diagnostics())

    def diff(self, before: EscapeLog) -> pl.DataFrame:
        r"""Compare with an earlier log: what is new, gone and unchanged, wherever lines moved.

        Returns
        -------
        polars.DataFrame
            ``status``, ``package``, ``file``, ``line``, ``column``, ``function``, ``message``,
            ``cause``, ``alloc_certainty``, ``advice``; what is new comes first.

        Examples
        --------
        >>> import gomem as gm
        >>> before = gm.read_escape_log(b"# p\n./a.go:1:2: x escapes to heap\n")
        >>> after = gm.read_escape_log(b"# p\n./a.go:8:2: x escapes to heap\n")
        >>> after.diff(before)["status"].to_list()
        ['unchanged']
        """
        return pl.DataFrame(self._inner.diff(before._inner))

    @property
    def coverage(self) -> Coverage:
        """What became of the lines."""
        return Coverage(*self._inner.coverage)

    def __repr__(self) -> str:
        return f"EscapeLog({len(self._inner)} heap decisions in {self.coverage.lines} lines)"


def read_escape_log(source: Source) -> EscapeLog:
    r"""Read what ``go build -gcflags=-m=2`` printed, Go 1.21 to 1.27.

    ``-m`` and the events of ``go build -json`` are read as well; other output may stand between.

    Parameters
    ----------
    source
        A path, bytes, or a binary file object.

    Raises
    ------
    FileNotFoundError
        When the path leads nowhere.
    DecodeError
        When no line is the compiler's.

    Examples
    --------
    >>> import gomem as gm
    >>> gm.read_escape_log(b"# p\n./a.go:1:2: moved to heap: x\n")
    EscapeLog(1 heap decisions in 2 lines)
    """
    return EscapeLog(_gomem.read_escape_log(source))

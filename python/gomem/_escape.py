"""The compiler's log."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from gomem import _gomem
from gomem._display import facts, heading, table
from gomem._pickled import Pickled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from gomem._source import Source

__all__ = ["Coverage", "EscapeLog", "read_escape_log"]


class Coverage(NamedTuple):
    """What became of a log's lines; ``parsed + unknown + skipped`` is ``lines``."""

    lines: int
    parsed: int
    unknown: int
    skipped: int


class EscapeLog(Pickled):
    """What the compiler decided, as `read_escape_log` gives it."""

    def __init__(self, inner: _gomem.EscapeLog, /) -> None:
        self._inner = inner

    def escapes(self) -> pl.DataFrame:
        r"""One row per distinct heap decision.

        Returns
        -------
        polars.DataFrame
            ``place`` (``store/sessions.go:43``), ``function``, ``subject``, ``decision``,
            ``subject_kind``, ``cause``, ``cause_confidence``, ``alloc_certainty``, ``sink``,
            ``deciding_step``, ``advice``, ``steps`` (list of structs ``from``, ``why``, ``file``,
            ``line``, ``column``), ``copies``, ``leaks`` (list of structs ``function``,
            ``package``, ``param``, ``file``, ``line``, ``column``: by which functions an argument
            leaks, the called one first), ``package``, ``variant``, ``file``, ``line``, ``column``,
            ``absolute_file`` and ``inlined_from`` (list of structs ``file``, ``line``,
            ``column``), which only a ``-json`` folder tells.

        Examples
        --------
        >>> import gomem as gm
        >>> log = gm.read_escape_log(b"# p\n./a.go:1:2: &T{...} escapes to heap\n")
        >>> log.escapes().select("file", "line", "subject", "alloc_certainty").row(0)
        ('a.go', 1, '&T{...}', 'yes')
        """
        return pl.DataFrame(self._inner.escapes())

    def stack_buffers(self) -> pl.DataFrame:
        r"""One row per expression that does not escape and may allocate all the same.

        Its size is only known at run time: when the small buffer on the stack does not do, it is
        allocated. ``make([]T, n)`` since Go 1.25, conversions and concatenations of text, maps.

        Returns
        -------
        polars.DataFrame
            ``package``, ``variant``, ``file``, ``line``, ``column``, ``subject``,
            ``subject_kind``, ``alloc_certainty``, ``copies``.

        Examples
        --------
        >>> import gomem as gm
        >>> log = gm.read_escape_log(b"# p\n./a.go:1:2: make([]byte, n) does not escape\n")
        >>> log.stack_buffers().select("subject", "alloc_certainty").row(0)
        ('make([]byte, n)', 'runtime_sized')
        """
        return pl.DataFrame(self._inner.stack_buffers())

    def stays(self) -> pl.DataFrame:
        """Use `stack_buffers`.

        .. deprecated:: 0.1
        """
        warnings.warn("stays is called stack_buffers", DeprecationWarning, stacklevel=2)
        return self.stack_buffers()

    def leaks(self) -> pl.DataFrame:
        r"""One row per parameter that leaks: to the heap, or to a result.

        Returns
        -------
        polars.DataFrame
            ``package``, ``variant``, ``file``, ``line``, ``column``, ``function``, ``param``,
            ``to``, ``is_content``, ``derefs``, ``callee``, ``copies``.

        Examples
        --------
        >>> import gomem as gm
        >>> text = b"# p\n./a.go:1:8: leaking param: b to result ~r0 level=1\n"
        >>> gm.read_escape_log(text).leaks().select("param", "to", "derefs").row(0)
        ('b', '~r0', 1)
        """
        return pl.DataFrame(self._inner.leaks())

    def inlining(self) -> pl.DataFrame:
        r"""One row per function: whether it can be inlined, its cost, and why not.

        Returns
        -------
        polars.DataFrame
            ``package``, ``variant``, ``file``, ``line``, ``column``, ``function``,
            ``can_inline``, ``cost``, ``budget``, ``reason``, ``copies``.

        Examples
        --------
        >>> import gomem as gm
        >>> reason = b"function too complex: cost 98 exceeds budget 80"
        >>> log = gm.read_escape_log(b"# p\n./a.go:1:6: cannot inline f: " + reason + b"\n")
        >>> log.inlining().select("function", "can_inline", "cost", "budget").row(0)
        ('f', False, 98, 80)
        """
        return pl.DataFrame(self._inner.inlining())

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

    @property
    def go_versions(self) -> tuple[str, str]:
        r"""The oldest and the newest Go, of 1.21 to 1.27, that can have printed the log.

        Examples
        --------
        >>> import gomem as gm
        >>> gm.read_escape_log(b"# p\n./a.go:1:2: append escapes to heap\n").go_versions
        ('1.25', '1.27')
        """
        oldest, newest = self._inner.go_versions
        return f"1.{oldest}", f"1.{newest}"

    def __repr__(self) -> str:
        return f"EscapeLog({len(self._inner)} heap decisions in {self.coverage.lines} lines)"

    def _repr_html_(self) -> str:
        escapes = self.escapes()
        causes = escapes.group_by("cause", "alloc_certainty").len("decisions")
        causes = causes.sort("decisions", "cause", descending=[True, False]).head(_CAUSES)
        oldest, newest = self.go_versions
        known = {
            "lines": f"{self.coverage.lines:,}",
            "not understood": self.coverage.unknown or None,
            "Go": oldest if oldest == newest else f"{oldest} to {newest}",
            "packages": escapes["package"].n_unique(),
        }
        return heading(repr(self)) + facts(known) + table(causes)


def read_escape_log(
    source: Source | Sequence[Source] = (), *, std_from: str | PathLike[str] | None = None
) -> EscapeLog:
    r"""Read what ``go build -gcflags=all=-m=2`` printed, Go 1.21 to 1.27.

    Without ``all=`` it is of your own packages only: small, and silent about what libraries
    allocate. ``-m``, the events of ``go build -json`` and ``go test -json``, and the folder that
    ``-gcflags=-json=0,DIR`` writes are read as well; other output may stand between. A text is
    read line by line: memory grows with what is distinct in it.

    Parameters
    ----------
    source
        A path, bytes, or a binary file object; of a folder, its ``.json`` and ``.log`` files. A
        list of them is one log: the text of a build and its folder are merged.
    std_from
        A Go installation (``go env GOROOT``): its standard library is compiled for its log, which
        takes some minutes, and merged.

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
    return EscapeLog(_gomem.read_escape_log(source, std_from=std_from))._made_by(
        read_escape_log, source, std_from=None if std_from is None else Path(std_from)
    )


# Rows that a notebook shows of a log.
_CAUSES = 10

"""Many profiles, GC traces or escape logs as one lazy frame."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from gomem import _gomem
from gomem._files import Files
from gomem._lazy import Decoder, OnError, ScanDiagnostics, scan
from gomem._metrics import GomemWarning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gomem._files import Paths
    from gomem._progress import Progress
    from gomem._source import Source

__all__ = [
    "TABLES",
    "ExecutionTraces",
    "Logs",
    "Profiles",
    "Traces",
    "scan_escape_log",
    "scan_gctrace",
    "scan_pprof",
    "scan_traces",
]


def scan_pprof(
    paths: Paths,
    *,
    sample_types: Sequence[str] | None = None,
    on_error: OnError = "raise",
    diagnostics: ScanDiagnostics | None = None,
    limits: Mapping[str, int] | None = None,
    storage_options: Mapping[str, Any] | None = None,
    progress: Progress = None,
) -> pl.LazyFrame:
    """Read many profiles as one lazy frame, one row per sample.

    Files are decoded in parallel while the query runs, so that memory does not grow with their
    number. Columns that the query does not need are not made; a filter on ``path`` decodes only
    the files that it leaves; a limit on rows stops the reading.

    Parameters
    ----------
    paths
        A file, a folder (with all below it), a pattern such as ``"profiles/**/*.pb.gz"``, a URL
        that fsspec opens (a pattern, or a folder that ends with ``/``, as well), or a list. Files
        of a folder that are no profiles are passed over, unless their names end like one's.
    sample_types
        The columns of values, such as ``["alloc_space", "inuse_space"]``. Profiles that have none
        of them are passed over; one that lacks some has null there. By default the first profile
        says what there is, and a profile of another kind is an error.
    on_error
        What to do about a file that cannot be read, or is of another kind: ``"raise"``, or
        ``"collect"``, which gives one row with the reason in the column ``error``; good rows have
        null there. Every file that is passed over has such a row, too. With ``"raise"`` those are
        logged (``logging.getLogger("gomem")``, level ``INFO``).
    diagnostics
        With ``"collect"``: the frame of these files, instead of a column.
    limits
        As for `read_pprof`.
    storage_options
        What fsspec is told: credentials, endpoints.
    progress
        Show a bar, or not, or call this with how many files are done, and of how many. By default
        a bar is shown in notebooks and on terminals, when tqdm is installed.

    Returns
    -------
    polars.LazyFrame
        ``path``; ``kind`` of the profile (``heap``, ``cpu``, ``contention``, ``goroutine``, …);
        ``time``, ``duration_nanos``, ``build_id`` and ``comments``, as the profile says; one Int64
        column per sample type; ``function``, ``file`` and ``line`` of the leaf; ``stack``
        (function names, leaf first); ``labels`` (records of ``key``, ``str``, ``num``, ``unit``).

    Raises
    ------
    FileNotFoundError
        When a path leads nowhere, or a pattern or folder holds no file.
    DecodeError
        When no file tells what the columns are.

    Examples
    --------
    >>> import gomem as gm, polars as pl
    >>> profiles = gm.scan_pprof("examples/incident/before/heap-*.pb.gz")
    >>> top = profiles.group_by("function").agg(pl.col("alloc_space").sum())
    >>> top.sort("alloc_space", descending=True).head(1).collect()["function"].item()
    'example.com/ingest/internal/api.(*Handler).postEvents'
    """
    files = Files(paths, storage_options)
    return scan(
        files,
        Profiles(dict(limits or {}), sample_types),
        on_error=on_error,
        diagnostics=diagnostics,
        progress=progress,
    )


def scan_gctrace(
    paths: Paths,
    *,
    on_error: OnError = "raise",
    diagnostics: ScanDiagnostics | None = None,
    storage_options: Mapping[str, Any] | None = None,
    progress: Progress = None,
) -> pl.LazyFrame:
    """Read the GC traces of many logs as one lazy frame, one row per GC cycle.

    Parameters
    ----------
    paths, on_error, diagnostics, storage_options, progress
        As for `scan_pprof`.

    Returns
    -------
    polars.LazyFrame
        ``path`` and the columns of `read_gctrace`.

    Raises
    ------
    FileNotFoundError
        When a path leads nowhere, or a pattern or folder holds no file.
    DecodeError
        When no file has a GC trace.

    Warns
    -----
    GomemWarning
        When lines begin like a trace and cannot be read.

    Examples
    --------
    >>> import gomem as gm, polars as pl
    >>> traces = gm.scan_gctrace("examples/incident/*/gctrace.log")
    >>> traces.group_by("path").len().sort("path").collect()["len"].to_list()
    [9, 300]
    """
    files = Files(paths, storage_options)
    return scan(files, Traces(), on_error=on_error, diagnostics=diagnostics, progress=progress)


def scan_traces(
    paths: Paths,
    *,
    on_error: OnError = "raise",
    diagnostics: ScanDiagnostics | None = None,
    limits: Mapping[str, int] | None = None,
    storage_options: Mapping[str, Any] | None = None,
    progress: Progress = None,
) -> pl.LazyFrame:
    """Read many execution traces as one lazy frame, one row per GC cycle.

    Parameters
    ----------
    paths, on_error, diagnostics, storage_options, progress
        As for `scan_pprof`. A trace that is torn or cut has the rows that can be read, with a
        warning. Files of a folder that are no execution traces are passed over.
    limits
        As for `read_trace`.

    Returns
    -------
    polars.LazyFrame
        ``path`` and the columns of `Trace.cycles`.

    Raises
    ------
    FileNotFoundError
        When a path leads nowhere, or a pattern or folder holds no file.
    DecodeError
        When no file is an execution trace.

    Warns
    -----
    GomemWarning
        When a trace is not complete.

    Examples
    --------
    >>> import gomem as gm, polars as pl
    >>> cycles = gm.scan_traces("testdata/traces/stops-*.trace")
    >>> forced = cycles.group_by("path").agg(pl.col("forced").sum()).sort("path")
    >>> forced.collect()["forced"].to_list()
    [3, 3, 3, 3, 3]
    """
    files = Files(paths, storage_options)
    decoder = ExecutionTraces(dict(limits or {}))
    return scan(files, decoder, on_error=on_error, diagnostics=diagnostics, progress=progress)


def scan_escape_log(
    paths: Paths,
    *,
    table: Literal["escapes", "stack_buffers", "leaks", "inlining", "diagnostics"] = "escapes",
    on_error: OnError = "raise",
    diagnostics: ScanDiagnostics | None = None,
    storage_options: Mapping[str, Any] | None = None,
    progress: Progress = None,
) -> pl.LazyFrame:
    """Read many of the compiler's logs as one lazy frame: those of many builds.

    Each file is a log of its own: a folder that ``-gcflags=-json=0,DIR`` wrote is one log of many
    files, which `read_escape_log` reads.

    Parameters
    ----------
    paths, on_error, diagnostics, storage_options, progress
        As for `scan_pprof`.
    table
        The rows: those of the method of `EscapeLog` with that name.

    Returns
    -------
    polars.LazyFrame
        ``path`` and the columns of that method.

    Raises
    ------
    FileNotFoundError
        When a path leads nowhere, or a pattern or folder holds no file.
    DecodeError
        When no file is a log of the compiler.

    Examples
    --------
    >>> import gomem as gm, polars as pl
    >>> logs = gm.scan_escape_log("examples/incident/*/escape.log")
    >>> boxed = logs.filter(pl.col("file").str.ends_with("event/line.go"), line=34)
    >>> boxed.select(pl.col("path").str.split("/").list.get(2), "subject").collect().rows()
    [('before', 'buf')]
    """
    name: str = FORMER_NAMES.get(table, table)
    if name not in TABLES:
        raise _gomem.UsageError(f"table is one of {', '.join(TABLES)}, not {table!r}")
    files = Files(paths, storage_options)
    return scan(files, Logs(name), on_error=on_error, diagnostics=diagnostics, progress=progress)


class Profiles(Decoder):
    """Profiles: all have the columns of the same sample types."""

    passed_over = frozenset(["not_a_profile"])
    suffixes = (".pb.gz", ".pb", ".pprof", ".prof")

    def __init__(self, limits: dict[str, int], sample_types: Sequence[str] | None = None) -> None:
        if isinstance(sample_types, str) or (sample_types is not None and not sample_types):
            raise _gomem.UsageError("sample_types is a list of names")
        self._limits = limits
        self._sample_types = None if sample_types is None else list(sample_types)
        # Who names the sample types says which profiles are meant.
        self.never_raised = frozenset([] if sample_types is None else ["other_kind"])

    def schema(self, source: Source) -> pl.Schema:
        if self._sample_types is None:
            kinds = self._read(source).sample_types
            self._sample_types = [name for name, _ in kinds if name not in _RESERVED]
        values = dict.fromkeys(self._sample_types, pl.Int64())
        return pl.Schema(_OF_PROFILE | values | _OF_SAMPLE)

    def decode(self, source: Source, columns: list[str], rows: int | None) -> pl.DataFrame:
        profile = self._read(source)
        own = [name for name, _ in profile.sample_types]
        wanted = self._sample_types or [name for name in columns if name not in _RESERVED]
        if wanted and not set(own) & set(wanted):
            raise _other_kind(source, own, wanted)
        # Without any column of its own, a file still counts its rows.
        return pl.DataFrame(profile.scan(columns or ["line"], rows))

    def _read(self, source: Source) -> _gomem.Profile:
        return _gomem.read_pprof(source, limits=self._limits, strict=False, pprof_compat=False)


class Traces(Decoder):
    """GC traces."""

    passed_over = frozenset(["nothing_found"])

    def schema(self, source: Source) -> pl.Schema:
        return pl.DataFrame(_gomem.read_gctrace(source).table()).schema

    def decode(self, source: Source, columns: list[str], rows: int | None) -> pl.DataFrame:
        trace = _gomem.read_gctrace(source)
        count, first = trace.unread()
        if count:
            text = f"{_name_of(source)}: {count} lines begin like a GC trace and cannot be read"
            warnings.warn(f"{text}, first line {first}", GomemWarning, stacklevel=2)
        return _some(pl.DataFrame(trace.table()), columns, rows)


class ExecutionTraces(Decoder):
    """Execution traces."""

    passed_over = frozenset(["not_a_trace"])
    suffixes = (".trace",)

    def __init__(self, limits: dict[str, int]) -> None:
        self._limits = limits

    def schema(self, source: Source) -> pl.Schema:
        return pl.DataFrame(self._read(source).cycles(None)).schema

    def decode(self, source: Source, columns: list[str], rows: int | None) -> pl.DataFrame:
        trace = self._read(source)
        if not trace.complete:
            text = f"{_name_of(source)}: not complete, and read to where it ends"
            warnings.warn(text, GomemWarning, stacklevel=2)
        return _some(pl.DataFrame(trace.cycles(None)), columns, rows)

    def _read(self, source: Source) -> _gomem.Trace:
        return _gomem.read_trace(source, limits=list(self._limits.items()))


class Logs(Decoder):
    """Logs of the compiler."""

    passed_over = frozenset(["nothing_found"])

    def __init__(self, table: str) -> None:
        self._table = table

    def schema(self, source: Source) -> pl.Schema:
        return self._frame(source).schema

    def decode(self, source: Source, columns: list[str], rows: int | None) -> pl.DataFrame:
        return _some(self._frame(source), columns, rows)

    def _frame(self, source: Source) -> pl.DataFrame:
        return pl.DataFrame(getattr(_gomem.read_escape_log(source), self._table)())


def _other_kind(source: Source, own: list[str], wanted: list[str]) -> _gomem.DecodeError:
    text = (
        f"{_name_of(source)}: a profile of {', '.join(own)}, which has none of {', '.join(wanted)}"
    )
    error = _gomem.DecodeError(f"{text}; sample_types=[…] says which profiles are meant")
    error.kind = "other_kind"
    return error


def _name_of(source: Source) -> str:
    """Give the path or the URL: a scan opens nothing else."""
    return source if isinstance(source, str) else getattr(source, "name", "a file")


def _some(frame: pl.DataFrame, columns: list[str], rows: int | None) -> pl.DataFrame:
    kept = frame.select(columns) if columns else frame
    return kept if rows is None else kept.head(rows)


_LABEL = pl.Struct({"key": pl.String(), "str": pl.String(), "num": pl.Int64(), "unit": pl.String()})

# The columns before and behind those of the sample types.
_OF_PROFILE = {
    "kind": pl.String(),
    "time": pl.Datetime("ms", "UTC"),
    "duration_nanos": pl.Int64(),
    "build_id": pl.String(),
}
_OF_SAMPLE = {
    "function": pl.String(),
    "file": pl.String(),
    "line": pl.Int64(),
    "stack": pl.List(pl.String()),
    "labels": pl.List(_LABEL),
    "comments": pl.List(pl.String()),
}

_RESERVED = frozenset(["path", *_OF_PROFILE, *_OF_SAMPLE, "error"])

TABLES = ("escapes", "stack_buffers", "leaks", "inlining", "diagnostics")
FORMER_NAMES = {"stays": "stack_buffers"}

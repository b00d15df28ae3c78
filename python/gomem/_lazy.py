"""Many files as one lazy frame: what all scans share."""

from __future__ import annotations

import logging
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import polars as pl
from polars.io.plugins import register_io_source

from gomem import _gomem
from gomem._gomem import DecodeError, GomemError, LimitError, UsageError
from gomem._progress import Progress, progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gomem._files import Files
    from gomem._source import Source

__all__ = ["Decoder", "OnError", "Scan", "ScanDiagnostics", "scan"]

OnError: TypeAlias = Literal["raise", "collect"]


class ScanDiagnostics:
    """The files that a scan could not read; it fills while queries run.

    Examples
    --------
    >>> import gomem as gm
    >>> bad = gm.ScanDiagnostics()
    >>> logs = ["examples/incident/README.md", "examples/incident/before/gctrace.log"]
    >>> traces = gm.scan_gctrace(logs, on_error="collect", diagnostics=bad)
    >>> traces.collect()["path"].unique().to_list()
    ['examples/incident/before/gctrace.log']
    >>> bad.to_frame().select("path", "kind").rows()
    [('examples/incident/README.md', 'nothing_found')]
    """

    def __init__(self) -> None:
        # Of a file that several queries read, the last word counts.
        self._found: dict[str, tuple[str, int | None, int | None, str]] = {}

    def add(self, path: str, error: Exception) -> None:
        """Take down why a file could not be read."""
        place = (error.offset, error.line) if isinstance(error, DecodeError) else (None, None)
        self._found[path] = (_kind(error), *place, str(error))

    def to_frame(self) -> pl.DataFrame:
        """One row per file.

        Returns
        -------
        polars.DataFrame
            ``path``; ``kind``: that of `DecodeError`, ``other_kind`` for a profile that has none of
            the sample types, ``limit``, ``missing``, ``permission`` or ``io``; ``offset`` or
            ``line``, where known; ``message``.
        """
        rows = [(path, *found) for path, found in sorted(self._found.items())]
        return pl.DataFrame(rows, schema=_DIAGNOSTICS, orient="row")

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return f"ScanDiagnostics({len(self)} files)"

    def _repr_html_(self) -> str:
        return _gomem.without_turned_text(self.to_frame()._repr_html_())


class Decoder(Protocol):
    """One format."""

    passed_over: frozenset[str]
    """What kinds of errors say that the user did not mean this file, though a folder holds it."""

    never_raised: frozenset[str] = frozenset()
    """What kinds of errors say so of a file that the user named, too."""

    suffixes: tuple[str, ...] = ()
    """Names that promise the format: a file with one of these is never passed over in a folder."""

    def schema(self, source: Source) -> pl.Schema:
        """Tell the columns of all files, by one of them."""

    def decode(self, source: Source, columns: list[str], rows: int | None) -> pl.DataFrame:
        """Give these columns, or more, of at most so many rows."""


def scan(
    files: Files,
    decoder: Decoder,
    *,
    on_error: OnError,
    diagnostics: ScanDiagnostics | None,
    progress: Progress,
) -> pl.LazyFrame:
    """Read all files as the query runs; ``path`` is the first of the columns."""
    if on_error not in ("raise", "collect"):
        raise UsageError(f"on_error is raise or collect, not {on_error!r}")
    if diagnostics is not None and on_error == "raise":
        raise UsageError('diagnostics go with on_error="collect"')
    source = Scan(files, decoder, on_error == "collect", diagnostics, progress)
    return register_io_source(source.batches, schema=source.schema)


class Scan:
    """What a query may ask for."""

    def __init__(
        self,
        files: Files,
        decoder: Decoder,
        collects: bool,
        diagnostics: ScanDiagnostics | None,
        progress: Progress,
        *,
        schema: pl.Schema | None = None,
    ) -> None:
        self._files = files
        self._decoder = decoder
        self._collects = collects
        self._diagnostics = diagnostics
        self._progress = progress
        self.schema = schema or self._read_schema()

    def batches(
        self,
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        """Frames of what the query needs, in the order of the files."""
        wanted = list(self.schema) if with_columns is None else with_columns
        needed = wanted
        names = self._files.names
        if predicate is not None:
            roots = predicate.meta.root_names()
            needed = wanted + [name for name in self.schema if name in roots and name not in wanted]
            names = _kept(names, predicate)
        left = n_rows
        pending: list[pl.DataFrame] = []
        # The first batches are small, so that a query that has enough stops early.
        rows, enough = 0, 1
        for frame in self._frames(
            names, needed, predicate, None if predicate is not None else n_rows
        ):
            kept = frame if left is None else frame.head(left)
            pending.append(kept if needed == wanted else kept.select(wanted))
            rows += kept.height
            if left is not None:
                left -= kept.height
            if rows >= enough or left == 0:
                yield pl.concat(pending)
                pending, rows = [], 0
                enough = min(2 * enough, batch_size or _BATCH_ROWS)
            if left == 0:
                return
        if pending:
            yield pl.concat(pending)

    def _frames(
        self, names: list[str], columns: list[str], predicate: pl.Expr | None, rows: int | None
    ) -> Iterator[pl.DataFrame]:
        """Give a frame per file, decoded a few files ahead."""
        workers = os.cpu_count() or 1
        ahead: deque[Future[pl.DataFrame]] = deque()
        pool = ThreadPoolExecutor(workers, thread_name_prefix="gomem-scan")
        bar = progress_bar(len(names), what="scan", unit="file", progress=self._progress)
        try:
            with bar as done:
                for name in names:
                    ahead.append(pool.submit(self.frame, name, columns, predicate, rows))
                    if len(ahead) > 2 * workers:
                        yield ahead.popleft().result()
                        done(1)
                while ahead:
                    yield ahead.popleft().result()
                    done(1)
        finally:
            # Without waiting: the engine may drop a source in any thread, also one of the pool's.
            pool.shutdown(wait=False, cancel_futures=True)

    def frame(
        self,
        name: str,
        columns: list[str],
        predicate: pl.Expr | None = None,
        rows: int | None = None,
    ) -> pl.DataFrame:
        """Decode one file; one that cannot be read is a row, or is told of elsewhere."""
        own = [column for column in columns if column not in _ADDED]
        try:
            with self._files.open(name) as source:
                frame = self._decoder.decode(source, own, rows)
        except (GomemError, OSError) as err:
            if not self._collects:
                if not self._is_passed_over(name, err):
                    raise
                _LOG.info("%s", err)
                return pl.DataFrame(schema=self._schema_of(columns))
            if self._diagnostics is not None:
                self._diagnostics.add(name, err)
                return pl.DataFrame(schema=self._schema_of(columns))
            frame = pl.DataFrame({"path": [name], "error": [str(err)]})
        frame = self._complete(frame, name, own, columns)
        return frame if predicate is None else frame.filter(predicate)

    def _complete(
        self, frame: pl.DataFrame, name: str, own: list[str], columns: list[str]
    ) -> pl.DataFrame:
        """Bring what was decoded to the columns that are asked for."""
        height = frame.height
        if own and frame.schema == self._schema_of(own):
            # As it should be: nothing is put together anew.
            for place, column in enumerate(columns):
                if column in _ADDED:
                    value = [name if column == "path" else None]
                    series = pl.Series(column, value, pl.String).new_from_index(0, height)
                    frame.insert_column(place, series)
            return frame
        known = frame.to_dict()
        known.setdefault("path", pl.Series([name]).new_from_index(0, height))
        empty = pl.Series([None], dtype=pl.Null).new_from_index(0, height)
        return pl.DataFrame(
            {column: known.get(column, empty) for column in columns},
            schema_overrides=self._schema_of(columns),
        )

    def _read_schema(self) -> pl.Schema:
        """Tell the columns, by the first file that can be read."""
        problem: GomemError | OSError | None = None
        for name in self._files.names:
            try:
                with self._files.open(name) as source:
                    own = self._decoder.schema(source)
            except (GomemError, OSError) as err:
                if not self._collects and not self._is_passed_over(name, err):
                    raise
                if self._diagnostics is not None:
                    self._diagnostics.add(name, err)
                problem = problem or err
                continue
            tells = self._collects and self._diagnostics is None
            error = {"error": pl.String()} if tells else {}
            return pl.Schema({"path": pl.String(), **own, **error})
        raise problem or UsageError("no files")

    def _is_passed_over(self, name: str, error: Exception) -> bool:
        kind = _kind(error)
        if kind in self._decoder.never_raised:
            return True
        promised = name.endswith(self._decoder.suffixes)
        return kind in self._decoder.passed_over and name in self._files.of_folders and not promised

    def _schema_of(self, columns: list[str]) -> pl.Schema:
        return pl.Schema({column: self.schema[column] for column in columns})


def _kept(names: list[str], predicate: pl.Expr) -> list[str]:
    """Leave out the files that a filter on ``path`` leaves out."""
    for part in _conjuncts(predicate):
        if set(part.meta.root_names()) == {"path"}:
            names = pl.DataFrame({"path": names}).filter(part)["path"].to_list()
    return names


def _conjuncts(predicate: pl.Expr) -> list[pl.Expr]:
    """Take ``a & b & c`` apart."""
    inputs = predicate.meta.pop()
    if len(inputs) == _BINARY:
        for left, right in (inputs, inputs[::-1]):
            if (left & right).meta.eq(predicate):
                return _conjuncts(left) + _conjuncts(right)
    return [predicate]


def _kind(error: Exception) -> str:
    match error:
        case DecodeError():
            return error.kind or "malformed"
        case LimitError():
            return "limit"
        case FileNotFoundError():
            return "missing"
        case PermissionError():
            return "permission"
        case _:
            return "io"


_LOG = logging.getLogger("gomem")

_ADDED = frozenset(["path", "error"])

_BINARY = 2

_DIAGNOSTICS = {
    "path": pl.String,
    "kind": pl.String,
    "offset": pl.Int64,
    "line": pl.Int64,
    "message": pl.String,
}

# Small files are joined, as each frame costs the engine something.
_BATCH_ROWS = 20_000

"""Many profiles as one lazy frame."""

from __future__ import annotations

import glob
import importlib
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl
from polars.io.plugins import register_io_source

from gomem import _gomem
from gomem._gomem import GomemError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]

__all__ = ["scan_pprof"]


def scan_pprof(
    paths: Paths,
    *,
    on_error: Literal["raise", "collect"] = "raise",
    limits: Mapping[str, int] | None = None,
) -> pl.LazyFrame:
    """Read many profiles as one lazy frame, one row per sample.

    Files are decoded in parallel while the query runs, so that memory does not grow with their
    number. Columns that the query does not need are not made; a filter on ``path`` alone decodes
    only the files that it leaves; a limit on rows stops the reading.

    Parameters
    ----------
    paths
        A file, a folder (with all below it), a pattern such as ``"profiles/**/*.pb.gz"``, a URL
        that fsspec opens, or any of these in a list.
    on_error
        What to do about a file that is no profile: ``"raise"``, or ``"collect"``, which gives one
        row with the reason in the column ``error``; good rows have null there.
    limits
        As for `read_pprof`.

    Returns
    -------
    polars.LazyFrame
        ``path``, ``time``, one Int64 column per sample type (those of the first profile),
        ``function``, ``file`` and ``line`` of the leaf, ``stack`` (function names, leaf first).

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
    files = _files(paths)
    scan = _Scan(files, collects=on_error == "collect", limits=dict(limits or {}))
    return register_io_source(scan.batches, schema=scan.schema)


class _Scan:
    """What a query may ask for."""

    def __init__(self, files: list[str], *, collects: bool, limits: dict[str, int]) -> None:
        self._files = files
        self._collects = collects
        self._limits = limits
        self.schema = self._read_schema()

    def _read_schema(self) -> pl.Schema:
        """Tell the columns, by the first file that is a profile."""
        problem: GomemError | None = None
        for file in self._files:
            try:
                kinds = self._read(file).sample_types
            except GomemError as err:
                if not self._collects:
                    raise
                problem = problem or err
                continue
            return pl.Schema(
                {
                    "path": pl.String(),
                    "time": pl.Datetime("ms", "UTC"),
                    **{name: pl.Int64() for name, _ in kinds if name not in _RESERVED},
                    "function": pl.String(),
                    "file": pl.String(),
                    "line": pl.Int64(),
                    "stack": pl.List(pl.String()),
                    **({"error": pl.String()} if self._collects else {}),
                }
            )
        raise problem or GomemError("no files")

    def batches(
        self,
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        """Frames of what the query needs, in the order of the files."""
        wanted = list(self.schema) if with_columns is None else with_columns
        needed = list(wanted)
        files = self._files
        if predicate is not None:
            roots = predicate.meta.root_names()
            needed += [name for name in self.schema if name in roots and name not in wanted]
            if set(roots) == {"path"}:
                files = pl.DataFrame({"path": files}).filter(predicate)["path"].to_list()
        left = n_rows
        pending: list[pl.DataFrame] = []
        rows = 0
        for frame in self._frames(files, needed, left if predicate is None else None):
            kept = frame if predicate is None else frame.filter(predicate)
            if left is not None:
                kept = kept.head(left)
                left -= kept.height
            pending.append(kept.select(wanted))
            rows += kept.height
            if rows >= (batch_size or _BATCH_ROWS) or left == 0:
                yield pl.concat(pending)
                pending, rows = [], 0
            if left == 0:
                return
        if pending:
            yield pl.concat(pending)

    def _frames(
        self, files: list[str], columns: list[str], rows: int | None
    ) -> Iterator[pl.DataFrame]:
        """Give a frame per file, decoded a few files ahead."""
        workers = os.cpu_count() or 1
        ahead: deque[Future[pl.DataFrame]] = deque()
        pool = ThreadPoolExecutor(workers)
        try:
            for file in files:
                ahead.append(pool.submit(self._frame, file, columns, rows))
                if len(ahead) > 2 * workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _frame(self, file: str, columns: list[str], rows: int | None) -> pl.DataFrame:
        own = [name for name in columns if name not in ("path", "error")]
        try:
            profile = self._read(file)
        except GomemError as err:
            if not self._collects:
                raise
            bad = {"path": file, "error": str(err)}
            return pl.DataFrame(
                {name: [bad.get(name)] for name in columns},
                schema={name: self.schema[name] for name in columns},
            )
        # Without any column of its own, a file still counts its rows.
        frame = pl.DataFrame(profile.scan(own or ["line"], rows))
        return frame.select(
            [
                pl.lit(file if name == "path" else None, dtype=pl.String).alias(name)
                if name in ("path", "error")
                else pl.col(name).cast(self.schema[name])
                for name in columns
            ]
            if own
            else [
                pl.lit(file if name == "path" else None, dtype=pl.String)
                .repeat_by(frame.height)
                .explode()
                .alias(name)
                for name in columns
            ]
        )

    def _read(self, file: str) -> _gomem.Profile:
        source = _fetch(file) if "://" in file else file
        return _gomem.read_pprof(source, limits=self._limits, strict=False, pprof_compat=False)


def _files(paths: Paths) -> list[str]:
    """All files, in the order given; those of a folder or a pattern by name."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    files: list[str] = []
    for path in paths:
        name = os.fspath(path)
        if "://" in name or Path(name).is_file():
            files.append(name)
            continue
        pattern = str(Path(glob.escape(name)) / "**" / "*") if Path(name).is_dir() else name
        # Unlike pathlib's, this takes absolute patterns.
        found = sorted(filter(os.path.isfile, glob.glob(pattern, recursive=True)))  # noqa: PTH207
        if not found:
            raise FileNotFoundError(2, "no such file, or no file matches", name)
        files += found
    if not files:
        raise FileNotFoundError(2, "no files were given")
    return files


def _fetch(url: str) -> bytes:
    try:
        fsspec = importlib.import_module("fsspec")
    except ImportError as err:
        raise ImportError(f"{url}: reading URLs needs fsspec: pip install fsspec") from err
    with fsspec.open(url, "rb") as file:
        content: bytes = file.read()
        return content


_RESERVED = frozenset(["path", "time", "function", "file", "line", "stack", "error"])

# Small files are joined, as each frame costs the engine something.
_BATCH_ROWS = 20_000

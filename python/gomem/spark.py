"""Profiles, GC traces and escape logs as Spark data sources: ``pip install 'gomem[spark]'``.

Spark reads them as it reads its own formats; Python workers decode the files and hand over Arrow
batches. It takes PySpark 4, and gomem on every worker::

    from gomem.spark import register

    register(spark)
    profiles = spark.read.format("pprof").load("s3://profiles/*/2026-11-*/*.pb.gz")
    profiles.groupBy("function").sum("alloc_space").show()

The formats are ``pprof``, ``gctrace`` and ``escape_log``. Columns and ways to name files are those
of `gomem.scan_pprof`, `gomem.scan_gctrace` and `gomem.scan_escape_log`; numbers are signed, as
Spark has no others. Options:

``on_error``
    ``raise`` (by default), or ``collect``: a file that cannot be read is a row with the reason in
    the column ``error``.
``max_partitions``
    As many tasks read the files, at the most; 256 by default. Fewer files are a task each.
``columns``
    Names with commas in between. Spark does not tell a Python source which columns a query needs,
    so tell it here, or by ``.schema(…)``: others are not made.
``sample_types``
    Of ``pprof``: the columns of values, with commas in between; other profiles are passed over.
``table``
    Of ``escape_log``: the rows, ``escapes`` by default.
``storage.…``
    What fsspec is told, such as ``storage.anon``.
``filter_pushdown``
    ``true``: filters on ``path`` leave out files before they are read. It takes Spark 4.1, and
    ``spark.sql.python.filterPushdown.enabled``, without which Spark refuses a source that could.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from gomem._files import Files
from gomem._gomem import UsageError
from gomem._lazy import Decoder, Scan
from gomem._scan import TABLES, Logs, Profiles, Traces

try:
    import pyarrow as pa
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
except ImportError as err:
    raise UsageError("this takes PySpark 4 and PyArrow: pip install 'gomem[spark]'") from err

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence

    from pyspark.sql import SparkSession
    from pyspark.sql.types import StructType

__all__ = ["EscapeLogDataSource", "GcTraceDataSource", "PprofDataSource", "register"]


def register(spark: SparkSession) -> None:
    """Let ``spark.read.format`` know ``pprof``, ``gctrace`` and ``escape_log``.

    Parameters
    ----------
    spark
        The session.
    """
    for source in (PprofDataSource, GcTraceDataSource, EscapeLogDataSource):
        spark.dataSource.register(source)


class _Files(DataSource):
    """Files of one format."""

    format: ClassVar[str]

    def __init__(self, options: MutableMapping[str, str]) -> None:
        super().__init__(options)
        self._collects = _one_of(options, "on_error", ("raise", "collect")) == "collect"

    @classmethod
    def name(cls) -> str:
        """Tell what ``spark.read.format`` takes."""
        return cls.format

    def schema(self) -> StructType:
        """Tell the columns, by the first file that can be read."""
        names = self._names()
        schema = Scan(self._files(names), self.decoder(), self._collects, None, False).schema
        wanted = [name.strip() for name in self.options.get("columns", "").split(",") if name]
        unknown = [name for name in wanted if name not in schema]
        if unknown:
            raise UsageError(f"no column {', '.join(unknown)}: there are {', '.join(schema)}")
        empty = pl.DataFrame(schema={name: schema[name] for name in wanted or schema})
        fields = ((field.name, _spark_type(field.type)) for field in empty.to_arrow().schema)
        spark_schema: StructType = from_arrow_schema(pa.schema(list(fields)))
        return spark_schema

    def reader(self, schema: StructType) -> DataSourceReader:
        """Read these columns."""
        pushes = _one_of(self.options, "filter_pushdown", ("false", "true")) == "true"
        return (_FilteringReader if pushes else _Reader)(self, schema)

    @abstractmethod
    def decoder(self) -> Decoder:
        """Give what reads one file."""

    def partitions(self, keeps: Callable[[str], bool]) -> list[list[str]]:
        """Deal out the files that are kept."""
        names = [name for name in self._files(self._names()).names if keeps(name)]
        try:
            most = int(self.options.get("max_partitions", _MAX_PARTITIONS))
        except ValueError:
            most = 0
        if most < 1:
            raise UsageError("max_partitions is a positive number")
        size = -(-len(names) // most)
        return [names[at : at + size] for at in range(0, len(names), max(size, 1))]

    def frames(self, names: list[str], columns: pl.Schema) -> Iterator[pl.DataFrame]:
        """Decode one file after the other: Spark has a task for each processor."""
        scan = Scan(self._files(names), self.decoder(), self._collects, None, False, schema=columns)
        for name in names:
            yield scan.frame(name, list(columns))

    def _names(self) -> list[str]:
        if "paths" in self.options:
            names: list[str] = json.loads(self.options["paths"])
            return names
        if "path" in self.options:
            return [self.options["path"]]
        raise UsageError(f'no files: spark.read.format("{self.format}").load(…)')

    def _files(self, names: list[str]) -> Files:
        told = {
            key.removeprefix(_STORAGE): value
            for key, value in self.options.items()
            if key.startswith(_STORAGE)
        }
        return Files([name.removeprefix("file:") for name in names], told)


class PprofDataSource(_Files):
    """Profiles: one row per sample, as `gomem.scan_pprof`."""

    format = "pprof"

    def decoder(self) -> Decoder:
        """Give what reads a profile."""
        named = [name.strip() for name in self.options.get("sample_types", "").split(",")]
        return Profiles({}, [name for name in named if name] or None)


class GcTraceDataSource(_Files):
    """GC traces: one row per cycle, as `gomem.scan_gctrace`."""

    format = "gctrace"

    def decoder(self) -> Decoder:
        """Give what reads a trace."""
        return Traces()


class EscapeLogDataSource(_Files):
    """Logs of the compiler: one row per decision, as `gomem.scan_escape_log`."""

    format = "escape_log"

    def decoder(self) -> Decoder:
        """Give what reads a log."""
        return Logs(_one_of(self.options, "table", TABLES))


class _Reader(DataSourceReader):
    """Some columns of the files that a query leaves."""

    def __init__(self, source: _Files, schema: StructType) -> None:
        self._source = source
        self._schema = schema

    def partitions(self) -> Sequence[InputPartition]:
        """Give one partition per file, or per some, when there are many."""
        dealt = self._source.partitions(self.keeps)
        return [InputPartition(names) for names in dealt] or [InputPartition([])]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Give the rows of a partition, in batches of one file each."""
        if not partition.value:
            return
        arrow = _arrow_schema(self._schema)
        columns = pl.DataFrame(arrow.empty_table()).schema
        for frame in self._source.frames(partition.value, columns):
            yield from frame.to_arrow().cast(arrow).to_batches(max_chunksize=_BATCH_ROWS)

    def keeps(self, path: str) -> bool:  # noqa: ARG002
        """Tell whether the query wants the file."""
        return True


class _FilteringReader(_Reader):
    """The files that filters on ``path`` leave."""

    def __init__(self, source: _Files, schema: StructType) -> None:
        super().__init__(source, schema)
        self._on_path: list[tuple[str, Any]] = []

    def pushFilters(self, filters: list[Any]) -> Iterable[Any]:  # noqa: N802
        """Take the filters on ``path``; Spark applies the others."""
        for condition in filters:
            kind = type(condition).__name__
            if getattr(condition, "attribute", None) == ("path",) and kind in _ON_PATH:
                self._on_path.append((kind, condition.value))
            else:
                yield condition

    def keeps(self, path: str) -> bool:
        """Tell whether the query wants the file."""
        return all(_ON_PATH[kind](path, value) for kind, value in self._on_path)


def _spark_type(arrow: pa.DataType) -> pa.DataType:
    """Give the type that Spark has for it."""
    if pa.types.is_unsigned_integer(arrow):
        return pa.int64()
    if pa.types.is_dictionary(arrow) or pa.types.is_large_string(arrow):
        return pa.string()
    if pa.types.is_timestamp(arrow):
        return pa.timestamp("us", tz=arrow.tz)
    if pa.types.is_large_list(arrow):
        return pa.list_(_spark_type(arrow.value_type))
    if pa.types.is_struct(arrow):
        return pa.struct([(field.name, _spark_type(field.type)) for field in arrow])
    return arrow


def _arrow_schema(schema: StructType) -> pa.Schema:
    """Give what Spark expects of a batch; some releases want to be told the time zone."""
    try:
        arrow: pa.Schema = to_arrow_schema(schema, timezone="UTC")
    except TypeError:
        arrow = to_arrow_schema(schema)
    return arrow


def _one_of(options: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
    """Give the option, or the first of what it may be."""
    value = options.get(name, known[0])
    if value not in known:
        raise UsageError(f"{name} is one of {', '.join(known)}, not {value!r}")
    return value


_STORAGE = "storage."

_MAX_PARTITIONS = 256

_BATCH_ROWS = 10_000

# Filters by the name of their class: Spark 4.0 has none of them.
_ON_PATH: dict[str, Callable[[str, Any], bool]] = {
    "EqualTo": lambda path, value: path == value,
    "In": lambda path, values: path in values,
    "StringStartsWith": str.startswith,
    "StringEndsWith": str.endswith,
    "StringContains": str.__contains__,
}

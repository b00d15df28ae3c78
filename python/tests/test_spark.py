"""The Spark data sources, on a local cluster of two: `make test-spark`."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

import gomem as gm

pyspark = pytest.importorskip("pyspark")
if shutil.which("java") is None:
    pytest.skip("Spark runs on Java", allow_module_level=True)

from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from gomem import spark as gomem_spark

if TYPE_CHECKING:
    from collections.abc import Iterator

# PySpark's own code warns about what it uses.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        # Workers find the package where it is developed.
        patch.setenv("PYTHONPATH", str(Path(gm.__file__).parents[1]))
        session = (
            SparkSession.builder.master("local-cluster[2,1,1024]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.python.filterPushdown.enabled", "true")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("OFF")
        gomem_spark.register(session)
        yield session
        session.stop()


@pytest.fixture
def profiles(before: Path) -> str:
    return str(before / "heap-*.pb.gz")


def test_sums_are_those_of_polars(spark, profiles):
    read = spark.read.format("pprof").load(profiles)
    assert read.rdd.getNumPartitions() == 3
    by_spark = {
        (row.path, row.function): row.bytes
        for row in read.groupBy("path", "function")
        .agg(F.sum("alloc_space").alias("bytes"))
        .collect()
    }
    scanned = gm.scan_pprof(profiles).group_by("path", "function").agg(pl.col("alloc_space").sum())
    assert by_spark == {(path, name): size for path, name, size in scanned.collect().rows()}


def test_every_column_comes_over(spark, before):
    path = str(before / "heap-1.pb.gz")
    ours = gm.scan_pprof(path).collect()
    read = spark.read.format("pprof").load(path)
    assert read.columns == ours.columns
    rows = read.orderBy("stack", "alloc_space").collect()
    expected = ours.sort("stack", "alloc_space")
    for name in ("alloc_objects", "inuse_space", "line", "file", "stack"):
        assert [row[name] for row in rows] == expected[name].to_list(), name
    assert rows[0].time == ours["time"][0].replace(tzinfo=None)


def test_some_columns_by_option_or_schema(spark, profiles):
    by_option = spark.read.format("pprof").option("columns", "function, inuse_space")
    assert by_option.load(profiles).columns == ["function", "inuse_space"]
    by_schema = spark.read.format("pprof").schema("inuse_space bigint, no_such_type bigint")
    row = by_schema.load(profiles).agg(F.sum("inuse_space"), F.sum("no_such_type")).first()
    assert row[0] == gm.scan_pprof(profiles).select(pl.col("inuse_space").sum()).collect().item()
    assert row[1] is None
    with pytest.raises(Exception, match="no column nothing: there are path, kind, time, "):
        spark.read.format("pprof").option("columns", "nothing").load(profiles)


def test_a_filter_on_the_path_reads_no_other_file(spark, before, tmp_path):
    shutil.copy(before / "heap-1.pb.gz", tmp_path / "a.pb.gz")
    (tmp_path / "b.pb.gz").write_text("no profile")
    with pytest.raises(Exception, match=r"b\.pb\.gz"):
        spark.read.format("pprof").load(str(tmp_path)).count()
    read = spark.read.format("pprof").option("filter_pushdown", "true").load(str(tmp_path))
    good = read.filter(F.col("path").endswith("a.pb.gz") & (F.col("alloc_space") > 0))
    assert good.rdd.getNumPartitions() == 1
    assert (
        good.count()
        == gm.scan_pprof(tmp_path / "a.pb.gz").filter(pl.col("alloc_space") > 0).collect().height
    )
    assert read.filter(F.col("path") == "nowhere").count() == 0


def test_a_bad_file_is_a_row_when_collected(spark, before, tmp_path):
    shutil.copy(before / "heap-1.pb.gz", tmp_path / "a.pb.gz")
    (tmp_path / "b.pb.gz").write_text("no profile")
    read = spark.read.format("pprof").option("on_error", "collect").load(str(tmp_path))
    (bad,) = read.filter("error is not null").collect()
    assert bad.path.endswith("b.pb.gz")
    assert bad.error.startswith(bad.path)
    assert read.count() == gm.scan_pprof(tmp_path / "a.pb.gz").collect().height + 1


def test_many_files_share_tasks(spark, before, tmp_path):
    for number in range(7):
        shutil.copy(before / "heap-1.pb.gz", tmp_path / f"{number}.pb.gz")
    read = spark.read.format("pprof").option("max_partitions", 3).load(str(tmp_path))
    assert read.rdd.getNumPartitions() == 3
    assert read.select("path").distinct().count() == 7


def test_several_paths(spark, before):
    paths = [str(before / f"heap-{number}.pb.gz") for number in (1, 3)]
    read = spark.read.format("pprof").load(paths)
    assert {row.path for row in read.select("path").distinct().collect()} == set(paths)


def test_traces_and_logs(spark, before):
    trace = str(before / "gctrace.log")
    cycles = spark.read.format("gctrace").load(trace)
    ours = gm.read_gctrace(trace)
    assert cycles.count() == ours.height
    assert cycles.agg(F.sum("heap_live_mb")).first()[0] == ours["heap_live_mb"].sum()
    log = str(before / "escape.log")
    escapes = spark.read.format("escape_log").load(log)
    ours = gm.read_escape_log(log).escapes()
    key = ("file", "line", "column", "cause")
    assert sorted(map(tuple, escapes.select(*key).collect())) == sorted(ours.select(key).rows())
    steps = {(row.file, row.line, row.column): row.steps for row in escapes.collect()}
    for file, line, column, expected in ours.select(*key[:3], "steps").rows():
        if len(expected) > 0:
            assert any(step["why"] for step in expected) == any(
                step.why for step in steps[file, line, column]
            )
    leaks = spark.read.format("escape_log").option("table", "leaks").load(log)
    assert leaks.count() == gm.read_escape_log(log).leaks().height


def test_what_is_wrong_is_told(spark, profiles):
    read = spark.read.format("pprof")
    for options, message in (
        ({"on_error": "ignore"}, "on_error is one of raise, collect, not 'ignore'"),
        ({"max_partitions": "no"}, "max_partitions is a positive number"),
    ):
        with pytest.raises(Exception, match=message):
            spark.read.format("pprof").options(**options).load(profiles).count()
    with pytest.raises(Exception, match="no such file, or no file matches"):
        read.load("/nowhere/*.pb.gz")
    with pytest.raises(Exception, match="no files"):
        read.load()


def test_options_of_spark_are_read(before):
    """Without a session: what Spark hands over for several paths."""
    paths = [str(before / "heap-1.pb.gz"), f"file:{before / 'heap-2.pb.gz'}"]
    source = gomem_spark.PprofDataSource({"paths": json.dumps(paths)})
    assert source.partitions(lambda _: True) == [
        [str(before / "heap-1.pb.gz")],
        [str(before / "heap-2.pb.gz")],
    ]

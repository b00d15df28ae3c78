"""A sum over a fleet's profiles: Spark, one lazy scan, and a Python loop, on the same files.

    make bench-spark                       # or: python benches/spark.py [profiles]

Medians of three runs on two local cores; Spark's includes no start of the JVM.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import gomem as gm
import polars as pl
from gomem.spark import register
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        make = ROOT / "examples" / "make_fleet.py"
        subprocess.run([sys.executable, make, folder, str(count)], check=True)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
        spark.sparkContext.setLogLevel("OFF")
        register(spark)
        runs: dict[str, Callable[[], dict[str, int]]] = {
            "Spark, two tasks": lambda: by_spark(spark, folder),
            "gm.scan_pprof": lambda: by_scan(folder),
            "Python loop": lambda: by_loop(folder),
        }
        answers = []
        print(f"{count} profiles: alloc_space by function")
        for name, run in runs.items():
            times = []
            for _ in range(3):
                start = time.perf_counter()
                answers.append(run())
                times.append(time.perf_counter() - start)
            median = statistics.median(times)
            print(f"  {name:18} {median:6.2f} s  {count / median:8.0f} profiles/s")
        assert all(answer == answers[0] for answer in answers)
        spark.stop()


def by_spark(spark: SparkSession, folder: str) -> dict[str, int]:
    read = spark.read.format("pprof").option("max_partitions", 8)
    read = read.option("columns", "function,alloc_space").load(folder)
    return dict(read.groupBy("function").agg(F.sum("alloc_space")).collect())


def by_scan(folder: str) -> dict[str, int]:
    sums = gm.scan_pprof(folder).group_by("function").agg(pl.col("alloc_space").sum())
    return dict(sums.collect(engine="streaming").rows())


def by_loop(folder: str) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for path in Path(folder).rglob("*.pb.gz"):
        sums.update(dict(gm.read_pprof(path).top("alloc_space").select("function", "flat").rows()))
    leaves = gm.scan_pprof(folder).select("function").unique().collect()["function"]
    return {name: sums[name] for name in leaves}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)

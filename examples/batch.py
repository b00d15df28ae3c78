"""A night's work: python examples/batch.py CAPTURES OUT.

CAPTURES is a folder of bundles, one per service, as `gomem capture` takes them. OUT gets

- `sites.parquet`: each allocation site of each heap profile, with its service;
- `findings.parquet`: what the post-mortem of each service found;
- `diagnostics.parquet`: files that could not be read, and bundles that nothing could be said of.

The exit code is 1 when a finding is critical, 3 when nothing could be read, else 0.
"""

from __future__ import annotations

import sys
from pathlib import Path

import gomem as gm
import polars as pl

KINDS = ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"]


def main(captures: Path, out: Path) -> int:
    services = sorted(folder for folder in captures.iterdir() if folder.is_dir())
    out.mkdir(parents=True, exist_ok=True)
    bad = gm.ScanDiagnostics()
    write_sites(services, out / "sites.parquet", bad)
    findings = [found for service in services if (found := find(service, bad)) is not None]
    bad.to_frame().write_parquet(out / "diagnostics.parquet")
    if not findings:
        print("nothing could be read; see diagnostics.parquet", file=sys.stderr)
        return 3
    frame = pl.concat(findings)
    frame.write_parquet(out / "findings.parquet")
    critical = frame.filter(pl.col("severity") == "critical")
    for service, title in critical.select("service", "title").rows():
        print(f"{service}: {title}")
    return 1 if critical.height else 0


def write_sites(services: list[Path], path: Path, bad: gm.ScanDiagnostics) -> None:
    """Sum the samples of each site, while the profiles are decoded."""
    heaps = [heap for service in services for heap in sorted(service.glob("heap*.pb.gz"))]
    if not heaps:
        return
    try:
        profiles = gm.scan_pprof(heaps, on_error="collect", diagnostics=bad)
    except gm.DecodeError:
        return  # Not one of them is a profile; each is told of in `bad`.
    sites = profiles.group_by("path", "time", "function", "file", "line").agg(pl.col(KINDS).sum())
    service = pl.col("path").str.split("/").list.get(-2).alias("service")
    sites.with_columns(service).sink_parquet(path)


def find(service: Path, bad: gm.ScanDiagnostics) -> pl.DataFrame | None:
    try:
        findings = gm.postmortem(service).findings
    except gm.GomemError as err:
        bad.add(str(service), err)
        return None
    return findings.select(pl.lit(service.name).alias("service"), pl.all())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

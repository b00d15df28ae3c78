"""What no input may do: panic, or take memory by the size that it claims."""

from pathlib import Path

import pytest

import gomem as gm


@pytest.mark.parametrize("time", [2**63 - 1, -(2**63), 253_402_300_800_000])
def test_times_that_no_date_has(time):
    metrics = gm.read_metrics(f"go_goroutines 1\ngo_threads 1 {time}\n".encode())
    assert metrics.series()["metric"].to_list() == ["go_goroutines"]
    assert metrics.diagnostics["problem"].str.contains("years 1 to 9999").any()


def test_a_scrape_of_such_times_alone_is_refused():
    with pytest.raises(gm.GomemError, match="no sample"):
        gm.read_metrics(b"go_goroutines 1 9223372036854775807\n")


def test_a_scrape_that_was_cut_is_told():
    metrics = gm.read_metrics(b"go_goroutines 1\ngo_memstats_alloc_bytes 5.6813312")
    assert metrics.diagnostics["problem"].str.contains("ends within a line").any()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without end")
@pytest.mark.parametrize("read", [gm.read_pprof, gm.read_metrics, gm.read_gctrace])
def test_a_device_without_end(read):
    with pytest.raises(gm.GomemError, match="larger than"):
        read("/dev/zero")


def test_a_size_that_is_claimed(tmp_path):
    sparse = tmp_path / "heap.pb.gz"
    with sparse.open("wb") as file:
        file.truncate(4 << 30)
    with pytest.raises(gm.LimitError, match="larger than"):
        gm.read_pprof(sparse)

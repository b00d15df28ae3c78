"""Post-mortems of Go programs: heap profiles, escape logs, metrics and GC traces as data frames."""

import importlib as _importlib
import warnings as _warnings
from typing import TYPE_CHECKING as _TYPE_CHECKING

from gomem._gomem import (
    DecodeError,
    GomemError,
    InternalError,
    LimitError,
    UsageError,
    __version__,
    is_debug_build,
)

if _TYPE_CHECKING:
    from gomem import charts as charts
    from gomem import gogc
    from gomem._bench import BenchComparison, BenchLines, Benchmarks, read_bench
    from gomem._capture import Capture, capture
    from gomem._comparison import Comparison, compare
    from gomem._escape import Coverage, EscapeLog, read_escape_log
    from gomem._flame import FlameTree
    from gomem._heap import Heap, read_heap
    from gomem._lazy import ScanDiagnostics
    from gomem._listing import Listing
    from gomem._metrics import (
        GomemWarning,
        Metrics,
        Waterfall,
        diagnose,
        read_gctrace,
        read_metrics,
    )
    from gomem._postmortem import Report, attribute, postmortem
    from gomem._pprof import growth, merge, read_pprof
    from gomem._profile import Profile
    from gomem._profile_diff import ProfileDiff
    from gomem._sample_type import SampleType
    from gomem._scan import scan_escape_log, scan_gctrace, scan_pprof, scan_traces
    from gomem._show import Shown, show
    from gomem._trace import Trace, read_trace

__all__ = [
    "BenchComparison",
    "BenchLines",
    "Benchmarks",
    "Capture",
    "Comparison",
    "Coverage",
    "DecodeError",
    "EscapeLog",
    "FlameTree",
    "GomemError",
    "GomemWarning",
    "Heap",
    "InternalError",
    "LimitError",
    "Listing",
    "Metrics",
    "Profile",
    "ProfileDiff",
    "Report",
    "SampleType",
    "ScanDiagnostics",
    "Shown",
    "Trace",
    "UsageError",
    "Waterfall",
    "__version__",
    "attribute",
    "capture",
    "compare",
    "diagnose",
    "gogc",
    "growth",
    "merge",
    "postmortem",
    "read_bench",
    "read_escape_log",
    "read_gctrace",
    "read_heap",
    "read_metrics",
    "read_pprof",
    "read_trace",
    "scan_escape_log",
    "scan_gctrace",
    "scan_pprof",
    "scan_traces",
    "show",
]

# The command starts without Polars, and all else without Altair: modules are imported when a name
# of theirs is first asked for.
_HOMES = (
    "_pprof",
    "_profile",
    "_profile_diff",
    "_flame",
    "_sample_type",
    "_escape",
    "_metrics",
    "_heap",
    "_trace",
    "_postmortem",
    "_bench",
    "_lazy",
    "_listing",
    "_scan",
    "_capture",
    "_comparison",
    "_show",
)

if is_debug_build:
    _warnings.warn(
        "gomem was built without optimisation and is many times slower; build with --release",
        stacklevel=2,
    )


def __getattr__(name: str) -> object:
    """Import a name when it is first asked for."""
    if name in ("charts", "gogc"):
        return _importlib.import_module(f"gomem.{name}")
    homes = (_importlib.import_module(f"gomem.{home}") for home in _HOMES if name in __all__)
    home = next((home for home in homes if name in home.__all__), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "charts"])

"""Post-mortems of Go programs: heap profiles, escape logs, metrics and GC traces as data frames."""

import importlib as _importlib
import warnings as _warnings
from typing import TYPE_CHECKING as _TYPE_CHECKING

from gomem import gogc
from gomem._capture import Capture, capture
from gomem._escape import Coverage, EscapeLog, read_escape_log
from gomem._gomem import (
    DecodeError,
    GomemError,
    InternalError,
    LimitError,
    UsageError,
    __version__,
    is_debug_build,
)
from gomem._lazy import ScanDiagnostics
from gomem._metrics import (
    GomemWarning,
    Metrics,
    Waterfall,
    diagnose,
    read_gctrace,
    read_metrics,
)
from gomem._postmortem import Report, attribute, postmortem
from gomem._pprof import (
    FlameTree,
    Profile,
    ProfileDiff,
    SampleType,
    growth,
    merge,
    read_pprof,
)
from gomem._scan import scan_escape_log, scan_gctrace, scan_pprof

if _TYPE_CHECKING:
    from types import ModuleType as _ModuleType

    from gomem import charts as charts

__all__ = [
    "Capture",
    "Coverage",
    "DecodeError",
    "EscapeLog",
    "FlameTree",
    "GomemError",
    "GomemWarning",
    "InternalError",
    "LimitError",
    "Metrics",
    "Profile",
    "ProfileDiff",
    "Report",
    "SampleType",
    "ScanDiagnostics",
    "UsageError",
    "Waterfall",
    "__version__",
    "attribute",
    "capture",
    "diagnose",
    "gogc",
    "growth",
    "merge",
    "postmortem",
    "read_escape_log",
    "read_gctrace",
    "read_metrics",
    "read_pprof",
    "scan_escape_log",
    "scan_gctrace",
    "scan_pprof",
]

if is_debug_build:
    _warnings.warn(
        "gomem was built without optimisation and is many times slower; build with --release",
        stacklevel=2,
    )


def __getattr__(name: str) -> "_ModuleType":
    """Import the charts when they are first asked for: Altair takes longer than all the rest."""
    if name == "charts":
        return _importlib.import_module("gomem.charts")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Post-mortems of Go programs: heap profiles, escape logs, metrics and GC traces as data frames."""

import warnings as _warnings

from gomem import gogc
from gomem._gomem import (
    DecodeError,
    GomemError,
    LimitError,
    UsageError,
    __version__,
    is_debug_build,
)
from gomem._metrics import GomemWarning, Metrics, read_gctrace, read_metrics

__all__ = [
    "DecodeError",
    "GomemError",
    "GomemWarning",
    "LimitError",
    "Metrics",
    "UsageError",
    "__version__",
    "gogc",
    "read_gctrace",
    "read_metrics",
]

if is_debug_build:
    _warnings.warn(
        "gomem was built without optimisation and is many times slower; build with --release",
        stacklevel=2,
    )

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, final

from polars import DataFrame

from gomem._source import Source

__all__ = [
    "DecodeError",
    "EscapeLog",
    "FlameTree",
    "GcModel",
    "GcTrace",
    "GomemError",
    "LimitError",
    "Metrics",
    "Profile",
    "Quality",
    "Report",
    "Table",
    "UsageError",
    "__version__",
    "attribute",
    "fit",
    "goal",
    "is_debug_build",
    "postmortem",
    "read_escape_log",
    "read_gctrace",
    "read_metrics",
    "read_pprof",
    "run_command",
]

_Gogc = int | float | Literal["off"]

__version__: str
is_debug_build: bool

# error.rs

class GomemError(Exception): ...

class DecodeError(GomemError):
    kind: str | None
    offset: int | None
    line: int | None

class LimitError(GomemError): ...
class UsageError(GomemError): ...

# table.rs

@final
class Table:
    @property
    def name(self) -> str: ...
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> Any: ...

# metrics.rs

@final
class Metrics:
    def series(self) -> Table: ...
    def state(self) -> Table: ...
    def cycles(self) -> Table: ...
    def diagnostics(self) -> Table: ...
    @property
    def scrapes(self) -> int: ...
    @property
    def series_count(self) -> int: ...
    @property
    def suppressed_diagnostics(self) -> int: ...

@final
class GcTrace:
    def table(self) -> Table: ...
    def unread(self) -> tuple[int, int | None]: ...

def read_metrics(
    source: Source | Sequence[Source],
    *,
    format: str = "auto",
    strict: bool = False,
    time: datetime | Sequence[datetime] | None = None,
) -> Metrics: ...
def read_gctrace(source: Source) -> GcTrace: ...

# gogc.rs

@final
class GcModel:
    def predict(
        self,
        *,
        gogc: _Gogc | Sequence[_Gogc] | None = None,
        memory_limit_bytes: int | Sequence[int | None] | None = None,
        alloc_scale: float = 1.0,
    ) -> Table: ...
    def recommend(
        self,
        *,
        container_limit_bytes: int,
        objective: str = "balanced",
        cpu_price: float | None = None,
        memory_price: float | None = None,
    ) -> Table: ...
    @property
    def quality(self) -> Quality: ...
    @property
    def gogc(self) -> float: ...
    @property
    def memory_limit_bytes(self) -> int | None: ...
    @property
    def observed_gc_cpu_fraction(self) -> float | None: ...

@final
class Quality:
    @property
    def cycles(self) -> int: ...
    @property
    def forced_cycles(self) -> int: ...
    @property
    def replayed_cycles_ratio(self) -> float: ...
    @property
    def drift(self) -> float: ...
    @property
    def rounding_fraction(self) -> float: ...
    @property
    def knows_cpu(self) -> bool: ...
    @property
    def is_shaky(self) -> bool: ...
    @property
    def remarks(self) -> list[str]: ...

def fit(
    source: Source | DataFrame | Metrics,
    *,
    metrics: Metrics | None = None,
    gogc: _Gogc = ...,
    memory_limit_bytes: int | None = None,
    procs: int | None = None,
) -> GcModel: ...
def goal(
    live_bytes: int,
    *,
    roots_bytes: int = 0,
    gogc: _Gogc = ...,
    memory_limit_bytes: int | None = None,
    mapped_ready_bytes: int = 0,
    heap_free_bytes: int = 0,
    heap_objects_bytes: int = 0,
) -> int: ...

# pprof.rs

@final
class Profile:
    @property
    def sample_types(self) -> list[tuple[str, str]]: ...
    @property
    def default_sample_type(self) -> str | None: ...
    @property
    def time_nanos(self) -> int | None: ...
    @property
    def duration_nanos(self) -> int | None: ...
    @property
    def period(self) -> int: ...
    @property
    def comments(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def samples(self) -> Table: ...
    def frames(self) -> Table: ...
    def diagnostics(self) -> Table: ...
    def top(self, sample_type: str | None = None, *, by: str = "function") -> Table: ...
    def flame(self, sample_type: str | None = None) -> FlameTree: ...

@final
class FlameTree:
    def table(self) -> Table: ...
    def folded(self) -> str: ...
    def html(self, title: str) -> str: ...
    def __len__(self) -> int: ...

def read_pprof(
    source: Source, *, max_decompressed_bytes: int | None = None, strict: bool = False
) -> Profile: ...

# escape.rs

@final
class EscapeLog:
    def escapes(self) -> Table: ...
    def diagnostics(self) -> Table: ...
    def diff(self, before: EscapeLog) -> Table: ...
    @property
    def coverage(self) -> tuple[int, int, int, int]: ...
    def __len__(self) -> int: ...

def read_escape_log(source: Source) -> EscapeLog: ...

# postmortem.rs

@final
class Report:
    def findings(self) -> Table: ...
    def sites(self) -> Table: ...
    def gogc(self) -> Table: ...
    def html(self) -> str: ...
    def json(self) -> str: ...
    def text(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def unread(self) -> list[tuple[str, str]]: ...

def postmortem(source: Source | Sequence[Source]) -> Report: ...
def attribute(
    profile: Profile,
    escapes: EscapeLog | None = None,
    *,
    model: GcModel | None = None,
    sample_type: str = "alloc_space",
) -> Table: ...

# command.rs

def run_command(argv: Sequence[str]) -> int: ...

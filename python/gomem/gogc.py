"""What other values of GOGC and GOMEMLIMIT would do to a program.

Examples
--------
>>> import gomem as gm
>>> gm.gogc.goal(100 << 20, gogc=100) >> 20
200
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import polars as pl

from gomem import _gomem
from gomem._display import facts, heading, table
from gomem._gomem import Quality
from gomem._metrics import Metrics
from gomem._output import write_file
from gomem._pickled import Pickled
from gomem._trace import Trace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from gomem._source import Source

__all__ = ["GcModel", "Quality", "fit", "goal"]

Gogc: TypeAlias = int | float | Literal["off"]


class GcModel(Pickled):
    """A program's GC behaviour, learnt from one recording by `fit`."""

    def __init__(self, inner: _gomem.GcModel, /) -> None:
        self._inner = inner

    @property
    def quality(self) -> Quality:
        """What limits the fit, and what to know before trusting its predictions."""
        return self._inner.quality

    def predict(
        self,
        *,
        gogc: Gogc | Sequence[Gogc] | None = None,
        memory_limit_bytes: int | Sequence[int | None] | None = None,
        alloc_scale: float = 1.0,
    ) -> pl.DataFrame:
        """Predict what settings would do to the recorded work.

        Parameters
        ----------
        gogc
            Values of GOGC; ``"off"`` for none. Without it, the recorded one.
        memory_limit_bytes
            Values of GOMEMLIMIT, each combined with each GOGC; in a list, None is no limit.
            Without it, the recorded one.
        alloc_scale
            How much the program would allocate for the same work: 0.5 when a fix halves it.

        Returns
        -------
        polars.DataFrame
            One row per setting: ``gogc`` (null: off), ``memory_limit_bytes`` (null: none),
            ``gc_cycles``, ``peak_heap_bytes``, ``gc_cpu_fraction`` (of GOMAXPROCS x wall time)
            and ``effective_gogc`` (the headroom at the largest live heap: what a limit leaves of
            GOGC), each with ``_low`` and ``_high`` (90 %), ``refusal``: why no numbers are given,
            else null, and ``warning``: what to know beside them, else null.
        """
        return pl.DataFrame(
            self._inner.predict(
                gogc=gogc, memory_limit_bytes=memory_limit_bytes, alloc_scale=alloc_scale
            )
        )

    def recommend(
        self,
        *,
        container_limit_bytes: int,
        objective: Literal["balanced", "throughput", "latency", "memory", "price"] = "balanced",
        cpu_price: float | None = None,
        memory_price: float | None = None,
    ) -> pl.DataFrame:
        """Rank settings for a container; the first row is the recommendation.

        Parameters
        ----------
        container_limit_bytes
            The memory the container may use.
        objective
            ``"balanced"`` (the knee), ``"throughput"`` (least GC CPU), ``"latency"`` (fewest
            cycles that no limit forces), ``"memory"`` (least memory with GC below 10 % of the
            CPU) or ``"price"``.
        cpu_price, memory_price
            Of one CPU-hour and one GiB-hour: the cheapest setting is the best, for
            ``objective="price"`` or without an objective.

        Returns
        -------
        polars.DataFrame
            ``rank``, the columns of `predict` without its refusal, ``score`` (smaller is better),
            ``is_current``, ``is_knee`` (beyond it memory buys little) and ``reason``. The first
            row says "no change" when the gain of another is within its interval. Empty when no
            predicted peak fits into the container.
        """
        return pl.DataFrame(
            self._inner.recommend(
                container_limit_bytes=container_limit_bytes,
                objective=objective,
                cpu_price=cpu_price,
                memory_price=memory_price,
            )
        )

    @property
    def shares(self) -> dict[str, float] | None:
        """Who marked, as recorded; None where the GC's CPU time is not known.

        ``assist``, ``background``, ``idle`` and ``pause`` are shares of the GC's CPU time,
        ``mark_wall`` and ``pause_wall`` of the time that passed.
        """
        return self._inner.observed_shares

    def to_html(self, path: str | PathLike[str], *, memory_limit_bytes: int | None = None) -> None:
        """Write the what-if chart, peak heap against GC CPU over GOGC, as one HTML file."""
        html = self._inner.html(memory_limit_bytes=memory_limit_bytes)
        write_file(path, html)

    def __repr__(self) -> str:
        quality = self.quality
        remarks = f", {len(quality.remarks)} remarks" if quality.remarks else ""
        gogc = "off" if self._inner.gogc is None else self._inner.gogc
        return f"GcModel({quality.cycles} cycles at GOGC={gogc}{remarks})"

    def _repr_html_(self) -> str:
        predicted = self.predict(gogc=_SHOWN_GOGC).select(
            pl.col("gogc").alias("GOGC"),
            pl.col("gc_cycles").round().cast(pl.Int64).alias("GC cycles"),
            *(
                (pl.col(f"peak_heap_bytes{end}") / (1 << 20)).alias(f"peak heap{end} (MiB)")
                for end in ("", "_low", "_high")
            ),
            *(
                (pl.col(f"gc_cpu_fraction{end}") * 100).alias(f"GC CPU{end} (%)")
                for end in ("", "_low", "_high")
            ),
            "refusal",
        )
        remarks = "".join(facts({"remark": remark}) for remark in self.quality.remarks)
        return heading(repr(self)) + remarks + table(predicted)


# What a notebook shows of a model.
_SHOWN_GOGC: tuple[Gogc, ...] = (50, 100, 200, 400)


def fit(
    source: Source | pl.DataFrame | Metrics | Trace,
    *,
    metrics: Metrics | None = None,
    gogc: Gogc = 100,
    memory_limit_bytes: int | None = None,
    procs: int | None = None,
) -> GcModel:
    r"""Learn a program's GC behaviour from one recording.

    Parameters
    ----------
    source
        A log with ``GODEBUG=gctrace=1`` lines (path, bytes or binary file object), a frame of
        `gomem.read_gctrace`, `gomem.Metrics`, or a `gomem.Trace` (or its cycles). A GC trace
        predicts better than metrics. Tracing changes the pace of a heap below 10 MiB, which
        `GcModel.quality` then says.
    metrics
        Beside a trace: metrics of the same run, which tell its total allocation, its duration and
        the memory outside the heap.
    gogc, memory_limit_bytes
        What the program ran with. Metrics that export GOGC or GOMEMLIMIT know better.
    procs
        GOMAXPROCS, where the source does not tell, or is wrong.

    Raises
    ------
    DecodeError
        When there are fewer than four GC cycles.

    Examples
    --------
    >>> import gomem as gm
    >>> line = (
    ...     "gc {} @{}.000s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, "
    ...     "60->61->31 MB, 62 MB goal, 0 MB stacks, 0 MB globals, 2 P"
    ... )
    >>> log = "\n".join(line.format(n, n) for n in range(1, 41)).encode()
    >>> model = gm.gogc.fit(log)
    >>> model.quality.cycles
    40
    >>> one, four = model.predict(gogc=[100, 400])["gc_cycles"]
    >>> four < one
    True
    """
    recorded = source._inner if isinstance(source, Metrics | Trace) else source
    beside = metrics._inner if metrics is not None else None
    given: dict[str, Any] = {
        "gogc": gogc,
        "memory_limit_bytes": memory_limit_bytes,
        "procs": procs,
    }
    model = GcModel(_gomem.fit(recorded, metrics=beside, **given))
    return model._made_by(fit, source, metrics=metrics, **given)


def goal(
    live_bytes: int,
    *,
    roots_bytes: int = 0,
    gogc: Gogc = 100,
    memory_limit_bytes: int | None = None,
    mapped_ready_bytes: int = 0,
    heap_free_bytes: int = 0,
    heap_objects_bytes: int = 0,
) -> int:
    """Compute the heap goal exactly as the runtime does after a GC cycle.

    Parameters
    ----------
    live_bytes
        What the cycle marked live (``/gc/heap/live``).
    roots_bytes
        Stacks and globals (``/gc/scan/stack`` + ``/gc/scan/globals``).
    gogc
        GOGC.
    memory_limit_bytes
        GOMEMLIMIT; None for none.
    mapped_ready_bytes, heap_free_bytes, heap_objects_bytes
        What a memory limit is held against: ``/memory/classes/total`` less
        ``/memory/classes/heap/released``, ``/memory/classes/heap/free`` and
        ``/memory/classes/heap/objects``.

    Returns
    -------
    int
        Bytes; 2**64 - 1 when nothing bounds the heap.

    Examples
    --------
    >>> import gomem as gm
    >>> gm.gogc.goal(100 << 20, roots_bytes=2 << 20, gogc=100) >> 20
    202
    >>> gm.gogc.goal(1 << 20, gogc=50) >> 20
    2
    """
    return _gomem.goal(
        live_bytes,
        roots_bytes=roots_bytes,
        gogc=gogc,
        memory_limit_bytes=memory_limit_bytes,
        mapped_ready_bytes=mapped_ready_bytes,
        heap_free_bytes=heap_free_bytes,
        heap_objects_bytes=heap_objects_bytes,
    )


def __dir__() -> list[str]:
    return sorted(__all__)

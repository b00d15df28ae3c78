"""The join and the report."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import polars as pl

from gomem import _gomem
from gomem._display import inline_document
from gomem._escape import EscapeLog, read_escape_log
from gomem._gomem import UsageError
from gomem._heap import Heap
from gomem._output import write_file
from gomem._pickled import Pickled
from gomem._pprof import read_pprof
from gomem._profile import Profile
from gomem._trace import Trace, read_trace
from gomem._window import end_of_window

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from datetime import datetime

    from gomem._source import Source
    from gomem.gogc import GcModel

__all__ = ["Report", "attribute", "postmortem"]


class Report(Pickled):
    """What allocates, why, what it costs and what to change, as `postmortem` gives it."""

    def __init__(self, inner: _gomem.Report, /) -> None:
        self._inner = inner

    @cached_property
    def findings(self) -> pl.DataFrame:
        """What to do, what costs most first.

        ``rank``, ``severity``, ``kind``, ``place`` (``store/sessions.go:43``), ``bytes_fraction``,
        ``cause``, ``gc_cycles_saved_fraction`` and ``gc_cpu_saved_fraction`` (each with ``_low``
        and ``_high``, 90 %), ``saving_is_upper_bound``, ``confidence``, ``title``, ``action``,
        ``summary``, ``bytes``, ``objects_fraction``, ``compiler_message``, ``evidence`` (list of
        structs ``quantity``, ``value``, ``threshold``, ``unit``, ``source``), the lists
        ``confounders``, ``rules`` (of `diagnose`, which say it) and ``missing`` (metrics that would
        make it surer), and the whole ``function``, ``file`` and ``line``.
        """
        return pl.DataFrame(self._inner.findings())

    @cached_property
    def sites(self) -> pl.DataFrame:
        """The allocation sites of the latest heap profile, as `attribute` gives them."""
        return pl.DataFrame(self._inner.sites())

    @cached_property
    def gogc(self) -> pl.DataFrame:
        """What other settings of GOGC would do to the recorded run; ``gogc`` is null for off."""
        return pl.DataFrame(self._inner.gogc())

    @cached_property
    def rules(self) -> pl.DataFrame:
        """What each rule says of the bundle's metrics and GC traces, as `diagnose` gives it.

        It has no rows when the bundle has neither. What fired with at least a warning is among the
        `findings`; ``missing`` names the metrics that would let a rule judge, or judge better.
        """
        return pl.DataFrame(self._inner.rules())

    @cached_property
    def waterfall(self) -> pl.DataFrame:
        """Where the memory is at each moment of the metrics, as `Metrics.waterfall` gives it."""
        return pl.DataFrame(self._inner.waterfall())

    @cached_property
    def benchmarks(self) -> pl.DataFrame:
        """What the runs of each benchmark come to, one row per benchmark and unit.

        ``benchmark``, ``unit``, ``value`` (the median), ``low`` and ``high`` (the ends of its
        interval of 95 %; null of fewer than six runs), ``runs``, ``package``. It has no rows when
        the bundle has no output of ``go test -bench``.
        """
        return pl.DataFrame(self._inner.benchmarks())

    @cached_property
    def benchmark_lines(self) -> pl.DataFrame:
        """At which lines benchmarks allocate for each operation, as `Benchmarks.lines` gives it.

        By the bundle's latest heap profile and log; benchmarks whose lines are not known are among
        the `remarks`.
        """
        return pl.DataFrame(self._inner.benchmark_lines())

    @property
    def remarks(self) -> list[tuple[str, str]]:
        """Files that were used with a reservation, such as torn lines, each with what it is."""
        return self._inner.remarks

    @property
    def unused_files(self) -> list[tuple[str, str]]:
        """Files that were not used, each with the reason."""
        return self._inner.unused_files

    @property
    def unread(self) -> list[tuple[str, str]]:
        """Use `unused_files`.

        .. deprecated:: 0.1
        """
        warnings.warn("unread is called unused_files", DeprecationWarning, stacklevel=2)
        return self.unused_files

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write the report as one HTML file that needs nothing else."""
        write_file(path, self._inner.html())

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write the report as JSON, for machines."""
        write_file(path, self._inner.json())

    def __str__(self) -> str:
        return self._inner.text()

    def __repr__(self) -> str:
        return f"Report({self._inner.name!r}, {len(self.findings)} findings)"

    def _repr_html_(self) -> str:
        return inline_document(self._inner.html(), height=760)


def postmortem(
    bundle: Source | Sequence[Source],
    *,
    source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    window: tuple[str | datetime | None, str | datetime | None] = (None, None),
) -> Report:
    r"""Join all that a Go program left behind.

    Parameters
    ----------
    bundle
        A folder, or a list of files: heap, CPU and goroutine profiles and dumps, the compiler's
        logs, metrics in any format that `read_metrics` reads, logs with GC traces. Files are
        recognised by their content. Scrapes do not say when they were taken, so their name is
        ``<unix milliseconds>.prom``. Sources of the program are in its folder ``src``.
    source
        A folder with sources, or several, as for `Profile.list`: the report as HTML then shows the
        functions that findings are about line by line, 100 of them and 1 MiB at most.
    window
        The times between which to look: metrics and GC cycles are cut, and heap profiles count what
        was allocated since the last one before. What does not say when it was taken is left out.
        Texts such as ``"2026-11-08 09:30"`` are UTC where they have no zone, and a day, a minute or
        a second is meant with all of it.

    Raises
    ------
    FileNotFoundError
        When the path leads nowhere.
    DecodeError
        When nothing is recognised, or nothing is known to be from the window.
    UsageError
        When the window ends before it begins, or one of its ends is no time.

    Examples
    --------
    >>> import gomem as gm
    >>> log = b"# p\n./a.go:1:2: x escapes to heap\n"
    >>> gm.postmortem([log]).findings["kind"].to_list()
    ['printed', 'missing_input']
    """
    ends = (end_of_window(window[0]), end_of_window(window[1]))
    inner = _gomem.postmortem(bundle, source=source, window=ends)
    return Report(inner)._made_by(_joined, bundle, source, window=ends)


def attribute(
    profile: Profile | Heap | Source,
    escapes: EscapeLog | Source | Sequence[Source] | None = None,
    *,
    cpu: Profile | Source | None = None,
    binary: Source | None = None,
    go_version: str | None = None,
    own: Sequence[str] = (),
    model: GcModel | None = None,
    trace: Trace | Source | None = None,
    sample_type: Literal[
        "alloc_space", "alloc_objects", "inuse_space", "inuse_objects"
    ] = "alloc_space",
    by: Literal["site", "line"] = "site",
) -> pl.DataFrame:
    """Say of each allocation site why it allocates.

    A site is what one place allocates for one reason, by way of one line of your own code. The
    bytes of all sites add up to those of the profile.

    The compiler reports an escape at the outermost of inlined calls, and a profile's leaf is the
    innermost of them: every frame of a site's inline chain is looked up in the log.

    Parameters
    ----------
    profile
        A heap or allocs profile, or what `read_pprof` takes. Or a `Heap`: who makes what each
        holder keeps, why it escapes, and who keeps it; ``holders`` and ``retained_bytes`` come
        first. Sizes are then what the holder keeps of a site, not what the program ever
        allocated, and objects of sizes that were not sampled are in no row. With a heap only
        `escapes`, `binary`, `go_version` and `own` are allowed.
    escapes
        The compiler's log of the same build, or what `read_escape_log` takes.
    cpu
        A CPU profile of the same run, or what `read_pprof` takes. It keeps the frames of the
        runtime that a heap profile hides, and proves what the log does not say.
    binary
        The program's file: a path, bytes, or a binary file object. It proves what every line
        calls, and says which modules are yours and which release of Go built it.
    go_version
        The release of Go that built the program, as ``"go1.26.8"``, for what its compiler decided
        in the standard library where the log does not have that. Without it, gomem takes it
        from the program or the profile, or finds the one release that all functions fit.
    own
        Whose code is yours: import paths, with ``...`` at the end for all below. Without it, gomem
        takes it from the log and the names.
    model
        A GC model of the same program, for what fixing a site saves.
    trace
        An execution trace of the same build, or what `read_trace` takes: how long goroutines
        helped the garbage collector at each site.
    sample_type
        What to sort sites by.
    by
        What a row is: a site, or with ``"line"`` what a line of your own code allocates, itself
        or by one function that it calls.

    Returns
    -------
    polars.DataFrame
        ``place``, ``short_function`` and ``own_place`` (the nearest line of your own code), in
        short; ``bytes_fraction``, ``reason``, ``reason_confidence``, ``cause``, ``certainty``,
        ``bytes``, ``objects``, ``mean_object_bytes``, ``inuse_bytes``, ``inuse_fraction``,
        ``gc_cycles_saved_fraction`` and ``gc_cpu_saved_fraction`` (each with ``_low`` and
        ``_high``, 90 %), ``assist_seconds``, ``assist_max_seconds``, ``trigger_count`` (how many GC
        cycles began there) and ``assist_task`` (all null without `trace`, or where it is of
        another build), ``pool_candidate``, ``compiler_message``, ``explanation``, ``advice``,
        ``charged_to``, ``inlined_into``; the whole ``function``, ``package``, ``file``, ``line``.

        ``cause`` is the compiler's own. ``reason`` is there too where the compiler reports
        nothing: ``map_growth``, ``slice_growth``, ``channel``, ``formatting`` and so on; null where
        nothing tells. ``reason_confidence`` is ``high`` or ``medium``.

        By line, ``callee`` is the function called, null for what the line allocates itself;
        ``reason`` is that of most of the bytes, ``reason_fraction`` their share; ``advice`` is
        about the line, or about the call. The page of tables lists all columns (``lines``).

        A trace does not tell reasons apart: sites of one place, charged to one line by one call,
        have the same ``assist_seconds``. Rows by line add up.

    Raises
    ------
    UsageError
        When the profile is no heap profile, or a `Heap` is given with what is only of profiles.
    """
    if isinstance(profile, Heap):
        if (cpu, model, trace, sample_type, by) != (None, None, None, "alloc_space", "site"):
            raise UsageError("with a heap: escapes, binary, go_version and own")
        table = _gomem.attribute_heap(
            profile._inner,
            _log_of(escapes),
            binary=binary,
            go_version=go_version,
            own=list(own),
        )
        return pl.DataFrame(table)
    profile = profile if isinstance(profile, Profile) else read_pprof(profile)
    log = _log_of(escapes)
    if cpu is not None and not isinstance(cpu, Profile):
        cpu = read_pprof(cpu)
    if trace is not None and not isinstance(trace, Trace):
        trace = read_trace(trace)
    return pl.DataFrame(
        _gomem.attribute(
            profile._inner,
            log,
            cpu=None if cpu is None else cpu._inner,
            binary=binary,
            go_version=go_version,
            own=list(own),
            model=None if model is None else model._inner,
            trace=None if trace is None else trace._inner,
            sample_type=sample_type,
            by=by,
        )
    )


def _joined(
    bundle: Source | Sequence[Source], source: str | Sequence[str], window: tuple[str, str]
) -> Report:
    """Join as `postmortem` does, the folders of sources among what the report is made of."""
    return postmortem(bundle, source=source, window=window)


def _log_of(escapes: EscapeLog | Source | Sequence[Source] | None) -> _gomem.EscapeLog | None:
    if escapes is None:
        return None
    return (escapes if isinstance(escapes, EscapeLog) else read_escape_log(escapes))._inner

"""A profile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from gomem import _gomem
from gomem._display import TOP, facts, heading, table
from gomem._flame import FlameTree
from gomem._listing import Listing
from gomem._output import write_file
from gomem._pickled import Pickled
from gomem._profile_diff import ProfileDiff
from gomem._sample_type import SampleType, shown_unit

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from gomem._escape import EscapeLog
    from gomem._sample_type import Granularity

__all__ = ["Profile"]


class Profile(Pickled):
    """A pprof profile, as `read_pprof` gives it."""

    def __init__(self, inner: _gomem.Profile, /) -> None:
        self._inner = inner

    def __reduce__(self) -> tuple[Any, ...]:
        # What a filter or a sum gave was never a file; its bytes are all there is to it.
        if self._recipe is None:
            return _decoded, (bytes(self._inner.encode()),)
        return super().__reduce__()

    @property
    def sample_types(self) -> list[SampleType]:
        """What is counted, in the order of the columns of `samples`."""
        return [SampleType(*kind) for kind in self._inner.sample_types]

    @property
    def default_sample_type(self) -> str | None:
        """What is shown when nothing is asked for."""
        return self._inner.default_sample_type

    @property
    def time(self) -> datetime | None:
        """When it was taken, in UTC."""
        nanos = self._inner.time_nanos
        return None if nanos is None else datetime.fromtimestamp(nanos / 1e9, tz=UTC)

    @property
    def duration(self) -> timedelta | None:
        """What it covers, for profiles that cover a time."""
        nanos = self._inner.duration_nanos
        return None if nanos is None else timedelta(microseconds=nanos / 1e3)

    @property
    def period(self) -> int:
        """The sampling period: for a heap profile ``runtime.MemProfileRate`` in bytes."""
        return self._inner.period

    @property
    def comments(self) -> list[str]:
        """Free text."""
        return self._inner.comments

    @cached_property
    def diagnostics(self) -> pl.DataFrame:
        """What had to be repaired: ``offset`` and ``line`` in the inflated profile, ``problem``."""
        return pl.DataFrame(self._inner.diagnostics())

    def samples(self) -> pl.DataFrame:
        """One row per sample.

        Returns
        -------
        polars.DataFrame
            ``sample``, ``stack`` (function names, leaf first), one Int64 column per sample type,
            ``labels`` (list of structs ``key``, ``str``, ``num``, ``unit``).
        """
        return pl.DataFrame(self._inner.samples())

    def frames(self) -> pl.DataFrame:
        """One row per stack and frame.

        Returns
        -------
        polars.DataFrame
            ``stack_id``, ``depth`` (0 is the leaf), ``function``, ``package``, ``file``, ``line``,
            ``start_line``, ``address``, ``mapping``, ``inlined``.
        """
        return pl.DataFrame(self._inner.frames())

    def goroutines(self) -> pl.DataFrame:
        """One row per goroutine of a dump (``debug=2``); no rows for other profiles.

        Returns
        -------
        polars.DataFrame
            ``goroutine``, ``state``, ``wait_minutes``, ``leaked``, ``locked_to_thread``,
            ``created_by``, ``created_at``, ``created_by_goroutine``, ``stack`` (function names,
            leaf first), ``sample``.
        """
        return pl.DataFrame(self._inner.goroutines())

    @cached_property
    def mem_stats(self) -> pl.DataFrame | None:
        """What ``runtime.MemStats`` said at the same moment, as one row.

        A text heap profile (``debug=1``) ends with it; for other profiles it is None.
        """
        table = self._inner.mem_stats()
        return None if table is None else pl.DataFrame(table)

    def top(
        self,
        sample_type: str | None = None,
        *,
        by: Granularity = "function",
        mean: bool = False,
        divide_by: float = 1.0,
        unit: str | None = None,
        relative: bool = False,
        drop_negative: bool = False,
    ) -> pl.DataFrame:
        """Flat and cum of every key, as ``go tool pprof -top`` sums them.

        Parameters
        ----------
        sample_type
            What to sum; without it, `default_sample_type`.
        by
            What makes two frames one key. ``module`` is the Go module (``std``, a dependency, the
            program's own), ``origin`` whose code it is (``runtime``, ``std``, ``third_party``,
            ``user``); gomem knows both by the names and files
            of functions.
        mean
            Divide by the first sample type: the mean size of an object.
        divide_by
            Divide every value.
        unit
            Tell values in another unit, such as ``"MB"`` (of 1024 kB) or ``"ms"``, as floats.
        relative
            Make fractions of what a filter left, rather than of the whole profile.
        drop_negative
            Leave out what is negative, in a difference.

        Returns
        -------
        polars.DataFrame
            The key's columns, in short (``place``, ``short_function``), then ``flat``, ``cum``,
            ``flat_fraction``, ``cum_fraction``, then the whole key; the largest flat first.

        Raises
        ------
        UsageError
            When the profile has no such sample type, or the unit is of another kind.
        """
        return pl.DataFrame(
            self._inner.top(
                sample_type,
                by=by,
                mean=mean,
                divide_by=divide_by,
                unit=unit,
                relative=relative,
                drop_negative=drop_negative,
            )
        )

    def edges(
        self,
        sample_type: str | None = None,
        *,
        by: Granularity = "function",
        mean: bool = False,
        divide_by: float = 1.0,
    ) -> pl.DataFrame:
        """Who calls whom, as ``go tool pprof -tree`` sums it.

        Returns
        -------
        polars.DataFrame
            ``caller``, ``callee``, ``weight``, ``inlined``; the heaviest call first.
        """
        return pl.DataFrame(self._inner.edges(sample_type, by=by, mean=mean, divide_by=divide_by))

    def tags(self, sample_type: str | None = None) -> pl.DataFrame:
        """Sum the samples of each label's value.

        Returns
        -------
        polars.DataFrame
            ``key``, ``value``, ``number``, ``unit``, ``weight``, ``fraction``.
        """
        return pl.DataFrame(self._inner.tags(sample_type))

    def sizes(self) -> pl.DataFrame:
        """Sum the objects of a heap profile by their size, in ranges that double.

        Returns
        -------
        polars.DataFrame
            ``least_bytes`` and ``most_bytes`` (the range; 0 where the profile does not tell),
            ``alloc_bytes``, ``bytes_fraction``, ``alloc_objects``, ``objects_fraction``,
            ``inuse_bytes``, ``inuse_objects``, ``temporary_bytes`` (allocated and not in use any
            more) and ``temporary_fraction`` (their share of the bytes allocated). No rows for a
            profile that is none of the heap.
        """
        return pl.DataFrame(self._inner.sizes())

    def sampling(
        self, sample_type: str | None = None, *, by: Granularity = "function"
    ) -> pl.DataFrame:
        """How sure each flat value of a heap profile is.

        The profiler picks objects at random, one in so many bytes. ``sampled_objects`` is how many
        it picked of a key, ``low`` and ``high`` are where the true value is in 95 of 100 cases.

        Returns
        -------
        polars.DataFrame
            The key's columns as in `top`, ``flat``, ``sampled_objects``, ``low``, ``high``.
        """
        return pl.DataFrame(self._inner.sampling(sample_type, by))

    def filter(
        self,
        *,
        focus: str | None = None,
        ignore: str | None = None,
        package: str | None = None,
        hide: str | None = None,
        show: str | None = None,
        show_from: str | None = None,
        prune_from: str | None = None,
        tagfocus: str | None = None,
        tagignore: str | None = None,
        tagshow: str | None = None,
        taghide: str | None = None,
        tagroot: str | None = None,
        tagleaf: str | None = None,
        noinlines: bool = False,
    ) -> Profile:
        """Keep some samples, frames and labels, as the options of ``go tool pprof`` do.

        All are applied together, in the order of ``go tool pprof``. Expressions are Go's.

        Parameters
        ----------
        focus, ignore
            Keep, or leave out, samples with a frame whose function, file or mapped file matches.
        package
            Keep samples with a frame of this package: an import path, with ``...`` at its end
            all below too. ``go tool pprof`` has no such option.
        hide, show
            Leave out the frames that match, or that do not.
        show_from
            Leave out the frames above the outermost that matches, and samples where none does.
        prune_from
            Leave out the frames below the innermost function that matches.
        tagfocus, tagignore
            Keep, or leave out, samples with a label that matches: an expression over
            ``key:value``, ``key=expression``, or a range of numbers, as ``1kb:10kb``.
        tagshow, taghide
            Keep, or leave out, labels by their keys.
        tagroot, tagleaf
            Label keys, with commas between, whose values become frames.
        noinlines
            Count inlined functions as those they were inlined into.

        Raises
        ------
        UsageError
            When an expression is none.
        """
        options = {
            "focus": focus,
            "ignore": ignore,
            "package": package,
            "hide": hide,
            "show": show,
            "show_from": show_from,
            "prune_from": prune_from,
            "tagfocus": tagfocus,
            "tagignore": tagignore,
            "tagshow": tagshow,
            "taghide": taghide,
            "tagroot": tagroot,
            "tagleaf": tagleaf,
        }
        given = {name: expression for name, expression in options.items() if expression is not None}
        kept = Profile(self._inner.filter(given, noinlines))
        return kept._made_by(Profile.filter, self, noinlines=noinlines, **given)

    def repair_truncated_stacks(self) -> Profile:
        """Continue stacks that the Go runtime cut off at its greatest depth.

        Such stacks seem to begin in the middle of the program. What is missing is taken from a
        stack that has their outermost 24 frames too, if all that have them go on alike.
        `diagnostics` lists what was added.
        """
        repaired = Profile(self._inner.repair_truncated_stacks())
        return repaired._made_by(Profile.repair_truncated_stacks, self)

    def diff(self, base: Profile, *, normalize: bool = False) -> ProfileDiff:
        """Hold the profile against a base.

        Parameters
        ----------
        base
            What to subtract.
        normalize
            First scale values so that each sample type has the base's total.
        """
        return ProfileDiff(self._inner.diff(base._inner, normalize), Profile)._made_by(
            Profile.diff, self, base, normalize=normalize
        )

    def since(self, earlier: Profile) -> Profile:
        """Take what happened since an earlier profile of the same run.

        Counters, such as ``alloc_space``, are differenced; gauges, such as ``inuse_space``, stay
        as they are.

        Raises
        ------
        UsageError
            When a counter went back, so that it was another run.
        """
        return Profile(self._inner.since(earlier._inner))._made_by(Profile.since, self, earlier)

    def flame(self, sample_type: str | None = None) -> FlameTree:
        """Fold the stacks from the root; a notebook shows the result as a flame graph."""
        return FlameTree(self._inner.flame(sample_type))._made_by(
            Profile.flame, self, sample_type=sample_type
        )

    def list(
        self,
        regex: str,
        *,
        sample_type: str | None = None,
        source: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
        escapes: EscapeLog | None = None,
        go_version: str | None = None,
    ) -> Listing:
        r"""List functions line by line, as ``go tool pprof -list``, with what the compiler says.

        Parameters
        ----------
        regex
            Functions whose names match, in Go's syntax.
        sample_type
            What to sum; without it, `default_sample_type`.
        source
            A folder with sources, or several: a checkout, a module cache, a Go installation. Files
            are read there and nowhere else, whatever paths the profile names; those of builds with
            ``-trimpath``, of the module cache, of a Go installation and of ``vendor`` lead to them.
        escapes
            The compiler's log of the same build: what it decided on each line.
        go_version
            The release of Go that built the program, ``go1.26.8``, for the standard library.

        Raises
        ------
        UsageError
            When no function matches, or the expression or the sample type is none.
        FileNotFoundError
            When a folder of ``source`` is not there.

        Examples
        --------
        >>> import gomem as gm
        >>> heap = gm.read_pprof(
        ...     b"heap profile: 1: 4096 [1: 4096] @ heap/1048576\n1: 4096 [1: 4096] @ 0x40\n"
        ...     b"#\t0x40\tmain.parse+0x10\t/src/app/parse.go:12\n"
        ... )
        >>> heap.list("parse").to_frame().select("function", "line", "objects").row(0)
        ('main.parse', 12, 128)
        """
        inner = _gomem.listing(
            self._inner,
            regex,
            sample_type=sample_type,
            source=source,
            escapes=None if escapes is None else escapes._inner,
            go_version=go_version,
        )
        return Listing(inner)._made_by(
            _listed,
            self,
            source,
            regex=regex,
            sample_type=sample_type,
            escapes=escapes,
            go_version=go_version,
        )

    def to_folded(self, sample_type: str | None = None) -> str:
        """Folded stacks, as ``flamegraph.pl`` reads them: ``root;caller;leaf value``."""
        return self._inner.flame(sample_type).folded()

    def to_pprof(self, path: str | os.PathLike[str]) -> None:
        """Write the profile as Go does: gzipped protobuf. Nothing is lost."""
        write_file(path, self._inner.encode())

    def to_speedscope(self, path: str | os.PathLike[str]) -> None:
        """Write all sample types as JSON for speedscope.app."""
        write_file(path, self._inner.speedscope(Path(path).stem))

    def to_callgrind(self, path: str | os.PathLike[str], *, sample_type: str | None = None) -> None:
        """Write one sample type for KCachegrind."""
        write_file(path, self._inner.callgrind(sample_type))

    def to_dot(
        self,
        path: str | os.PathLike[str],
        *,
        sample_type: str | None = None,
        nodecount: int = 80,
        nodefraction: float = 0.005,
        edgefraction: float = 0.001,
    ) -> None:
        """Write the call graph for graphviz, as ``go tool pprof -dot`` draws it.

        Parameters
        ----------
        path
            The file.
        sample_type
            What to sum; without it, `default_sample_type`.
        nodecount
            Functions at most; 0 is all.
        nodefraction
            Functions whose cum is below this share of the total are left out.
        edgefraction
            Calls whose weight is below it are.
        """
        text = self._inner.dot(sample_type, nodecount, nodefraction, edgefraction)
        write_file(path, text)

    def __len__(self) -> int:
        return len(self._inner)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{kind.name}/{kind.unit}" for kind in self.sample_types)
        return f"Profile({len(self)} samples of {kinds})"

    def _repr_html_(self) -> str:
        problems = len(self.diagnostics)
        known = {
            "taken": self.time and f"{self.time:%Y-%m-%d %H:%M:%S} UTC",
            "covers": self.duration or None,
            "repaired": f"{problems} flaws, see diagnostics" if problems else None,
        }
        shown = [heading(repr(self)), facts(known)]
        if self.default_sample_type is not None:
            unit = shown_unit(self.sample_types, self.default_sample_type)
            top = self.top(unit=unit).drop("function").head(TOP).rename(_headings(unit))
            shown += [
                facts({"top by": self.default_sample_type}),
                table(top),
                self.flame()._details(),
            ]
        return "".join(shown)


def _decoded(encoded: bytes) -> Profile:
    return Profile(_gomem.read_pprof(encoded, limits={}, strict=False, pprof_compat=False))


def _listed(
    profile: Profile,
    source: str | Sequence[str],
    *,
    regex: str,
    sample_type: str | None,
    escapes: EscapeLog | None,
    go_version: str | None,
) -> Listing:
    """List functions as `Profile.list` does, the folders of sources among what it is made of."""
    return profile.list(
        regex, sample_type=sample_type, source=source, escapes=escapes, go_version=go_version
    )


def _headings(unit: str | None) -> dict[str, str]:
    """Tell the unit beside the names of what is in it."""
    told = {"MB": " (MiB)", "s": " (s)"}.get(unit or "", "")
    return {name: f"{name}{told}" for name in ("flat", "cum")}

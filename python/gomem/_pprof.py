"""Profiles, read and summed."""

from __future__ import annotations

import os
from collections.abc import Sized
from typing import TYPE_CHECKING, Any

import polars as pl

from gomem import _gomem
from gomem._files import opened
from gomem._gomem import UsageError
from gomem._profile import Profile
from gomem._progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gomem._progress import Progress
    from gomem._source import Source

__all__ = ["growth", "merge", "read_pprof"]


def read_pprof(
    source: Source,
    *,
    limits: Mapping[str, int] | None = None,
    strict: bool = False,
    pprof_compat: bool = False,
    storage_options: Mapping[str, Any] | None = None,
) -> Profile:
    r"""Read a profile: heap, allocs, CPU, goroutine, mutex, block or any other.

    It may be protobuf, gzipped or not; Go's text (``debug=1``, symbolised from its ``#`` lines);
    a goroutine dump (``debug=2``, or what a program writes when it dies); or one of the forms that
    gperftools writes.

    Parameters
    ----------
    source
        A path, bytes, a binary file object, or a URL that fsspec opens.
    limits
        How much is accepted: ``decompressed_bytes`` (512 MiB by default), ``sample_types``,
        ``samples``, ``values``, ``stack_depth``, ``entries``, ``diagnostics``.
    strict
        Raise for flaws that could be repaired, as ``go tool pprof`` does, instead of listing them
        in `Profile.diagnostics`.
    pprof_compat
        Answer as ``go tool pprof`` does even where that is wrong.
    storage_options
        What fsspec is told: credentials, endpoints.

    Raises
    ------
    FileNotFoundError
        When the path leads nowhere.
    DecodeError
        When it is no profile, or damaged; ``offset`` and ``line`` say where.
    LimitError
        When it is too large.

    Examples
    --------
    >>> import gomem as gm
    >>> text = b"goroutine profile: total 2\n2 @ 0x10\n#\t0xf\tmain.f+0xf\t/main.go:3\n"
    >>> gm.read_pprof(text).top().row(0)
    ('main.f', 2, 2, 1.0, 1.0, 'main.f')
    >>> gm.read_pprof(b"<html>")
    Traceback (most recent call last):
        ...
    gomem.DecodeError: <bytes>: an HTML page is not read here; check the URL it was fetched from
    """
    given = dict(limits or {})
    with opened(source, storage_options) as readable:
        inner = _gomem.read_pprof(readable, limits=given, strict=strict, pprof_compat=pprof_compat)
    options: dict[str, Any] = {"limits": given, "strict": strict, "pprof_compat": pprof_compat}
    return Profile(inner)._made_by(read_pprof, source, **options, storage_options=storage_options)


def merge(profiles: Iterable[Profile | Source], *, progress: Progress = None) -> Profile:
    """Sum profiles, one after the other, so that memory does not grow with their number.

    Stacks are the same when their frames are, wherever the program was loaded. Sample types are
    those that all profiles have.

    Parameters
    ----------
    profiles
        Profiles, or what `read_pprof` takes.
    progress
        As for `scan_pprof`.

    Raises
    ------
    UsageError
        When there are none, or they have no sample type in common.
    """
    merger = _gomem.merger()
    for profile in _read_all(profiles, "merge", progress):
        merger.add(profile._inner)
    return Profile(merger.finish())


def growth(
    profiles: Iterable[Profile | Source],
    *,
    sample_type: str = "inuse_space",
    progress: Progress = None,
) -> pl.DataFrame:
    """Follow each site's value over a series of profiles of one program.

    Where a site has allocated less than before, the program was restarted, and what follows is
    looked at alone. ``heap`` and ``allocs`` are one profile under two names: where there are both,
    only the former are followed.

    Parameters
    ----------
    profiles
        Profiles, or what `read_pprof` takes, in any order; each says when it was taken.
    sample_type
        What to follow.
    progress
        As for `scan_pprof`.

    Returns
    -------
    polars.DataFrame
        One row per line, the one that grew most first: ``place``, ``short_function``, ``first``,
        ``last``, ``change``, ``slope_per_hour`` (Theil and Sen), ``rank_correlation`` (Kendall),
        ``sampled_objects`` (in the last profile), ``significance`` (of the change, in standard
        deviations of the sampling), ``likelihood`` (0 to 1; null with fewer than three profiles),
        ``age_seconds`` (how long an object lives, by Little's law), ``profiles``, ``restarts``,
        ``is_growing`` (beyond chance, and without filling up, as a leak does), ``fills_up`` (as a
        bounded cache does), ``kept_fraction`` (of what was allocated meanwhile, the share that
        stays), and the whole ``function``, ``file`` and ``line``.

    Raises
    ------
    UsageError
        When a profile has no such sample type, or does not say when it was taken.
    """
    series = [profile._inner for profile in _read_all(profiles, "growth", progress)]
    return pl.DataFrame(_gomem.growth(series, sample_type))


def _read_all(
    profiles: Iterable[Profile | Source], what: str, progress: Progress
) -> Iterator[Profile]:
    if isinstance(profiles, (str, bytes, os.PathLike)):
        raise UsageError(f"{what} takes a list of profiles, not one")
    total = len(profiles) if isinstance(profiles, Sized) else None
    with progress_bar(total, what=what, unit="profile", progress=progress) as done:
        for profile in profiles:
            yield profile if isinstance(profile, Profile) else read_pprof(profile)
            done(1)

"""Differences of profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from gomem._display import TOP, facts, heading, table
from gomem._flame import FlameTree
from gomem._pickled import Pickled
from gomem._sample_type import SampleType

if TYPE_CHECKING:
    from gomem import _gomem
    from gomem._profile import Profile
    from gomem._sample_type import Granularity

__all__ = ["ProfileDiff"]


class ProfileDiff(Pickled):
    """A profile held against a base, as `Profile.diff` gives it."""

    def __init__(self, inner: _gomem.ProfileDiff, profile: type[Profile], /) -> None:
        self._inner = inner
        # What a profile is, is said where differences are made.
        self._profile = profile

    @property
    def sample_types(self) -> list[SampleType]:
        """What both profiles count."""
        return [SampleType(*kind) for kind in self._inner.sample_types]

    @property
    def default_sample_type(self) -> str | None:
        """What is shown when nothing is asked for."""
        return self._inner.default_sample_type

    def top(
        self,
        sample_type: str | None = None,
        *,
        by: Granularity = "function",
        drop_negative: bool = False,
    ) -> pl.DataFrame:
        """Tell what became of each key, the largest difference first.

        Returns
        -------
        polars.DataFrame
            The key's columns as in `top`, ``base``, ``current``, ``delta`` (flat), ``base_cum``,
            ``current_cum``, ``delta_cum``, ``delta_fraction`` (of the base's total), ``delta_low``
            and ``delta_high`` (95 %, by sampling, for heap profiles), ``status`` (new, gone,
            changed, unchanged).
        """
        return pl.DataFrame(self._inner.top(sample_type, by, drop_negative))

    def to_frame(self) -> pl.DataFrame:
        """`top` by function."""
        return self.top()

    def to_profile(self) -> Profile:
        """Subtract the base, as ``go tool pprof -diff_base`` does.

        The base's samples are negative and have the label ``pprof::base``.
        """
        return self._profile(self._inner.profile())

    def flame(self, sample_type: str | None = None) -> FlameTree:
        """Show what grew in red and what shrank in blue."""
        return FlameTree(self._inner.flame(sample_type))._made_by(
            ProfileDiff.flame, self, sample_type=sample_type
        )

    def __repr__(self) -> str:
        kinds = ", ".join(f"{kind.name}/{kind.unit}" for kind in self.sample_types)
        return f"ProfileDiff({kinds})"

    def _repr_html_(self) -> str:
        shown = [heading(repr(self))]
        if self.default_sample_type is not None:
            top = (
                self.top().select("short_function", "base", "current", "delta", "status").head(TOP)
            )
            largest = facts({"largest differences of": self.default_sample_type})
            shown += [largest, table(top), self.flame()._details()]
        return "".join(shown)

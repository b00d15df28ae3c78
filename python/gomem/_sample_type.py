"""What profiles count, and by what it is summed."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

__all__ = ["Granularity", "SampleType", "shown_unit"]

Granularity: TypeAlias = Literal[
    "function", "filefunction", "file", "line", "address", "package", "module", "origin"
]


class SampleType(NamedTuple):
    """What a profile counts."""

    name: str
    unit: str


def shown_unit(kinds: list[SampleType], name: str) -> str | None:
    """Tell the unit in which a value is easier to read than in the profile's own."""
    return {"bytes": "MB", "nanoseconds": "s"}.get(dict(kinds)[name])

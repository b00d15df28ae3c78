"""Windows of time."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from gomem._gomem import UsageError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["end_of_window"]


def end_of_window(time: str | datetime | None) -> str:
    """Give an end of a window as text; an empty one is no end."""
    if time is None or isinstance(time, str):
        return time or ""
    if time.tzinfo is None:
        message = "time has no time zone; give datetime(..., tzinfo=timezone.utc)"
        raise UsageError(message)
    return time.astimezone(UTC).isoformat(timespec="milliseconds")

"""Frames as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gomem import _gomem
from gomem._display import grid, side

if TYPE_CHECKING:
    import polars as pl

    from gomem._display import Cell

__all__ = ["Shown", "show"]

# A column's name ends with its unit.
_UNITS = {
    "_bytes": "bytes",
    "_bytes_per_hour": "bytes_per_hour",
    "_bytes_per_second": "bytes_per_second",
    "_fraction": "fraction",
    "_milliseconds": "milliseconds",
    "_nanoseconds": "nanoseconds",
    "_seconds": "seconds",
}
# What a shorter column says already.
_LONG = {
    "place": ("file", "line", "function", "package"),
    "own_place": ("charged_to",),
    "short_function": ("function",),
}
# Text that is read, and not looked at: it stands last.
_PROSE = ("title", "action", "advice", "summary", "explanation", "compiler_message")
# What stands behind an answer.
_DETAILS = ("summary", "evidence", "confounders", "missing", "rules")
_COLOURS = {"critical": "#b3261e", "warning": "#b26a00", "fired": "#b26a00"}


class Shown:
    """A frame as `show` shows it; the frame itself is unchanged."""

    def __init__(self, frame: pl.DataFrame, rows: int, full: bool) -> None:
        self._frame = frame
        self._rows = rows
        self._full = full

    def __repr__(self) -> str:
        return repr(self._frame)

    def _repr_html_(self) -> str:
        names = self._columns()
        heads = ((side(self._frame, name), _heading(name)) for name in names)
        rows = self._frame.head(self._rows).iter_rows(named=True)
        left_out = self._frame.height - self._rows
        more = f"<div>{left_out:,} more rows</div>" if left_out > 0 else ""
        cells = ([self._cell(name, row) for name in names] for row in rows)
        return f'<div style="overflow-x:auto">{grid(heads, cells)}{more}</div>'

    def _columns(self) -> list[str]:
        """Give what is looked at, prose last; the ends of an interval stand beside its value."""
        names = self._frame.columns
        hidden = {name for name in names if _stem(name) in names}
        if not self._full:
            hidden.update(_DETAILS)
            hidden.update(long for short, all_ in _LONG.items() if short in names for long in all_)
            hidden.update(
                name for name in names if self._frame[name].null_count() == self._frame.height
            )
        shown = [name for name in names if name not in hidden]
        return sorted(shown, key=lambda name: _PROSE.index(name) + 1 if name in _PROSE else 0)

    def _cell(self, name: str, row: dict[str, Any]) -> Cell:
        value = row[name]
        text = _gomem.html_text(_text(name, value))
        low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
        if value is not None and low is not None and high is not None:
            ends = _gomem.html_text(f"{_text(name, low)} to {_text(name, high)}")
            text += f'<br><span style="opacity:.7">{ends}</span>'
        style = f"vertical-align:top;{side(self._frame, name)}"
        if name in _PROSE or isinstance(value, list):
            style += ";min-width:28em;max-width:48em"
        else:
            style += ";white-space:nowrap"
        if isinstance(value, str) and value in _COLOURS:
            style += f";color:{_COLOURS[value]};font-weight:600"
        if name.endswith("_fraction") and isinstance(value, float):
            share = 100 * min(max(value, 0.0), 1.0)
            style += f";background:linear-gradient(#4c78a8,#4c78a8) 0 0/{share:.1f}% 3px no-repeat"
        return style, text


def show(frame: pl.DataFrame, *, rows: int = 25, full: bool = False) -> Shown:
    """Show a frame as a person reads it: units, shares as bars, intervals in one cell, prose last.

    It is for notebooks; elsewhere it prints as the frame does. The frame stays what it is.

    ::

        gm.show(report.findings)
        gm.show(gm.attribute(heap, log).filter(pl.col("reason") == "interface_boxing"), rows=50)

    Parameters
    ----------
    frame
        Any frame, of gomem or made of one. Units are taken from the columns' names.
    rows
        How many rows are shown.
    full
        Also show the evidence, what a shorter column says already (``file`` and ``line`` beside
        ``place``), and columns without any value.
    """
    return Shown(frame, rows, full)


def _stem(name: str) -> str:
    return (
        name.removesuffix("_low").removesuffix("_high") if name.endswith(("_low", "_high")) else ""
    )


def _heading(name: str) -> str:
    """Give a column's name without the unit that its cells have."""
    if name.endswith("_fraction"):
        return _gomem.html_text(f"share of {name.removesuffix('_fraction')}".replace("_", " "))
    suffix = next((suffix for suffix in _UNITS if name.endswith(suffix)), "")
    return _gomem.html_text(name.removesuffix(suffix).replace("_", " "))


def _text(name: str, value: object) -> str:
    unit = next((unit for suffix, unit in _UNITS.items() if f"_{name}".endswith(suffix)), None)
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case int() | float() if unit:
            text = _gomem.in_unit(float(value), unit)
        case int():
            text = f"{value:,}"
        case float():
            text = f"{value:,.4g}"
        case list():
            text = ", ".join(_text(name, item) for item in value)
        case {"quantity": quantity, "value": number, "unit": of}:
            text = f"{quantity} {_gomem.in_unit(number, of) if number is not None else '?'}"
        case dict():
            text = ", ".join(f"{key} {_text(key, item)}" for key, item in value.items())
        case _:
            text = str(value)
    return text

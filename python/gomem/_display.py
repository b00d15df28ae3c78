"""What a notebook shows of gomem's objects: HTML that fetches nothing."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, TypeAlias

from gomem import _gomem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import polars as pl

__all__ = ["TOP", "Cell", "facts", "grid", "heading", "inline_document", "side", "table"]

# Rows that a notebook shows of a table.
TOP = 10

# A style and HTML.
Cell: TypeAlias = tuple[str, str]


def heading(text: str) -> str:
    """Give a line in bold."""
    return f'<div style="font-weight:600;margin:.4em 0">{_gomem.html_text(text)}</div>'


def facts(named: Mapping[str, object]) -> str:
    """Give what is known, each after its name; None is left out."""
    known = {name: value for name, value in named.items() if value is not None}
    parts = [
        f"<b>{_gomem.html_text(name)}</b> {_gomem.html_text(str(value))}"
        for name, value in known.items()
    ]
    return f'<div style="margin:.4em 0">{" · ".join(parts)}</div>'


def grid(heads: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> str:
    """Give a table of cells, each a style and what stands in it as HTML."""
    head = "".join(f'<th style="{style};padding:2px 8px">{text}</th>' for style, text in heads)
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{style};padding:2px 8px">{text}</td>' for style, text in row)
        + "</tr>"
        for row in rows
    )
    return (
        '<table style="border-collapse:collapse;font-size:12px">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def side(frame: pl.DataFrame, name: str) -> str:
    """Give the style of a column: numbers are to the right."""
    return f"text-align:{'right' if frame.schema[name].is_numeric() else 'left'}"


def table(frame: pl.DataFrame) -> str:
    """Give a small frame; fractions have three digits."""
    sides = {name: side(frame, name) for name in frame.columns}
    return grid(
        ((sides[name], _gomem.html_text(name)) for name in frame.columns),
        (
            [(sides[name], _cell(value)) for name, value in row.items()]
            for row in frame.iter_rows(named=True)
        ),
    )


def inline_document(document: str, *, height: int) -> str:
    """Put a document into a notebook's page, apart from the page's own scripts and styles."""
    return (
        f'<iframe srcdoc="{html.escape(document)}" sandbox="allow-scripts" '
        f'style="width:100%;height:{height}px;border:0"></iframe>'
    )


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.3f}"
        case _:
            return _gomem.html_text(str(value))

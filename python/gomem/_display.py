"""What a notebook shows of gomem's objects: HTML that fetches nothing."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from gomem import _gomem

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = ["facts", "heading", "inline_document", "table"]


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


def table(frame: pl.DataFrame) -> str:
    """Give a small frame; numbers are to the right, fractions with three digits."""
    right = {name for name, kind in frame.schema.items() if kind.is_numeric()}
    align = {name: "right" if name in right else "left" for name in frame.columns}
    head = "".join(
        f'<th style="text-align:{align[name]};padding:2px 8px">{_gomem.html_text(name)}</th>'
        for name in frame.columns
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align:{align[name]};padding:2px 8px">{_cell(value)}</td>'
            for name, value in row.items()
        )
        + "</tr>"
        for row in frame.iter_rows(named=True)
    )
    return (
        '<table style="border-collapse:collapse;font-size:12px">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
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

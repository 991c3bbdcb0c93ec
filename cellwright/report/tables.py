"""Tables and figures of the page: what a picture shows can be read beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cellwright.report.markup import Inside, Markup, element, joined

MOST_ROWS = 500
"""Of a table: a browser that is given more helps nobody. What is left out is counted."""


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Inside]], numbers: Sequence[int] = ()) -> Markup:
    """`numbers` are the columns that hold some."""
    found = list(rows)
    body = [_row(row, numbers) for row in found[:MOST_ROWS]]
    top = element("tr", *(element("th", word, scope="col", class_=_kind(i, numbers)) for i, word in enumerate(head)))
    made = element("table", element("caption", caption), element("thead", top), element("tbody", *body))
    left = len(found) - MOST_ROWS
    return element("div", made, *([element("p", f"and {left} more")] if left > 0 else []), class_="scroll", tabindex=0)


def folded(title: str, *inside: Inside) -> Markup:
    """Closed until somebody asks for it; printed open."""
    return element("details", element("summary", title), *inside)


def listed(lines: Iterable[Inside]) -> Markup:
    found = list(lines)
    shown = [element("li", line) for line in found[:MOST_ROWS]]
    left = len(found) - MOST_ROWS
    return joined(element("ul", *shown), *([element("p", f"and {left} more")] if left > 0 else []))


def section(title: str, anchor: str, *inside: Inside) -> Markup:
    return element("section", element("h2", title, id=anchor), *inside, aria_labelledby=anchor)


def _row(row: Sequence[Inside], numbers: Sequence[int]) -> Markup:
    return element("tr", *(element("td", cell, class_=_kind(i, numbers)) for i, cell in enumerate(row)))


def _kind(column: int, numbers: Sequence[int]) -> str | None:
    return "number" if column in numbers else None

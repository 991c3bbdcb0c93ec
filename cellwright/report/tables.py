"""Tables and figures of the page: what a picture shows can be read beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cellwright.report.markup import Inside, Markup, element, joined

T = TypeVar("T")

MOST_ROWS = 500
"""Of a table: a browser that is given more helps nobody. What is left out is counted."""


@dataclass(slots=True)
class FirstRows(Generic[T]):
    """The first of many, as many as a table shows; the others are counted."""

    shown: list[T] = field(default_factory=list)
    more: int = 0

    def add(self, row: T) -> None:
        if len(self.shown) < MOST_ROWS:
            self.shown.append(row)
        else:
            self.more += 1


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[Inside]], numbers: Sequence[int] = (), more: int = 0
) -> Markup:
    """`numbers` are the columns that hold some; there are so many `more` rows. They are not held at once."""
    body, left = list[Markup](), more
    for row in rows:
        if len(body) < MOST_ROWS:
            body.append(_row(row, numbers))
        else:
            left += 1
    top = element("tr", *(element("th", word, scope="col", class_=_kind(i, numbers)) for i, word in enumerate(head)))
    made = element("table", element("caption", caption), element("thead", top), element("tbody", *body))
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

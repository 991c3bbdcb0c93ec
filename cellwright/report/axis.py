"""The time axis that the pictures of a run share: how wide it is, where its ticks stand, what a moment's x is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cellwright.report.markup import Markup, element
from cellwright.times import moment

LABELS = 170.0  # px to the left, for names
NARROWEST, WIDEST = 900.0, 8000.0
PER_SECOND = 4.0  # px that a run should have, so that a step of some seconds can be seen
TICK = 90.0  # px between two ticks at least
_EVERY = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 86400.0)
NAME = 25  # characters of a row's name


@dataclass(frozen=True, slots=True)
class Axis:
    """From 0 to `end` s over `width` px, right of the labels."""

    end: float

    @property
    def width(self) -> float:
        return min(WIDEST, max(NARROWEST, PER_SECOND * self.end))

    @property
    def total(self) -> float:
        return LABELS + self.width + 12.0

    def x(self, seconds: float) -> float:
        return LABELS + self.width * min(1.0, max(0.0, seconds / max(self.end, 1e-9)))

    def ticks(self) -> Iterator[float]:
        every = next((e for e in _EVERY if e * self.width >= TICK * self.end), max(_EVERY[-1], self.end))
        tick = 0.0
        while tick <= self.end:
            yield tick
            tick += every


def ruler(axis: Axis, height: float) -> Iterator[Markup]:
    for tick in axis.ticks():
        x = axis.x(tick)
        yield element("line", x1=x, x2=x, y1=16.0, y2=height, class_="tick")
        yield element("text", moment(tick).removesuffix(".0"), x=x, y=11.0, class_="small")


def label(text: str, y: float) -> Markup:
    """A row's name, cut to what fits; the whole of it is its title."""
    shown = text if len(text) <= NAME else text[: NAME - 1] + "…"
    return element("text", element("title", text), shown, x=0.0, y=y, class_="row")


def picture(title: str, width: float, height: float, *inside: Markup, is_wide: bool = True) -> Markup:
    """With a title for those who do not see it; the numbers stand in the table beside it."""
    size = {"viewBox": f"0 0 {width:.0f} {height:.0f}", "width": f"{width:.0f}", "height": f"{height:.0f}"}
    drawn = element("svg", element("title", title), *inside, role="img", aria_label=title, **size)
    return element("div", drawn, class_="scroll" if is_wide else "figure", tabindex=0 if is_wide else None)

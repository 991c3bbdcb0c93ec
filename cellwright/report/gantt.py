"""Planned against actual: two tracks a resource, the upper one as planned (outlined), the lower one as it went (filled).

What did not end well is told by a sign on its bar, never by its colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cellwright.report.axis import Axis, label, picture, ruler
from cellwright.report.bars import Bar, actual_bars, planned_bars
from cellwright.report.course import Course, End
from cellwright.report.markup import Inside, Markup, element, joined, name, visible
from cellwright.report.tables import folded, listed, section, table
from cellwright.report.words import share
from cellwright.times import lasting, moment

ROW, TRACK, TOP = 44.0, 17.0, 24.0
MOST = 4000  # bars of a picture
SIGNS: dict[End, str] = {"confirmed": "", "failed": "✗", "unknown": "?", "open": "…"}
BY_HAND = "↔"
ROOM = 7.0  # px a character
KEY = (
    "upper track, outlined: as planned",
    "lower track, filled: as it went; a number is that of a part (7: …#7), the two shades only tell neighbours apart",
    "✗ failed, ? outcome not known, … not over when the record ends, ↔ jogged by hand",
    "│ a plan takes the place of the one before",
)


def gantt(course: Course) -> Markup:
    """Before a run only the planned track is there."""
    actual, meant = () if course.is_planned else actual_bars(course), planned_bars(course)
    rows = tuple(dict.fromkeys(bar.resource for bar in (*meant, *actual)))
    if not rows:
        return section("Planned and actual", "gantt", element("p", "No step was planned or done."))
    shown, until = _first(meant, actual)
    end = max([course.end, *(bar.stop for bar in meant)]) if until is None else until
    axis = Axis(end)
    drawn = picture("What each resource was busy with, planned and actual", axis.total, TOP + ROW * len(rows) + 4.0,
        *ruler(axis, TOP + ROW * len(rows)), *_plans(course, axis, TOP + ROW * len(rows)),
        *(mark for row, resource in enumerate(rows) for mark in _row(axis, resource, TOP + ROW * row, shown)))  # fmt: skip
    title = "Planned" if course.is_planned else "Planned and actual"
    left = [element("p", f"Drawn up to {moment(end)}; the table has all of it.")] if until is not None else []
    key = listed(KEY[:1] if course.is_planned else KEY)
    return section(title, "gantt", drawn, key, *left, _shares(rows, meant, actual, course), _all(meant, actual))


def _first(meant: Sequence[Bar], actual: Sequence[Bar]) -> tuple[tuple[tuple[str, Bar], ...], float | None]:
    """As many bars as a browser draws with ease, and where they end; None: all."""
    bars = sorted([*(("planned", b) for b in meant), *(("actual", b) for b in actual)], key=lambda one: one[1].start)
    return tuple(bars[:MOST]), bars[MOST][1].start if len(bars) > MOST else None


def _plans(course: Course, axis: Axis, height: float) -> Iterator[Markup]:
    for laid in course.plans[1:]:
        x = axis.x(laid.zero)
        yield element("line", element("title", f"plan {laid.number}"), x1=x, x2=x, y1=16.0, y2=height, class_="plan")


def _row(axis: Axis, resource: str, y: float, bars: Sequence[tuple[str, Bar]]) -> Iterator[Markup]:
    yield label(resource, y + ROW / 2)
    shades: dict[str | None, int] = {}
    for track, bar in bars:
        if bar.resource == resource:
            shade = shades.setdefault(bar.part, len(shades) % 2)
            yield _bar(axis, track, bar, y if track == "planned" else y + TRACK + 2.0, shade)


def _bar(axis: Axis, track: str, bar: Bar, y: float, shade: int) -> Markup:
    x, sign = axis.x(bar.start), SIGNS[bar.end]
    width = max(1.0, axis.x(bar.stop) - x)
    what = bar.by_hand or f"{bar.part or 'no part'}, {bar.steps} steps"
    told = f"{what}: {moment(bar.start)} to {moment(bar.stop)}, {track}, {bar.end}"
    box = element("rect", element("title", told), x=x, y=y, width=width, height=TRACK,
        class_=f"{track} shade{shade}" + (f" {bar.end}" if bar.end != "confirmed" else ""))  # fmt: skip
    word = BY_HAND if bar.by_hand else sign + (bar.part or "").rpartition("#")[2][:6]
    if not word or (len(visible(word)) * ROOM > width and not sign and not bar.by_hand):
        return box
    return joined(box, element("text", word, x=x + width / 2.0, y=y + 13.0, class_=f"on {track}"))


def _shares(rows: Sequence[str], meant: Sequence[Bar], actual: Sequence[Bar], course: Course) -> Markup:
    """Of the time from the first step to the last."""
    first = min((run.start for run in course.runs), default=0.0)
    length = max((run.stop for run in course.runs), default=0.0) - first

    def works(bars: Sequence[Bar], resource: str) -> float:
        return sum(bar.works for bar in bars if bar.resource == resource)

    def part(bars: Sequence[Bar], resource: str) -> str:
        return share(works(bars, resource) / length if length > 0.0 else None)

    if course.is_planned:
        meant_rows: list[tuple[Inside, ...]] = [(name(r), lasting(works(meant, r)), part(meant, r)) for r in rows]
        return table("Busy", ("resource", "planned", "of the time"), meant_rows, numbers=(1, 2))
    told: list[tuple[Inside, ...]] = [
        (name(r), lasting(works(meant, r)), lasting(works(actual, r)), part(actual, r)) for r in rows
    ]
    return table("Busy", ("resource", "planned", "actual", "of the time"), told, numbers=(1, 2, 3))


def _all(meant: Sequence[Bar], actual: Sequence[Bar]) -> Markup:
    rows = sorted([*(("planned", b) for b in meant), *(("actual", b) for b in actual)], key=lambda one: (one[1].start, one[0]))
    told = [
        (moment(b.start), moment(b.stop), name(b.resource), name(b.by_hand or b.part or ""), track, b.end) for track, b in rows
    ]
    head = ("from", "to", "resource", "part", "track", "end")
    return folded("Every bar as a row", table("Bars", head, told, numbers=(0, 1)))

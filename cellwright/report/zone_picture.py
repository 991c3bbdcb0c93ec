"""Who was in which zone when: robots as their motions ran, people as the cell's own signals said."""

from __future__ import annotations

from cellwright.report.axis import Axis, label, picture, ruler
from cellwright.report.course import Course, Stay
from cellwright.report.markup import Markup, element, joined, name
from cellwright.report.stays import robot_stays
from cellwright.report.tables import folded, section, table
from cellwright.times import lasting, moment

ROW, TOP = 26.0, 24.0
PERSON = "a person"
NOTE = "Robots: computed from their motions. People: what the signal of the zone reported; nothing here protects anybody."


def zone_section(course: Course) -> Markup:
    stays = sorted((*robot_stays(course), *course.people), key=lambda stay: (stay.zone, stay.who, stay.start))
    if not stays:
        return section("Zones", "zones", element("p", "Nobody was in a zone."))
    rows = tuple(dict.fromkeys((stay.zone, stay.who) for stay in stays))
    axis = Axis(course.end)
    marks = [mark for i, row in enumerate(rows) for mark in _row(axis, row, TOP + ROW * i, stays)]
    height = TOP + ROW * len(rows) + 4.0
    drawn = picture("Who was in which zone", axis.total, height, *ruler(axis, height - 4.0), *marks)
    return section("Zones", "zones", element("p", NOTE), drawn, _sums(rows, stays), _all(stays))


def _row(axis: Axis, row: tuple[str, str], y: float, stays: list[Stay]) -> list[Markup]:
    zone, who = row
    marks = [label(f"{zone}: {who or PERSON}", y + 16.0)]
    for stay in stays:
        if (stay.zone, stay.who) == row:
            x = axis.x(stay.start)
            width = max(1.0, axis.x(stay.stop) - x)
            told = f"{who or PERSON} in {zone}, {moment(stay.start)} to {moment(stay.stop)}"
            kind = "actual shade0" if who else "person"
            marks.append(element("rect", element("title", told), x=x, y=y + 4.0, width=width, height=16.0, class_=kind))
            if not who:
                marks.append(element("text", "✚", x=x + width / 2.0, y=y + 17.0, class_="on person"))
    return marks


def _sums(rows: tuple[tuple[str, str], ...], stays: list[Stay]) -> Markup:
    told = []
    for zone, who in rows:
        own = [stay.stop - stay.start for stay in stays if (stay.zone, stay.who) == (zone, who)]
        told.append((name(zone), name(who) if who else joined(PERSON), str(len(own)), lasting(sum(own))))
    return table("In zones", ("zone", "who", "times", "altogether"), told, numbers=(2, 3))


def _all(stays: list[Stay]) -> Markup:
    rows = [(moment(s.start), moment(s.stop), name(s.zone), name(s.who or PERSON)) for s in sorted(stays, key=lambda s: s.start)]
    return folded("Every stay as a row", table("Stays", ("from", "to", "zone", "who"), rows, numbers=(0, 1)))

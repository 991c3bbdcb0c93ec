"""Every part, where it is at the end and what was found of it."""

from __future__ import annotations

from cell.run import PartSummary
from cellwright.report.markup import Inside, Markup, element, name
from cellwright.report.tables import folded, section, table


def part_section(parts: tuple[PartSummary, ...]) -> Markup:
    if not parts:
        return section("Parts", "parts", element("p", "There were no parts."))
    sums: dict[tuple[str, str], int] = {}
    for part in parts:
        where = part.where.partition("[")[0] if part.where else "lost"
        sums[where, part.kind] = sums.get((where, part.kind), 0) + 1
    short = table(
        "Where parts are", ("where", "kind", "how many"), [(name(w), name(k), str(n)) for (w, k), n in sums.items()], (2,)
    )
    head = ("part", "kind", "where", "found", "note")
    return section("Parts", "parts", short, folded("Every part", table("Parts", head, (_row(part) for part in parts))))


def _row(part: PartSummary) -> tuple[Inside, ...]:
    told = ", ".join(f"{outcome} {value}" for outcome, value in part.outcomes)
    note = ("given up; " if part.given_up else "") + (part.note if not part.where else "")
    return name(part.id), name(part.kind), name(part.where or "lost"), name(told), name(note)

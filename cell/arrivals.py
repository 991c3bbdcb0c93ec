"""Parts that are still to come: which ones a conveyor or a feed brings, and by when each is there at the latest.

With an arrival law (`every 6 s`) one comes each such time. The k-th that is still to come is there k times that long from now: by
then it has come even if the one before has only just arrived.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from cell.equipment import Equipment
from cell.members import binds_parts, set_of
from cell.model import CellModel
from cell.people import PERSON
from cell.program import IntentProgram, Loop
from cell.program_walk import lines_in
from cell.seats import seats_ever
from cell.state import CellState, Expected, PartState


def interval(equipment: Equipment) -> float | None:
    """Seconds from one arrival to the next; None for what brings nothing by itself, or nobody knows when."""
    every = equipment.attributes.get("every")
    is_supply = "delivers" in equipment.attributes and len(equipment.places) == 1
    return float(every) if is_supply and isinstance(every, int | float) else None


def brings(equipment: Equipment) -> str | None:
    """The part kind that arrives there, None where nothing does or where it is not certain which one comes next."""
    delivered = equipment.attributes.get("delivers")
    kinds = delivered if isinstance(delivered, tuple) else (delivered,)
    return str(kinds[0]) if interval(equipment) is not None and len(kinds) == 1 else None


def buffer(equipment: Equipment) -> int:
    """How many parts can wait there."""
    waiting = equipment.attributes.get("buffer", 1.0)
    return int(waiting) if isinstance(waiting, int | float) else 1


def ahead(equipment: Equipment) -> int | None:
    """How many of the parts to come one plan counts on where they come without end; None where nobody says that they do."""
    counted_on = equipment.attributes.get("ahead")
    return int(counted_on) if isinstance(counted_on, int | float) and brings(equipment) is not None else None


def endless_loops(program: IntentProgram, cell: CellModel) -> Iterator[tuple[Loop, Equipment]]:
    """The loops that end by nothing, each with what brings their parts without end."""
    for loop in (line for line in lines_in(program.block) if isinstance(line, Loop) and line.until is None):
        supply = set_of(loop, cell) if binds_parts(loop, cell) else None
        if supply is not None and ahead(supply) is not None:
            yield loop, supply


def expected_parts(cell: CellModel, named: Mapping[str, int]) -> Iterator[PartState]:
    """As many as are counted on. `named` counts the parts of each kind that are there already, so that numbers go on behind
    them."""
    numbers = dict(named)
    for equipment in cell.equipment.values():
        kind = brings(equipment)
        if kind is None:
            continue
        for _ in range(_counted_on(cell, equipment, kind, named)):
            numbers[kind] = numbers.get(kind, 0) + 1
            yield expected_part(kind, numbers[kind], equipment.places[0].name)


def expected_part(kind: str, number: int, place: str) -> PartState:
    return PartState(f"{kind}#{number}", kind, Expected(place), place)


def _counted_on(cell: CellModel, equipment: Equipment, kind: str, named: Mapping[str, int]) -> int:
    """As many as it says; else as the cell has places and seats for, and as many more as can wait."""
    if (said := ahead(equipment)) is not None:
        return said
    others = (e for e in cell.equipment.values() if brings(e) is None and e.kind != PERSON)
    room = sum(kind in p.accepts and p.capacity == 1 for e in others for p in e.places)
    room += sum(count * _seats_for(cell, base, kind) for base, count in named.items() if base in cell.parts)
    return room + buffer(equipment)


def _seats_for(cell: CellModel, base: str, kind: str) -> int:
    """How many seats of one base such a part may ever go into."""
    return sum(kind in seat.takes for seat in seats_ever(cell, base))


def arrival_times(cell: CellModel, state: CellState) -> dict[str, float]:
    """Part -> s from now by which it has come at the latest, for every part that is expected, in order of arrival."""
    times: dict[str, float] = {}
    counted: dict[str, int] = {}
    for part in sorted((p for p in state.parts if isinstance(p.location, Expected)), key=lambda p: number_of(p.id)):
        assert isinstance(part.location, Expected)
        equipment = cell.equipment[cell.places[part.location.place].equipment]
        counted[equipment.name] = counted.get(equipment.name, 0) + 1
        times[part.id] = counted[equipment.name] * (interval(equipment) or 0.0)
    return times


def most_waiting(every: float, departures: Sequence[float], until: float) -> int:
    """The most parts that wait at once before `until` s when one arrives each `every` s and they leave at `departures` s; none
    waits at the start. A part that leaves just as the next one arrives still counts."""
    left = sorted(departures)
    return max((k - bisect_left(left, k * every) for k in range(1, math.floor(until / every + 1e-9) + 1)), default=0)


def arrival_law(equipment: Equipment) -> str:
    """What a plan assumes of it, in words."""
    return f"{equipment.name} brings a {brings(equipment)} every {interval(equipment):g} s, the next one within that time"


def number_of(part: str) -> int:
    """carton#12 is number 12; 0 for a name without a number."""
    number = part.rpartition("#")[2]
    return int(number) if number.isdigit() else 0

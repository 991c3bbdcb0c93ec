"""What is emptied from outside: a belt that carries parts off one by one, a box that somebody changes.

It has room for `capacity` parts, and its signal counts those that lie there. A plan puts any number there: each waits for room
when its turn comes, and nothing of a plan hangs on when that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cell.equipment import Equipment
from cell.model import CellModel
from cell.steps import Action, MotionNeed, Move, Step, Touch

LEAVES, EMPTIED = "leaves", "emptied"


@dataclass(frozen=True, slots=True)
class TakingAway:
    """Each `every` s: one part (`is_one_by_one`), or all that lie there."""

    every: float
    is_one_by_one: bool


def taking_away(equipment: Equipment) -> TakingAway | None:
    """None for what nobody empties."""
    for attribute in (LEAVES, EMPTIED):
        every = equipment.attributes.get(attribute)
        if isinstance(every, int | float):
            return TakingAway(float(every), attribute == LEAVES)
    return None


def is_outfeed(equipment: Equipment) -> bool:
    return taking_away(equipment) is not None


def room_in(equipment: Equipment) -> int:
    """How many parts may lie there at once."""
    capacity = equipment.attributes.get("capacity")
    return int(capacity) if isinstance(capacity, int | float) else 1


def fed_by(action: Action) -> Touch | None:
    """Of a motion that goes to a place with a part to let go of it there."""
    match action:
        case Move(MotionNeed(touch=Touch(pair="part and place", end="end") as touch)):
            return touch
        case _:
            return None


def taking_laws(steps: Iterable[Step], cell: CellModel) -> tuple[str, ...]:
    """What a plan with these steps assumes of who empties what it fills, in words."""
    places = (touch.place for step in steps if (touch := fed_by(step.action)) is not None)
    names = dict.fromkeys(cell.places[place].equipment for place in places)
    things = (cell.equipment[name] for name in names if name in cell.equipment)
    return tuple(_told(thing, law) for thing in things if (law := taking_away(thing)) is not None)


def _told(thing: Equipment, law: TakingAway) -> str:
    how = f"of {thing.name} one part leaves" if law.is_one_by_one else f"{thing.name} is emptied"
    return f"{how} each {law.every:g} s; {room_in(thing)} have room there, and the next one waits until there is room"

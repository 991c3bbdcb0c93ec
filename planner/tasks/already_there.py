"""Moves to where an earlier line has brought the very part: the goal is met there, and no step is left to do.

`inspect s at gauge`, and in a branch behind it `move s to gauge`. What the proof derives of it is in planner/proof/left_in.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from planner.tasks.route import Fork, Leg, Stage, Way

Places = tuple[str, ...]


@dataclass(slots=True)
class LeftIn:
    """Where the lines read so far leave each part of a kit, reached or not."""

    places: dict[str, Places] = field(default_factory=dict)

    def meets(self, part: str, stage: Stage) -> bool:
        """Whether the part lies there by then; it does from then on."""
        here = self.places.get(part, ())
        self.places[part] = _after(stage, here)
        return _is_met(stage, here)


def without_met(legs: Sequence[Leg]) -> list[Leg]:
    """`legs`, all those of one iteration in order, less the moves that find the part in a place that they ask for, whichever way
    was taken before."""
    left: list[Leg] = []
    here: Places = ()
    for leg in legs:
        if isinstance(leg, Fork):
            ways = [_along(way, here) for way in leg.ways]
            left.append(replace(leg, ways=tuple(way for way, _ in ways)))
            ends = {end for _, end in ways}
            here = ends.pop() if len(ends) == 1 else ()
            continue
        if not _is_met(leg, here):
            left.append(leg)
        here = _after(leg, here)
    return left


def _along(way: Way, here: Places) -> tuple[Way, Places]:
    """The way without such moves, and where it leaves the part."""
    stages = list[Stage]()
    for stage in way.stages:
        if not _is_met(stage, here):
            stages.append(stage)
        here = _after(stage, here)
    return replace(way, stages=tuple(stages)), here


def _is_met(stage: Stage, here: Places) -> bool:
    return stage.goal.verb == "move" and stage.work is None and bool(here) and set(here) <= set(stage.places)


def _after(stage: Stage, here: Places) -> Places:
    """Where the part may lie then; nowhere for certain where a person has taken it over. Along a path it is worked on where it
    lies."""
    if stage.path is not None:
        return here
    by_person = stage.handing is not None or stage.received is not None
    return () if by_person or stage.into is not None else stage.places

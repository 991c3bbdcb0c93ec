"""Moves to where an earlier line has brought the very part: the goal is met there, and no step is left to do.

`inspect s at gauge`, and in a branch behind it `move s to gauge`. Which line of an `any order` comes last is the plan's choice,
so behind one a move is met only in the plan that brings the part there: a later one begins where the part lies by then. What the
proof derives of it is in planner/proof/left_in.py and left_by_plan.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from planner.tasks.route import Fork, Leg, Stage, Way

Places = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Left:
    """Where the part lies, () where that is not certain; `by_plan` where this plan is to bring it there."""

    places: Places = ()
    by_plan: Places = ()


_NOWHERE = _Left()


@dataclass(slots=True)
class LeftIn:
    """Where the lines read so far leave each part of a kit, reached or not."""

    left: dict[str, _Left] = field(default_factory=dict)

    def meets(self, part: str, stage: Stage, reached: Collection[str]) -> bool:
        """Whether the part lies there by then; it does from then on. `reached`: its goals."""
        here = self.left.get(part, _NOWHERE)
        self.left[part] = _after(stage, here, reached)
        return _is_met(stage, here)


def without_met(legs: Sequence[Leg], reached: Collection[str]) -> list[Leg]:
    """`legs`, all those of one iteration in order, less the moves that find the part in a place that they ask for, whichever way
    was taken before. `reached`: the goals that the part has reached."""
    left: list[Leg] = []
    here = _NOWHERE
    for leg in legs:
        if isinstance(leg, Fork):
            ways = [_along(way, here, reached) for way in leg.ways]
            left.append(replace(leg, ways=tuple(way for way, _ in ways)))
            ends = {end for _, end in ways}
            here = ends.pop() if len(ends) == 1 else _NOWHERE
            continue
        if not _is_met(leg, here):
            left.append(leg)
        here = _after(leg, here, reached)
    return left


def _along(way: Way, here: _Left, reached: Collection[str]) -> tuple[Way, _Left]:
    """The way without such moves, and where it leaves the part."""
    stages = list[Stage]()
    for stage in way.stages:
        if not _is_met(stage, here):
            stages.append(stage)
        here = _after(stage, here, reached)
    return replace(way, stages=tuple(stages)), here


def _is_met(stage: Stage, here: _Left) -> bool:
    places = here.by_plan if stage.clauses.is_free else here.places
    return stage.goal.verb == "move" and stage.work is None and bool(places) and set(places) <= set(stage.places)


def _after(stage: Stage, here: _Left, reached: Collection[str]) -> _Left:
    """Where the part may lie then; nowhere for certain where a person has taken it over. Along a path it is worked on where it
    lies."""
    if stage.path is not None:
        return here
    by_person = stage.handing is not None or stage.received is not None
    if by_person or stage.into is not None:
        return _NOWHERE
    by_plan = () if stage.goal.id in reached else stage.places
    return _Left(by_plan if stage.clauses.is_free else stage.places, by_plan)

"""Plans of two robots with one thing changed in what they owe each other: the order between them, where they stand, who has which
motion, what a motion says of the zones that it visits. What follows from a change (starts, figures, keys) is made to follow, so
that nothing else gives it away.

A wait that is dropped counts only where it was needed: where the planner's own search for pairs, which the proof does not know,
then finds two presences that may coincide and cannot be certified, or two robots may be in one place or in one zone at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np

from cell.geometry import Array, frozen
from cell.motion_plan import Motion, MotionPlan, Segment
from cell.presence import Moving, Presence, Resting
from cell.steps import AtHome, AtHub, AtPlace, Stance, Touch
from planner.motion.coordinate import uncertified
from planner.motion.store import MemoryStore
from planner.tasks.coinciding import coinciding
from planner.tasks.crew import resting_at_start
from tests.planner.proof.gantry import SAFE_HEIGHT, Case
from tests.planner.proof.hand_made import rest_to_rest
from tests.planner.proof.test_two_robots import edges_between_robots, order_of, retimed, with_motions, without_edge

_STORE = MemoryStore()


@dataclass(frozen=True, slots=True)
class Joint:
    """`what` was done, in words."""

    kind: str
    what: str
    plan: MotionPlan


def joint_mutants(case: Case) -> Iterator[Joint]:
    """All of them, the kinds one after the other."""
    for make in (dropped_waits, other_robots_motions, motions_of_others_under_ones_own_name, exchanged_rests, shortened_visits):
        yield from make(case)


# --- order -----------------------------------------------------------------------------------------------------------


def dropped_waits(case: Case) -> Iterator[Joint]:
    plan = case.plan
    for i, name in edges_between_robots(plan):
        changed = without_edge(plan, i, name)
        if order_of(changed).before != order_of(plan).before and is_missed(case, changed):
            yield Joint("wait", f"{plan.tasks.steps[i].id} no longer waits for {name}", changed)


def is_missed(case: Case, changed: MotionPlan) -> bool:
    """Whether something may happen at once now that must not."""
    asked = case.request
    rests = [resting_at_start(asked, name) for name in asked.cell.robots]
    pairs = coinciding(changed.tasks, rests)
    motions = {m.need: m for m in changed.motions.values()}
    if any(place_of(one) is not None and place_of(one) == place_of(other) for one, other in pairs):
        return True
    return bool(uncertified(pairs, motions, asked.cell, asked.robots, _STORE, map, lambda *_: None))


def place_of(presence: Presence) -> str | None:
    match presence:
        case Moving(need):
            return need.touch.where if need.touch is not None else None
        case Resting(stance=AtPlace(place)):
            return place
        case Resting():
            return None


# --- motions ---------------------------------------------------------------------------------------------------------


def other_robots_motions(case: Case) -> Iterator[Joint]:
    """A step is carried out along a motion of the other robot, one of the same sort where there is one."""
    plan = case.plan
    for i, step in enumerate(plan.tasks.steps):
        if step.motion is not None and (theirs := _theirs(plan, plan.motions[step.motion])) is not None:
            yield Joint("another's motion", f"{step.id} has {theirs[:8]}", retimed(plan, {i: {"motion": theirs}}))


def motions_of_others_under_ones_own_name(case: Case) -> Iterator[Joint]:
    """The path of the other robot's motion, for what this one is asked to do."""
    plan = case.plan
    for key, motion in plan.motions.items():
        theirs = _theirs(plan, motion)
        if theirs is not None:
            copied = replace(plan.motions[theirs], need=motion.need)
            yield Joint("another's path", f"{key[:8]} runs along {theirs[:8]}", with_motions(plan, _exchange(motion, copied)))


def _exchange(old: Motion, new: Motion) -> Callable[[Motion], Motion]:
    return lambda motion: new if motion is old else motion


def _theirs(plan: MotionPlan, motion: Motion) -> str | None:
    sort = _sort(motion)
    for key, other in plan.motions.items():
        if other.need.robot != motion.need.robot and _sort(other) == sort:
            return key
    return None


def _sort(motion: Motion) -> object:
    """What kind of touch there is at which end; None for a travel."""
    touch = motion.need.touch
    return (touch.pair, touch.end) if isinstance(touch, Touch) else touch


# --- where they stand ------------------------------------------------------------------------------------------------


def exchanged_rests(case: Case) -> Iterator[Joint]:
    """Two stances of two robots, home or hub: each robot rests where the other one did, in all of its motions alike."""
    plan = case.plan
    ends = [(m.need.robot, s, q) for m in plan.motions.values() for s, q in _ends(m) if isinstance(s, AtHub | AtHome)]
    known: dict[tuple[str, Stance], Array] = {(robot, stance): q for robot, stance, q in ends}
    first, *others = sorted({robot for robot, _ in known})
    for (one, stance), q in known.items():
        for (other, theirs), p in known.items():
            if one == first and other in others and float(np.abs(q - p).max()) > 1e-6:
                moved = {(one, stance): p, (other, theirs): q}
                words = f"{one} at {stance} and {other} at {theirs}"
                yield Joint("rests", words, with_motions(plan, partial(standing, moved=moved)))


def _ends(motion: Motion) -> tuple[tuple[Stance, Array], tuple[Stance, Array]]:
    return (motion.need.start, motion.segments[0].control[0]), (motion.need.end, motion.segments[-1].control[-1])


def standing(motion: Motion, moved: dict[tuple[str, Stance], Array]) -> Motion:
    """The motion with other joint positions for those stances, up and down over its place as before, slowly."""
    (_, start), (_, end) = _ends(motion)
    new = [moved.get((motion.need.robot, stance), q) for stance, q in _ends(motion)]
    if new[0] is start and new[1] is end:
        return motion
    corners = new
    touch = motion.need.touch
    is_in = isinstance(touch, Touch) and touch.end == "end"
    if touch is not None:
        over = (end if is_in else start).copy()
        over[2] = SAFE_HEIGHT
        corners = [new[0], over, new[1]]
    legs = [(a, b) for a, b in pairwise(corners) if float(np.abs(b - a).max()) > 1e-9]
    if not legs:
        return motion
    segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
    was, length = (sum(s.length for s in each) for each in (motion.segments, segments))
    by = length - was if is_in else 0.0
    contacts = tuple(replace(c, first=max(0.0, c.first + by), last=c.last + by) for c in motion.contacts)
    visits = tuple(replace(v, first=max(0.0, v.first + by), last=v.last + by) for v in motion.visits)
    seconds = 12.0 * length
    return replace(
        motion, segments=segments, phases=rest_to_rest(length, seconds), contacts=contacts, visits=visits, duration=seconds
    )


# --- zones -----------------------------------------------------------------------------------------------------------


def shortened_visits(case: Case) -> Iterator[Joint]:
    """A motion says less of its stay in a zone for one robot than there is: a tenth of it, or nothing at all."""
    plan = case.plan
    for key, motion in plan.motions.items():
        for visit in motion.visits:
            touch = motion.need.touch
            at_end = isinstance(touch, Touch) and touch.end == "end"
            most = 0.5 * (visit.last - visit.first)
            shorter = replace(visit, first=visit.first + most) if at_end else replace(visit, last=visit.last - most)
            for visits in ((shorter,), ()):
                changed = replace(motion, visits=visits)
                yield Joint("visit", f"{key[:8]} lists {visits}", with_motions(plan, _exchange(motion, changed)))

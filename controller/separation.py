"""How far people have to be from the robots of a run, and whether they are, where something measures how far they are.

The formula is that of ISO/TS 15066, 5.5.4 (cell/separation_distance.py), with what the proof and the drivers say: the fastest
that any point of links, tool and load goes on any motion of the plan, and in manual mode on any jog; the longest that any robot
takes to stand. An estimate; supervisory only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from cell.commands import Subject
from cell.driver import DriverSet
from cell.events import SeparationSeen
from cell.jog import FASTEST
from cell.separation_distance import INTRUSION, REACTION, separation_distance
from controller.run_state import RunState

SECOND = 1e9


def separations_seen(drivers: DriverSet, state: RunState, now: int) -> Iterator[SeparationSeen]:
    """Where it has become too little, or enough again. What is not known is too little."""
    if state.context is None:
        return
    for name, zone in state.context.zones.items():
        if zone.distance is None:
            continue
        distance, reaction = _measured(drivers, zone.distance, now)
        needed = needed_separation(drivers, state, reaction)
        is_short = distance is None or needed is None or distance < needed
        if state.belief.zones.get(name) is not is_short:
            yield SeparationSeen(now, Subject(state.run), name, distance, needed, is_short, zone.distance)


def needed_separation(drivers: DriverSet, state: RunState, reaction: float = REACTION) -> float | None:
    """m, for what is heard of people within `reaction` s; None where nobody knows how fast the robots go."""
    assert state.context is not None
    tops = [robot.top_speed for robot in state.context.robots.values()]
    known = [top for top in tops if top is not None]
    if not state.progress.fastest and len(known) < len(tops):
        return None
    v_r = max(state.progress.fastest.values() or known, default=0.0)
    if state.manual is not None:
        v_r = max(v_r, FASTEST)  # jogs are no motions of the plan
    T_s = max((robot.capabilities().standstill["hold"] for robot in drivers.motion.values()), default=0.0)
    return separation_distance(v_r, reaction, T_s, INTRUSION, v_h=state.context.approach_speed)


def _measured(drivers: DriverSet, signal: str, now: int) -> tuple[float | None, float]:
    """m, None where it is not known; and for how long (s) that may be so before it counts as not known."""
    if signal not in drivers.signals.signals:
        return None, REACTION
    sample = drivers.signals.read(signal)
    is_number = isinstance(sample.value, int | float) and not isinstance(sample.value, bool)
    distance = float(sample.value) if is_number and sample.value is not None and not sample.is_stale(now) else None
    if distance is not None and not math.isfinite(distance):
        distance = None  # nan is less than nothing, and would be enough
    return distance, REACTION if sample.max_age is None else sample.max_age / SECOND

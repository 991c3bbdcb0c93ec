"""Laws of where a robot says that it is told to be, and of how fast it says that it goes: what its watchers go by.

With a setpoint that is what was measured every robot follows: who leaves its path follows itself, and R714 sees nothing.
So it is read against what the kit knows: the trajectory that it asked for, and a robot that is not where it is told to be.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from cell.device import RobotState, Trajectory
from cell.geometry import Array
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.moving import fastest_share, off_the_line, run
from cell_drivers.conformance.motions import rig
from cell_drivers.conformance.seen import demand

DIGITS = 1e-9
"""rad or m: what is told twice may differ by. No sensor is that near to its setpoint in a motion."""
BEHIND = 1.5
"""Samples by which a setpoint may seem to come after what is measured: the two may be asked for one after the other."""
ASTRAY, SEEN = 0.15, 0.1
"""rad or m: by how much a robot is off where it is told to be, and how much of it has to be seen: from there on the controller
stops all robots (R714)."""
SLOWLY = 0.3
"""Of the bench's speed: who looks for something on the way has time for it."""
NEAR, COVERED = 0.25, 0.5
"""Of the way: what the velocity that was told may be off, and what has to be seen of it."""


@law("motion", "In motion the setpoint is on the path and goes to its end, not behind what is measured, and is no copy of that.")
def the_setpoint_leads(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way, before = moving.way(), moving.watch(2.0 / moving.declared.rate)
    command, _, states = run(moving, way)
    under_way = [state for state in states if state.command == command]
    demand(len(under_way) > 2, f"{len(under_way)} states name the command that runs")
    allowed = 10.0 * moving.declared.start_tolerance
    off = max(off_the_line(way, state.setpoint) for state in under_way)
    demand(off <= allowed, f"it was {off:.3g} off the path, {allowed:.3g} is what the kit allows")
    left = moving.distance(states[-1].setpoint, way.segments[-1].control[-1])
    demand(left <= allowed, f"the motion is done, and the setpoint {left:.3g} from its end")
    since = before[-1].device_time  # the first that names the command may be of the same instant
    told = (*before, *(state for state in under_way if state.device_time > since))
    fastest = fastest_share(moving, [replace(state, q=state.setpoint) for state in told])
    demand(fastest <= 1.05, f"it went at {fastest:.3g} times a velocity limit between two samples")
    lead = _lead(way, under_way)
    demand(lead >= -BEHIND / moving.declared.rate, f"it comes {-lead:.3g} s after what is measured")
    if not bed.bench.is_ideal:
        apart = max(moving.distance(state.setpoint, state.q) for state in under_way)
        demand(apart > DIGITS, f"in all {len(under_way)} samples of a motion it is what is measured, to the last digit")
    return f"{1e3 * lead:.3g} ms ahead of what is measured, within {off:.2g} of the path"


def _lead(way: Trajectory, states: list[RobotState]) -> float:
    """s by which the setpoint is ahead along the path, the middle one of those samples at which it is fast."""
    start, end = way.segments[0].control[0], way.segments[-1].control[-1]
    towards = (end - start) / np.linalg.norm(end - start)
    speed = np.array([float(np.dot(state.qd, towards)) for state in states])
    ahead = np.array([float(np.dot(np.asarray(state.setpoint) - state.q, towards)) for state in states])
    fast = speed >= 0.5 * speed.max()
    demand(bool(speed.max() > 0.0), "its joints move, and `qd` says that they stand")
    return float(np.median(ahead[fast] / speed[fast]))


@law("motion", "A robot that is not where it is told to be is seen off its setpoint.")
def who_strays_is_seen_off_the_setpoint(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared = moving.started(moving.way(speed=SLOWLY * bed.bench.speed))
    with bed.astray(robot, ASTRAY):
        states = moving.watch(0.5 * prepared.duration)
    seen = [moving.distance(state.q, state.setpoint) for state in states if state.command == prepared.command]
    demand(bool(seen), "no state of the motion was seen while it was astray")
    demand(
        max(seen) >= SEEN, f"{ASTRAY:g} off where it is told to be, it says that it is at most {max(seen):.3g} from its setpoint"
    )
    return f"{ASTRAY:g} off where it was told to be, it was {max(seen):.3g} from its setpoint"


@law("motion", "`qd` is how fast the joints go: what it says of a motion adds up to the way of it.")
def velocities_add_up_to_the_way(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    _, _, states = run(moving, way)
    length, longest = moving.distance(*way.segments[0].control), 0.1 * sum(phase.duration for phase in way.phases)
    told, gone = np.zeros(len(way.joints)), np.zeros(len(way.joints))
    for one, next in pairwise(states):
        seconds = (next.device_time - one.device_time) / SECOND
        if 0.0 < seconds <= longest:  # of what nobody saw nothing can be added up
            told += 0.5 * seconds * (np.asarray(one.qd) + np.asarray(next.qd))
            gone += np.asarray(next.q) - np.asarray(one.q)
    covered = _most(gone)
    demand(covered >= COVERED * length, f"{covered:.3g} of a way of {length:.3g} was seen, too little to tell")
    off = _most(told - gone)
    demand(off <= NEAR * length, f"its joints went {_shown(gone)}, and by its `qd` they went {_shown(told)}")
    return f"within {off / length:.2g} of a way of {length:.3g}"


def _most(change: Array) -> float:
    return float(np.max(np.abs(change)))


def _shown(change: Array) -> str:
    return ", ".join(f"{part:.3g}" for part in change)

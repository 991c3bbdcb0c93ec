"""Laws of what a robot says of itself: fresh samples, numbered, as fast as declared, nothing made up."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cell.device import RobotState
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import rig
from cell_drivers.conformance.seen import Broken, demand

SEEN_IN_REAL_TIME = 0.6
"""Share of the declared rate that a busy computer still has to see; a robot that gives less than half of it is caught."""
SEEN_IN_VIRTUAL_TIME = 0.9


@law("motion", "States are fresh: none is older than the declared maximum age.")
def states_are_fresh(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot, is_active=False)
    ages: list[float] = []
    # The state before the clock: a driver may look when it is asked.
    bed.wait(0.5, moving.period, lambda: ages.append((-moving.robot.state().received + bed.now()) / SECOND))
    worst, allowed = max(ages), moving.declared.max_age
    demand(min(ages) >= 0.0, "a state was received after now")
    demand(worst <= allowed, f"a state was {worst:.3g} s old, {allowed:g} s is declared")
    return f"at most {1e3 * worst:.3g} ms old"


@law("motion", "States have a growing number, device time and time of receipt.")
def states_number_up(bed: Bed, robot: str) -> str:
    states = rig(bed, robot, is_active=False).watch(0.5)
    demand(len(states) > 1, "the number of the newest state stays the same for 0.5 s")
    for one, next in pairwise(states):
        for what in ("seq", "device_time", "received"):
            before, after = getattr(one, what), getattr(next, what)
            demand(before < after, f"after a state with `{what}` {before} comes one with {after}")
    return f"{len(states)} states, each later than the one before"


@law("motion", "Fresh states come at the declared rate.")
def states_come_at_the_declared_rate(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot, is_active=False)
    came = {state.received for state in moving.watch(1.0)}
    share = SEEN_IN_REAL_TIME if bed.drivers.virtual is None else SEEN_IN_VIRTUAL_TIME
    declared = moving.declared.rate
    demand(len(came) >= share * declared, f"{len(came)} fresh states in 1 s, {declared:g} Hz is declared")
    return f"{len(came)} in 1 s"


@law("motion", "What is not known is None; nothing is not finite, and every array has a value for each joint.")
def unknown_is_none(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    resting = moving.watch(0.1)
    prepared = moving.started()
    for state in (*resting, *moving.watch_to_the_end(prepared.command, 2.0 * prepared.duration + 5.0)):
        is_whole(state, len(moving.declared.joints))
    return "at rest and in motion"


def is_whole(state: RobotState, joints: int) -> None:
    for what in ("q", "qd", "setpoint", "effort", "temperature"):
        value = getattr(state, what)
        if value is None and what in ("effort", "temperature"):
            continue
        array = np.asarray(value, dtype=np.float64)
        demand(array.shape == (joints,), f"`{what}` has shape {array.shape}, there are {joints} joints")
        demand(bool(np.all(np.isfinite(array))), f"`{what}` is {array.tolist()}; what is not known is None")
    for what in ("speed_scaling", "s"):
        number = getattr(state, what)
        demand(number is None or bool(np.isfinite(number)), f"`{what}` is {number}")
    demand(state.speed_scaling is None or 0.0 <= state.speed_scaling <= 1.0, f"`speed_scaling` is {state.speed_scaling}")


@law(
    "motion",
    "Who declares a force accuracy tells a force of three finite numbers in every state, and no more than that of nothing that "
    "is touched; who declares none tells none.",
)
def force_is_told_as_declared(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    accuracy, states = moving.declared.force_accuracy, moving.watch(0.2)
    if accuracy is None:
        demand(all(state.force is None for state in states), "it declares that it tells no force, and tells one")
        return "none, as declared"
    for state in states:
        demand(state.force is not None, f"{accuracy:g} N are declared, and a state tells no force")
        force = np.asarray(state.force, dtype=np.float64)
        demand(force.shape == (3,), f"the force has shape {force.shape}")
        demand(bool(np.all(np.isfinite(force))), f"the force is {force.tolist()}")
        met = float(np.linalg.norm(force))
        demand(met <= accuracy, f"at rest and touching nothing it tells {met:.3g} N; {accuracy:g} N is declared")
    return f"within {accuracy:g} N of none, at rest"


@law("motion", "A state tells the command that runs and how far it is; at rest both are None.")
def states_follow_the_motion(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    prepared = moving.started(way)
    states = moving.watch_to_the_end(prepared.command, 2.0 * prepared.duration + 5.0)
    under_way = [state for state in states if state.command == prepared.command and state.s is not None]
    demand(len(under_way) > 2, f"{len(under_way)} states name the command that runs")
    passed = [state.s for state in under_way if state.s is not None]
    demand(all(a <= b + 1e-9 for a, b in pairwise(passed)), "`s` runs back")
    length = way.segments[0].length
    demand(passed[-1] - passed[0] > 0.5 * length, f"`s` went from {passed[0]:.3g} to {passed[-1]:.3g} of {length:.3g}")
    demand(any(state.mode == "running" for state in under_way), "its mode is never `running`")
    last = moving.robot.state()
    demand(last.command is None and last.s is None, f"at rest `command` is {last.command!r} and `s` {last.s}")
    return f"{len(under_way)} states tell s from {passed[0]:.3g} to {passed[-1]:.3g}"


@law("motion", "`readback` gives every sample once, in blocks of one command without a gap inside.")
def readback_has_no_gap_inside_a_block(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    moving.robot.readback()
    prepared = moving.started()
    moving.watch_to_the_end(prepared.command, 2.0 * prepared.duration + 5.0)
    blocks = [block for block in moving.robot.readback() if block.command == prepared.command]
    demand(bool(blocks), "a motion has left no samples")
    expected, longest = moving.declared.rate * prepared.duration, 1.5 * SECOND / moving.declared.rate
    total = sum(len(block.time) for block in blocks)
    demand(total >= 0.8 * expected, f"{total} samples of a motion that has {expected:.0f} at the declared rate")
    for block in blocks:
        steps = np.diff(block.time)
        demand(bool(np.all(steps > 0)), "the time of a block does not grow")
        gap = steps.max(initial=0)  # a block may be one sample
        demand(int(gap) <= longest, f"a block has a gap of {gap / 1e6:.3g} ms inside")
        for what in ("q", "qd", "setpoint"):
            shape = getattr(block, what).shape
            demand(shape == (len(block.time), len(moving.declared.joints)), f"`{what}` of a block has shape {shape}")
    _numbers_do_not_overlap([(block.first_seq, len(block.time)) for block in blocks])
    again = [block for block in moving.robot.readback() if block.command == prepared.command]
    demand(not again, "the same samples are given twice")
    return f"{total} samples in {len(blocks)} block{'s' if len(blocks) > 1 else ''}"


def _numbers_do_not_overlap(blocks: list[tuple[int, int]]) -> None:
    for (first, count), (next, _) in pairwise(blocks):
        if first + count > next:
            raise Broken(f"a block ends with sample {first + count - 1}, and the next begins with {next}")

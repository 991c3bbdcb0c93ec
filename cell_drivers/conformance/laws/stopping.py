"""Laws of `stop`: it pre-empts everything, on the path, in the declared time, and nothing resumes by itself."""

from __future__ import annotations

import numpy as np

from cell.device import RobotState, StopKind, Trajectory
from cell.driver_errors import Refusal
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.moving import off_the_line
from cell_drivers.conformance.motions import Rig, activated, rig
from cell_drivers.conformance.seen import Broken, demand
from cell_drivers.conformance.trying import refusal

KINDS: tuple[StopKind, ...] = ("hold", "quick", "power")
PAIRS: tuple[tuple[StopKind, StopKind], ...] = (("hold", "power"), ("power", "hold"))
REAL_TIME = 0.05
"""s that a busy computer may be late in asking or in seeing."""
REST = 0.01
"""Of a velocity limit: slower than that is standing, for a robot that measures its velocity."""


def stopped(moving: Rig, *kinds: StopKind, share: float = 0.4) -> tuple[str, Trajectory, float]:
    """In mid-motion it is asked for these stops one by one. The command, its way, and s from the first to standstill."""
    prepared, way = moving.halfway(share)
    asked = moving.bed.now()
    states: list[RobotState] = []
    for kind in kinds:
        moving.robot.stop(kind)
        states += moving.watch(0.02)
    longest = max(moving.declared.standstill[kind] for kind in kinds)
    states += moving.watch(2.0 * longest + 1.0)
    return prepared.command, way, _standstill(moving, states, asked)


def _standstill(moving: Rig, states: list[RobotState], asked: int) -> float:
    """s from `asked` to the last state that still moves. Raises Broken when that is the last of all."""
    final = np.asarray(states[-1].q)
    slow = REST * np.array([joint.velocity for joint in moving.declared.joints])
    last = asked
    for state in states:
        if moving.distance(state.q, final) > moving.still or bool(np.any(np.abs(state.qd) > slow)):
            last = state.received
    if states[-1].received == last != asked:
        raise Broken(f"{(last - asked) / SECOND:.3g} s after the stop it still moves")
    return (last - asked) / SECOND


def allowed(moving: Rig, kind: StopKind) -> float:
    """The declared time, a sample, and in real time the computer's own lateness."""
    late = REAL_TIME if moving.bed.drivers.virtual is None else 0.0
    return moving.declared.standstill[kind] + 1.5 / moving.declared.rate + late


@law("motion", "After each kind of stop it stands within the declared time.")
def a_stop_stands_in_the_declared_time(bed: Bed, robot: str) -> str:
    moving, told = rig(bed, robot), []
    for kind in KINDS:
        _, _, took = stopped(moving, kind)
        declared = moving.declared.standstill[kind]
        demand(took <= allowed(moving, kind), f"{kind}: it moved for {took:.3g} s, {declared:g} s is declared")
        told.append(f"{kind} {took:.2g} of {declared:.2g} s")
        activated(moving)
    return ", ".join(told)


@law("motion", "A stop stays on the path, and the command ends `aborted` at its s.")
def a_stop_ends_on_the_path(bed: Bed, robot: str) -> str:
    moving, told = rig(bed, robot), []
    for kind in KINDS:
        command, way, _ = stopped(moving, kind)
        status = bed.ended(robot, command, 5.0)
        demand(status.state == "aborted", f"after a {kind} stop the command is {status.state}")
        off = off_the_line(way, moving.q())
        demand(off <= 10.0 * moving.declared.start_tolerance, f"after a {kind} stop it stands {off:.3g} off its path")
        told.append(f"{kind} at s = {_at(moving, way, status.at):.3g}")
        activated(moving)
    return ", ".join(told)


def _at(moving: Rig, way: Trajectory, at: float | None) -> float:
    """The path parameter of the abort. Raises Broken where it is not where the robot stands."""
    if at is None:
        raise Broken("it is aborted, and `at` is None")
    start, end = way.segments[0].control
    there = start + (end - start) * at / way.segments[0].length
    away = moving.distance(moving.q(), there)
    demand(away <= 10.0 * moving.declared.start_tolerance, f"it is aborted at s = {at:.3g}, {away:.3g} from where it stands")
    return at


@law("motion", "`stop` is idempotent: again and again it is the same stop.")
def stop_twice_is_once(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    command, _, took = stopped(moving, "hold", "hold", "hold")
    demand(took <= allowed(moving, "hold"), f"asked three times it moved for {took:.3g} s")
    for _ in range(2):
        moving.robot.stop("hold")
    demand(moving.stands(), "it moves after a stop at rest")
    ends = [status.state for status in bed.told(robot, command) if status.is_final]
    demand(len(ends) <= 1, f"the command ended {len(ends)} times: {', '.join(ends)}")
    return f"three stops took {took:.2g} s, two more changed nothing"


@law("motion", "`stop` pre-empts everything, also what was begun before a reconnect.")
def a_stop_counts_after_a_reconnect(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared, way = moving.halfway(0.2)
    bed.reconnect()
    moving.robot = bed.drivers.motion[robot]
    moving.robot.stop("hold")
    moving.watch(moving.declared.standstill["hold"] + 1.0)
    demand(moving.stands(), "it moves")
    away = moving.distance(moving.q(), way.segments[-1].control[-1])
    demand(away > moving.declared.start_tolerance, "stopped in mid-motion after a reconnect, it went to its end")
    state = bed.status(robot, prepared.command).state
    demand(state in ("aborted", "unknown"), f"it stands on its way, and the command is {state}")
    return f"stands {away:.2g} from its end: {state}"


@law("motion", "The harder of two stops wins, whichever comes first.")
def the_harder_stop_wins(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    for kinds in PAIRS:
        stopped(moving, *kinds)
        demand(
            moving.robot.state().mode == "off", f"after {' and '.join(kinds)} its mode is {moving.robot.state().mode}, not off"
        )
        activated(moving)
    return "hold and power, power and hold: off both times"


@law("motion", "A `power` stop takes the power away: it must be activated again.")
def a_power_stop_takes_the_power(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    stopped(moving, "power")
    demand(bed.until(lambda: moving.robot.state().mode == "off", 5.0), f"its mode is {moving.robot.state().mode}, not off")
    refused = refusal(lambda: moving.prepared(), "a trajectory without power")
    demand(refused.code is Refusal.NOT_ACTIVE, f"it is refused as {refused.code.name}")
    activated(moving)
    return "off, and active again when asked"


@law("motion", "What was only prepared is dropped by a stop.")
def a_stop_drops_what_is_prepared(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared = moving.prepared()
    moving.robot.stop("hold")
    status = bed.ended(robot, prepared.command, 5.0)
    demand(status.state == "aborted", f"it is {status.state}")
    refused = refusal(lambda: moving.robot.start(prepared), "the start of what a stop dropped")
    demand(refused.code is Refusal.NOT_PREPARED, f"it is refused as {refused.code.name}")
    demand(moving.stands(), "it moves")
    return "aborted, its start refused"


@law("motion", "Nothing resumes by itself after a stop.")
def nothing_resumes_by_itself(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    command, _, _ = stopped(moving, "hold")
    there = moving.q()
    moving.robot.acknowledge("no such fault", "the conformance kit")
    if moving.declared.speed_scaling:
        moving.robot.scale_speed(bed.id(), 1.0)
    activated(moving)
    away = max(moving.distance(state.q, there) for state in moving.watch(1.5))
    demand(away <= moving.still, f"it has moved by {away:.3g} since, and nobody asked")
    state = bed.status(robot, command).state
    demand(state == "aborted", f"the command that was stopped is {state}")
    return "stood for 1.5 s, through an acknowledgement, full speed and an activation"


@law("motion", "What was stopped on its way takes the next motion from where it stands, without more, and stops on that too.")
def what_was_stopped_moves_on_from_there(bed: Bed, robot: str) -> str:
    """So it is jogged: motion and stop, again and again, with nothing between them."""
    moving, gone = rig(bed, robot), []
    for _ in range(3):
        before = moving.q()
        command, _, _ = stopped(moving, "hold", share=0.3)
        state = bed.ended(robot, command, 5.0).state
        demand(state == "aborted", f"stopped on its way, the command is {state}")
        gone.append(moving.distance(moving.q(), before))
        demand(gone[-1] > moving.still, "it takes a motion and does not move")
    return f"three motions one after the other, stopped after {', '.join(f'{way:.2g}' for way in gone)}"


@law("motion", "A stop at rest changes nothing.")
def a_stop_at_rest_changes_nothing(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared = moving.started()
    bed.done(robot, prepared.command)
    for kind in KINDS[:2]:
        moving.robot.stop(kind)
    demand(bed.status(robot, prepared.command).state == "done", "what was done is so no longer")
    demand(moving.stands() and moving.robot.state().mode == "idle", f"its mode is {moving.robot.state().mode}")
    way = moving.started()
    bed.done(robot, way.command)
    return "idle as before, and it still moves when asked"

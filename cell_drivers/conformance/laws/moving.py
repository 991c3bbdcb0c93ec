"""Laws of a motion that nothing disturbs: where it leads, how fast, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from cell.device import RobotState, Trajectory
from cell.geometry import Array, frozen
from cell.motion_plan import Segment
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import Rig, rig
from cell_drivers.conformance.seen import demand
from cell_drivers.conformance.trying import cannot_tell

LATER = 0.5
"""s that a motion may take beyond its time law, to settle; and a tenth of it."""


def can_tell(bed: Bed, device: str) -> str:
    return "exempt because command_status is True" if bed.capabilities(device).command_status else ""


def run(moving: Rig, way: Trajectory) -> tuple[str, float, list[RobotState]]:
    """The command, how long it took in s, and every state until its end."""
    prepared = moving.prepared(way)
    began = moving.bed.now()
    moving.robot.start(prepared)
    states = moving.watch_to_the_end(prepared.command, 3.0 * prepared.duration + 10.0)
    return prepared.command, (moving.bed.now() - began) / SECOND, states


@law("motion", "A motion that is done stands at its end, and took the time of its law.")
def a_motion_ends_at_its_end(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    command, took, _ = run(moving, way)
    bed.done(robot, command)
    away, expected = moving.distance(moving.q(), way.segments[-1].control[-1]), sum(p.duration for p in way.phases)
    demand(away <= moving.declared.start_tolerance, f"it is done {away:.3g} away from its end")
    demand(moving.stands(), "it is done and still moves")
    longest = 1.1 * expected + LATER + 2.0 / moving.declared.rate
    demand(0.9 * expected <= took <= longest, f"it took {took:.3g} s, its law {expected:.3g} s")
    return f"{away:.2g} from its end, after {took:.3g} s of {expected:.3g} s"


@law("motion", "Joints are matched by name.")
def joints_are_matched_by_name(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    turned = tuple(Segment(frozen(s.control[:, ::-1]), s.length) for s in way.segments)
    command, _, _ = run(moving, replace(way, joints=way.joints[::-1], segments=turned))
    bed.done(robot, command)
    away = moving.distance(moving.q(), way.segments[-1].control[-1])
    demand(away <= moving.declared.start_tolerance, f"with its columns in another order it ends {away:.3g} away")
    return "columns in reverse order lead to the same end"


@law("motion", "A motion stays on its path, and no joint is ever faster than it may be.")
def a_motion_keeps_to_its_path(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    _, _, states = run(moving, way)
    off = max(off_the_line(way, state.q) for state in states)
    allowed = 10.0 * moving.declared.start_tolerance
    demand(off <= allowed, f"it was {off:.3g} off its path, {allowed:.3g} is what the kit allows")
    fastest = fastest_share(moving, states)
    demand(fastest <= 1.05, f"a joint went at {fastest:.3g} times its velocity limit between two samples")
    return f"within {off:.2g} of its path, at most {fastest:.2g} of a velocity limit"


def off_the_line(way: Trajectory, q: Array) -> float:
    """rad or m from the straight path, joint by joint, at the nearest point of it."""
    start, end = way.segments[0].control[0], way.segments[-1].control[-1]
    along = end - start
    share = float(np.clip(np.dot(np.asarray(q) - start, along) / np.dot(along, along), 0.0, 1.0))
    return float(np.max(np.abs(np.asarray(q) - (start + share * along))))


def fastest_share(moving: Rig, states: list[RobotState]) -> float:
    """The fastest step between two samples as a share of the velocity limit, measuring noise left out."""
    limits = np.array([joint.velocity for joint in moving.declared.joints])
    shares = [0.0]
    for one, next in pairwise(states):
        seconds = (next.device_time - one.device_time) / SECOND
        if seconds > 0.0:
            step = np.maximum(np.abs(np.asarray(next.q) - np.asarray(one.q)) - moving.still, 0.0)
            shares.append(float(np.max(step / seconds / limits)))
    return max(shares)


@law("motion", "`status` tells the whole life of a command: not seen, queued, running at s, done.", exempt=cannot_tell)
def status_tells_the_whole_life(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way, command, seen, at = moving.way(), bed.id(), list[str](), list[float]()

    def look() -> bool:
        status = moving.robot.status(command)
        if not seen or seen[-1] != status.state:
            seen.append(status.state)
        if status.state == "running" and status.at is not None:
            at.append(status.at)
        return status.is_final

    look()
    prepared = moving.prepared(way, command)
    look()
    moving.robot.start(prepared)
    bed.until(look, 3.0 * prepared.duration + 10.0, moving.period)
    demand(seen == ["not seen", "queued", "running", "done"], f"it was {', '.join(seen)}")
    demand(all(a <= b + 1e-9 for a, b in pairwise(at)), "`at` runs back")
    length = way.segments[0].length
    demand(len(set(at)) > 2, f"while it ran `at` had {len(set(at))} values")
    last = moving.robot.status(command).at
    demand(last is None or abs(last - length) <= 1e-3 * length + 1e-6, f"done at s = {last}, the path has {length:.6g}")
    return f"not seen, queued, running at {len(set(at))} values of s, done"


@law("motion", "Where `command_status` is False, `status` says unknown of every command, also of one that ran.", exempt=can_tell)
def status_is_unknown_where_undeclared(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared = moving.started()
    bed.done(robot, prepared.command)
    found = moving.robot.status(prepared.command).state
    demand(found == "unknown", f"`command_status` is False, and a motion that ran is {found}")
    return "unknown, as declared"


@law("motion", "Every change of a command is told by `poll`, each once and in order.")
def every_change_of_a_command_is_told(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    command, _, _ = run(moving, moving.way())
    told = [status.state for status in bed.told_to_the_end(robot, command)]
    changes = [state for k, state in enumerate(told) if state != "running" or told[k - 1] != "running"]
    demand(changes == ["queued", "running", "done"], f"told: {', '.join(told) or 'nothing'}")
    return ", ".join(changes)


@law("motion", "`status` works after a reconnect.", exempt=cannot_tell)
def status_survives_a_reconnect(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared = moving.started()
    bed.done(robot, prepared.command)
    bed.reconnect()
    found = bed.drivers.motion[robot].status(prepared.command)
    demand(found.state == "done", f"it was done; after a reconnect it is {found.state}")
    return f"done, also {'for a second driver' if bed.bench.stays else 'after close and open'}"

"""What a robot refuses before it moves. A check here is a promise: what it accepts, the robot can follow.

`trajectory_finding` is all of it but for what only the robot knows: whether it stands where the trajectory begins.

Limits are looked at on a grid finer than the robot's own period, at every joint of two phases and two segments, and never
more strictly than stated: a trajectory that keeps them is never refused.
"""

from __future__ import annotations

import numpy as np

from cell.device import Trajectory
from cell.driver_errors import Refusal
from cell.geometry import Array, frozen
from cell.motion_plan import Segment
from cell.robot import RobotModel
from cell.trajectory import DEGREE, Law, Path, combined

GRID = 0.004
"""s between two instants that are checked."""
SLACK = 1e-6
"""Of each limit, relative: rounding, no more."""
JUMP = 1e-6
"""rad/s or m/s: a jump of velocity between two segments larger than this is one."""

END = 1e-6
"""rad or m, and per s, that may be missing at the end; a hundred times as much per s²."""

Finding = tuple[Refusal, str]


def trajectory_finding(trajectory: Trajectory, model: RobotModel) -> Finding | None:
    """What is wrong with it, whatever the order of its joints; None where it keeps every limit."""
    names = model.chain.joint_names
    finding = shape_finding(trajectory, names)
    return finding or motion_finding(Path.of(in_order(trajectory, names)), Law.of(trajectory.phases), model)


def in_order(trajectory: Trajectory, joints: tuple[str, ...]) -> tuple[Segment, ...]:
    """Its segments with the columns in the order of `joints`. Raises ValueError for a name that it lacks."""
    if trajectory.joints == joints:
        return trajectory.segments
    columns = [trajectory.joints.index(name) for name in joints]
    return tuple(Segment(frozen(segment.control[:, columns]), segment.length) for segment in trajectory.segments)


def shape_finding(trajectory: Trajectory, joints: tuple[str, ...]) -> Finding | None:
    """What is wrong before it can even be evaluated."""
    if set(trajectory.joints) != set(joints) or len(trajectory.joints) != len(joints):
        return Refusal.JOINTS, f"got {', '.join(trajectory.joints)}, expected {', '.join(joints)}"
    if not trajectory.segments or not trajectory.phases:
        return Refusal.TIMES, "it is empty"
    for k, segment in enumerate(trajectory.segments):
        control = np.asarray(segment.control, dtype=np.float64)
        if control.ndim != 2 or control.shape[1] != len(joints) or not 2 <= len(control) <= DEGREE + 1:
            return Refusal.JOINTS, f"segment {k} has control points of shape {control.shape}"
        if not (np.all(np.isfinite(control)) and np.isfinite(segment.length)):
            return Refusal.NOT_FINITE, f"segment {k}"
        if segment.length <= 0.0:
            return Refusal.TIMES, f"segment {k} has length {segment.length}"
    for k, phase in enumerate(trajectory.phases):
        if not np.isfinite(phase.duration) or not np.isfinite(phase.jerk):
            return Refusal.NOT_FINITE, f"phase {k}"
        if phase.duration <= 0.0:
            return Refusal.TIMES, f"phase {k} lasts {phase.duration} s"
    return None


def motion_finding(path: Path, law: Law, model: RobotModel) -> Finding | None:
    """What is wrong with the motion itself: no rest at an end, time that runs back, a jump, a limit."""
    end, scale = law.states[-1], max(1.0, path.length)
    # What is missing at the end counts in joint travel, wherever on the path: s has no scale of its own.
    steep = float(np.abs(DEGREE * np.diff(path.control, axis=1) / np.diff(path.starts)[:, None, None]).max())
    if steep * abs(end[0] - path.length) > END or steep * abs(end[1]) > END or steep * abs(end[2]) > 100.0 * END:
        return Refusal.NOT_AT_REST, f"it ends at s = {end[0]:.9g} of {path.length:.9g}, s' = {end[1]:.3g}, s'' = {end[2]:.3g}"
    t = np.unique(np.concatenate([np.linspace(0.0, law.duration, int(law.duration / GRID) + 2), law.times]))
    t = np.unique(np.concatenate([t, _passing(path, law, t)]))
    at = law.at(t)
    if float(at.sd.min()) < -1e-9 * scale or float(at.s.max()) > path.length * (1 + 1e-9):
        return Refusal.TIMES, "the path parameter runs back or past the end"
    return _jump(path, t, at.s, at.sd) or _limit(path, law, t, model)


def _passing(path: Path, law: Law, t: Array) -> Array:
    """When the joints and the middles of segments are passed, however short a segment lasts: halved between instants of `t`."""
    goals = np.concatenate([path.starts[1:-1], 0.5 * (path.starts[1:] + path.starts[:-1])])
    after = np.clip(np.searchsorted(law.at(t).s, goals), 1, len(t) - 1)
    low, high = t[after - 1], t[after]
    for _ in range(60):
        middle = 0.5 * (low + high)
        is_before = law.at(middle).s < goals
        low, high = np.where(is_before, middle, low), np.where(is_before, high, middle)
    return np.asarray(high)


def _jump(path: Path, t: Array, s: Array, sd: Array) -> Finding | None:
    """Neighbouring segments must meet, and with one velocity as fast as they are passed."""
    control, lengths = path.control, np.diff(path.starts)
    if len(control) < 2:
        return None
    apart = np.abs(control[1:, 0] - control[:-1, -1]).max(axis=1)
    if float(apart.max()) > 1e-9:
        return Refusal.VELOCITY_LIMIT, f"segments {int(np.argmax(apart))} and the next are {apart.max():.3g} apart"
    leaving = DEGREE * (control[:-1, -1] - control[:-1, -2]) / lengths[:-1, None]
    entering = DEGREE * (control[1:, 1] - control[1:, 0]) / lengths[1:, None]
    passed = np.interp(path.starts[1:-1], s, sd)
    jump = np.abs(entering - leaving).max(axis=1) * passed
    if float(jump.max()) > JUMP:
        return Refusal.ACCELERATION_LIMIT, f"the velocity jumps by {jump.max():.3g} after segment {int(np.argmax(jump))}"
    return None


def _limit(path: Path, law: Law, t: Array, model: RobotModel) -> Finding | None:
    at = combined(path, law, t)
    low, high = model.position[:, 0], model.position[:, 1]
    outside = np.maximum(at.q - high, low - at.q)
    if float(outside.max()) > SLACK:
        return Refusal.POSITION_LIMIT, _where(outside, t, model)
    for refusal, values, limit in (
        (Refusal.VELOCITY_LIMIT, at.qd, model.velocity),
        (Refusal.ACCELERATION_LIMIT, at.qdd, model.acceleration),
        (Refusal.JERK_LIMIT, at.qddd, model.jerk),
    ):
        ratio = np.abs(values) / limit
        if float(ratio.max()) > 1.0 + SLACK:
            return refusal, f"{float(ratio.max()):.6g} times the limit, {_where(ratio, t, model)}"
    return None


def _where(excess: Array, t: Array, model: RobotModel) -> str:
    row, joint = np.unravel_index(int(np.argmax(excess)), excess.shape)
    return f"joint {model.chain.joint_names[int(joint)]} at {t[int(row)]:.3f} s"

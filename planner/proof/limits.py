"""Joint limits and the time law of one motion, decided rather than sampled.

Every quantity is a polynomial on each piece (time_law.py). Its Bernstein coefficients bound it; where the bound is above the
limit the piece is halved, until the bound is below or a value of the polynomial itself is above.
"""

from __future__ import annotations

import numpy as np

from cell.geometry import Array
from cell.motion_plan import Motion
from cell.robot import RobotModel
from cell.trajectory import Law, Path
from planner.proof.bernstein import halves
from planner.proof.finding import Finding, Refusal, Slack
from planner.proof.time_law import JointMotion, path_derivative

TOLERANCE = 1e-6  # relative: what rounding may add to a limit, and to the smoothness of joined segments
_SAME_POSITION = 1e-9  # rad or m
_SLOW = 1e-3  # per s, per s²: below this a law is as good as at rest all along
_HALVINGS = 24


def worst_ratio(f: Array, limit: Array) -> tuple[float, tuple[int, ...] | None]:
    """The proved bound of |f| / limit over polynomials (..., d + 1) with limits that broadcast to (...), and the index of
    one that truly exceeds 1 + TOLERANCE. The ratio is 0 for no polynomials."""
    ratio = f / np.broadcast_to(limit, f.shape[:-1])[..., None]
    where = np.indices(f.shape[:-1]).reshape(f.ndim - 1, -1).T
    rows, worst = ratio.reshape(-1, f.shape[-1]), 0.0
    for _ in range(_HALVINGS):
        bound = np.abs(rows).max(axis=1, initial=0.0)
        true = np.maximum(np.abs(rows[:, 0]), np.abs(rows[:, -1]))
        if np.any(true > 1.0 + TOLERANCE):
            k = int(np.argmax(true))
            return float(true[k]), tuple(int(i) for i in where[k])
        is_open = ~(bound <= 1.0 + TOLERANCE)
        worst = max(worst, float(bound[~is_open].max(initial=0.0)))
        if not np.any(is_open):
            return worst, None
        left, right = halves(rows[is_open])
        rows, where = np.concatenate([left, right]), np.concatenate([where[is_open]] * 2)
    k = int(np.argmax(np.abs(rows).max(axis=1)))
    return float(np.abs(rows[k]).max()), tuple(int(i) for i in where[k])


def check_path(path: Path, model: RobotModel) -> tuple[Finding, ...]:
    """Positions within their limits, segments joined in q, dq/ds and d²q/ds²."""
    middle, half = model.position.mean(axis=1), np.ptp(model.position, axis=1) / 2
    ratio, at = worst_ratio(path_derivative(path, 0) - middle[:, None], half)
    found: list[Finding] = []
    if at is not None:
        found.append(Refusal("E685", f"joint {_joint(model, at[1])} leaves its position limits on segment {at[0] + 1}"))
    else:
        found.append(Slack("joint positions", 1.0 - ratio, ""))
    names = ("position", "first derivative", "second derivative")
    for order, name in enumerate(names):
        f = path_derivative(path, order)
        jump = np.abs(f[1:, :, 0] - f[:-1, :, -1])
        allowed = _SAME_POSITION if order == 0 else TOLERANCE * max(1.0, float(np.abs(f).max()))
        if jump.size and float(jump.max()) > allowed:
            k = int(np.unravel_index(np.argmax(jump), jump.shape)[0])
            found.append(Refusal("E684", f"segments {k + 1} and {k + 2} do not join: their {name} differs"))
    return tuple(found)


def check_law(motion: Motion, path: Path, law: Law) -> tuple[Finding, ...]:
    """From rest to rest over the whole path, never backwards; the duration is the sum of the phases."""
    found: list[Finding] = []
    s, speed, acceleration = law.states.T
    lowest = min(float(speed.min()), *(_lowest_inside(law, k) for k in range(len(law.jerks))))
    at_rest = TOLERANCE * max(float(speed.max()), _SLOW), TOLERANCE * max(float(np.abs(acceleration).max()), _SLOW)
    if lowest < -at_rest[0]:
        found.append(Refusal("E684", f"the time law runs backwards at {lowest:.3g} per second"))
    if abs(float(s[-1]) - path.length) > TOLERANCE * path.length:
        found.append(Refusal("E684", f"the time law ends at {s[-1]:.9g} of a path of {path.length:.9g}"))
    if abs(float(speed[-1])) > at_rest[0] or abs(float(acceleration[-1])) > at_rest[1]:
        found.append(Refusal("E684", "the time law does not end at rest"))
    if abs(law.duration - motion.duration) > 1e-9 * max(1.0, motion.duration):
        found.append(Refusal("E684", f"the motion says {motion.duration:.9g} s, its phases last {law.duration:.9g} s"))
    return tuple(found)


def check_joint_motion(joints: JointMotion, model: RobotModel) -> tuple[Finding, ...]:
    found: list[Finding] = []
    limits = (("velocity", model.velocity), ("acceleration", model.acceleration), ("jerk", model.jerk))
    for name, limit in limits:
        ratio, at = worst_ratio(getattr(joints, name), limit)
        if at is not None:
            found.append(
                Refusal("E685", f"joint {_joint(model, at[1])} has {ratio:.4f} of its {name} limit in piece {at[0] + 1}")
            )
        else:
            found.append(Slack(f"joint {name}", 1.0 - ratio, ""))
    return tuple(found)


def _lowest_inside(law: Law, k: int) -> float:
    """The speed where the acceleration passes zero inside phase k, or that at its start."""
    (_, v, a), j = law.states[k].tolist(), float(law.jerks[k])
    t = -a / j if j != 0.0 else -1.0
    return float(v + t * (a + t * j / 2) if 0.0 < t < law.times[k + 1] - law.times[k] else v)


def _joint(model: RobotModel, index: int) -> str:
    return repr(model.chain.joint_names[index])

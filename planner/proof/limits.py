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
from planner.proof.time_law import JointMotion, Pieces, path_derivative

TOLERANCE = 1e-6  # of a joint's limit: what rounding may add to it, and what may be missing where segments join or a motion ends
_SAME_POSITION = 1e-9  # rad or m
# Nothing else ties s to the joints. Within these, the rounding of s and of the times at which segments are passed is nothing.
_STEEPEST = 100.0  # rad or m per unit of s
_FASTEST = 1000.0  # units of s per s
_NEAR = 1e-9  # of s: what ends no further than this from a join ends at it
_AT_REST = 1e-5  # of the highest speed of s
_SOFT = 1e-3  # of a joint's acceleration limit: how much of it may be missing where the path rests at a join
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
    """Positions within their limits and joined, s of the scale of joint travel."""
    middle, half = model.position.mean(axis=1), np.ptp(model.position, axis=1) / 2
    ratio, at = worst_ratio(path_derivative(path, 0) - middle[:, None], half)
    found: list[Finding] = []
    if at is not None:
        found.append(Refusal("E685", f"joint {_joint(model, at[1])} leaves its position limits on segment {at[0] + 1}"))
    else:
        found.append(Slack("joint positions", 1.0 - ratio, ""))
    apart = np.abs(path.control[1:, 0] - path.control[:-1, -1]).max(axis=1)
    found += _apart("position", apart / _SAME_POSITION)
    steepest = np.abs(path_derivative(path, 1)).max(axis=(1, 2))
    if float(steepest.max()) > _STEEPEST:
        k = int(np.argmax(steepest))
        found.append(Refusal("E684", f"segment {k + 1} covers {steepest[k]:.3g} rad or m in a unit of its path parameter"))
    return tuple(found)


def check_joins(path: Path, pieces: Pieces, model: RobotModel) -> tuple[Finding, ...]:
    """Velocity and acceleration of the joints do not jump where segments meet, as fast as s passes there: q̇ = q' ṡ,
    q̈ = q'' ṡ² + q' s̈. Where the path comes to rest there, rounding leaves s just beside it: s̈ is then not zero but small."""
    speed, acceleration = _passed(path, pieces)
    first, second = (np.abs(f[1:, :, 0] - f[:-1, :, -1]) for f in (path_derivative(path, k) for k in (1, 2)))
    velocity_jump = first * speed[:, None] / (TOLERANCE * model.velocity)
    share = np.where(speed < _AT_REST * np.abs(pieces.speed).max(), _SOFT, TOLERANCE)[:, None]
    acceleration_jump = (second * speed[:, None] ** 2 + first * acceleration[:, None]) / (share * model.acceleration)
    return (*_apart("velocity", velocity_jump.max(axis=1)), *_apart("acceleration", acceleration_jump.max(axis=1)))


def _passed(path: Path, pieces: Pieces) -> tuple[Array, Array]:
    """The greatest |ṡ| and |s̈| (S - 1,) at which each join is passed: at the ends of all pieces that end or rest there."""
    speed, acceleration = np.zeros((2, len(path.starts) - 2))
    for k, border in enumerate(path.starts[1:-1]):
        ends = np.abs(pieces.s[:, [0, -1]] - border) <= _NEAR * max(1.0, path.length)
        known = ends if ends.any() else np.ones_like(ends)
        speed[k] = np.abs(pieces.speed[:, [0, -1]][known]).max()
        acceleration[k] = np.abs(pieces.acceleration[:, [0, -1]][known]).max()
    return speed, acceleration


def _apart(what: str, excess: Array) -> tuple[Refusal, ...]:
    """Where `excess`, of what is allowed at each join, is above 1."""
    if not excess.size or float(excess.max()) <= 1.0:
        return ()
    k = int(np.argmax(excess))
    return (Refusal("E684", f"segments {k + 1} and {k + 2} do not join: their {what} differs"),)


def check_law(motion: Motion, path: Path, law: Law, model: RobotModel) -> tuple[Finding, ...]:
    """From rest to rest over the whole path, never backwards; the duration is the sum of the phases. What is missing at the end
    counts in joint travel, joint velocity and joint acceleration, wherever on the path."""
    found: list[Finding] = []
    s, speed, acceleration = law.states.T
    inside = [_extreme_inside(law, k) for k in range(len(law.jerks))]
    lowest, fastest = min(float(speed.min()), *inside), max(float(speed.max()), *inside)
    steep, bent = (np.abs(path_derivative(path, k)).max(axis=(0, 2)) for k in (1, 2))
    over, ending = abs(float(s[-1]) - path.length), abs(float(speed[-1]))
    crept = steep * max(-lowest, 0.0)
    slow, soft = steep * ending, steep * abs(float(acceleration[-1])) + bent * ending**2
    if np.any(crept > TOLERANCE * model.velocity):
        found.append(Refusal("E684", f"the time law runs backwards at {lowest:.3g} per second"))
    if fastest > _FASTEST:
        found.append(Refusal("E684", f"the time law runs at {fastest:.3g} per second; {_FASTEST:.0f} is the most"))
    if np.any(steep * over > _SAME_POSITION):
        found.append(Refusal("E684", f"the time law ends at {s[-1]:.9g} of a path of {path.length:.9g}"))
    if np.any(slow > TOLERANCE * model.velocity) or np.any(soft > TOLERANCE * model.acceleration):
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


def _extreme_inside(law: Law, k: int) -> float:
    """The speed where the acceleration passes zero inside phase k, or that at its start."""
    (_, v, a), j = law.states[k].tolist(), float(law.jerks[k])
    t = -a / j if j != 0.0 else -1.0
    return float(v + t * (a + t * j / 2) if 0.0 < t < law.times[k + 1] - law.times[k] else v)


def _joint(model: RobotModel, index: int) -> str:
    return repr(model.chain.joint_names[index])

"""The only door to roboticstoolbox and to EAIK: joint positions that put the flange at a pose.

Six revolute joints with a closed form: all branches, by EAIK's subproblem decomposition. Every other arm: Levenberg-Marquardt
of roboticstoolbox from a fixed set of starts, with `tol=1e-12` (its default of 1e-6 calls 1.4 mm a success). Whatever either
gives is refined by Newton steps on our own kinematics and kept only when our forward kinematics puts the flange within
1e-9 of the pose, because 6 % of EAIK's answers are least-squares pseudo-solutions.

Source: Ostermeier, Külz, Althoff, "Automatic geometric decomposition for analytical inverse kinematics", IEEE RA-L 2025;
Corke, Haviland, "Not your grandmother's toolbox", ICRA 2021. Both libraries are imported at the first use: a plan that finds
its motions in the store never loads them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cell.geometry import Array
from cell.kinematic_chain import JointKind
from cell.robot import RobotModel
from planner.motion.arm import pose_error
from planner.motion.margins import INVERSE_KINEMATICS_STARTS

EXACT = 1e-9  # largest entry of the pose error of what counts as a solution, m or rad
SAME = 1e-6  # nearer than this in every joint are one solution


@dataclass(slots=True)
class InverseKinematics:
    """All branches of one model. Holds the solver once it is built; gives the same answers in every process."""

    model: RobotModel
    _closed_form: Any = field(default=None, init=False, repr=False)
    _chain: Any = field(default=None, init=False, repr=False)
    _is_built: bool = field(default=False, init=False, repr=False)

    def branches(self, T_base_flange: Array) -> Array:
        """Solutions (K, n) for one pose (4, 4), revolute joints in (-pi, pi], one of each, in lexicographic order. Position
        limits are not looked at. K is 0 where nothing reaches."""
        return self.branches_at(T_base_flange[None])[0]

    def branches_at(self, T_base_flange: Array) -> tuple[Array, NDArray[np.intp]]:
        """The branches of every pose (P, 4, 4), one under the other (K, n), and the number of the pose of each row (K,)."""
        self._build()
        find = self._by_closed_form if self._closed_form else self._by_search
        found = [find(pose) for pose in T_base_flange]
        owner = np.repeat(np.arange(len(found)), [len(q) for q in found])
        q = np.concatenate([*found, np.zeros((0, self.model.degrees_of_freedom))])
        q, is_exact = self.refined(q, T_base_flange[owner])
        return _distinct(self.model, q[is_exact], owner[is_exact])

    def knows_all_branches(self) -> bool:
        """Whether a pose without solutions has none; a search from many starts may have missed one."""
        self._build()
        return self._closed_form is not None

    def refined(self, q: Array, T_base_flange: Array, steps: int = 3) -> tuple[Array, NDArray[np.bool_]]:
        """`q` (K, n) after Newton steps towards the poses (K, 4, 4) or (4, 4), and which (K,) are within EXACT of them. What
        starts further off than 0.1 m or rad is left alone: it is no solution."""
        q = np.array(q, dtype=np.float64)
        if len(q) == 0:
            return q, np.zeros(0, dtype=np.bool_)
        chain, wanted = self.model.chain, np.broadcast_to(T_base_flange, (len(q), 4, 4))
        error = pose_error(chain.flange_pose(q), wanted)
        for _ in range(steps):
            size = np.abs(error).max(axis=1)
            rows = np.flatnonzero((size > EXACT * 1e-3) & (size < 0.1))
            if len(rows) == 0:
                break
            jacobian = np.linalg.pinv(chain.jacobian(q[rows]), rcond=1e-8)
            q[rows] += np.clip(np.einsum("kij,kj->ki", jacobian, error[rows]), -0.2, 0.2)
            error[rows] = pose_error(chain.flange_pose(q[rows]), wanted[rows])
        return q, np.abs(chain.flange_pose(q) - wanted).max(axis=(-1, -2)) < EXACT

    def _build(self) -> None:
        if self._is_built:
            return
        self._closed_form = _closed_form(self.model)
        if self._closed_form is None:
            self._chain = _toolbox_chain(self.model)
        self._is_built = True

    def _by_closed_form(self, T_base_flange: Array) -> Array:
        solutions = np.asarray(self._closed_form.calculate_IK(T_base_flange).Q, dtype=np.float64)
        finite = solutions.reshape(-1, self.model.degrees_of_freedom)
        return finite[np.isfinite(finite).all(axis=1)]

    def _by_search(self, T_base_flange: Array) -> Array:
        found = []
        for start in starts(self.model):
            solution = self._chain.ik_LM(T_base_flange, q0=start, ilimit=60, slimit=1, tol=1e-12, joint_limits=False)
            if solution.success:
                found.append(np.asarray(solution.q, dtype=np.float64))
        return np.array(found).reshape(-1, self.model.degrees_of_freedom)


def starts(model: RobotModel) -> Array:
    """Starts (S, n) for the search, spread over the position limits: a Halton sequence, the same everywhere.
    Source: Halton, Numerische Mathematik 2 (1960)."""
    low, high = np.clip(model.position[:, 0], -math.pi, None), np.clip(model.position[:, 1], None, math.pi)
    primes = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)[: model.degrees_of_freedom]
    points = np.array([[_radical_inverse(k, p) for p in primes] for k in range(1, INVERSE_KINEMATICS_STARTS + 1)])
    spread: Array = low + points * (high - low)
    return spread


def _radical_inverse(number: int, base: int) -> float:
    value, digit = 0.0, 1.0 / base
    while number:
        number, rest = divmod(number, base)
        value += rest * digit
        digit /= base
    return value


def _closed_form(model: RobotModel) -> Any:
    """EAIK's robot, or None where it has no decomposition for this arm or is not installed."""
    if model.degrees_of_freedom != 6 or any(j.kind is not JointKind.REVOLUTE for j in model.chain.joints):
        return None
    try:
        from eaik.pybindings import EAIK  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return None
    zero = model.chain.link_poses(np.zeros(6))
    flange = model.chain.flange_pose(np.zeros(6))
    axes = np.stack([zero[i + 1, :3, :3] @ joint.axis for i, joint in enumerate(model.chain.joints)])
    origins = np.vstack([np.zeros(3), zero[1:, :3, 3], flange[:3, 3]])
    robot = EAIK.Robot(axes.T, np.diff(origins, axis=0).T, flange[:3, :3], [], True)
    return robot if robot.has_known_decomposition() else None


def _toolbox_chain(model: RobotModel) -> Any:
    import roboticstoolbox as rtb

    chain: Any = rtb.ETS()  # type: ignore[operator,unused-ignore]
    for joint in model.chain.joints:
        to_axis = _frame_with_z(joint.axis)
        turn = rtb.ET.Rz() if joint.kind is JointKind.REVOLUTE else rtb.ET.tz()
        chain = chain * rtb.ET.SE3(joint.T_parent_joint.matrix @ to_axis) * turn * rtb.ET.SE3(to_axis.T)
    return chain * rtb.ET.SE3(np.array(model.T_last_flange.matrix))


def _frame_with_z(axis: Array) -> Array:
    """A rotation (4, 4) whose z is `axis`."""
    x = np.cross(np.eye(3)[int(np.argmin(np.abs(axis)))], axis)
    x /= np.linalg.norm(x)
    frame = np.eye(4)
    frame[:3, :3] = np.column_stack([x, np.cross(axis, x), axis])
    return frame


def _distinct(model: RobotModel, q: Array, owner: NDArray[np.intp]) -> tuple[Array, NDArray[np.intp]]:
    """Revolute joints brought into (-pi, pi], doubles within one owner left out, sorted by owner, then by joints."""
    turns = np.array([joint.kind is JointKind.REVOLUTE for joint in model.chain.joints])
    q = np.where(turns, -((-q + math.pi) % math.tau - math.pi), q)
    order = np.lexsort((*q.round(9).T[::-1], owner))
    q, owner = q[order], owner[order]
    kept: list[int] = []
    for i in range(len(q)):
        again = [k for k in kept[-16:] if owner[k] == owner[i]]
        if not again or np.abs((q[again] - q[i] + math.pi) % math.tau - math.pi).max(axis=1).min() >= SAME:
            kept.append(i)
    return q[kept], owner[kept]

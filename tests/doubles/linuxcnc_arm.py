"""Six turning joints without bodies, and motions of theirs from rest to rest."""

from collections.abc import Sequence

import numpy as np

from cell.device import Trajectory
from cell.geometry import Array, Pose, frozen
from cell.kinematic_chain import Joint, JointKind, KinematicChain
from cell.motion_plan import Phase, Segment
from cell.robot import RobotModel

JOINTS = tuple(f"joint_{k}" for k in range(6))
HOME = (0.5, -1.5, 1.5, -1.0, -1.2, 0.2)
VELOCITY, ACCELERATION, JERK = np.pi, 25.0, 600.0


def arm_model(joints: int = 6, reach: Sequence[float] = (6.2, 6.0, 3.0, 6.2, 6.1, 6.2)) -> RobotModel:
    """`reach` rad to either side, each joint."""
    axes = np.eye(3)
    turning = [
        Joint(JOINTS[k], JointKind.REVOLUTE, Pose.from_xyz_rpy((0.0, 0.0, 0.2)), frozen(axes[k % 3])) for k in range(joints)
    ]
    return RobotModel(
        name="arm",
        chain=KinematicChain(tuple(turning), Pose.identity()),
        hulls=((),) * (joints + 1),
        position=frozen([[-r, r] for r in reach[:joints]]),
        velocity=frozen(np.full(joints, VELOCITY)),
        acceleration=frozen(np.full(joints, ACCELERATION)),
        jerk=frozen(np.full(joints, JERK)),
        effort=frozen(np.ones(joints)),
        payload=5.0,
        reach=2.0,
        self_collision_pairs=(),
    )


def way(start: Sequence[float] | Array, end: Sequence[float] | Array, duration: float, bend: float = 0.0) -> Trajectory:
    """A curve (bent by up to `bend` rad) run through by a time law of four phases of constant jerk, s from 0 to 1."""
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    off = bend * np.array([1.0, -1.0, 0.5, -0.5, 0.25, 0.0])[: len(a)]
    control = [a, a + 0.2 * (b - a), a + 0.4 * (b - a) + 2.0 * off, a + 0.6 * (b - a) + 2.0 * off, a + 0.8 * (b - a), b]
    quarter = duration / 4.0
    jerk = 1.0 / (2.0 * quarter**3)
    phases = tuple(Phase(quarter, sign * jerk) for sign in (1.0, -1.0, -1.0, 1.0))
    return Trajectory("", JOINTS[: len(a)], (Segment(frozen(control), 1.0),), phases)


def somewhere(by: float) -> Array:
    """HOME, each joint turned by `by` rad or a share of it."""
    return frozen(np.array(HOME) + by * np.array([1.0, 0.6, -0.8, 0.5, 0.3, -1.0]))

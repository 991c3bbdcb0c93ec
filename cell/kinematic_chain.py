"""A serial arm as a chain of joints: where its links are for given joint positions, and how far they can move at most.

Frames: 0 is the base, frame k (k = 1..n) is the link that joint k-1 moves, at that joint's origin. Pure numpy, no
library's robot class, because zones, screens and the simulated world need the same answer as the planner.

The bound on motion is what makes a check between two samples continuous. When only joint i turns, a point p moves on a
circle about axis i, so |dp/dt| <= sum_i |dq_i/dt| * dist(p, axis i). With r[i, k] an upper bound of that distance for all
points of link k over *all* configurations, no point of link k moves further than sum_i |dq_i| * r[i, k] on a straight
joint-space step dq. Source: Schwarzer, Saha, Latombe, "Exact collision checking of robot paths", WAFR 2002, and
"Adaptive dynamic collision checking for single and multiple articulated robots in complex environments", IEEE T-RO
21(3), 2005, section IV.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from cell import later_numpy as np
from cell.dataclass import dataclass
from cell.geometry import Array, Pose, frozen

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_RING = 32  # corners of the polygon that stands for a circle below; it encloses the circle with 0.5 % to spare
_ROUNDING = 1.0 + 1e-12  # keeps a bound a bound where it is reached exactly


class JointKind(StrEnum):
    REVOLUTE = "revolute"
    PRISMATIC = "prismatic"


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """`T_parent_joint` places the joint in the previous link's frame. `axis` (3,) in the joint's own frame, made a unit
    vector here; raises ValueError when it is zero. Fixed joints are folded into the next joint's origin by the loader."""

    name: str
    kind: JointKind
    T_parent_joint: Pose
    axis: Array

    def __post_init__(self) -> None:
        axis = frozen(self.axis, (3,))
        if not float(np.linalg.norm(axis)) > 0.0:
            raise ValueError(f"joint {self.name!r} has a zero axis")
        object.__setattr__(self, "axis", frozen(axis / np.linalg.norm(axis)))


@dataclass(frozen=True, slots=True, eq=False)
class KinematicChain:
    """n moving joints from base to flange. Joint positions `q` are (n,) or (N, n) in rad or m; every result keeps the
    leading axis of `q`. Raises ValueError for any other last axis. Positions are not checked against limits here."""

    joints: tuple[Joint, ...]
    T_last_flange: Pose
    _origin: Array = field(init=False, repr=False)  # (n, 4, 4)
    _turn: Array = field(init=False, repr=False)  # (3, n, 3, 3): Rodrigues' terms of R_origin @ R(q): 1, sin, 1 - cos
    _slide: Array = field(init=False, repr=False)  # (n, 3): axis in the parent frame for prismatic joints, else 0

    def __post_init__(self) -> None:
        n = len(self.joints)
        origin, turn, slide = np.zeros((n, 4, 4)), np.zeros((3, n, 3, 3)), np.zeros((n, 3))
        for i, joint in enumerate(self.joints):
            origin[i], rotation = joint.T_parent_joint.matrix, joint.T_parent_joint.rotation
            turn[0, i] = rotation
            if joint.kind is JointKind.REVOLUTE:
                x, y, z = joint.axis
                cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
                turn[1, i], turn[2, i] = rotation @ cross, rotation @ cross @ cross
            else:
                slide[i] = rotation @ joint.axis
        for name, array in (("_origin", origin), ("_turn", turn), ("_slide", slide)):
            object.__setattr__(self, name, frozen(array))

    @property
    def degrees_of_freedom(self) -> int:
        return len(self.joints)

    @property
    def joint_names(self) -> tuple[str, ...]:
        return tuple(joint.name for joint in self.joints)

    def link_poses(self, q: ArrayLike) -> Array:
        """T_base_link of every link, base first: (n + 1, 4, 4), or (N, n + 1, 4, 4)."""
        positions = np.asarray(q, dtype=np.float64)
        n = len(self.joints)
        if positions.ndim not in (1, 2) or positions.shape[-1] != n:
            raise ValueError(f"expected joint positions of shape ({n},) or (N, {n}), got {positions.shape}")
        s, c = np.sin(positions)[..., None, None], 1.0 - np.cos(positions)[..., None, None]
        local = np.broadcast_to(self._origin, (*positions.shape, 4, 4)).copy()
        local[..., :3, :3] = self._turn[0] + s * self._turn[1] + c * self._turn[2]
        local[..., :3, 3] += positions[..., None] * self._slide
        poses = np.empty((*positions.shape[:-1], n + 1, 4, 4))
        poses[..., 0, :, :] = np.eye(4)
        for i in range(n):
            np.matmul(poses[..., i, :, :], local[..., i, :, :], out=poses[..., i + 1, :, :])
        return poses

    def flange_pose(self, q: ArrayLike) -> Array:
        """T_base_flange: (4, 4) or (N, 4, 4)."""
        pose: Array = self.link_poses(q)[..., -1, :, :] @ self.T_last_flange.matrix
        return pose

    def jacobian(self, q: ArrayLike, T_flange_tcp: Pose | None = None) -> Array:
        """The geometric Jacobian of the flange, or of the TCP, in the base frame: (6, n) or (N, 6, n), the linear
        velocity (m/s) in rows 0 to 2 and the angular (rad/s) in rows 3 to 5, per unit of each joint's velocity."""
        poses = self.link_poses(q)
        T_last_tcp = self.T_last_flange @ T_flange_tcp if T_flange_tcp is not None else self.T_last_flange
        tcp = poses[..., -1, :3, :3] @ T_last_tcp.translation + poses[..., -1, :3, 3]
        turns = np.array([joint.kind is JointKind.REVOLUTE for joint in self.joints])
        axes = np.stack([joint.axis for joint in self.joints])
        a = np.einsum("...ijk,ik->...ij", poses[..., 1:, :3, :3], axes)
        arm = tcp[..., None, :] - poses[..., 1:, :3, 3]
        linear = np.where(turns[:, None], np.cross(a, arm), a)
        angular = np.where(turns[:, None], a, 0.0)
        return np.swapaxes(np.concatenate([linear, angular], axis=-1), -1, -2)

    def displacement_radii(self, link: int, points: ArrayLike, positions: ArrayLike) -> Array:
        """r (n,) for the convex hull of `points` (M, 3), fixed to `link` (0 = base .. n, in that link's frame): for a
        revolute joint i the largest distance in m of any of them from axis i over all configurations; 1 for a prismatic
        joint; 0 for joints that do not move the link. `positions` (n, 2) are the joint limits; only those of prismatic
        joints are used, so for a revolute arm the bound also holds outside its limits.

        Going down from the link, what the points can reach in the frame of joint i is swept about axis i (a disc ring,
        enclosed by a prism) or along it, then seen from the joint before. Distance to a line is convex, so its largest
        value over a hull is at a vertex.
        """
        limits = np.asarray(positions, dtype=np.float64)
        reach = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        radii = np.zeros(len(self.joints))
        for i in range(link - 1, -1, -1):
            joint = self.joints[i]
            if joint.kind is JointKind.REVOLUTE:
                height = reach @ joint.axis
                radii[i] = float(np.linalg.norm(reach - height[:, None] * joint.axis, axis=1).max()) * _ROUNDING
                reach = _prism(joint.axis, float(height.min()), float(height.max()), radii[i])
            else:
                radii[i] = 1.0
                if not np.all(np.isfinite(limits[i])):
                    raise ValueError(f"prismatic joint {joint.name!r} needs finite limits")
                reach = np.concatenate([reach + limit * joint.axis for limit in limits[i]])
            reach = joint.T_parent_joint.apply(reach)
        return radii


def _prism(axis: Array, low: float, high: float, radius: float) -> Array:
    """Corners of a prism about `axis` that encloses the cylinder of `radius` between the heights `low` and `high`."""
    side = np.cross(axis, np.eye(3)[int(np.argmin(np.abs(axis)))])
    side /= np.linalg.norm(side)
    angle = np.arange(_RING) * (2.0 * np.pi / _RING)
    r = radius / np.cos(np.pi / _RING)
    ring = r * (np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(axis, side))
    return np.concatenate([ring + low * axis, ring + high * axis])


def stacked_radii(chain: KinematicChain, link_points: Sequence[ArrayLike], positions: ArrayLike) -> Array:
    """`displacement_radii` of every link as one array (n, n + 1), a column a link, base first."""
    return np.stack([chain.displacement_radii(k, p, positions) for k, p in enumerate(link_points)], axis=1)

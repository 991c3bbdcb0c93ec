"""A robot model as data: its chain, the convex hulls of its links, its limits. Resolved once, by a loader; no file here.

Hulls *enclose* the link they stand for, so a clearance between hulls is a lower bound of the true one.

Self-collision pairs: two links are checked unless one of three things is known. They are neighbours (joined by one joint,
so they touch by design). Or their hulls share a point in every configuration, proven and not sampled (`always_touching`);
checking those would refuse everything. Or whoever describes the robot declared the pair as unable to meet, with a reason,
which the model carries in `assumptions` so that a proof can list it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from cell import later_numpy as np
from cell.dataclass import dataclass
from cell.geometry import Array, ConvexHull, Pose, frozen
from cell.kinematic_chain import Joint, JointKind, KinematicChain, stacked_radii

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[np.float64] | NDArray[np.str_] | NDArray[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class RobotModel:
    """`hulls[k]` are the convex hulls of link k (0 is the base, n the last link) in the frame of link k. Limits in rad or m
    and s: `position` (n, 2) lowest and highest, `velocity`, `acceleration`, `jerk` (n,) largest magnitudes; `effort` (n,) in
    N m or N, NaN where not known. `payload` in kg and None when not known. `reach` in m: the largest distance of the flange
    from the first joint's axis or origin as published, else a bound computed from the chain. `self_collision_pairs`: links
    (a, b), a < b, to be checked against each other. `assumptions`: one sentence for each value that no source vouches for."""

    name: str
    chain: KinematicChain
    hulls: tuple[tuple[ConvexHull, ...], ...]
    position: Array
    velocity: Array
    acceleration: Array
    jerk: Array
    effort: Array
    payload: float | None
    reach: float
    self_collision_pairs: tuple[tuple[int, int], ...]
    assumptions: tuple[str, ...] = ()
    content_hash: str = field(init=False)
    radii: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        n = self.chain.degrees_of_freedom
        if len(self.hulls) != n + 1:
            raise ValueError(f"{n} joints need hulls for {n + 1} links, got {len(self.hulls)}")
        for name in ("velocity", "acceleration", "jerk"):
            limit = frozen(getattr(self, name), (n,))
            if not np.all(limit > 0.0):
                raise ValueError(f"{name} limits must be positive, got {limit}")
            object.__setattr__(self, name, limit)
        object.__setattr__(self, "position", frozen(self.position, (n, 2)))
        if not np.all(self.position[:, 0] < self.position[:, 1]):
            raise ValueError(f"position limits must be (lowest, highest), got {self.position}")
        points = [_points(link) for link in self.hulls]
        object.__setattr__(self, "radii", frozen(stacked_radii(self.chain, points, self.position)))
        object.__setattr__(self, "content_hash", _content_hash(self.to_arrays()))

    @property
    def degrees_of_freedom(self) -> int:
        return self.chain.degrees_of_freedom

    @property
    def T_last_flange(self) -> Pose:
        return self.chain.T_last_flange

    def flange_radii(self, points: Array) -> Array:
        """Displacement radii (n,) of `points` (M, 3) fixed to the flange frame: a tool, a held part."""
        return self.chain.displacement_radii(self.degrees_of_freedom, self.chain.T_last_flange.apply(points), self.position)

    def within_limits(self, q: Array, tolerance: float = 0.0) -> NDArray[np.bool_]:
        """Whether joint positions (n,) or (N, n) lie within the position limits; () or (N,)."""
        low, high = self.position[:, 0] - tolerance, self.position[:, 1] + tolerance
        inside: NDArray[np.bool_] = np.all((q >= low) & (q <= high), axis=-1)
        return inside

    def to_arrays(self) -> dict[str, NDArray[np.float64] | NDArray[np.str_] | NDArray[np.int64]]:
        """Everything as plain arrays, for npz: no pickle, no object arrays. `from_arrays` is its inverse."""
        counts = [[k, len(hull.vertices)] for k, link in enumerate(self.hulls) for hull in link]
        return {
            "name": np.array(self.name, dtype=np.str_),
            "joint_names": np.array(self.chain.joint_names, dtype=np.str_),
            "joint_kinds": np.array([joint.kind.value for joint in self.chain.joints], dtype=np.str_),
            "joint_origins": np.stack([joint.T_parent_joint.matrix for joint in self.chain.joints]),
            "joint_axes": np.stack([joint.axis for joint in self.chain.joints]),
            "last_flange": self.chain.T_last_flange.matrix,
            "hull_counts": np.array(counts, dtype=np.int64).reshape(-1, 2),
            "hull_vertices": np.concatenate([np.zeros((0, 3)), *(h.vertices for link in self.hulls for h in link)]),
            "position": self.position,
            "velocity": self.velocity,
            "acceleration": self.acceleration,
            "jerk": self.jerk,
            "effort": self.effort,
            "payload": np.array(np.nan if self.payload is None else self.payload),
            "reach": np.array(self.reach),
            "self_collision_pairs": np.array(self.self_collision_pairs, dtype=np.int64).reshape(-1, 2),
            "assumptions": np.array(self.assumptions, dtype=np.str_),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> RobotModel:
        """Raises KeyError or ValueError when `arrays` are not what `to_arrays` gave."""
        joints = tuple(
            Joint(str(name), JointKind(str(kind)), Pose.from_matrix(origin), frozen(axis))
            for name, kind, origin, axis in zip(
                arrays["joint_names"], arrays["joint_kinds"], arrays["joint_origins"], arrays["joint_axes"], strict=True
            )
        )
        links: list[list[ConvexHull]] = [[] for _ in range(len(joints) + 1)]
        start = 0
        for k, count in arrays["hull_counts"]:
            links[int(k)].append(ConvexHull(frozen(arrays["hull_vertices"][start : start + int(count)])))
            start += int(count)
        payload = float(arrays["payload"])
        effort = np.array(arrays["effort"], dtype=np.float64)
        effort.flags.writeable = False
        return cls(
            name=str(arrays["name"]),
            chain=KinematicChain(joints, Pose.from_matrix(arrays["last_flange"])),
            hulls=tuple(tuple(link) for link in links),
            position=frozen(arrays["position"]),
            velocity=frozen(arrays["velocity"]),
            acceleration=frozen(arrays["acceleration"]),
            jerk=frozen(arrays["jerk"]),
            effort=effort,
            payload=None if np.isnan(payload) else payload,
            reach=float(arrays["reach"]),
            self_collision_pairs=tuple((int(a), int(b)) for a, b in arrays["self_collision_pairs"]),
            assumptions=tuple(str(text) for text in arrays["assumptions"]),
        )


def _points(hulls: tuple[ConvexHull, ...]) -> Array:
    """All vertices of a link; a link without a shape is the point at its joint."""
    return np.concatenate([np.zeros((1, 3)), *(hull.vertices for hull in hulls)])


def _content_hash(arrays: Arrays) -> str:
    """sha256 over names, shapes and little-endian values; the same in every process. -0.0 counts as 0.0."""
    digest = hashlib.sha256()
    for key in sorted(arrays):
        array = arrays[key]
        if array.dtype.kind == "U":
            content = "\0".join(str(text) for text in array.reshape(-1)).encode()
        else:
            content = (np.asarray(array, dtype=f"<{array.dtype.kind}8") + 0).tobytes()
        digest.update(f"{key}{array.shape}{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()

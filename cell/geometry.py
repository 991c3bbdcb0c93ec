"""Poses and shapes: where a body is and which points it holds. Metres and radians, right-handed frames.

Transforms read `T_world_tcp = T_world_base @ T_base_tcp`: neighbours cancel. Arrays inside values are read-only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from cell import later_numpy as np
from cell.dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]
    Integers = NDArray[np.int64]
else:

    class Array:
        """What an annotation says where it is read (cell/codec_reading.py): numpy is not loaded to say it."""

    class Integers:
        """Likewise, whole numbers."""


def frozen(values: ArrayLike, shape: tuple[int, ...] | None = None) -> Array:
    """A read-only float64 copy of `values`. Raises ValueError when it has another shape or a non-finite entry."""
    array = np.array(values, dtype=np.float64)
    if shape is not None and array.shape != shape:
        raise ValueError(f"expected an array of shape {shape}, got {array.shape}")
    if not np.all(np.isfinite(array)):
        raise ValueError("expected finite numbers")
    array.flags.writeable = False
    return array


def rotation_rpy(roll: float, pitch: float, yaw: float) -> Array:
    """The rotation about the fixed axes x, then y, then z (the convention of URDF), shape (3, 3)."""
    cr, sr, cp, sp, cy, sy = (f(a) for a in (roll, pitch, yaw) for f in (math.cos, math.sin))
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A rigid transform: `rotation` (3, 3) orthonormal, `translation` (3,) in m."""

    rotation: Array
    translation: Array

    @classmethod
    def identity(cls) -> Pose:
        return cls(frozen(np.eye(3)), frozen(np.zeros(3)))

    @classmethod
    def from_matrix(cls, matrix: ArrayLike) -> Pose:
        m = np.asarray(matrix, dtype=np.float64)
        return cls(frozen(m[:3, :3], (3, 3)), frozen(m[:3, 3], (3,)))

    @classmethod
    def from_xyz_rpy(cls, xyz: Sequence[float], rpy: Sequence[float] = (0.0, 0.0, 0.0)) -> Pose:
        return cls(frozen(rotation_rpy(rpy[0], rpy[1], rpy[2])), frozen(xyz, (3,)))

    @classmethod
    def about_z(cls, angle: float) -> Pose:
        return cls.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, angle))

    @property
    def matrix(self) -> Array:
        m = np.eye(4)
        m[:3, :3] = self.rotation
        m[:3, 3] = self.translation
        return frozen(m)

    def inverse(self) -> Pose:
        return Pose(frozen(self.rotation.T), frozen(-self.rotation.T @ self.translation))

    def __matmul__(self, other: Pose) -> Pose:
        return Pose(frozen(self.rotation @ other.rotation), frozen(self.rotation @ other.translation + self.translation))

    def apply(self, points: ArrayLike) -> Array:
        """`points` (N, 3) or (3,) of the inner frame, in the outer frame, same shape."""
        p: Array = np.asarray(points, dtype=np.float64) @ self.rotation.T + self.translation
        return p

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Pose)
            and np.array_equal(self.rotation, other.rotation)
            and np.array_equal(self.translation, other.translation)
        )

    def __hash__(self) -> int:
        return hash((self.rotation.tobytes(), self.translation.tobytes()))


@dataclass(frozen=True, slots=True)
class Box:
    """Full extents along x, y and z in m, centred on its frame."""

    size: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Cylinder:
    """Radius and full length in m, axis along z, centred on its frame."""

    radius: float
    length: float


@dataclass(frozen=True, slots=True)
class Sphere:
    radius: float


@dataclass(frozen=True, slots=True, eq=False)
class ConvexHull:
    """The convex hull of `vertices` (N, 3), N >= 4, not all in one plane."""

    vertices: Array

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ConvexHull) and np.array_equal(self.vertices, other.vertices)

    def __hash__(self) -> int:
        return hash(self.vertices.tobytes())


Shape = Box | Cylinder | Sphere | ConvexHull


@dataclass(frozen=True, slots=True)
class Body:
    """A rigid convex body: `shape` at `pose` in the frame of whatever carries it. Names are unique in their carrier."""

    name: str
    shape: Shape
    pose: Pose = field(default_factory=Pose.identity)

    def moved(self, T_outer_carrier: Pose) -> Body:
        return Body(self.name, self.shape, T_outer_carrier @ self.pose)


def height(shape: Shape) -> float:
    """Extent along z in m."""
    match shape:
        case Box(size):
            return size[2]
        case Cylinder(_, length):
            return length
        case Sphere(radius):
            return 2.0 * radius
        case ConvexHull(vertices):
            return float(np.ptp(vertices[:, 2]))


def corners(shape: Shape, facets: int = 16) -> Array:
    """Points (N, 3) whose convex hull *encloses* the shape: exact for boxes and hulls; a circumscribed prism of
    `facets` sides for a cylinder; the corners of the enclosing cube for a sphere."""
    match shape:
        case Box(size):
            return np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]) * size
        case Cylinder(radius, length):
            angle = np.arange(facets) * (2.0 * np.pi / facets)
            r = radius / math.cos(math.pi / facets)
            ring = np.column_stack([r * np.cos(angle), r * np.sin(angle)])
            return np.vstack([np.column_stack([ring, np.full(facets, z)]) for z in (-length / 2, length / 2)])
        case Sphere(radius):
            return np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * radius
        case ConvexHull(vertices):
            return vertices


def outermost(shape: Shape, facets: int = 8) -> Array:
    """Points (N, 3) *of* the shape, on its surface: the corners of boxes and hulls, `facets` of each rim of a cylinder, six of a
    sphere."""
    match shape:
        case Cylinder(radius, length):
            angle = np.arange(facets) * (2.0 * np.pi / facets)
            ring = radius * np.column_stack([np.cos(angle), np.sin(angle)])
            return np.vstack([np.column_stack([ring, np.full(facets, z)]) for z in (-length / 2, length / 2)])
        case Sphere(radius):
            return radius * np.vstack([np.eye(3), -np.eye(3)])
        case Box() | ConvexHull():
            return corners(shape)

"""One robot, read from its URDF file by pinocchio: where its links are, how far they move, what it may do.

Nothing here comes from our own kinematics or hulls. Link shapes are the file's own primitives; meshes are replaced by their
convex hulls. The displacement of a point p by joint i is |v_i + w_i x p| per unit, from the columns (v_i, w_i) of the spatial
Jacobian at the world's origin (Murray, Li, Sastry, "A Mathematical Introduction to Robotic Manipulation", section 3.4.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pinocchio as pin

from cell.geometry import Array
from cell.model import RobotUnit
from cellwright.robots.description import Source, find_robot
from tests.judge.solids import Solid, convex, enclosed

FULL_SPEED_AFTER = 0.5  # s, where nobody states an acceleration limit; docs/decisions/0010-robot-models.md
FULL_ACCELERATION_AFTER = 0.1  # s, the same for jerk


@dataclass(frozen=True, slots=True, eq=False)
class LinkSolid:
    """A solid fixed to the frame of pinocchio's joint `joint` (0 is the base) at `placement` (4, 4)."""

    name: str
    joint: int
    solid: Solid
    placement: Array


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    position: Array
    velocity: Array
    acceleration: Array
    jerk: Array


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    name: str
    model: pin.Model
    T_world_base: Array
    links: tuple[LinkSolid, ...]
    T_joint_flange: Array
    limits: Limits

    @property
    def joints(self) -> int:
        return int(self.model.nv)

    def moves(self, joint: int) -> np.ndarray:
        """(n,) bool: which joints move the frame of `joint`."""
        mask = np.zeros(self.joints, dtype=bool)
        mask[[i - 1 for i in self.model.supports[joint].tolist() if i > 0]] = True
        return mask

    def sweep(self, q: Array) -> Sweep:
        """Kinematics at every row of `q` (S, n), in the world."""
        data = self.model.createData()
        count, n = len(q), self.joints
        poses, jacobians = np.empty((count, n + 1, 4, 4)), np.empty((count, 6, n))
        poses[:, 0] = np.eye(4)
        for k, row in enumerate(q):
            pin.computeJointJacobians(self.model, data, row)
            jacobians[k] = data.J
            for i in range(1, n + 1):
                poses[k, i] = data.oMi[i].homogeneous
        R, t = self.T_world_base[:3, :3], self.T_world_base[:3, 3]
        w = np.einsum("ij,sjn->sni", R, jacobians[:, 3:])
        v = np.einsum("ij,sjn->sni", R, jacobians[:, :3]) - np.cross(w, t)
        return Sweep(self, q, self.T_world_base @ poses, v, w, np.linalg.norm(w, axis=2))


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """`T_world_joint` (S, n + 1, 4, 4); `v` and `w` (S, n, 3) are the Jacobian's columns at the world's origin, `turning`
    (S, n) the lengths of `w`."""

    arm: Arm
    q: Array
    T_world_joint: Array
    v: Array
    w: Array
    turning: Array

    def speeds(self, joint: int, centres: Array, radius: float) -> Array:
        """(S, n): how far at most any point of the ball about `centres` (S, 3) fixed to `joint` moves per unit of each
        joint, 0 for joints that do not move it."""
        x, y, z = (c[:, None] for c in centres.T)
        wx, wy, wz = (self.w[..., k] for k in range(3))
        moved_x = self.v[..., 0] + wy * z - wz * y
        moved_y = self.v[..., 1] + wz * x - wx * z
        moved_z = self.v[..., 2] + wx * y - wy * x
        moved = np.sqrt(moved_x**2 + moved_y**2 + moved_z**2) + self.turning * radius
        return np.where(self.arm.moves(joint), moved, 0.0)

    def flange(self) -> Array:
        """T_world_flange (S, 4, 4)."""
        return self.T_world_joint[:, -1] @ self.arm.T_joint_flange


def arm_of(unit: RobotUnit, cell_dir: Path) -> Arm:
    """Raises ValueError for a URDF that is not one chain of joints with one degree of freedom each."""
    source = find_robot(unit.model, cell_dir)
    model = pin.buildModelFromUrdf(str(source.urdf))
    tip = source.description.tip or model.frames[model.nframes - 1].name
    frame = model.frames[model.getFrameId(tip, pin.FrameType.BODY)]
    chain = model.supports[frame.parentJoint].tolist()
    beside = [i for i in range(1, model.njoints) if i not in chain]
    shapes = _shapes(source, model)
    if beside:
        model, (shapes,) = pin.buildReducedModel(model, [shapes], beside, pin.neutral(model))
        frame = model.frames[model.getFrameId(tip, pin.FrameType.BODY)]
    if model.nq != model.nv or model.parents.tolist() != [0, *range(model.njoints - 1)]:
        raise ValueError(f"{unit.model} is not one chain of revolute and prismatic joints")
    links = tuple(
        LinkSolid(f"{unit.name} {g.name}", g.parentJoint, _solid(g), g.placement.homogeneous) for g in shapes.geometryObjects
    )
    return Arm(unit.name, model, unit.base.matrix, links, frame.placement.homogeneous, _limits(source, model))


def _shapes(source: Source, model: pin.Model) -> pin.GeometryModel:
    """Collision shapes; the visual ones of a link that has none, as the cell's modeller promises."""
    urdf = re.sub(r'filename="([^"]+)"', lambda m: f'filename="{_located(source, m[1])}"', source.urdf.read_text())
    shapes = pin.buildGeomFromUrdfString(model, urdf, pin.GeometryType.COLLISION)
    have = {g.parentFrame for g in shapes.geometryObjects}
    without = [f.name for k, f in enumerate(model.frames) if f.type == pin.FrameType.BODY and k not in have]
    if without:
        seen = pin.buildGeomFromUrdfString(model, urdf, pin.GeometryType.VISUAL)
        for extra in seen.geometryObjects:
            if extra.parentFrame not in have:
                shapes.addGeometryObject(extra)
    return shapes


def _located(source: Source, filename: str) -> Path:
    return source.locate(filename, source.urdf.parent).resolve()


def _solid(geometry: pin.GeometryObject) -> Solid:
    shape = geometry.geometry
    if hasattr(shape, "vertices") and hasattr(shape, "num_tris"):
        return enclosed(convex(np.array(shape.vertices()) * np.array(geometry.meshScale)))
    return enclosed(shape)


def _limits(source: Source, model: pin.Model) -> Limits:
    described = source.description
    velocity = np.array(model.velocityLimit) if described.velocity is None else np.array(described.velocity)
    acceleration = velocity / FULL_SPEED_AFTER if described.acceleration is None else np.array(described.acceleration)
    jerk = acceleration / FULL_ACCELERATION_AFTER if described.jerk is None else np.array(described.jerk)
    declared = np.stack([model.lowerPositionLimit, model.upperPositionLimit], axis=1)
    position = declared if described.position is None else np.array(described.position)
    return Limits(position, velocity, acceleration, jerk)

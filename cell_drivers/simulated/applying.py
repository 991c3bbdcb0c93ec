"""What a tool does along a path, as the world sees it: where its tip truly went, and along which path of which part that was.

A plan says what was meant. Here only geometry counts: every point of the part's path, as the part truly lies, has to have had the
tip within REACH of it, pointing into the part within TILT, between the path parameters at which the tool was on.
"""

from __future__ import annotations

import numpy as np

from cell.device import Process
from cell.geometry import Array, Pose
from cell.paths import CurvePoints, looked_at, runs_of, spot_of
from cell.trajectory import Path
from cell_drivers.simulated.parts import REACH, TILT, Part
from cell_drivers.simulated.world import World

LOOKS = 800  # configurations along the path that are looked at


def apply_along(world: World, robot: str, command: str, process: Process, path: Path, reached: float) -> None:
    """The motion of `robot` along `path` has ended at path parameter `reached`: puts on record what its tool has done."""
    if reached <= process.first:
        return
    part = world.parts.resting_in(process.place)
    feature = None if part is None else part.kind.path(process.feature)
    detail = f"{process.verb} {process.feature}"
    if part is None or feature is None:
        world.violation(
            robot, command, f"{process.tool} does {detail} at {process.place}, and no part with such a path lies there"
        )
        return
    along = looked_at(runs_of(feature)) if len(feature.points) > 1 else spot_of(feature)
    passed = _passed(world, robot, process, path, min(reached, process.last), part, along)
    if reached < process.last:
        world.effect(robot, command, "applied in part", part.id, f"{detail} {100.0 * passed.mean():.0f} %")
    elif not passed.all():
        world.violation(
            robot, command, f"{process.tool} leaves out {100.0 * (1.0 - passed.mean()):.0f} % of {detail} of {part.id}"
        )
    else:
        world.parts.processed(part, process.tool, detail)
        world.effect(robot, command, "applied", part.id, detail)


def _passed(world: World, robot: str, process: Process, path: Path, last: float, part: Part, along: CurvePoints) -> Array:
    """Which points (N,) of the path the tip was at, in the world."""
    tool = world.cell.tools[process.tool]
    q = path.at(np.linspace(process.first, last, LOOKS)).q
    tips = [world.arms[robot].T_world_flange_at(row) @ tool.hands[0].T_flange_tcp for row in q]
    where, axes = np.array([tip.translation for tip in tips]), np.array([tip.rotation[:, 2] for tip in tips])
    points, normals = _in_world(part.pose, along)
    apart = np.linalg.norm(points[:, None] - where[None], axis=2)
    nearest = apart.argmin(axis=1)
    tilt = np.arccos(np.clip(-np.einsum("ni,ni->n", axes[nearest], normals), -1.0, 1.0))
    passed: Array = (apart.min(axis=1) <= REACH) & (tilt <= TILT)
    return passed


def _in_world(T_world_part: Pose, along: CurvePoints) -> tuple[Array, Array]:
    return T_world_part.apply(along.points), along.normals @ T_world_part.rotation.T

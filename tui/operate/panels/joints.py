"""The joints of each robot between their limits: as measured, or where the plan has them by now."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from cell import later_numpy as np
from cell.geometry import Array
from cell.home import home_of
from cell.kinematic_chain import JointKind
from cell.robot import RobotModel
from tui.operate.ground import Ground
from tui.operate.lines import Line, Piece, line, said
from tui.operate.positions import Where, positions
from tui.operate.view import View

NEAR = 0.03
"""Of the range: a joint so near to a limit is marked."""
ABOUT = """Each joint between its limits ├ ┤, as measured; where no samples are there, as the plan has it by then. ◆ marks one
within 3 % of a limit. The share is that of its planned speed at which a robot says that it goes."""


def joint_lines(view: View, width: int, height: int) -> Sequence[Line]:
    if view.ground is None:
        return [line(said(f"no joints: {view.no_ground or 'the cell is being read'}", "dim"))]
    return list(_lines(view, view.ground, width))


def _lines(view: View, ground: Ground, width: int) -> Iterator[Line]:
    where = positions(view.scene, view.seen)
    for robot in ground.models:
        found = where.get(robot)
        yield line(said(robot, "strong"), f" {_how(found)}")
        yield from _joints(ground, robot, found, width)


def _how(where: Where | None) -> str:
    if where is None:
        return "at home, as declared"
    known = "measured" if where.how == "measured" else "as planned"
    if where.motion is None:
        return f"{known}, at rest"
    pace = "" if where.scaling is None else f" at {100 * where.scaling:.0f} %"
    return f"{known}, in {where.motion[:8]}{pace}"


def _joints(ground: Ground, robot: str, where: Where | None, width: int) -> Iterator[Line]:
    model = ground.models[robot]
    q = np.array(home_of(ground.cell.robots[robot], model)) if where is None else where.q
    yield from (joint_line(model, q, k, width) for k in range(model.degrees_of_freedom))


def joint_line(model: RobotModel, q: Array, k: int, width: int) -> Line:
    """Joint number `k` between its limits."""
    bar, joint = max(6, width - 18), model.chain.joints[k]
    low, high = (float(x) for x in model.position[k])
    share = min(1.0, max(0.0, (float(q[k]) - low) / (high - low)))
    is_near = share < NEAR or share > 1.0 - NEAR
    at = round(share * (bar - 1))
    value = f"{math.degrees(float(q[k])):7.1f}°" if joint.kind is JointKind.REVOLUTE else f"{1000.0 * float(q[k]):6.0f} mm"
    return (
        Piece(f"J{k + 1:<2} ├", "plain"),
        Piece("─" * at, "frame"),
        Piece("┃", "strong"),
        Piece("─" * (bar - 1 - at), "frame"),
        Piece(f"┤ {value}"),
        Piece(" ◆" if is_near else "  ", "warn" if is_near else "plain"),
    )

"""Which tools drive a fastener with the torque that a line asks for."""

from __future__ import annotations

import math

from cell.equipment import PartKind
from cell.model import Tool
from planner.tasks.route import Join

Reason = tuple[str, str]
"""Why not, and what would help."""


def torque_range(tool: Tool) -> tuple[float, float]:
    """Nm, least and most; 0 and no limit where the cell says nothing."""
    given = tool.attributes.get("torque")
    match given:
        case (float(low), float(high)):
            return low, high
        case float(only):
            return only, only
    return 0.0, math.inf


def why_not_driven(tool: Tool, part: PartKind, into: Join) -> Reason | None:
    """Why the tool cannot drive the part in so; None where it can."""
    if part.name not in tool.drives:
        return f"{tool.name} does not drive {part.name}", f"Name {part.name} under `drives` of {tool.name}, or take another tool."
    low, high = torque_range(tool)
    if into.torque is None or low <= into.torque <= high:
        return None
    most = "" if high == math.inf else f" to {high:g} Nm"
    return f"{tool.name} drives with {low:g} Nm{most}, {into.torque:g} Nm are asked", "Ask for a torque that it has."

"""A fastener that is driven in: by a tool that drives it, with the torque that the line asks for and within what the tool has."""

from __future__ import annotations

from collections.abc import Iterator

from cell.model import CellModel, Tool
from cell.steps import AtPlace, Drive
from cell.task_plan import Operation
from planner.proof.duty import Duty, ForkDuty
from planner.proof.robot_state import RobotState


def wrong_in_driving(
    drive: Drive, operation: Operation, duty: Duty | ForkDuty | None, state: RobotState, cell: CellModel
) -> Iterator[str]:
    hand, tool = f"{drive.tool}.{drive.hand}", cell.tools[drive.tool]
    held = state.hands.get(hand)
    joint = duty.joint if isinstance(duty, Duty) else None
    if held is None or held[0] != drive.part or drive.part != operation.part:
        yield f"drives {drive.part}, which {hand} does not hold for this"
    elif held[1].kind not in tool.drives:
        yield f"drives a {held[1].kind}, which {tool.name} does not drive"
    if not (isinstance(state.stance, AtPlace) and state.stance.hand == hand):
        yield f"drives where {hand} is in no contact"
    if joint is None or not joint.is_driven or drive.base != joint.base:
        yield f"drives something into {drive.base}, which its line does not ask for"
        return
    wanted, (low, high) = joint.torque, torques(tool)
    if drive.torque != (low if wanted is None else wanted) or not low <= drive.torque <= high:
        yield f"drives with {drive.torque:g} Nm; {low if wanted is None else wanted:g} Nm are asked, {low:g} to {high:g} Nm there"


def torques(tool: Tool) -> tuple[float, float]:
    """The least and greatest torque of a tool, Nm; 0 and no limit where nobody says."""
    given = tool.attributes.get("torque")
    if isinstance(given, tuple):
        return float(given[0]), float(given[1])
    return (float(given), float(given)) if isinstance(given, int | float) else (0.0, float("inf"))

"""What a hand closes on, and what a flange couples: with the right tool, the force of the kind, and from the right stance."""

from __future__ import annotations

from collections.abc import Iterator

from cell.model import CellModel
from cell.program import Ref
from cell.steps import AtPlace, AtPocket, Couple, Grip, Uncouple, stance_name
from cell.task_plan import Operation
from planner.proof.duty import Duty, ForkDuty
from planner.proof.robot_state import RobotState


def wrong_in_grip(
    grip: Grip, operation: Operation, duty: Duty | ForkDuty, part_kind: str, state: RobotState, cell: CellModel
) -> Iterator[str]:
    """`part_kind` is what the part is now."""
    kind, tool = cell.parts[part_kind], cell.tools[grip.tool]
    force = kind.grip_force if kind.grip_force is not None else (tool.force[0] if tool.force is not None else 0.0)
    if grip.part != operation.part:
        yield f"grips {grip.part}, its operation is about {operation.part}"
    using = duty.goal.role("using") if isinstance(duty, Duty) and operation.verb != "process" else None
    if isinstance(using, Ref) and using.text != grip.tool:
        yield f"grips with {grip.tool}, its line asks for {using.text}"
    if state.tool != grip.tool:
        yield f"grips with {grip.tool}, and {state.tool or 'no tool'} is at the flange"
    if kind.name not in tool.takes:
        yield f"grips a {kind.name}, which {tool.name} does not grip"
    if grip.force != force or (tool.force is not None and not tool.force[0] <= force <= tool.force[1]):
        yield f"grips with {grip.force:g} N; {kind.name} is gripped with {force:g} N"
    stance = state.stance
    if not (isinstance(stance, AtPlace) and stance.hand == f"{grip.tool}.{grip.hand}" and stance.kind == kind.name):
        yield f"grips a {kind.name} with {grip.tool}.{grip.hand} at {stance_name(stance)}"


def wrong_in_change(change: Couple | Uncouple, robot: str, state: RobotState, cell: CellModel) -> Iterator[str]:
    """At the tool's own pocket, where the changer serves the robot; with a bare flange, or with that very tool."""
    pocket, wanted = cell.pocket_of(change.tool), None if isinstance(change, Couple) else change.tool
    if pocket is None or robot not in cell.changers[pocket.changer].serves or state.stance != AtPocket(pocket.name):
        yield f"changes {change.tool} at {stance_name(state.stance)}"
    if state.tool != wanted:
        yield f"finds {state.tool or 'no tool'} at the flange of {robot}"

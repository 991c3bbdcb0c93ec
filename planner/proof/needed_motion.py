"""What a step's motion has to ask for: from where to where, with what, in contact with what, how fast, around what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.diagnostic import Diagnostic, Span, error
from cell.model import CellModel
from cell.motion_plan import MotionPlan
from cell.steps import Along, AtHome, AtHub, AtPlace, AtPocket, Docking, Grip, MotionNeed, Step, Touch, stance_name
from cell.task_plan import Operation
from planner.proof.along import wrong_along
from planner.proof.device_limits import smallest, tightest
from planner.proof.duty import Duty, ForkDuty
from planner.proof.right_of_way import closed_zones
from planner.proof.robot_state import RobotState, hands_of


def is_parking(need: MotionNeed, cell: CellModel) -> bool:
    """Home, out of the way of others; a robot that is alone never has to."""
    return need.touch is None and isinstance(need.end, AtHome) and len(cell.robots) > 1


def wrong_in_need(
    need: MotionNeed,
    operation: Operation,
    duty: Duty | ForkDuty,
    robot: str,
    state: RobotState,
    kind: str,
    cell: CellModel,
    shared: tuple[str, ...],
) -> Iterator[str]:
    """What does not follow, in words. `kind` is that of the operation's part; `state` that of `robot` before the motion; `shared`
    as in right_of_way.py."""
    carried = state.carried(hands_of(cell, state.tool))
    if need.robot != robot:
        yield f"it moves {need.robot}, not {robot}"
    if need.tool != state.tool:
        yield f"{robot} has {state.tool or 'no tool'} at its flange, the plan says {need.tool or 'none'}"
    if need.start != state.stance:
        yield f"{robot} is at {stance_name(state.stance)}, not at {stance_name(need.start)}"
    if need.carried != carried:
        yield f"{robot} carries {', '.join(f'{c.kind} in {c.hand}' for c in carried) or 'nothing'}, the plan says otherwise"
    if need.speed_limit != (limit := speed_limit_of(duty, robot, cell)):
        yield f"its speed limit is {limit} m/s, not {need.speed_limit}"
    if need.force_limit != (force := force_limit_of(need, duty)):
        yield f"its contact may take {force} N, not {need.force_limit}"
    if need.avoid != (closed := closed_zones(cell, shared, None if need.touch is None else need.touch.where)):
        yield f"it has to stay out of {', '.join(closed) or 'nothing'}, the plan says {', '.join(need.avoid) or 'nothing'}"
    if isinstance(need.touch, Docking):
        yield from _wrong_in_docking(need, need.touch, cell)
    elif isinstance(need.touch, Along):
        yield from wrong_along(need, need.touch, operation, duty, kind, cell)
    elif need.touch is not None:
        yield from _wrong_in_touch(need, need.touch, state, operation, kind, cell)
    elif not (isinstance(need.end, AtHub) or is_parking(need, cell)) or isinstance(need.start, AtPlace | AtPocket):
        yield "a motion without contact begins outside contact and ends at a hub"


def speed_limit_of(duty: Duty | ForkDuty, robot: str, cell: CellModel) -> float | None:
    """The smallest of the robot's own and those that the text puts on the step, m/s."""
    own = cell.robots[robot].max_speed
    written = smallest(duty.limits, robot, "speed")
    return min((v for v in (own, written) if v is not None), default=None)


def force_limit_of(need: MotionNeed, duty: Duty | ForkDuty) -> float | None:
    """What the goal itself bounds the force to, N; other limits refuse a plan instead (check_forces)."""
    if need.touch is None or not isinstance(duty, Duty):
        return None
    return min((x.value for x in duty.limits if x.quantity == "force" and not x.device), default=None)


def _wrong_in_touch(
    need: MotionNeed, touch: Touch, state: RobotState, operation: Operation, kind: str, cell: CellModel
) -> Iterator[str]:
    there = AtPlace(touch.place, touch.hand, touch.kind, touch.grasp)
    hub = AtHub(cell.places[touch.place].equipment)
    if (need.start, need.end) != ((hub, there) if touch.end == "end" else (there, hub)):
        yield f"contact at {touch.place} lies between its hub and {stance_name(there)}"
    holds = state.hands.get(touch.hand)
    if touch.pair == "part and place":
        if holds is None or (holds[1].kind, holds[1].grasp) != (touch.kind, touch.grasp):
            yield f"{touch.hand} does not hold a {touch.kind} so"
        elif touch.end == "end" and holds[0] != operation.part:
            yield f"{touch.hand} holds {holds[0]}, not {operation.part}"
    elif holds is not None:
        yield f"{touch.hand} holds {holds[0]}"
    elif touch.end == "end" and kind != touch.kind:
        yield f"{operation.part} is a {kind}, no {touch.kind}"


def _wrong_in_docking(need: MotionNeed, touch: Docking, cell: CellModel) -> Iterator[str]:
    """With the pocket's own tool, or for it with a bare flange, at a changer that serves the robot."""
    pocket, there = cell.pockets[touch.pocket], AtPocket(touch.pocket)
    hub = AtHub(pocket.changer)
    if (need.start, need.end) != ((hub, there) if touch.end == "end" else (there, hub)):
        yield f"docking at {touch.pocket} lies between its hub and {stance_name(there)}"
    if need.robot not in cell.changers[pocket.changer].serves:
        yield f"{pocket.changer} does not serve {need.robot}"
    if need.tool != (pocket.tool if touch.pair == "tool and pocket" else None):
        yield f"with {need.tool or 'a bare flange'} there is no {touch.pair} to touch at {touch.pocket}"


def _force(step: Step, plan: MotionPlan) -> float | None:
    """N that the step exerts: what its motion may in contact, or what a hand closes with; None where it exerts none."""
    if isinstance(step.action, Grip):
        return step.action.force
    motion = plan.motions.get(step.motion or "")
    return max((contact.force for contact in motion.contacts), default=None) if motion is not None else None


def check_forces(plan: MotionPlan, duty_of: Mapping[str, Duty | ForkDuty], cell: CellModel) -> tuple[Diagnostic, ...]:
    """Contact within the force that the text allows, and no grip with a force that nothing says where it allows only so much;
    the first step of each line that has more."""
    found: dict[tuple[Span, Span], Diagnostic] = {}
    for step in plan.tasks.steps:
        match step.action:
            case Grip(tool=tool, force=0.0) if "vacuum" not in cell.tools[tool].attributes and step.robot is not None:
                limit = tightest(duty_of[step.operation].limits, step.robot, "force")
                if limit is not None:
                    message = f"{step.id} grips with a force that nothing says; {limit.value:g} N is allowed"
                    help_ = "Declare `grip` of the part, or `force` of the tool."
                    one = error("E688", message, step.because.span, limit.span, help=help_)
                    found.setdefault((step.because.span, limit.span), one)
        force = _force(step, plan)
        if force is None or step.robot is None:
            continue
        limit = tightest(duty_of[step.operation].limits, step.robot, "force")
        if limit is not None and force > limit.value:
            message = f"{step.id} makes contact with {force:g} N; {limit.value:g} N is allowed"
            help_ = f"Allow {force:g} N, or declare a smaller `grip` of the part."
            found.setdefault((step.because.span, limit.span), error("E688", message, step.because.span, limit.span, help=help_))
    return tuple(found.values())

"""Every field of a plan is what it has to be: derived again from the intent, the cell and the state, and compared.

Walks through the steps once, following each robot's stance and hands (robot_state.py), and says what does not follow. What a
plan may choose (which part, which place of many, which hand, the order) is taken from it; everything else is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cell.diagnostic import Diagnostic, error
from cell.model import CellModel
from cell.program import Goal, Ref
from cell.state import PlanningRequest
from cell.steps import (
    AtHub,
    AtPlace,
    Decide,
    Grip,
    Inspect,
    MotionNeed,
    Move,
    Release,
    RunProgram,
    SetClamp,
    SetDoor,
    Step,
    Touch,
    stance_name,
)
from cell.task_plan import Operation, TaskPlan
from planner.proof.duties import Duty
from planner.proof.effects import Setting, change_of
from planner.proof.operations import equipment_of
from planner.proof.robot_state import Followed, RobotState, hands_of


@dataclass(frozen=True, slots=True)
class Reading:
    """What the walk needs at each step."""

    request: PlanningRequest
    tasks: TaskPlan
    duty_of: Mapping[str, Duty]

    @property
    def cell(self) -> CellModel:
        return self.request.cell


def check_meaning(reading: Reading) -> tuple[Diagnostic, ...]:
    return tuple(_Walk(reading).found())


@dataclass(slots=True)
class _Walk:
    reading: Reading
    operations: dict[str, Operation] = field(init=False)
    outcome_of: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.operations = {o.id: o for o in self.reading.tasks.operations}
        self.outcome_of = {c.id: c.outcome for c in self.reading.tasks.choices}

    def found(self) -> Iterator[Diagnostic]:
        tasks = self.reading.tasks
        follow = Followed.start(self.reading.cell, self.reading.request.state, tasks.choices)
        for step in tasks.steps:
            follow.decide(step)
            operation = self.operations[step.operation]
            robot = _robot_of(step, operation, follow)
            state = follow.before(step, robot)
            for what in self._wrong(step, operation, robot, state):
                yield error("E683", f"{step.id}: {what}", step.because.span)
            if step.robot is not None:
                follow.after(step, robot)
        follow.end()
        for choice in follow.uneven:
            yield error("E683", f"the branches of {choice} leave a robot in different states")

    def _wrong(self, step: Step, operation: Operation, robot: str, state: RobotState) -> Iterator[str]:
        duty = self.reading.duty_of[operation.id]
        yield from self._action(step, operation, duty, robot, state)
        hand = next((h for h, (part, _) in state.hands.items() if part == operation.part), None)
        part = step.part if step.part is not None else operation.part
        setting = Setting(robot, state.stance, part, hand, operation.verb, operation.goal, self._outcome(step))
        change = change_of(step.action, setting, self.reading.cell)
        for name in ("needs", "adds", "deletes"):
            if getattr(step, name) != getattr(change, name):
                wanted = ", ".join(f.text for f in getattr(change, name)) or "nothing"
                said = ", ".join(f.text for f in getattr(step, name)) or "nothing"
                yield f"it {name} {wanted}; the plan says {said}"

    def _outcome(self, step: Step) -> str:
        return self.outcome_of.get(step.action.choice, "") if isinstance(step.action, Decide) else ""

    # --- actions ---------------------------------------------------------------------------------------------------

    def _action(self, step: Step, operation: Operation, duty: Duty, robot: str, state: RobotState) -> Iterator[str]:
        match step.action:
            case Move(need=need):
                yield from self._need(need, duty, robot, state, operation)
            case Grip():
                yield from self._grip(step.action, operation, state)
            case Release(tool=tool, hand=hand, part=part):
                if state.hands.get(f"{tool}.{hand}", ("",))[0] != part:
                    yield f"{part} is not in {tool}.{hand}"
                if part != operation.part:
                    yield f"it releases {part}, its operation is about {operation.part}"
            case RunProgram(machine=machine, program=program, part=part):
                if part != operation.part or operation.verb != "process":
                    yield "its operation asks for no program on this part"
                if machine != equipment_of(duty.goal) or program != self._program(duty.goal, machine):
                    yield f"its goal does not ask for {program} on {machine}"
            case Inspect(station=station, outcome=outcome, part=part):
                if part != operation.part or operation.verb != "inspect" or outcome != "verdict":
                    yield f"its operation does not ask for the {outcome} of {part}"
                if station != equipment_of(duty.goal):
                    yield f"its goal does not name {station}"
            case SetDoor() | SetClamp() | Decide():
                pass

    def _grip(self, grip: Grip, operation: Operation, state: RobotState) -> Iterator[str]:
        kind = self.reading.cell.parts[self._kind(grip.part)]
        tool = self.reading.cell.tools[grip.tool]
        force = kind.grip_force if kind.grip_force is not None else (tool.force[0] if tool.force is not None else 0.0)
        if grip.part != operation.part:
            yield f"it grips {grip.part}, its operation is about {operation.part}"
        if kind.name not in tool.grips:
            yield f"{tool.name} does not grip {kind.name}"
        if grip.force != force:
            yield f"{kind.name} is gripped with {force:g} N, not {grip.force:g} N"
        if tool.force is not None and not tool.force[0] <= grip.force <= tool.force[1]:
            yield f"{tool.name} has {tool.force[0]:g} N to {tool.force[1]:g} N, not {grip.force:g} N"
        stance = state.stance
        if not (isinstance(stance, AtPlace) and stance.hand == f"{grip.tool}.{grip.hand}" and stance.kind == kind.name):
            yield f"the robot is at {stance_name(stance)}, not at a {kind.name} with {grip.tool}.{grip.hand}"

    def _kind(self, part: str) -> str:
        return next(p.kind for p in self.reading.request.state.parts if p.id == part)

    def _program(self, goal: Goal, machine: str) -> str | None:
        """The one that the goal names, or the only one that the machine has."""
        using, names = goal.role("using"), [p.name for p in self.reading.cell.equipment[machine].programs]
        if isinstance(using, Ref):
            return using.path[-1]
        return names[0] if len(names) == 1 else None

    # --- motions ---------------------------------------------------------------------------------------------------

    def _need(self, need: MotionNeed, duty: Duty, robot: str, state: RobotState, operation: Operation) -> Iterator[str]:
        cell = self.reading.cell
        if need.robot != robot:
            yield f"it moves {need.robot}, not {robot}"
        if need.start != state.stance:
            yield f"{robot} is at {stance_name(state.stance)}, not at {stance_name(need.start)}"
        carried = state.carried(hands_of(cell, robot))
        if need.carried != carried:
            yield f"{robot} carries {', '.join(f'{c.kind} in {c.hand}' for c in carried) or 'nothing'}, the plan says otherwise"
        if need.speed_limit != self._speed(duty, robot):
            yield f"its speed limit is {need.speed_limit}, not {self._speed(duty, robot)}"
        entered = None
        if need.touch is None:
            if not isinstance(need.end, AtHub):
                yield "a motion without contact ends at a hub"
        else:
            entered = cell.equipment[cell.places[need.touch.place].equipment].guard
            yield from self._touch(need, need.touch, state, operation)
        if need.avoid != self._closed(entered):
            closed = ", ".join(self._closed(entered)) or "nothing"
            yield f"it has to stay out of {closed}, the plan says {', '.join(need.avoid) or 'nothing'}"

    def _touch(self, need: MotionNeed, touch: Touch, state: RobotState, operation: Operation) -> Iterator[str]:
        cell = self.reading.cell
        there = AtPlace(touch.place, touch.hand, touch.kind, touch.grasp)
        hub = AtHub(cell.places[touch.place].equipment)
        if (need.start, need.end) != ((hub, there) if touch.end == "end" else (there, hub)):
            yield f"contact at {touch.place} lies between its hub and {stance_name(there)}"
        holds = state.hands.get(touch.hand)
        if touch.pair == "part and place":
            if holds is None or holds[0] != operation.part or (holds[1].kind, holds[1].grasp) != (touch.kind, touch.grasp):
                yield f"{touch.hand} does not hold {operation.part} so"
        elif holds is not None:
            yield f"{touch.hand} holds {holds[0]}"
        elif self._kind(operation.part) != touch.kind:
            yield f"{operation.part} is no {touch.kind}"

    def _speed(self, duty: Duty, robot: str) -> float | None:
        limits = [v for name, v in duty.speeds if name in ("", robot)]
        own = self.reading.cell.robots[robot].max_speed
        return min([*limits, *([] if own is None else [own])], default=None)

    def _closed(self, entered: str | None) -> tuple[str, ...]:
        """Keep-out zones and guard zones, but for the one of the machine that is served."""
        cell = self.reading.cell
        guards = {e.guard for e in cell.equipment.values() if e.guard is not None}
        return tuple(z.name for z in cell.zones.values() if (z.keep_out or z.name in guards) and z.name != entered)


def _robot_of(step: Step, operation: Operation, follow: Followed) -> str:
    """The robot whose state the step's facts speak of; the only one where the plan names none."""
    return step.robot or operation.robot or next(iter(follow.outside))

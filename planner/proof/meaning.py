"""Every field of a step is what it has to be: derived again from the intent, the cell and the state, and compared.

Walks through the steps once, following each robot's stance and hands (robot_state.py), and says what does not follow. What a
plan may choose (which part, which place of many, which hand, the order) is taken from it; everything else is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from cell.arrivals import arrival_times
from cell.dataclass import dataclass
from cell.demands import bound_parts
from cell.diagnostic import Diagnostic, error
from cell.model import CellModel
from cell.program import Ref
from cell.shelves import is_bin, stock
from cell.state import Expected, InPlace, PlanningRequest
from cell.steps import (
    Action,
    AtHub,
    AtPlace,
    AtPocket,
    Await,
    Couple,
    Decide,
    Drive,
    Fact,
    Grip,
    Inspect,
    Move,
    Present,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Step,
    Touch,
    Treat,
    Uncouple,
    stance_name,
)
from cell.task_plan import Operation, TaskPlan
from planner.proof.by_people import is_handover, tells, wrong_in_awaiting
from planner.proof.claims import claims_of, orders_of, uses_of
from planner.proof.driving import wrong_in_driving
from planner.proof.duty import Duty, ForkDuty
from planner.proof.effects import Setting, change_of
from planner.proof.gripping import wrong_in_change, wrong_in_grip
from planner.proof.joints import JointDuty
from planner.proof.needed_motion import wrong_in_need
from planner.proof.operations import equipment_of
from planner.proof.outcomes import told_by
from planner.proof.right_of_way import shared_zones
from planner.proof.robot_state import Followed, RobotState
from planner.proof.rules_of_steps import reason_of


def check_meaning(tasks: TaskPlan, request: PlanningRequest, duty_of: Mapping[str, Duty | ForkDuty]) -> tuple[Diagnostic, ...]:
    """Needs references and operations to be checked before. `duty_of` by operation."""
    return tuple(_Walk(tasks, request, duty_of).found())


@dataclass(slots=True)
class _Walk:
    tasks: TaskPlan
    request: PlanningRequest
    duty_of: Mapping[str, Duty | ForkDuty]
    operations: dict[str, Operation] = field(init=False)
    outcomes: dict[str, str] = field(init=False)
    kinds: dict[str, str] = field(init=False)
    own: dict[str, list[Step]] = field(default_factory=dict)
    worked: set[str] = field(default_factory=set)
    uses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lies: dict[str, str] = field(default_factory=dict)
    resting: dict[str, str] = field(default_factory=dict)
    coming: dict[str, list[str]] = field(default_factory=dict)
    bins: dict[str, list[str]] = field(default_factory=dict)
    handed: dict[str, str] = field(default_factory=dict)
    shared: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.shared = shared_zones(self.request.cell, self.request.program.nevers)
        self.operations = {o.id: o for o in self.tasks.operations}
        self.outcomes = {c.id: c.outcome for c in self.tasks.choices}
        self.kinds = {p.id: p.kind for p in self.request.state.parts}
        self.lies = {p.id: p.location.place for p in self.request.state.parts if isinstance(p.location, InPlace)}
        self.resting = {place: part for part, place in self.lies.items()}
        for place in (name for name in self.cell.places if is_bin(self.cell, name)):
            self.bins[place] = list(stock(self.request.state.parts, place))
        for part in arrival_times(self.cell, self.request.state):
            self.coming.setdefault(self._supply_of(part), []).append(part)
        for step in self.tasks.steps:
            self.own.setdefault(step.operation, []).append(step)

    @property
    def cell(self) -> CellModel:
        return self.request.cell

    def found(self) -> Iterator[Diagnostic]:
        follow = Followed.start(self.cell, self.request.state, self.tasks.choices, self.kinds)
        moving = [s.action.need.robot for s in self.tasks.steps if isinstance(s.action, Move)]
        only = next(iter(moving), next(iter(follow.outside)))
        for step in self.tasks.steps:
            robot = self._robot(step, only, follow)
            follow.decide(step, robot)
            state = _state(step, robot, follow)
            for what in self._wrong(step, robot, state):
                yield error("E683", f"{step.id} {what}", step.because.span)
            if step.robot is not None:
                follow.after(step, robot)
            self._follow_places(step)
            self.kinds |= {fact.args[0]: fact.args[1] for fact in step.adds if fact.name == "is" and len(fact.args) == 2}
            self.lies |= {fact.args[0]: fact.args[1] for fact in step.adds if fact.name == "at" and len(fact.args) == 2}
        follow.end()
        for choice in follow.uneven:
            yield error("E683", f"the branches of {choice} leave the robot in different states")
        orders = orders_of(self.tasks.steps, self.uses)
        if dict(self.tasks.orders) != orders or list(self.tasks.orders) != list(orders):
            differs = next((r for r in {**orders, **self.tasks.orders} if orders.get(r) != self.tasks.orders.get(r)), "resources")
            yield error("E683", f"the order of {differs} is not the one in which the operations use it")

    def _robot(self, step: Step, only: str, follow: Followed) -> str:
        """Whose step it is, or who stands by: the robot of the operation; where that has none, the one whose standstill the
        step counts on, if any."""
        match step.action:
            case Move(need=need):
                return need.robot
            case Couple(robot=robot) | Uncouple(robot=robot):
                return robot
            case Grip(tool=tool) | Release(tool=tool) | Drive(tool=tool) if (with_it := _with_tool(tool, follow)) is not None:
                return with_it
            case _:
                named = self.operations[step.operation].robot
                if named in follow.outside:
                    return named
                return next((f.args[0] for f in step.needs if f.name == "stands" and f.args[0] in follow.outside), only)

    def _wrong(self, step: Step, robot: str, state: RobotState) -> Iterator[str]:
        operation = self.operations[step.operation]
        setting = self._setting(step, operation, robot, state)
        moves = isinstance(step.action, Move | Grip | Release | Drive | Couple | Uncouple) or is_handover(step.action)
        if step.robot != (robot if moves else None):
            yield f"is for {robot if moves else 'no robot'}, not for {step.robot or 'none'}"
        if step.part != operation.part:
            yield f"is about {operation.part}, not {step.part or 'nothing'}"
        yield from self._action(step, operation, robot, state)
        change = change_of(step.action, setting, self.cell)
        for name in ("needs", "adds", "deletes"):
            if getattr(step, name) != getattr(change, name):
                wanted, said = (", ".join(f.text for f in getattr(x, name)) or "nothing" for x in (change, step))
                yield f"{name} {wanted}; the plan says {said}"
        place = self._contact(step, setting)
        claims = claims_of(step.action, place, self.cell, self.shared)
        self.uses[step.id] = uses_of(step.action, robot, place, setting.hand or "", claims)
        if step.claims != claims:
            yield f"claims {', '.join(claims) or 'nothing'}, not {', '.join(step.claims) or 'nothing'}"
        if step.because.span != operation.because.span or step.because.rule != (
            why := reason_of(step, operation, self.own[operation.id], setting, place, self.cell)
        ):
            yield f"is there because {why if step.because.span == operation.because.span else 'of another line'}"

    def _setting(self, step: Step, operation: Operation, robot: str, state: RobotState) -> Setting:
        part, action = operation.part, step.action
        hand = next((h for h, (held, _) in state.hands.items() if held == part), None)
        if isinstance(action, Grip | Release | Drive):
            hand = f"{action.tool}.{action.hand}"
        elif isinstance(action, SetClamp) and self._is_held_in(state, action.machine):
            assert isinstance(state.stance, AtPlace)
            hand = state.stance.hand
            part = state.hands[hand][0]
        elif is_handover(action) and isinstance(state.stance, AtPlace):
            hand = state.stance.hand
        elif isinstance(action, SetClamp) and action.is_closed:
            part = self.resting.get(self.cell.equipment[action.machine].places[0].name, part)
        elif isinstance(action, Move) and isinstance(touch := action.need.touch, Touch) and touch.hand in state.hands:
            part = state.hands[touch.hand][0]
        outcome = self.outcomes[action.choice] if isinstance(action, Decide) else ""
        setting = Setting(robot, state.stance, part, hand, operation.verb, operation.goal, outcome, False, self._carriers(action))
        handed_to = self.handed.pop(part, "") if isinstance(action, Release) else ""
        if is_handover(action) and action.place != action.person:
            self.handed[action.part] = action.place
        seat = self.cell.places.get(self._contact(step, setting))
        base = self.resting.get(seat.lies_on[0], "nothing") if seat is not None and seat.of is not None else "nothing"
        return replace(
            setting, is_joined=self._is_joined(step), handed_to=handed_to, lies_in=self._place_of(part),
            kind=self.kinds.get(part, ""), base=base, base_kind=self.kinds.get(base, ""),
        )  # fmt: skip

    def _place_of(self, part: str) -> str:
        """Where the part lies as the steps stand, "" where it does not."""
        return next((place for place, there in self.resting.items() if there == part), "")

    def _is_held_in(self, state: RobotState, machine: str) -> bool:
        """Whether the robot stands in contact there with a part in that hand."""
        stance = state.stance
        return isinstance(stance, AtPlace) and stance.hand in state.hands and self.cell.places[stance.place].equipment == machine

    def _follow_places(self, step: Step) -> None:
        """What lies where, in the order in which the steps stand."""
        gone, come = ([f.args for f in facts if f.name == "at" and len(f.args) == 2] for facts in (step.deletes, step.adds))
        for part, place in gone:
            if self.resting.get(place) == part:
                del self.resting[place]
        self.resting |= {place: part for part, place in come}

    def _carriers(self, action: Action) -> tuple[Fact, ...]:
        """What lies beneath the place that a motion fills: the part that the plan has put there, or none."""
        touch = action.need.touch if isinstance(action, Move) else None
        if not isinstance(touch, Touch):
            return ()
        return tuple(Fact("at", (self.resting.get(q, "nothing"), q)) for q in self.cell.places[touch.place].lies_on)

    def _supply_of(self, part: str) -> str:
        origin = next(p.location for p in self.request.state.parts if p.id == part)
        return self.cell.places[origin.place].equipment if isinstance(origin, Expected) else ""

    def _is_joined(self, step: Step) -> bool:
        """The first work of a device that is at it when the plan starts."""
        match step.action:
            case RunProgram(machine=name) | Inspect(station=name) | Treat(station=name):
                is_first = name not in self.worked
                self.worked.add(name)
                device = self.request.state.devices.get(name)
                return is_first and device is not None and bool(device.running)
            case _:
                return False

    def _contact(self, step: Step, setting: Setting) -> str:
        """The place at which the step happens in contact, "" for none."""
        match step.action:
            case Move(need=need):
                return need.touch.where if need.touch is not None else ""
            case Grip() | Release() | Drive() | Await():
                return setting.stance.place if isinstance(setting.stance, AtPlace) else ""
            case Couple() | Uncouple():
                return setting.stance.pocket if isinstance(setting.stance, AtPocket) else ""
            case SetClamp(machine=name):
                return setting.place_in(self.cell, name)
            case _:
                return ""

    # --- actions ---------------------------------------------------------------------------------------------------

    def _action(self, step: Step, operation: Operation, robot: str, state: RobotState) -> Iterator[str]:
        duty = self.duty_of.get(operation.id)
        match step.action:
            case Move(need=need) if duty is not None:
                kind = self.kinds.get(operation.part, "")
                yield from wrong_in_need(need, operation, duty, robot, state, kind, self.cell, self.shared)
            case Grip():
                kind = self.kinds[step.action.part]
                yield from wrong_in_grip(step.action, operation, self.duty_of[operation.id], kind, state, self.cell)
                yield from self._from_bin(step, step.action, state)
            case Couple() | Uncouple():
                yield from wrong_in_change(step.action, robot, state, self.cell)
            case Release(tool=tool, hand=hand, part=part):
                yield from self._joint(operation, duty, state)
                if isinstance(duty, Duty) and duty.joint is not None and duty.joint.is_driven:
                    yield f"lets go of {part}, which is to be driven in"
                if part != operation.part or state.hands.get(f"{tool}.{hand}", ("",))[0] != part:
                    yield f"releases {part}, which {tool}.{hand} does not hold for this"
                if not (isinstance(state.stance, AtPlace) and state.stance.hand == f"{tool}.{hand}"):
                    yield f"releases at {stance_name(state.stance)}"
            case Drive():
                yield from self._joint(operation, duty, state)
                yield from wrong_in_driving(step.action, operation, duty, state, self.cell)
            case RunProgram(machine=machine, program=program, part=part):
                asked = isinstance(duty, Duty) and (machine, program) == (equipment_of(duty.goal), self._program(duty, machine))
                if part != operation.part or operation.verb != "process" or not asked:
                    yield f"runs {program} of {machine} on {part}, which its goal does not ask for"
            case Inspect(station=station, outcome=outcome, part=part):
                told = told_by(duty.goal.verb, self.cell) if isinstance(duty, Duty) else ()
                asked = isinstance(duty, Duty) and station == equipment_of(duty.goal) and outcome in told
                if part != operation.part or not asked:
                    yield f"asks {station} for the {outcome} of {part}, which its goal does not ask for"
            case Treat(station=station, verb=verb, part=part):
                asked = isinstance(duty, Duty) and (station, verb) == (duty.target, duty.goal.verb)
                if part != operation.part or not asked or tells(verb, self.cell):
                    yield f"has {station} do {verb} to {part}, which its goal does not ask for"
            case Service(station=station, verb=verb):
                asked = isinstance(duty, Duty) and (station, verb) == (duty.part, duty.goal.verb) and duty.goal.role("by") is None
                if station != operation.part or not asked:
                    yield f"has {station} do {verb} to itself, which its goal does not ask for"
            case Await():
                yield from wrong_in_awaiting(step.action, operation, duty, state, self._place_of(operation.part), self.cell)
            case Move() | Decide() if duty is None:
                yield "stands in an operation that has no goal"
            case Decide():
                if operation.robot != robot:
                    yield f"decides what {robot} does, not {operation.robot or 'nobody'}"
                if operation.source != self.lies.get(operation.part):
                    yield f"decides about {operation.part} at {operation.source}; it lies at {self.lies.get(operation.part)}"
            case Present(supply=supply, part=part):
                coming = self.coming.get(supply, [])
                if part != operation.part or coming[:1] != [part]:
                    yield f"presents {part}; {supply} brings {coming[0] if coming else 'nothing'} next"
                self.coming[supply] = coming[1:]
            case SetDoor() | SetClamp() | Move():
                pass

    def _joint(self, operation: Operation, duty: Duty | ForkDuty | None, state: RobotState) -> Iterator[str]:
        """What is let go at a seat is joined to the base that the line names, and to no other."""
        place = self.cell.places[state.stance.place] if isinstance(state.stance, AtPlace) else None
        is_seat = place is not None and place.of is not None
        asked = duty.joint if isinstance(duty, Duty) else None
        if is_seat != (asked is not None):
            yield f"is let go at {stance_name(state.stance)}, its line asks for {'a joint' if asked else 'none'}"
        elif place is not None and asked is not None:
            there, base = self.resting.get(place.lies_on[0], "nothing"), self._base_of(asked)
            if there != base:
                yield f"joins {operation.part} to {there}, its line to {base}"

    def _base_of(self, joint: JointDuty) -> str:
        """The part that it is to be joined to; of an order's kit the one that the demand has, or gets in this plan."""
        if not joint.of:
            return joint.base
        has = bound_parts(self.request.state.parts).get(joint.of)
        about = (o.part for o in self.tasks.operations if isinstance(d := self.duty_of.get(o.id), Duty) and d.demand == joint.of)
        return has.id if has is not None else next(about, "nothing")

    def _from_bin(self, step: Step, grip: Grip, state: RobotState) -> Iterator[str]:
        """Out of a bin of a shelf comes the part at its front, whichever a plan names. Exclusion has the steps in this order."""
        place = state.stance.place if isinstance(state.stance, AtPlace) else ""
        if place not in self.bins:
            return
        front = self.bins[place].pop(0) if self.bins[place] else "nothing"
        if grip.part != front:
            yield f"takes {grip.part} out of {place}; {front} is at its front"
        if step.branch is not None:
            yield f"takes {grip.part} out of {place} in a branch: what is at the front then depends on it"

    def _program(self, duty: Duty, machine: str) -> str | None:
        """The one that the goal names, or the only one that the machine has."""
        using, names = duty.goal.role("using"), [p.name for p in self.cell.equipment[machine].programs]
        if isinstance(using, Ref):
            return using.path[-1]
        return names[0] if len(names) == 1 else None


def _with_tool(tool: str, follow: Followed) -> str | None:
    """The robot that has it at its flange."""
    return next((robot for robot, state in follow.outside.items() if state.tool == tool), None)


def _state(step: Step, robot: str, follow: Followed) -> RobotState:
    """The robot's state for a step that it takes part in; for the others, the state outside all branches will do."""
    match step.action:
        case SetClamp(is_closed=is_closed):
            takes_part = not is_closed or step.branch is not None or not follow.is_branching(robot)
        case SetDoor(is_open=is_open):
            takes_part = not is_open
        case Move() | Grip() | Release() | Drive() | Couple() | Uncouple():
            takes_part = True
        case Await():
            takes_part = is_handover(step.action)
        case _:
            takes_part = False
    if takes_part:
        return follow.before(step, robot)
    return replace(follow.outside[robot], stance=AtHub(""), hands={})

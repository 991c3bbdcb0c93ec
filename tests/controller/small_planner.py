"""A planner so small that its plans can be checked by eye: tending on the gantry, in the form of real plans, from any state.

Straight motions, one step behind another on each device, a swap at the lathe, a choice for each verdict that is not told yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from cell.codec import digest
from cell.diagnostic import Position, Span
from cell.durations import action_duration
from cell.geometry import Array
from cell.model import CellModel
from cell.motion_plan import Motion, MotionPlan, ZoneVisit
from cell.plan_file import with_plan_id
from cell.state import CellState, InHand, InPlace, PartState
from cell.steps import (
    Action,
    AtHome,
    AtHub,
    AtMeasured,
    AtPlace,
    Because,
    BranchRef,
    Carried,
    Decide,
    Fact,
    Grip,
    Inspect,
    MotionNeed,
    Move,
    Release,
    RunProgram,
    SetClamp,
    SetDoor,
    Stance,
    Step,
    stance_name,
)
from cell.task_plan import Alternative, Bounds, Choice, Operation, PlannedPart, TaskPlan
from tests.cell_drivers.gantry import HOME, gantry_cell, over, straight

SPAN = Span("test.intent", Position(1, 1), Position(1, 1))
BECAUSE = Because(SPAN, "test")
ROBOT, TOOL = "g1", "grip"


@cache
def cell() -> CellModel:
    return gantry_cell()


# --- motions -----------------------------------------------------------------------------------------------------------


def hub(equipment: str) -> Array:
    first = cell().equipment[equipment].places[0].name
    at: Array = over(first) + np.array([0.0, 0.0, 0.8, 0.0])
    return at


def joints(stance: Stance) -> Array:
    match stance:
        case AtHome():
            return np.array(HOME)
        case AtHub(equipment):
            return hub(equipment)
        case AtPlace(place, hand, _, _):
            return over(place, hand.split(".")[1])
        case AtMeasured(q):
            return np.array(q)
        case _:
            raise ValueError(f"this robot never stands at {stance}")


@cache
def motion(need: MotionNeed) -> tuple[str, Motion]:
    """(content hash, motion): a straight line."""
    trajectory = straight(joints(need.start), joints(need.end))
    duration = sum(phase.duration for phase in trajectory.phases)
    length = sum(segment.length for segment in trajectory.segments)
    serves = [s for s in (need.start, need.end) if isinstance(s, AtPlace) and s.place == "lathe"]
    visits = (ZoneVisit("inside_lathe", 0.0, length),) if serves else ()
    made = Motion(need, trajectory.segments, trajectory.phases, (), visits, duration)
    return digest(made), made


# --- plans -------------------------------------------------------------------------------------------------------------


@dataclass
class Builder:
    """Lays steps one behind another on each device; robots, hands, machines and places order themselves by use."""

    state: CellState
    where: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    motions: dict[str, Motion] = field(default_factory=dict)
    last: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stance: Stance = field(default_factory=AtHome)
    hands: dict[str, str] = field(default_factory=dict)
    door: bool = False
    clamped: bool = False
    branch: BranchRef | None = None

    def __post_init__(self) -> None:
        self.stance = self.state.stances[ROBOT]
        lathe = self.state.devices["lathe"]
        self.door, self.clamped = bool(lathe.door_open), bool(lathe.clamped)
        for part in self.state.parts:
            match part.location:
                case InPlace(place):
                    self.where[part.id] = place
                case InHand(hand, _):
                    self.where[part.id] = hand
                    self.hands[hand] = part.id

    # --- single steps ---

    def add(
        self, action: Action, part: str | None, uses: Iterable[str], needs: list[Fact], adds: list[Fact], deletes: list[Fact],
        claims: tuple[str, ...] = (),
    ) -> str:  # fmt: skip
        name = f"s{len(self.steps) + 1}"
        uses = tuple(uses)
        before = dict.fromkeys(p for use in uses for p in self.last.get(use, ()))
        hashed = None
        if isinstance(action, Move):
            hashed, made = motion(action.need)
            self.motions[hashed] = made
            duration = made.duration
        else:
            duration = action_duration(cell(), action).longest
        self.steps.append(
            Step(
                name, "", action, ROBOT if isinstance(action, Move | Grip | Release | Decide) else None, part, claims,
                tuple(needs), tuple(adds), tuple(deletes), tuple(before), 0.0, duration, hashed, self.branch, BECAUSE,
            )
        )  # fmt: skip
        for use in uses:
            self.last[use] = (name,)
        return name

    def carried(self) -> tuple[Carried, ...]:
        return tuple(Carried(hand, "shaft", 0) for hand in sorted(self.hands))

    def move(self, end: Stance, needs: list[Fact], adds: list[Fact], uses: Iterable[str] = (), part: str | None = None) -> None:
        if end == self.stance:
            return
        start, self.stance = self.stance, end
        need = MotionNeed(ROBOT, start, end, self.carried(), None, None, (), TOOL)
        at, then = Fact("stands", (ROBOT, stance_name(start))), Fact("stands", (ROBOT, stance_name(end)))
        claims = ("inside_lathe",) if any(isinstance(s, AtPlace) and s.place == "lathe" for s in (start, end)) else ()
        self.add(Move(need), part, (ROBOT, *uses), [at, *needs], [then, *adds], [at], claims)

    def go_to_hub(self, equipment: str) -> None:
        self.move(AtHub(equipment), [], [])

    def set_door(self, is_open: bool) -> None:
        if self.door is not is_open:
            self.door = is_open
            was, now = Fact("shut", ("lathe",)), Fact("open", ("lathe",))
            first, then = (was, now) if is_open else (now, was)
            inside = [] if is_open else [Fact("stands", (ROBOT, stance_name(self.stance)))]
            uses = ("lathe",) if is_open else ("lathe", ROBOT)
            self.add(SetDoor("lathe", is_open), None, uses, [first, *inside, *([Fact("idle", ("lathe",))] if is_open else [])],
                     [then], [first], ("lathe",))  # fmt: skip

    def set_clamp(self, is_closed: bool, needs: list[Fact], part: str) -> None:
        if self.clamped is not is_closed:
            self.clamped = is_closed
            was, now = Fact("unclamped", ("lathe",)), Fact("clamped", ("lathe",))
            first, then = (was, now) if is_closed else (now, was)
            self.add(SetClamp("lathe", is_closed), part, ("lathe", ROBOT), [first, *needs], [then], [first], ("lathe",))

    # --- picking and placing ---

    def pick(self, part: str, hand: str) -> None:
        place = self.where[part]
        equipment = cell().places[place].equipment
        self.go_to_hub(equipment)
        if place == "lathe":
            self.set_door(True)
        at, empty, held = Fact("at", (part, place)), Fact("empty", (hand,)), Fact("held", (part, hand))
        there = AtPlace(place, hand, "shaft", 0)
        stands = Fact("stands", (ROBOT, stance_name(there)))
        opened = [Fact("open", ("lathe",)), Fact("idle", ("lathe",))] if place == "lathe" else []
        self.move(there, [at, empty, *opened], [], (hand, place, equipment), part)
        self.add(Grip(TOOL, hand.split(".")[1], part, 60.0), part, (ROBOT, hand, place), [stands, at, empty], [held], [at, empty])
        self.hands[hand], self.where[part] = part, hand
        if place == "lathe":
            self.set_clamp(False, [held, stands], part)
        self.move(AtHub(equipment), [held], [Fact("free", (place,))], (hand, place, equipment), part)

    def place(self, part: str, place: str, goal: str | None = None) -> None:
        hand = self.where[part]
        equipment = cell().places[place].equipment
        self.go_to_hub(equipment)
        if place == "lathe":
            self.set_door(True)
        held, empty, at = Fact("held", (part, hand)), Fact("empty", (hand,)), Fact("at", (part, place))
        there = AtPlace(place, hand, "shaft", 0)
        stands = Fact("stands", (ROBOT, stance_name(there)))
        free = [] if place == "scrap" else [Fact("free", (place,))]
        opened = [Fact(n, ("lathe",)) for n in ("open", "unclamped", "idle")] if place == "lathe" else []
        self.move(there, [held, *free, *opened], [], (hand, place, equipment), part)
        if place == "lathe":
            self.set_clamp(True, [stands, held], part)
        reached = [Fact("reached", (goal, part))] if goal else []
        opened_hand = Release(TOOL, hand.split(".")[1], part)
        self.add(opened_hand, part, (ROBOT, hand, place), [stands, held], [at, empty, *reached], [held])
        del self.hands[hand]
        self.where[part] = place
        self.move(AtHub(equipment), [empty], [], (hand, place, equipment), part)

    def operation(self, goal: str, verb: str, part: str, since: int) -> str:
        """All steps from number `since` on belong to one goal."""
        name = f"o{len(self.operations) + 1}"
        mine = self.steps[since:]
        self.steps[since:] = [replace(step, operation=name) for step in mine]
        serves = (("l1", part),)
        self.operations.append(Operation(name, goal, verb, part, serves, ROBOT, None, None, tuple(s.id for s in mine), BECAUSE))
        return name

    # --- goals ---

    def load(self, part: str) -> None:
        """The part, in a hand, into the lathe, and the program started behind a closed door."""
        since = len(self.steps)
        if self.where[part] != "lathe":
            self.place(part, "lathe")
        self.run_lathe(part)
        self.operation("g1", "process", part, since)

    def run_lathe(self, part: str) -> None:
        if isinstance(self.stance, AtPlace):
            self.go_to_hub(cell().places[self.stance.place].equipment)
        elif isinstance(self.stance, AtMeasured):  # it may have been stopped in the lathe, and the door is shut next
            self.go_to_hub("lathe")
        if not self.clamped:
            self.set_clamp(True, [Fact("at", (part, "lathe"))], part)
        self.set_door(False)
        needs = [Fact("at", (part, "lathe")), *(Fact(n, ("lathe",)) for n in ("clamped", "shut", "idle"))]
        self.add(RunProgram("lathe", "OP10", part), part, ("lathe",), needs, [Fact("reached", ("g1", part))], [], ("lathe",))

    def inspect(self, part: str) -> None:
        since = len(self.steps)
        if self.where[part] != "gauge":
            self.place(part, "gauge")
        needs = [Fact("at", (part, "gauge")), Fact("idle", ("gauge",))]
        adds = [Fact("told", ("verdict", part)), Fact("reached", ("g2", part))]
        self.add(Inspect("gauge", "verdict", part), part, ("gauge", ROBOT), needs, adds, [], ("gauge",))
        self.operation("g2", "inspect", part, since)

    def sort(self, part: str, slot: str, told: str | None) -> None:
        """Away from the gauge: by its verdict when that is known, else by a choice."""
        if told is not None:
            self.bring(part, *(("scrap", "g3") if told == "reject" else (slot, "g4")))
            return
        self.go_to_hub("gauge")
        choice = f"c{len(self.choices) + 1}"
        since = len(self.steps)
        self.add(Decide(choice), part, (ROBOT, "gauge"), [Fact("told", ("verdict", part))], [], [])
        self.operation("w1", "when", part, since)
        before = dict(self.last)
        ends, alternatives = [], []
        for index, (values, place, goal) in enumerate(((("reject",), "scrap", "g3"), ((), slot, "g4"))):
            self.last, self.branch, self.stance = dict(before), BranchRef(choice, index), AtHub("gauge")
            self.where[part] = "gauge"
            operation = self.bring(part, place, goal)
            self.go_to_hub("gauge")
            self.operations[-1] = replace(self.operations[-1], steps=(*self.operations[-1].steps, self.steps[-1].id))
            self.steps[-1] = replace(self.steps[-1], operation=operation)
            ends.append(self.last)
            alternatives.append(Alternative(values, (operation,)))
        self.branch = None
        uses = dict.fromkeys((*ends[0], *ends[1]))
        self.last = {use: tuple(dict.fromkeys(s for end in ends for s in end.get(use, ()))) for use in uses}
        self.choices.append(Choice(choice, "w1", "verdict", part, tuple(alternatives), BECAUSE))

    def bring(self, part: str, place: str, goal: str) -> str:
        since = len(self.steps)
        if self.where[part] not in self.hands:
            self.pick(part, f"{TOOL}.b" if f"{TOOL}.b" not in self.hands else f"{TOOL}.a")
        self.place(part, place, goal)
        return self.operation(goal, "move", part, since)

    def plan(self, batch: int) -> MotionPlan:
        bounds = Bounds(sum(s.duration for s in self.steps), 1.0, 0.0, "lathe", None, None)
        parts = tuple(PlannedPart(p.id, p.kind, self.where.get(p.id, "")) for p in self.state.parts)
        tasks = TaskPlan(parts, tuple(self.operations), tuple(self.steps), {}, tuple(self.choices), bounds, (), (), 0)
        return with_plan_id(MotionPlan("", tasks, self.motions, (), (("batch", str(batch)),), cell().revision, (), ()))


def small_plan(state: CellState, batch: int) -> MotionPlan | None:
    """A plan to `batch` parts in the outfeed from `state`; None when there are too few parts for it."""
    b = Builder(state)
    parts = {p.id: p for p in state.parts if not p.given_up}
    slots = [p.name for p in cell().equipment["outfeed"].places if p.name not in b.where.values()]
    missing = batch - (len(cell().equipment["outfeed"].places) - len(slots))

    def at(place: str) -> PartState | None:
        return next((p for p in parts.values() if b.where.get(p.id) == place), None)

    def verdict(part: PartState) -> str | None:
        return dict(part.outcomes).get("verdict")

    if isinstance(b.stance, AtPlace):
        holder = next((p for p, where in b.where.items() if where == b.stance.hand), "")
        if b.stance.place == "lathe" and b.clamped and holder:
            b.set_clamp(False, [Fact("held", (holder, b.stance.hand))], holder)
        b.move(AtHub(cell().places[b.stance.place].equipment), [], [])
    queue = [at("gauge"), *(parts[p] for p in b.hands.values() if "g1" in parts[p].reached), at("lathe")]
    queue += [parts[p] for p in b.hands.values() if "g1" not in parts[p].reached]
    for part in (p for p in queue if p is not None):
        if missing <= 0 and part.id not in b.hands.values():
            continue
        if "g1" not in part.reached:
            b.load(part.id)
            b.pick(part.id, f"{TOOL}.b")
        elif b.where[part.id] == "lathe":
            b.pick(part.id, f"{TOOL}.b")
        if "g2" not in part.reached or verdict(part) is None:
            b.inspect(part.id)
            b.sort(part.id, slots.pop(0), None)
        else:
            b.sort(part.id, slots.pop(0), verdict(part))
        missing -= verdict(part) != "reject"
    blanks = [p.id for p in parts.values() if b.where.get(p.id, "").startswith("infeed")][: max(0, missing)]
    if len(blanks) < missing:
        return None
    for i, blank in enumerate([*blanks, None]):
        if blank is not None:
            since = len(b.steps)
            b.pick(blank, f"{TOOL}.a")
            b.operation("g1", "process", blank, since)
        done = blanks[i - 1] if i else None
        if done is not None:
            since = len(b.steps)
            b.pick(done, f"{TOOL}.b")
            b.operation("g2", "inspect", done, since)
        if blank is not None:
            b.load(blank)
        if done is not None:
            b.inspect(done)
            b.sort(done, slots.pop(0), None)
    return b.plan(batch)

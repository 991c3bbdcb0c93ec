"""One operation for each open goal and none besides, one choice for each open `when`, in the order that the text asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Span, error
from cell.members import owner_of, places_in
from cell.model import CellModel
from cell.people import HANDOVER
from cell.program import Goal, IntentProgram, Ref
from cell.reasons import choice_reason, goal_reason
from cell.scene import is_in_passing
from cell.state import CellState, InPlace
from cell.steps import (
    Along,
    Await,
    BranchRef,
    Couple,
    Decide,
    Docking,
    Drive,
    Fact,
    Grip,
    Inspect,
    Move,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Step,
    Touch,
    Treat,
    Uncouple,
)
from cell.task_plan import Choice, Operation, TaskPlan
from planner.proof.ahead import Turns, fetching, goes_home, is_ahead, names_in, waited_for
from planner.proof.along import is_along
from planner.proof.by_people import is_handover
from planner.proof.clearing import is_clearing
from planner.proof.duty import Duties, Duty, ForkDuty
from planner.proof.duty_keys import Key
from planner.proof.left_by_plan import met_by_plan
from planner.proof.left_in import passed
from planner.proof.needed_motion import is_parking
from planner.proof.outcomes import ANY_OTHER, branch_for, values_of
from planner.proof.precedence import Precedence
from planner.proof.wanted_place import is_given, person_of, wrong_in_asking


@dataclass(slots=True)
class Matched:
    """Which operation does which duty, which choice answers which fork, and the steps of each key. `met`: goals that ask for
    nothing as this plan goes, with what they wait for. `leaving`: the steps with which robots leave what the plan begins in."""

    duty_of: dict[str, Duty | ForkDuty] = field(default_factory=dict)
    branch_of: dict[str, BranchRef | None] = field(default_factory=dict)
    choice_of: dict[Key, Choice] = field(default_factory=dict)
    steps_of: dict[Key, list[Step]] = field(default_factory=dict)
    met: Mapping[Key, frozenset[Key]] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)
    leaving: frozenset[str] = frozenset()


def served_by(tasks: TaskPlan) -> frozenset[Key]:
    """What the plan has operations for."""
    return frozenset((o.goal, o.serves) for o in tasks.operations)


def match(tasks: TaskPlan, duties: Duties, cell: CellModel, state: CellState) -> Matched:
    """Every disagreement is in `found`; the rest is to be used only when it is empty."""
    out = Matched(leaving=_getting_out(tasks))
    _match_goals(tasks, duties, cell, state, out)
    if not out.found:
        _match_forks(tasks, duties, cell, out)
    if not out.found:
        own: dict[str, list[Step]] = {}
        robot_of = {o.id: o.robot for o in tasks.operations}
        for step in tasks.steps:
            own.setdefault(step.operation, []).append(step)
        for operation in (o for o in tasks.operations if not is_clearing(o)):
            wrong = _wrong(operation, own.get(operation.id, []), out, cell, robot_of, duties)
            out.found.extend(error("E683", f"{operation.id}: {what}", operation.because.span) for what in wrong)
    for step in tasks.steps:
        duty = out.duty_of.get(step.operation)
        if duty is not None:
            out.steps_of.setdefault(duty.key, []).append(step)
    return out


def equipment_of(goal: Goal) -> str:
    """Where the goal wants the part: `to` of a move, `at` of the rest."""
    where = goal.role("to") if goal.verb == "move" else goal.role("at")
    return where.text if isinstance(where, Ref) else ""


def check_order(
    tasks: TaskPlan, program: IntentProgram, duties: Duties, matched: Matched, order: Precedence
) -> tuple[Diagnostic, ...]:
    """A line's steps come after all steps of the lines it waits for, but for a robot's way home. A robot may already travel to
    where the line will begin, change its tool for it, or get out of where an earlier plan left it, and a conveyor may bring what
    it will be about: that does nothing to a part yet. What goes into another part may be fetched (ahead.py)."""
    found: list[Diagnostic] = []
    turns = Turns(program)
    names = {key: names_in(steps) for key, steps in matched.steps_of.items()}
    done = {key: [s for s in steps if not goes_home(s)] for key, steps in matched.steps_of.items()}
    bits: dict[Key, int] = {key: sum(1 << order.index[s.id] for s in steps) for key, steps in done.items()}
    for key, steps in matched.steps_of.items():
        duty = duties.goals.get(key) or duties.forks.get(key)
        if duty is None:
            continue
        after = passed(duty.after, matched.met)
        wanted = _bits_of(after, bits)
        fetch = fetching(steps) if isinstance(duty, Duty) and duty.joint is not None else frozenset[str]()
        for_fetch = _bits_of(waited_for(key, steps[0].part, after, names, turns), bits) if fetch else 0
        for step in steps:
            i = order.index[step.id]
            late = (for_fetch if step.id in fetch else wanted) & ~(order.before[i] | order.apart[i] | 1 << i)
            if late and not is_ahead(step) and step.id not in matched.leaving:
                first = tasks.steps[(late & -late).bit_length() - 1]
                message = f"{step.id} has to wait for {first.id}, as its line does for that one's"
                found.append(error("E682", message, step.because.span, first.because.span))
                break
    return tuple(found)


def _bits_of(keys: Iterable[Key], bits: Mapping[Key, int]) -> int:
    found = 0
    for key in keys:
        found |= bits.get(key, 0)
    return found


def _getting_out(tasks: TaskPlan) -> frozenset[str]:
    """The steps with which a robot leaves the contact that the plan begins in: its first motion, and a clamp before it."""
    first: dict[str, Step] = {}
    for step in tasks.steps:
        if isinstance(step.action, Move):
            first.setdefault(step.action.need.robot, step)
    leaving = [step for step in first.values() if _only_leaves(step)]
    before = {p for step in leaving for p in step.predecessors}
    clamps = frozenset(s.id for s in tasks.steps if s.id in before and isinstance(s.action, SetClamp))
    return clamps.union(step.id for step in leaving)


def _match_goals(tasks: TaskPlan, duties: Duties, cell: CellModel, state: CellState, out: Matched) -> None:
    kinds, done = {p.id: p.kind for p in state.parts}, set[Key]()
    for operation in (o for o in tasks.operations if not is_clearing(o)):
        key = (operation.goal, operation.serves)
        duty = duties.goals.get(key) or duties.forks.get(key)
        if duty is None or key in duties.settled:
            out.found.append(error("E689", f"{operation.id} serves a goal that is not open", operation.because.span))
        elif key in done:
            out.found.append(error("E689", f"{operation.id} does again what another operation does", operation.because.span))
        elif not _is_about(operation, duty, kinds):
            message = f"{operation.id} is about {operation.part}, its goal about {duty.part or 'another kind'}"
            out.found.append(error("E683", message, operation.because.span))
        else:
            out.duty_of[operation.id] = duty
        done.add(key)
    left = [
        k for k in (*duties.goals, *duties.forks) if k not in done | duties.settled and not _holds_already(k, duties, cell, state)
    ]
    out.met = met_by_plan(tasks, out.duty_of, [duties.goals[key] for key in left if key in duties.goals], cell)
    for key in left:
        if key not in out.met:
            open_duty = duties.goals.get(key) or duties.forks[key]
            of = f" for {open_duty.part}" if open_duty.part else ""
            out.found.append(error("E689", f"no operation of the plan does this{of}", written(open_duty)))


def written(duty: Duty | ForkDuty) -> Span:
    return duty.goal.span if isinstance(duty, Duty) else duty.when.span


def _is_about(operation: Operation, duty: Duty | ForkDuty, kinds: Mapping[str, str]) -> bool:
    if isinstance(duty, ForkDuty):
        return operation.part == duty.part
    return operation.part == duty.part if duty.part is not None else kinds.get(operation.part) == duty.kind


def _holds_already(key: Key, duties: Duties, cell: CellModel, state: CellState) -> bool:
    """A part that is to be moved lies there, and nothing that comes before will take it away."""
    duty = duties.goals.get(key)
    if duty is None or duty.goal.verb != "move" or any(key not in duties.settled for key in duty.after if key in duties.goals):
        return False
    equipment = cell.equipment.get(owner_of(duty.target))
    places = {p.name for p in places_in(equipment, duty.target)} if equipment is not None else set()
    if duty.demand and duty.part is None:
        return False
    candidates = [p for p in state.parts if p.kind == duty.kind and duty.part in (None, p.id)]
    return any(isinstance(p.location, InPlace) and p.location.place in places for p in candidates)


# --- choices ---------------------------------------------------------------------------------------------------------


def _match_forks(tasks: TaskPlan, duties: Duties, cell: CellModel, out: Matched) -> None:
    by_when = {(c.when, c.part): c for c in tasks.choices}
    if len(by_when) != len(tasks.choices) or len(tasks.choices) != len(duties.forks):
        spans = [c.because.span for c in tasks.choices[:1]] or [f.when.span for f in list(duties.forks.values())[:1]]
        out.found.append(error("E689", f"{len(duties.forks)} choices are open, the plan has {len(tasks.choices)}", *spans))
        return
    for key, fork in duties.forks.items():
        choice = by_when.get((fork.when.id, fork.part))
        if choice is None or choice.outcome != fork.outcome:
            out.found.append(error("E689", f"no choice of the plan asks for the {fork.outcome} of {fork.part}", fork.when.span))
            continue
        out.choice_of[key] = choice
        wrong = _choice_wrong(choice, fork, out, cell)
        out.found.extend(error("E683", f"{choice.id}: {what}", choice.because.span) for what in wrong)


def _choice_wrong(choice: Choice, fork: ForkDuty, out: Matched, cell: CellModel) -> Iterator[str]:
    known = values_of(fork.when, fork.outcome, cell)
    if fork.is_put_off and not fork.may_be:
        yield "all of its branches can be planned, and one is not"
    named = [value for a in choice.alternatives for value in a.values]
    if choice.because.span != fork.when.span or choice.because.rule != choice_reason(fork.outcome, fork.part):
        yield "it does not say which `when` asks"
    if len(set(named)) != len(named) or not set(named) <= set(known) - {ANY_OTHER}:
        yield f"its alternatives name {', '.join(named)}"
    if [i for i, a in enumerate(choice.alternatives) if not a.values] != [len(choice.alternatives) - 1]:
        yield "its last alternative, and no other, is for the values that are not named"
        return
    of_branch: dict[int | None, set[int]] = {}
    for value in known:
        index = next((i for i, a in enumerate(choice.alternatives) if value in a.values), len(choice.alternatives) - 1)
        of_branch.setdefault(branch_for(fork.when, value), set()).add(index)
    taken = [index for indices in of_branch.values() for index in indices]
    if any(len(indices) != 1 for indices in of_branch.values()) or sorted(taken) != list(range(len(choice.alternatives))):
        yield "its alternatives are not the branches of its `when`"
        return
    for branch, indices in of_branch.items():
        index = next(iter(indices))
        if choice.alternatives[index].is_planned_later != (fork.is_put_off and branch != fork.planned):
            yield f"alternative {index + 1} is to be planned {'now' if branch == fork.planned else 'as the others are'}"
        wanted = [o for o, d in out.duty_of.items() if isinstance(d, Duty) and _is_in(d, fork, branch)]
        if list(choice.alternatives[index].operations) != wanted:
            yield f"alternative {index + 1} has the operations {', '.join(wanted) or 'none'}"
        for operation in wanted:
            out.branch_of[operation] = BranchRef(choice.id, index)


def _is_in(duty: Duty, fork: ForkDuty, branch: int | None) -> bool:
    return duty.under is not None and (duty.under.fork, duty.under.branch) == (fork.key, branch)


# --- operations ------------------------------------------------------------------------------------------------------


def _wrong(
    operation: Operation, steps: list[Step], out: Matched, cell: CellModel, robot_of: Mapping[str, str | None], duties: Duties
) -> Iterator[str]:
    duty = out.duty_of[operation.id]
    if operation.because.span != written(duty):
        yield "its span is not that of its goal"
    if operation.steps != tuple(s.id for s in steps):
        yield "its list of steps is not that of the steps that name it"
    match duty:
        case Duty():
            yield from _goal_wrong(operation, duty, steps, out, cell, duties)
        case ForkDuty():
            yield from _fork_wrong(operation, duty, steps, out, cell, robot_of)


def _goal_wrong(
    operation: Operation, duty: Duty, steps: list[Step], out: Matched, cell: CellModel, duties: Duties
) -> Iterator[str]:
    if operation.verb != duty.goal.verb or operation.because.rule != goal_reason(duty.goal):
        yield f"its goal says {goal_reason(duty.goal)}"
    branch = out.branch_of.get(operation.id)
    if any(s.branch != branch for s in steps):
        yield "its steps do not lie in the branch of their goal"
    reached = Fact("reached", (operation.goal, operation.part))
    if not any(reached in s.adds for s in steps):
        yield "none of its steps makes its goal a fact"
    for kind in (Grip, Release, Drive, RunProgram, Inspect, Treat, Service, Await):
        if sum(isinstance(s.action, kind) for s in steps) > 1:
            yield f"it does {kind.__name__} twice"
    if operation.robot is not None and any(isinstance(s.action, Service) for s in steps):
        yield f"{operation.part} does it to itself, not {operation.robot}"
    if sum(is_along(s.action) for s in steps) != bool(duty.goal.along):
        yield "it works along a path as often as its line does not say"
    yield from wrong_in_asking(operation, duty.goal, duty.part is None, cell)
    yield from _ends(operation, duty, steps, cell, duties)


def _fork_wrong(
    operation: Operation,
    duty: ForkDuty,
    steps: list[Step],
    out: Matched,
    cell: CellModel,
    robot_of: Mapping[str, str | None],
) -> Iterator[str]:
    """It brings the robot there, also out of where an earlier plan left it, decides, and may gather the branches in which nothing
    is done."""
    choice = out.choice_of.get(duty.key)
    if (
        operation.verb != "when"
        or operation.target is not None
        or operation.because.rule != choice_reason(duty.outcome, duty.part)
    ):
        yield "it is the decision of a `when`, and says something else"
    for step in steps:
        match step.action:
            case Decide(choice=name):
                wrong = choice is None or name != choice.id or step.branch is not None
            case Move(need=need):
                wrong = isinstance(need.touch, Touch | Along)
            case Couple() | Uncouple():
                wrong = step.branch is not None
            case SetDoor(is_open=is_open):
                wrong = not is_open
            case _:
                wrong = True
        wrong = wrong and (step.branch is not None or step.id not in out.leaving)
        if wrong or (step.branch is not None and (choice is None or step.branch.choice != choice.id)):
            yield f"{step.id} is no part of a decision"
        if step.robot not in (None, operation.robot) and not _is_sent_home(step, operation, cell):
            yield f"{step.id} moves {step.robot}, the decision is about {operation.robot or 'none'}"
    if sum(isinstance(s.action, Decide) for s in steps) != 1:
        yield "it does not decide once"
    acting = set() if choice is None else {robot_of[o] for a in choice.alternatives for o in a.operations} - {None}
    if acting - {operation.robot}:
        who = ", ".join(sorted(robot for robot in acting if robot is not None))
        yield f"it decides what {operation.robot or 'nobody'} does, its branches are for {who}"


def _handing_wrong(put: set[str], handed: set[str], steps: list[Step], duty: Duty, cell: CellModel) -> Iterator[str]:
    """A robot goes to where a person takes over, and nowhere else, for just that, unless an earlier plan has left it there."""
    person = person_of(duty.goal, cell)
    if person is None or duty.goal.verb != HANDOVER or put - {person.name}:
        yield "it hands over, and its goal does not ask for that"
    if len(handed) != 1 or sum(is_handover(s.action) for s in steps) != 1:
        yield "it does not hand over once"


def _only_leaves(step: Step) -> bool:
    """Out of a contact that an earlier plan may have left the robot in, which serves no goal of its own."""
    touch = step.action.need.touch if isinstance(step.action, Move) else None
    return isinstance(touch, Touch | Docking) and touch.end == "start"


def _is_sent_home(step: Step, operation: Operation, cell: CellModel) -> bool:
    """Another robot than the operation's own is sent out of its way."""
    return isinstance(step.action, Move) and is_parking(step.action.need, cell) and step.robot != operation.robot


def _told_kinds(duty: Duty, duties: Duties, cell: CellModel) -> set[str]:
    """What a part in that branch has been told to be."""
    fork = duties.forks.get(duty.under.fork) if duty.under is not None else None
    if fork is None or duty.under is None or fork.outcome != "kind":
        return set()
    values = values_of(fork.when, fork.outcome, cell)
    return {v for v in values if v in cell.parts and branch_for(fork.when, v) == duty.under.branch}


def _ends(operation: Operation, duty: Duty, steps: list[Step], cell: CellModel, duties: Duties) -> Iterator[str]:
    touches = [s.action.need.touch for s in steps if isinstance(s.action, Move) and isinstance(s.action.need.touch, Touch)]
    taken = {t.place for t in touches if (t.pair, t.end) == ("fingers and part", "end")}
    put = {t.place for t in touches if (t.pair, t.end) == ("part and place", "end")}
    handed = {s.action.place for s in steps if is_handover(s.action)}
    if any(is_in_passing(cell, cell.places[place]) for place in put) or handed:
        yield from _handing_wrong(put, handed, steps, duty, cell)
        if is_given(duty.goal, cell):
            taken, put = {operation.source or ""}, put | taken - handed
        else:
            put = handed
    own = [(s, s.robot) for s in steps if s.robot is not None and not _is_sent_home(s, operation, cell)]
    robots = {robot for _, robot in own}
    entering = {robot for s, robot in own if not _only_leaves(s)}
    for name, said, places in (("source", operation.source, taken), ("target", operation.target, put)):
        if {said} - {None} != places:
            yield f"its {name} is {', '.join(sorted(places)) or 'none'}, not {said or 'none'}"
    if {operation.robot} - {None} not in (robots, entering):
        yield f"it is done by {', '.join(sorted(robots)) or 'no robot'}, not {operation.robot or 'none'}"
    told = _told_kinds(duty, duties, cell)
    if any(not told <= set(cell.places[place].accepts) for place in put):
        yield f"{operation.target} does not take {' or '.join(sorted(told))}"
    if not put <= _wanted(duty, cell):
        yield f"its goal asks for {duty.target}"
    for touch in touches if not told else ():
        if touch.place in put and touch.kind not in cell.places[touch.place].accepts:
            yield f"{operation.target} does not take {touch.kind}"


def _wanted(duty: Duty, cell: CellModel) -> set[str]:
    """The places that the goal may put its part into: those of its target, or the seats there of the joint that it asks for."""
    if duty.goal.along:
        return set()
    if duty.joint is None:
        return {p.name for p in places_in(cell.equipment[owner_of(duty.target)], duty.target)}
    seats = (p for e in cell.equipment.values() for p in e.seats if duty.target in ("", e.name))
    if duty.joint.of:
        return {p.name for p in seats if p.of is not None and not p.of.is_driven and p.of.family == duty.joint.base}
    return {p.name for p in seats if p.of is not None and p.of.name == duty.joint.seat}

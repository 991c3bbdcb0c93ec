"""Why one step of a plan is there: who asked, why this robot, why then, what must hold, and what happens if it fails.

Read off the plan and the program; nothing is planned again. Which policy has an event is decided by the rule that the
controller uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from cell.diagnostic import Span
from cell.model import CellModel
from cell.program import Amount, Goal, Hold, IntentProgram, Policy, Retry, Rung, Skip
from cell.steps import (
    Along,
    Await,
    Couple,
    Decide,
    Drive,
    Fact,
    Grip,
    Inspect,
    MotionNeed,
    Move,
    Present,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Step,
    Treat,
    Uncouple,
)
from cell.task_plan import Operation, TaskPlan
from controller.policies import Policies, policies_of

SAME_MOMENT = 1e-6
"""s: steps that end this near to the start of another are what it waited for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the intent says to an event: `text` reads as a sentence, `span` is the policy's, None where nothing is written."""

    event: str
    text: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A clause that binds the step, with where it is written."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class StepAccount:
    """Sentences without a full stop. `waits` are the predecessors that decided the moment, `earlier` counts the others;
    `slack` is how long, in s, the step could start later without anything that waits for it starting later."""

    step: Step
    operation: Operation
    does: str
    asked: Span
    robot: str
    waits: tuple[Step, ...]
    earlier: int
    slack: float
    needs: tuple[str, ...]
    rules: tuple[Rule, ...]
    answers: tuple[Answer, ...]


def account(step_id: str, tasks: TaskPlan, program: IntentProgram, cell: CellModel) -> StepAccount | None:
    """None where the plan has no such step."""
    steps = {step.id: step for step in tasks.steps}
    step = steps.get(step_id)
    operation = next((o for o in tasks.operations if step is not None and o.id == step.operation), None)
    if step is None or operation is None:
        return None
    before = [steps[name] for name in step.predecessors]
    waits = tuple(b for b in before if b.start + b.duration > step.start - SAME_MOMENT)
    after = [s.start for s in tasks.steps if step.id in s.predecessors]
    policies = policies_of(program)
    return StepAccount(
        step=step,
        operation=operation,
        does=done_by(step, cell),
        asked=step.because.span,
        robot=_why_robot(step, operation, policies, cell),
        waits=waits,
        earlier=len(before) - len(waits),
        slack=max(0.0, min(after, default=tasks.bounds.makespan) - step.start - step.duration),
        needs=tuple(fact_text(fact) for fact in step.needs),
        rules=tuple(_rules(step, operation, program, policies)),
        answers=tuple(_answer(event, operation, policies, cell) for event in events_of(step, cell)),
    )


def done_by(step: Step, cell: CellModel) -> str:
    """What the step does, as a sentence."""
    match step.action:
        case Move(need=MotionNeed(robot=robot, touch=Along() as touch)):
            return _along(robot, touch, step)
        case Move(need=need):
            load = " and ".join(c.kind for c in need.carried)
            return f"{need.robot} moves" + (f" with {load}" if load else "") + f": {step.because.rule}"
        case Grip(tool=tool, hand=hand, part=part, force=force):
            return f"{tool}.{hand} closes on {part} with {f'{force:g} N' if force > 0.0 else 'the force that it is set to'}"
        case Release(tool=tool, hand=hand, part=part):
            return f"{tool}.{hand} lets go of {part}"
        case Drive(tool=tool, hand=hand, part=part, base=base, torque=torque):
            with_ = f"{torque:g} Nm" if torque > 0.0 else "the torque that it is set to"
            return f"{tool}.{hand} drives {part} into {base} with {with_}"
        case Couple(robot=robot, tool=tool):
            return f"{robot} couples to {tool}"
        case Uncouple(robot=robot, tool=tool):
            return f"{robot} leaves {tool} in its pocket"
        case SetDoor(machine=name, is_open=is_open):
            return f"{name} {'opens' if is_open else 'shuts'} its door"
        case SetClamp(machine=name, is_closed=is_closed):
            return f"{name} {'clamps' if is_closed else 'unclamps'}"
        case RunProgram(machine=name, program=program, part=part):
            return f"{name} runs {program} on {part}"
        case Inspect(station=name, outcome=outcome, part=part):
            return f"{name} tells the {outcome} of {part}"
        case Treat(station=name, verb=verb, part=part):
            return f"{name} does {verb} to {part}"
        case Service(station=name, verb=verb):
            return f"{name} does {verb} to itself, with nothing in it"
        case Await(person=name):
            return f"{step.because.rule}; {name} is awaited, not commanded"
        case Present(supply=name, part=part):
            return f"{name} brings {part}"
        case Decide():
            return f"the controller takes a branch: {step.because.rule}"
    assert_never(step.action)


def _along(robot: str, touch: Along, step: Step) -> str:
    """`r1 takes spindle.a along rim of frame#1 in vice at 40 mm/s, pressing with 15 N: deburr`."""
    how = [f"at {1e3 * touch.feed:g} mm/s"] if touch.feed > 0.0 else []
    how += [f"pressing with {touch.force:g} N"] if touch.force > 0.0 else []
    how += [f"resting {sum(touch.dwells):g} s"] if sum(touch.dwells) > 0.0 else []
    way = "along" if touch.feed > 0.0 else "to"
    what = f"{robot} takes {touch.hand} {way} {touch.feature} of {step.part} in {touch.place}"
    return f"{what} {', '.join(how)}: {touch.verb}"


def fact_text(fact: Fact) -> str:
    """A fact as a sentence."""
    a = fact.args
    match fact.name:
        case "at":
            return f"{a[0]} lies in {a[1]}"
        case "held":
            return f"{a[0]} is in {a[1]}"
        case "free":
            return f"nothing lies in {a[0]}"
        case "empty":
            return f"{a[0]} holds nothing"
        case "stands":
            return f"{a[0]} stands still {_where(a[1])}"
        case "open" | "shut":
            return f"the door of {a[0]} is {fact.name}"
        case "clamped" | "unclamped" | "idle" | "running":
            return f"{a[0]} is {fact.name}"
        case "is":
            return f"{a[0]} is {a[1]} by then"
        case "vacant":
            return f"nothing is in {a[1]} of {a[0]}"
        case "joined":
            return f"{a[0]} is joined to {a[1]}, or lies in a pocket of it"
        case "reached":
            return f"an earlier goal of {a[1]} is reached ({a[0]})"
        case "told":
            return f"the {a[0]} of {a[1]} is known"
        case "mounted":
            return f"{a[1]} has {a[0]} at its flange"
        case "bare":
            return f"{a[0]} has no tool at its flange"
        case "stored":
            return f"{a[0]} stands in its pocket"
        case _:
            return fact.text


def _where(stance: str) -> str:
    """A stance's name (cell/steps.py) in words."""
    match stance.split(" "):
        case ["home"]:
            return "at home"
        case ["hub", equipment]:
            return f"before {equipment}"
        case ["place", place, hand, _, _]:
            return f"in contact at {place} with {hand}"
        case ["pocket", pocket]:
            return f"at the pocket {pocket}"
        case _:
            return "where it was measured"


def events_of(step: Step, cell: CellModel) -> tuple[str, ...]:
    """What can go wrong in such a step, in the words of the intent."""
    match step.action:
        case Move(need=MotionNeed(robot=robot, touch=Along(verb=verb))):
            return (*_of_act(verb, cell), f"{robot}.fault")
        case Move(need=need):
            return ("grip_lost", "blocked", f"{need.robot}.fault") if need.carried else ("blocked", f"{need.robot}.fault")
        case Grip():
            return ("part_missing", "grip_lost")
        case Release():
            return ("blocked",)
        case Drive():
            return ("jam", "cross_threaded", "violated")
        case Couple(robot=robot) | Uncouple(robot=robot):
            return (f"{robot}.fault",)
        case SetDoor(machine=name) | SetClamp(machine=name) | RunProgram(machine=name):
            return _of_thing(name, cell)
        case Inspect(station=name, outcome=outcome):
            return (*_adverse(outcome, cell), *_of_thing(name, cell))
        case Await(outcome=outcome):
            return ("refused", *_adverse(outcome, cell))
        case Treat(station=name) | Service(station=name) | Present(supply=name):
            return _of_thing(name, cell)
        case Decide():
            return ()
    assert_never(step.action)


def _of_thing(name: str, cell: CellModel) -> tuple[str, ...]:
    """What the device itself can raise, by the events of its kind."""
    events = cell.kind_of(cell.equipment[name]).events
    return tuple(f"{name}.{event.name}" for event in events if event.source != "counted")


def _of_act(verb: str, cell: CellModel) -> tuple[str, ...]:
    """What the act of a verb can raise; what can happen to any motion comes last."""
    own = cell.vocabulary.verbs[verb].events if verb in cell.vocabulary.verbs else ()
    return (*(event for event in own if event != "blocked"), "blocked")


def _adverse(outcome: str, cell: CellModel) -> tuple[str, ...]:
    schema = cell.vocabulary.outcome(outcome)
    return () if schema is None else schema.adverse


def _why_robot(step: Step, operation: Operation, policies: Policies, cell: CellModel) -> str:
    """Why this robot and no other; "" where no robot takes part."""
    if operation.robot is None or not isinstance(step.action, Move | Grip | Release | Drive | Couple | Uncouple):
        return ""
    robot, goal = operation.robot, _goal(operation, policies)
    if goal is not None and goal.role("by") is not None:
        return f"{robot}: the line asks for it"
    kind, verb = operation.part.partition("#")[0], goal.verb if goal is not None and goal.along else ""
    what, does = (f"to {verb}", f"{verb} it") if verb else (f"for {kind}", f"grip {kind}")
    able = [r for r in cell.robots if any(verb in t.does if verb else kind in t.takes for t in cell.tools_of(r))]
    if able == [robot] or not able:
        return f"{robot}: " + ("it is the only robot" if len(cell.robots) == 1 else f"no other robot has a tool {what}")
    others = ", ".join(name for name in able if name != robot)
    return f"{robot}: {others} could {does} too; in this order {robot} brings the whole plan to its end sooner"


def _rules(step: Step, operation: Operation, program: IntentProgram, policies: Policies) -> Iterator[Rule]:
    """The clauses that name something the step uses, and the deadlines that it counts for."""
    uses = {step.robot, *step.claims, operation.source, operation.target} - {None}
    for never in program.nevers:
        yield Rule("never", never.span)
    for enclosure in policies.around.get(operation.goal, (policies.top,)):
        for ensure in enclosure.block.ensures:
            subject = getattr(ensure.condition, "subject", None)
            if subject is None or subject.path[0] in uses:
                yield Rule("a limit" if ensure.kind == "limit" else "watched while it runs", ensure.span)
        if enclosure.block.within is not None:
            limit = enclosure.block.within.limit
            yield Rule(f"within {limit.quantity.text or f'{limit.quantity.value:g} s'}", enclosure.block.within.span)


def _answer(event: str, operation: Operation, policies: Policies, cell: CellModel) -> Answer:
    found = policies.policy(operation.goal, event)
    if found is None:
        if policies.asks(operation.goal, _outcome_of(event, cell)):
            return Answer(event, "a `when` of the intent asks about it and takes its branch", None)
        return Answer(event, "nothing is written for it: the run holds and waits for the operator", None)
    policy = found[1]
    return Answer(event, ladder_text(policy), policy.span)


def _outcome_of(event: str, cell: CellModel) -> str:
    """The outcome of which `event` is an adverse value."""
    told = (o for v in cell.vocabulary.verbs.values() for o in v.tells)
    return next((o.name for o in told if event in o.adverse), event)


def ladder_text(policy: Policy) -> str:
    """The rungs in order, and how a ladder ends that nothing settles."""
    rungs = [_rung_text(rung) for rung in policy.ladder]
    if not isinstance(policy.ladder[-1], Hold | Skip):
        rungs.append("hold")
    return ", then ".join(rungs)


def _rung_text(rung: Rung) -> str:
    match rung:
        case Retry(tries=tries, settings=settings):
            given = " with " + ", ".join(f"{s.name} {_value(s.value)}" for s in settings) if settings else ""
            return f"retry {tries} {'time' if tries == 1 else 'times'}{given}"
        case Hold(message=message):
            return f'hold "{message}"' if message else "hold"
        case Skip():
            return "skip: give this iteration up"
        case Goal():
            return f"{rung.verb} {rung.object.text}"
    assert_never(rung)


def _value(value: object) -> str:
    return value.quantity.text if isinstance(value, Amount) else str(getattr(value, "text", value))


def _goal(operation: Operation, policies: Policies) -> Goal | None:
    for enclosure in policies.around.get(operation.goal, ()):
        for line in enclosure.block.lines:
            if isinstance(line, Goal) and line.id == operation.goal:
                return line
    return None

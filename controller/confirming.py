"""A step is confirmed: what follows from it for parts and goals, which steps become due, which branch a choice takes.

The set of due steps is kept up by counting predecessors down, so that an event costs what it changes and not what the plan holds.
"""

from __future__ import annotations

from dataclasses import replace

from cell.events import BranchTaken, GoalReached, StepConfirmed
from cell.state import InPart, InPlace
from cell.steps import Decide, Fact, Grip, Move, Step
from cell.task_plan import Choice
from controller import effects, ledger, orders, retiming
from controller.draft import Draft


def confirm(d: Draft, step: Step) -> None:
    d.proceed(status=d.progress.status.set(step.id, "confirmed"), confirmed=d.progress.confirmed + 1, left=d.progress.left - 1)
    d.last = d.now
    d.say(StepConfirmed(d.now, d.about(step.id)))
    retiming.confirmed(d, step)
    if isinstance(step.action, Grip):
        orders.bind(d, step, step.action.part)
    for fact in step.adds:
        _infer(d, step, fact)
    if isinstance(step.action, Move):
        _rest_inside(d, step, step.action)
    _count_down(d, step.id)


def _infer(d: Draft, step: Step, fact: Fact) -> None:
    """Effects that no driver shows follow from those that one does, now that those are seen."""
    if fact.name == "at" and fact.args[0] in d.belief.parts:
        ledger.move_part(d, fact.args[0], InPlace(fact.args[1]), "inferred")
    elif fact.name == "joined" and fact.args[0] in d.belief.parts:
        seat = next((f.args[1] for f in step.deletes if f.name == "vacant"), "")
        ledger.move_part(d, fact.args[0], InPart(fact.args[1], seat), "inferred")
    elif fact.name == "stored":
        ledger.store_tool(d, *fact.args)
    elif fact.name == "reached" and fact.args[1] in d.belief.parts:
        goal, part = fact.args
        known = d.belief.parts[part].part
        if goal not in known.reached:
            ledger.change_part(d, part, reached=known.reached | {goal})
            d.say(GoalReached(d.now, replace(d.about(step.id), goal=goal, part=part)))
            orders.look(d, part)
    elif fact.name == "reached":
        goal, thing = fact.args
        d.believe(tended=d.belief.tended.set(goal, d.now))
        d.say(GoalReached(d.now, replace(d.about(step.id), goal=goal, part=thing)))


def _rest_inside(d: Draft, step: Step, move: Move) -> None:
    """Which zones the robot stands in at the end of a motion."""
    motion = d.plan.plan.motions[step.motion or ""]
    length = sum(segment.length for segment in motion.segments)
    inside = tuple(visit.zone for visit in motion.visits if visit.last >= length - 1e-9)
    robot = d.belief.robots[move.need.robot]
    if robot.inside != inside:
        d.believe(robots=d.belief.robots.set(move.need.robot, replace(robot, inside=inside)))


def _count_down(d: Draft, step: str) -> None:
    waits, due = d.progress.waits, d.progress.due
    fresh = []
    for after in d.plan.successors[step]:
        count = waits[after] - 1
        waits = waits.set(after, count)
        if count == 0 and after not in d.progress.status:
            fresh.append(after)
    if fresh:
        due = tuple(sorted((*due, *fresh), key=d.plan.position.__getitem__))
    d.proceed(waits=waits, due=due)


def decide(d: Draft, step: Step) -> None:
    assert isinstance(step.action, Decide)
    choice = d.plan.choices[step.action.choice]
    value = effects.told(d, choice.outcome, choice.part)
    if value is None:
        return
    index = alternative(choice, value)
    d.proceed(
        taken=d.progress.taken.set(choice.id, -1 if index is None else index),
        due=tuple(name for name in d.progress.due if name != step.id),
    )
    d.say(BranchTaken(d.now, d.about(step.id), choice.id, value, index))
    for number, steps in enumerate(d.plan.in_choice[choice.id]):
        if number != index:
            _drop(d, steps)
    confirm(d, step)


def alternative(choice: Choice, value: str) -> int | None:
    """The first alternative whose values contain `value`, else the one that names none (otherwise), else None."""
    named = next((i for i, a in enumerate(choice.alternatives) if value in a.values), None)
    return named if named is not None else next((i for i, a in enumerate(choice.alternatives) if not a.values), None)


def _drop(d: Draft, steps: tuple[str, ...]) -> None:
    """These steps are in a branch not taken, and so are those of every choice among them: all count as confirmed."""
    for name in steps:
        if name in d.progress.status:
            continue
        p = d.progress
        d.proceed(
            status=p.status.set(name, "dropped"),
            due=tuple(other for other in p.due if other != name),
            left=p.left - 1,
            dropped=p.dropped + 1,
        )
        action = d.plan.steps[name].action
        if isinstance(action, Decide):
            for inner in d.plan.in_choice[action.choice]:
                _drop(d, inner)
        _count_down(d, name)

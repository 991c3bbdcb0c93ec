"""`ensure hole.angle <= 720 deg` of a goal: what a device measures while it carries the goal out is held against it.

Law (SEMANTICS, `ensure`): a monitor binds the steps of its block and waits for nothing; where it breaks, `violated` is raised.
What nobody has told by the end of the step is not known, and that counts as broken. The joint is made all the same: nothing of it
is done again by itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping

from cell.commands import Subject
from cell.events import ClauseBroken, QuantityMeasured, StepConfirmed
from cell.program import Amount, Compare, Ensure, Goal, IntentProgram
from cell.program_walk import goals_in
from cell.run import EACH_UNMEASURED_IS_NAMED, UNMEASURED_IS_BROKEN
from cell.steps import Drive
from controller import recovery
from controller.draft import Draft
from controller.run_state import Failure

MEASURED = ("angle", "torque")
"""What a tool that drives a fastener tells of it."""
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip

Clause = tuple[Ensure, str]
"""With what there is to say of it."""


def watched(program: IntentProgram) -> Iterator[tuple[Goal, Ensure, str, str, float]]:
    """The clauses that are watched here: goal, clause, the quantity, the comparison and the limit in SI."""
    for goal in goals_in(program.block):
        for ensure in goal.block.ensures if goal.block is not None else ():
            match ensure.condition:
                case Compare(subject=subject, operator=how, limit=Amount(quantity=limit)):
                    if goal.verb == "fasten" and subject.path[:-1] == goal.object.path and subject.path[-1] in MEASURED:
                        yield goal, ensure, subject.path[-1], how, limit.value
                case _:
                    pass


def measured(d: Draft, event: QuantityMeasured) -> None:
    if d.known.rules >= UNMEASURED_IS_BROKEN and event.of.step is not None:
        _note(d, event.of.step, event.quantity)
    for goal, ensure, quantity, how, limit in watched(d.known.program):
        if (goal.id, quantity) != (event.of.goal, event.quantity) or _HOLDS[how](event.value, limit):
            continue
        text = (
            f"{event.source} has measured {event.value:.4g} for the {quantity} of {goal.object.text}; {how} {limit:.4g} is asked"
        )
        _broken(d, event.of, [(ensure, text)], keeps_plan=False)


def ended(d: Draft) -> None:
    """Called when steps may have been confirmed. Of what a tool has said nothing about by then it will say nothing any more."""
    if d.context is None or d.known.rules < UNMEASURED_IS_BROKEN:
        return
    over = [event.of for event in d.record if isinstance(event, StepConfirmed) and _measures(d, event.of.step)]
    for of in over:
        untold = list(_untold(d, of))
        for quantity, _ in untold:
            _note(d, of.step or "", quantity)
        for clauses in _failures(d, untold):
            _broken(d, of, clauses, keeps_plan=True)  # all is as the plan has it


def _failures(d: Draft, untold: list[tuple[str, Clause]]) -> Iterator[list[Clause]]:
    """All are one; in a run of before the first clause of each quantity was one, and the others were left out."""
    if d.known.rules >= EACH_UNMEASURED_IS_NAMED:
        yield [clause for _, clause in untold]
        return
    first: dict[str, Clause] = {}
    for quantity, clause in untold:
        first.setdefault(quantity, clause)
    yield from ([clause] for clause in first.values())


def _untold(d: Draft, of: Subject) -> Iterator[tuple[str, Clause]]:
    """Each that nothing was told for, with its quantity."""
    told = d.progress.measured.get(of.step or "", ())
    for goal, ensure, quantity, how, limit in watched(d.known.program):
        if goal.id == of.goal and quantity not in told:
            text = f"nobody has told the {quantity} of {goal.object.text} by the end of {of.step}; {how} {limit:.4g} is asked"
            yield quantity, (ensure, text)


def _measures(d: Draft, step: str | None) -> bool:
    return step is not None and isinstance(d.plan.steps[step].action, Drive)


def _note(d: Draft, step: str, quantity: str) -> None:
    """That it was told, or that nobody waits for it any more."""
    told = d.progress.measured.get(step, ())
    if quantity not in told:
        d.proceed(measured=d.progress.measured.set(step, (*told, quantity)))


def _broken(d: Draft, of: Subject, clauses: list[Clause], *, keeps_plan: bool) -> None:
    """However many they are, it is one failure: there is one joint to be looked at."""
    if not clauses:
        return
    d.mend(violations=d.trouble.violations + len(clauses))
    for ensure, text in clauses:
        d.say(ClauseBroken(d.now, of, "ensure", text, (ensure.span,)))
    text = "; ".join(text for _, text in clauses)
    recovery.fail(d, Failure("violated", "R733", text, step=of.step, goal=of.goal, part=of.part, keeps_plan=keeps_plan))

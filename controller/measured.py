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
from cell.run import UNMEASURED_IS_BROKEN
from cell.steps import Drive
from controller import recovery
from controller.draft import Draft
from controller.run_state import Failure

MEASURED = ("angle", "torque")
"""What a tool that drives a fastener tells of it."""
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip


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
        _broken(d, goal, ensure, event.of, text, keeps_plan=False)


def ended(d: Draft) -> None:
    """Called when steps may have been confirmed. Of what a tool has said nothing about by then it will say nothing any more."""
    if d.context is None or d.known.rules < UNMEASURED_IS_BROKEN:
        return
    over = [event.of for event in d.record if isinstance(event, StepConfirmed) and _measures(d, event.of.step)]
    for of in over:
        assert of.step is not None
        for goal, ensure, quantity, how, limit in watched(d.known.program):
            if goal.id == of.goal and quantity not in d.progress.measured.get(of.step, ()):
                _note(d, of.step, quantity)
                text = f"nobody has told the {quantity} of {goal.object.text} by the end of {of.step}; {how} {limit:.4g} is asked"
                _broken(d, goal, ensure, of, text, keeps_plan=True)  # all is as the plan has it


def _measures(d: Draft, step: str | None) -> bool:
    return step is not None and isinstance(d.plan.steps[step].action, Drive)


def _note(d: Draft, step: str, quantity: str) -> None:
    """That it was told, or that nobody waits for it any more."""
    told = d.progress.measured.get(step, ())
    if quantity not in told:
        d.proceed(measured=d.progress.measured.set(step, (*told, quantity)))


def _broken(d: Draft, goal: Goal, ensure: Ensure, of: Subject, text: str, *, keeps_plan: bool) -> None:
    d.mend(violations=d.trouble.violations + 1)
    d.say(ClauseBroken(d.now, of, "ensure", text, (ensure.span,)))
    recovery.fail(d, Failure("violated", "R733", text, step=of.step, goal=goal.id, part=of.part, keeps_plan=keeps_plan))

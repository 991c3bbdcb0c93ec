"""`ensure hole.angle <= 720 deg` of a goal: what a device measures while it carries the goal out is held against it.

Law (SEMANTICS, `ensure`): a monitor binds the steps of its block and waits for nothing; where it breaks, `violated` is raised.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping

from cell.events import ClauseBroken, QuantityMeasured
from cell.program import Amount, Compare, Ensure, Goal, IntentProgram
from cell.program_walk import goals_in
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
    for goal, ensure, quantity, how, limit in watched(d.known.program):
        if (goal.id, quantity) != (event.of.goal, event.quantity) or _HOLDS[how](event.value, limit):
            continue
        text = (
            f"{event.source} has measured {event.value:.4g} for the {quantity} of {goal.object.text}; {how} {limit:.4g} is asked"
        )
        d.mend(violations=d.trouble.violations + 1)
        d.say(ClauseBroken(d.now, event.of, "ensure", text, (ensure.span,)))
        recovery.fail(d, Failure("violated", "R733", text, step=event.of.step, goal=goal.id, part=event.of.part))

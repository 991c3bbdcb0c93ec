"""`every 2 h { calibrate gauge }` while running: the time since the last one is watched from when it was done.

Law (SEMANTICS, Order): never more than that passes since the block was last completed, by the journal; what is overdue is done
before its station does anything else. The plan has it in time at the declared durations; where a run takes longer, `overdue` is
raised. Without a policy the run holds, and the next plan begins with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.events import ClauseBroken, GoalReached
from cell.program import Block, Fresh, Goal, Group, IntentProgram, Scope
from controller import recovery
from controller.draft import SECOND, Draft
from controller.run_state import Failure


def watch(d: Draft) -> None:
    """At the end of an event: from what was done in it the time runs anew."""
    if d.context is None:
        return
    done = {said.of.goal for said in d.record if isinstance(said, GoalReached)}
    for fresh, goal in kept_fresh(d.known.program) if done else ():
        if goal.id in done:
            d.set_timer(f"fresh {fresh.id}", fresh.interval.quantity.value)


def overdue(d: Draft, name: str) -> None:
    """The time is over, and it was not done again."""
    for fresh, goal in kept_fresh(d.known.program):
        if fresh.id == name:
            ago = (d.now - d.belief.tended.get(goal.id, d.now)) / SECOND
            text = f"{goal.verb} {goal.object.text} was last done {ago:.0f} s ago; {fresh.interval.quantity.text} is the most"
            d.mend(violations=d.trouble.violations + 1)
            d.say(ClauseBroken(d.now, d.subject, "every", text, (fresh.span,)))
            recovery.fail(d, Failure("overdue", "R737", text, goal=goal.id, device=goal.object.text))


def kept_fresh(program: IntentProgram) -> Iterator[tuple[Fresh, Goal]]:
    """Each `every t { }` with the goal that it keeps fresh."""
    yield from _in(program.block)


def _in(block: Block) -> Iterator[tuple[Fresh, Goal]]:
    for line in block.lines:
        match line:
            case Fresh(block=inner) if line.interval.quantity.dimension != "parts":
                yield from ((line, goal) for goal in inner.lines[:1] if isinstance(goal, Goal))
            case Group(block=inner) | Scope(block=inner):
                yield from _in(inner)
            case _:
                pass

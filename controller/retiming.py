"""How late a plan is: within its slack nothing is said; beyond it the times move and the order stays. The planner is not asked.

Steps start by the order and by what is observed, never by the clock, so a plan that is late needs no other one as long as what it
counts on is so. What changes is when it ends, and whether a deadline can still be kept; that is told as soon as it is known.

Law: of each step its latest end is known from the plan alone (a backward pass over its order, at the declared durations). A step
that ends after that moves the end of the plan by as much.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.events import Retimed
from cell.run import TELLS_DELAYS
from cell.steps import Step
from controller.draft import SECOND, Draft

TOLD_ANEW = 1.0  # s that the end has moved since it was last told
TOLD_SHARE = 0.02  # of the makespan: devices are a little slower than they declare, step by step


def began(d: Draft) -> None:
    """A step of the plan is started: from the first one on its times run, at the least that it can have begun by then."""
    if d.progress.begun is None and d.known.rules >= TELLS_DELAYS:
        d.proceed(begun=d.now)


def confirmed(d: Draft, step: Step) -> None:
    begun = d.progress.begun
    if begun is None:
        return
    late = (d.now - begun) / SECOND - d.plan.latest[step.id]
    makespan = float(d.plan.plan.tasks.bounds.makespan)
    if late <= d.progress.delay + max(TOLD_ANEW, TOLD_SHARE * makespan):
        return
    d.proceed(delay=late)
    d.say(Retimed(d.now, d.about(step.id), late, makespan + late, tuple(_missed(d, begun, makespan + late))))


def _missed(d: Draft, begun: int, ends: float) -> Iterator[str]:
    """Deadlines of the whole run that this end does not keep."""
    within = d.policies.top.block.within if d.policies is not None else None
    opened = d.trouble.opened.get("within -")
    if within is None or opened is None or d.plan.plan.tasks.undecided:
        return
    over = (begun - opened) / SECOND + ends - within.limit.quantity.value
    if over > 0.0:
        yield f"within {within.limit.quantity.text or within.limit.quantity.value} by {over:.1f} s"

"""The pace of a loop while running: `every 60 s` in its block.

Law (SEMANTICS, Order): the k-th iteration that ends does so no later than (k - 1) times that after the first one's end. Early is
allowed and nothing waits. Time suspended for want of parts is taken out, held time is not. `late` is raised once for each slip.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cell.dataclass import dataclass
from cell.events import ClauseBroken, StepConfirmed
from cell.program import Loop, Pace
from cell.run import PackState
from cell.steps import Step
from controller import recovery
from controller.draft import SECOND, Draft
from controller.run_state import Failure, Paced

STARVED = ("Suspending", "Suspended", "Unsuspending")


@dataclass(frozen=True, slots=True)
class _Asked:
    loop: Loop
    pace: Pace

    @property
    def interval(self) -> int:
        """ns"""
        return round(self.pace.interval.quantity.value * SECOND)


def watch(d: Draft, before: PackState) -> None:
    """At the end of an event: takes account of what it has changed. `before` is the state of the run that it found."""
    changed(d, before, d.pack)
    if d.policies is None or not any(loop.block.pace for loop in d.policies.loops.values()):
        return
    for said in tuple(d.record):
        if isinstance(said, StepConfirmed) and said.of.step is not None:
            _confirmed(d, d.plan.steps[said.of.step])


def changed(d: Draft, before: PackState, after: PackState) -> None:
    """Keeps account of the time that was spent suspended."""
    since = d.trouble.starved_since
    if before not in STARVED and after in STARVED:
        d.mend(starved_since=d.now)
    elif since is not None and after not in STARVED:
        d.mend(starved=d.trouble.starved + d.now - since, starved_since=None)


def _confirmed(d: Draft, step: Step) -> None:
    """After a step that may be the last of an iteration."""
    operation = d.plan.operation.get(step.id)
    for loop, member in operation.serves if operation is not None else ():
        asked = _asked(d, loop)
        if asked is not None and not any(_open(d, loop, member)):
            _ended(d, asked, member)


def due(d: Draft, loop: str) -> None:
    """The next iteration should have ended by now, unless the cell was starved meanwhile."""
    asked, paced = _asked(d, loop), d.trouble.paces.get(loop)
    if asked is None or paced is None or not any(_open(d, loop, None)):
        return
    left = paced.first + paced.count * asked.interval - _clock(d)
    if left > 0 or d.trouble.starved_since is not None:
        d.set_timer(f"pace {loop}", max(left, SECOND) / SECOND)
    elif not paced.is_late:
        _late(d, asked, paced)


def _ended(d: Draft, asked: _Asked, member: str) -> None:
    loop, now = asked.loop.id, _clock(d)
    paced = d.trouble.paces.get(loop) or Paced(now)
    if member in paced.ended:
        return
    is_late = now > paced.first + paced.count * asked.interval
    if is_late and not paced.is_late:
        _late(d, asked, paced)
    after = replace(paced, ended=paced.ended | {member}, is_late=is_late)
    d.mend(paces=d.trouble.paces.set(loop, after))
    left = after.first + after.count * asked.interval - now
    d.set_timer(f"pace {loop}", max(left, 0) / SECOND + 0.001)


def _late(d: Draft, asked: _Asked, paced: Paced) -> None:
    assert d.policies is not None
    text = f"every {asked.pace.interval.quantity.text}: iteration {paced.count + 1} has not ended in time"
    d.mend(violations=d.trouble.violations + 1, paces=d.trouble.paces.set(asked.loop.id, replace(paced, is_late=True)))
    d.say(ClauseBroken(d.now, d.subject, "every", text, (asked.pace.span,)))
    block = next((name for name, around in d.policies.outward.items() if around[0].block == asked.loop.block), "")
    recovery.fail(d, Failure("late", "R735", text, block=block, keeps_plan=True, because=(asked.pace.span,)))


def _asked(d: Draft, loop: str) -> _Asked | None:
    found = d.policies.loops.get(loop) if d.policies is not None else None
    return None if found is None or found.block.pace is None else _Asked(found, found.block.pace)


def _open(d: Draft, loop: str, member: str | None) -> Iterator[str]:
    """The steps that are left of an iteration, or of all of the loop's in the plan."""
    for operation in d.plan.plan.tasks.operations:
        if any(name == loop and member in (None, m) for name, m in operation.serves):
            yield from (s for s in operation.steps if d.progress.status.get(s) not in ("confirmed", "dropped"))


def _clock(d: Draft) -> int:
    """ns, without the time that the cell was starved."""
    since = d.trouble.starved_since
    return d.now - d.trouble.starved - (0 if since is None else d.now - since)

"""`within`: from the first step of its block, once for each iteration."""

from __future__ import annotations

from cell.events import ClauseBroken
from cell.steps import Step
from controller import recovery
from controller.asked_by import broken_clause
from controller.draft import SECOND, Draft
from controller.run_state import Failure


def open_deadlines(d: Draft, step: Step) -> None:
    """The first step of a block opens it: from then on its `within` runs, once for each iteration."""
    operation = d.plan.operation.get(step.id)
    if operation is None or d.policies is None:
        return
    for enclosure, within in d.policies.deadlines(operation.goal):
        members = [f"{loop}={member}" for loop, member in operation.serves if loop in enclosure.loops]
        name = " ".join(["within", enclosure.id or "-", *members])
        if name not in d.timers and name not in d.trouble.opened:
            d.mend(opened=d.trouble.opened.set(name, d.now))
            d.set_timer(name, within.limit.quantity.value)


def deadline(d: Draft, timer: str) -> None:
    """A `within` has run out. If its block is still open that is a `timeout`."""
    _, block, *members = timer.split(" ")
    block = "" if block == "-" else block
    assert d.policies is not None
    enclosure = d.policies.outward[block][0]
    if not _is_open(d, block, members) or enclosure.block.within is None:
        return
    within = enclosure.block.within
    taken = (d.now - d.trouble.opened[timer]) / SECOND
    text = f"within {within.limit.quantity.text or within.limit.quantity.value}: {taken:.1f} s and not done"
    d.mend(violations=d.trouble.violations + 1)
    d.say(ClauseBroken(d.now, d.subject, "within", text, (within.span,)))
    iteration = _pair(members[-1]) if members else None
    part = iteration[1] if iteration else None
    because = broken_clause(d, within.span)
    failure = Failure("timeout", "R711", text, part=part, block=block, iteration=iteration, keeps_plan=True, because=because)
    recovery.fail(d, failure)


def _is_open(d: Draft, block: str, members: list[str]) -> bool:
    """Whether anything of that activation is left to do."""
    assert d.policies is not None
    if not block:
        return True
    wanted = {_pair(member) for member in members}
    return any(
        wanted <= set(operation.serves)
        and any(e.id == block for e in d.policies.around.get(operation.goal, ()))
        and any(d.progress.status.get(step) not in ("confirmed", "dropped") for step in operation.steps)
        for operation in d.plan.plan.tasks.operations
    )


def _pair(member: str) -> tuple[str, str]:
    loop, _, name = member.partition("=")
    return loop, name

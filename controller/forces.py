"""With how much force a robot may meet anything: what its contact allows while it is in one, what it may push with elsewhere, and
what the intent says of the line that it works for.

Law: these are the limits that the proof holds each contact against; here what is measured is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.model import FORCE_LIMIT
from cell.motion_plan import Motion
from cell.program import AllOf, Amount, Block, Compare, Ensure, Goal, IntentProgram
from cell.program_walk import inner_blocks
from cell.run import RunContext
from controller.run_state import Progress

AROUND = 0.02
"""Of a path, before and behind a contact: what is read back is not where the setpoint is."""
QUANTITY = "force"


@dataclass(frozen=True, slots=True)
class Clause:
    """At most `limit` N, of `robot` ("" is any), as the line at `span` says."""

    robot: str
    limit: float
    span: Span


Clauses = Mapping[str, tuple[Clause, ...]]
"""By goal: its own, and those of the blocks around it."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """`clause` None: no line of the intent says so."""

    force: float
    clause: Clause | None = None


def clauses_of(program: IntentProgram) -> Clauses:
    return dict(_in(program.block, ()))


def free(context: RunContext, robot: str) -> float:
    """N, where it is in no contact."""
    own = context.robots[robot].force_limit
    return FORCE_LIMIT if own is None else own


def allowed(clauses: Clauses, context: RunContext, progress: Progress, step: str, robot: str, s: float | None) -> Allowed:
    """At path parameter `s` of the motion of `step`; where it is not known, at the place where most is allowed."""
    assert progress.plan is not None
    motion = progress.plan.steps[step].motion
    own = context.robots[robot].force_limit
    most = free(context, robot) if motion is None else _of_motion(progress.plan.plan.motions[motion], own, s)
    operation = progress.plan.operation.get(step)
    said = clauses.get(operation.goal, ()) if operation is not None else ()
    least = min((c for c in said if c.robot in ("", robot)), key=lambda clause: clause.limit, default=None)
    return Allowed(most) if least is None or least.limit > most else Allowed(least.limit, least)


def _of_motion(motion: Motion, own: float | None, s: float | None) -> float:
    around = AROUND * sum(segment.length for segment in motion.segments)
    touching = [c.force for c in motion.contacts if s is None or c.first - around <= s <= c.last + around]
    return max(touching, default=FORCE_LIMIT if own is None else own)


def _in(block: Block, around: tuple[Clause, ...]) -> Iterator[tuple[str, tuple[Clause, ...]]]:
    here = (*around, *_ensured(block.ensures))
    for line in block.lines:
        if isinstance(line, Goal):
            inner = () if line.block is None else tuple(_ensured(line.block.ensures))
            bounds = (b for b in line.bounds if b.name == QUANTITY and b.operator in ("<", "<="))
            yield line.id, (*here, *inner, *(Clause("", b.limit.quantity.value, b.span) for b in bounds))
        for inside in inner_blocks(line):
            yield from _in(inside, here)


def _ensured(ensures: tuple[Ensure, ...]) -> Iterator[Clause]:
    """`ensure r1.force <= 10 N and r2.force <= 20 N`. What tools grip with is their own."""
    for ensure in ensures:
        parts = ensure.condition.parts if isinstance(ensure.condition, AllOf) else (ensure.condition,)
        for part in parts:
            match part:
                case Compare(subject=subject, operator="<" | "<=", limit=Amount(quantity=limit)):
                    if len(subject.path) == 2 and subject.path[1] == QUANTITY:
                        yield Clause(subject.path[0], limit.value, ensure.span)
                case _:
                    pass

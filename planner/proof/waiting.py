"""`ensure conveyor.waiting < n` at the declared arrival law and durations: a part waits from its arrival until it is taken."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from cell.arrivals import interval, most_waiting
from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Span, error
from cell.model import CellModel
from cell.program import Amount, Block, Compare, Fresh, Goal, Group, Loop, Scope, When
from cell.steps import Fact, Present, Step
from planner.proof.schedule import end_of


@dataclass(frozen=True, slots=True)
class WaitingLimit:
    """At most `most` parts at `supply`."""

    supply: str
    most: int
    span: Span


def waiting_limits(block: Block, cell: CellModel) -> Iterator[WaitingLimit]:
    """Every such clause of the block and those inside it."""
    for ensure in block.ensures:
        match ensure.condition:
            case Compare(subject=subject, operator="<" | "<=" as sign, limit=Amount(quantity=quantity)):
                thing = cell.equipment.get(subject.path[0])
                if thing is not None and interval(thing) is not None and subject.path[1:] == ("waiting",):
                    most = math.ceil(quantity.value) - 1 if sign == "<" else math.floor(quantity.value)
                    yield WaitingLimit(thing.name, most, ensure.span)
            case _:
                pass
    for line in block.lines:
        match line:
            case Goal(block=inner) if inner is not None:
                yield from waiting_limits(inner, cell)
            case Loop(block=inner) | Group(block=inner) | Scope(block=inner) | Fresh(block=inner):
                yield from waiting_limits(inner, cell)
            case When(branches=branches):
                for branch in branches:
                    yield from waiting_limits(branch.block, cell)
            case _:
                pass


def waits_at(supply: str, steps: Sequence[Step], cell: CellModel) -> int:
    """The most that wait there until the last planned part is taken."""
    every, left = interval(cell.equipment[supply]), list(_departures(supply, steps, cell))
    return most_waiting(every, left, max(left)) if every is not None and left else 0


def check_waiting(limits: Sequence[WaitingLimit], steps: Sequence[Step], cell: CellModel) -> tuple[Diagnostic, ...]:
    waiting: Mapping[str, int] = {limit.supply: waits_at(limit.supply, steps, cell) for limit in limits}
    return tuple(
        error("E552", f"{waiting[x.supply]} parts would wait at {x.supply}; {x.most} is the most", x.span)
        for x in limits
        if waiting[x.supply] > x.most
    )


def _departures(supply: str, steps: Sequence[Step], cell: CellModel) -> Iterator[float]:
    """A part is gone when its place is free again."""
    place = cell.equipment[supply].places[0].name
    brought = [step for step in steps if isinstance(step.action, Present) and step.action.supply == supply]
    freed = sorted(end_of(step) for step in steps if Fact("free", (place,)) in step.adds)
    yield from freed[-len(brought) :] if brought else ()

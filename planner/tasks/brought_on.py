"""What robots have in their hands when a ladder has come to a rung: brought on to where its own next line has it.

Law (decision 0195): a rung is planned alone wherever it can be. Where it cannot, the plan may bring one part on, or else all that
can be, that a hand comes free. Their lines are owed anyway; each is one of the whole intent that waits for nothing but what is
reached. What the proof derives of it is in planner/proof/brought_on.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cell.state import CellState, InHand, PartState
from planner.tasks.open_work import OpenWork
from planner.tasks.route import Stage

ALONE: frozenset[str] = frozenset()


def ways_to_plan(state: CellState) -> Iterator[frozenset[str]]:
    """The parts to bring on beside what is asked for, least first; only beside an errand any at all."""
    yield ALONE
    held = held_beside(state)
    yield from (frozenset((part,)) for part in held)
    if len(held) > 1:
        yield frozenset(held)


def held_beside(state: CellState) -> tuple[str, ...]:
    """The parts in hands that an errand is not about; none where there is no errand."""
    if state.errand is None:
        return ()
    return tuple(p.id for p in state.parts if isinstance(p.location, InHand) and p.id != state.errand.part)


def next_stage(whole: OpenWork, part: PartState) -> Stage | None:
    """The next line of the `whole` intent about `part`, without its deadlines. None where it waits for others, chooses its part
    afresh or by an order, joins it to another, has a `within` of its own, or hangs on what was just observed."""
    if whole.observed or part.id in {bound.id for bound in whole.orders.has.values()}:
        return None
    stage = next(iter(whole.legs.get(part.id, ())), None)
    if not isinstance(stage, Stage) or stage.into is not None or stage.goal.any_one:
        return None
    own = stage.goal.block
    is_timed = own is not None and own.within is not None
    if is_timed or any(whole.barriers[k][0] for k in stage.clauses.after):
        return None
    return replace(stage, clauses=replace(stage.clauses, deadlines=(), after=()))

"""What a plan for a rung may do beside it: bring on what robots have in their hands, derived again from the text and the state.

Law (decision 0195): such a goal is open in the whole intent, about a part that a hand holds and the rung is not about, and waits
for nothing that is not reached. Whether the rung has a plan without it is not asked: it is owed anyway.
"""

from __future__ import annotations

from collections.abc import Mapping

from cell.members import binds_parts, in_order, is_bound_by, lies_untouched, set_of
from cell.model import CellModel
from cell.program import IntentProgram, Loop
from cell.program_walk import blocks_in, goals_in
from cell.state import CellState, Errand, InHand
from planner.proof.duty import Duties, Duty
from planner.proof.duty_keys import Key


def all_begun(
    program: IntentProgram, cell: CellModel, state: CellState, started: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """For each loop over parts all whose iterations are begun, in the order of its set: a plan for a rung works for few of them,
    and what it brings on waits for the others as ever. Behind them whatever else the plan has `started`."""
    loops = (line for block in blocks_in(program.block) for line in block.lines if isinstance(line, Loop))
    begun = {loop.id: _begun(loop, cell, state) for loop in loops}
    return {name: tuple(dict.fromkeys((*begun.get(name, ()), *started.get(name, ())))) for name in {**begun, **started}}


def _begun(loop: Loop, cell: CellModel, state: CellState) -> tuple[str, ...]:
    source, goals = set_of(loop, cell), {goal.id for goal in goals_in(loop.block)}
    if source is None or not binds_parts(loop, cell):
        return ()
    bound = in_order(source, (p for p in state.parts if is_bound_by(loop, p.kind) and not p.given_up))
    return tuple(p.id for p in bound if not lies_untouched(p) or p.reached & goals)


def brought_on(whole: Duties, served: frozenset[Key], state: CellState, errand: Errand) -> dict[Key, Duty]:
    """Of the duties of the `whole` intent those that the plan has operations for, and may have beside the `errand`: a reject goes
    by no line that is for good ones."""
    held = {p.id for p in state.parts if isinstance(p.location, InHand)} - {errand.part}
    if whole.observed:  # what it hangs on is no fact yet that an earlier plan has decided
        return {}
    return {key: duty for key, duty in whole.goals.items() if key in served and duty.part in held and _may_be(duty, whole)}


def _may_be(duty: Duty, whole: Duties) -> bool:
    is_of_its_own = duty.under is None and duty.joint is None and not duty.demand
    own = duty.goal.block
    is_timed = own is not None and own.within is not None
    return duty.key not in whole.settled and is_of_its_own and not is_timed and duty.after <= whole.settled

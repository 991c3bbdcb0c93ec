"""Parts that are still to come where they come without end: each plan counts on the next few, by name.

Law: names go on where they stopped, also behind parts that have left the cell, so that no part is ever called like another.
"""

from __future__ import annotations

from immutables import Map

from cell.arrivals import expected_part, number_of
from cell.run import EndlessSupply
from cell.state import CellState, Expected
from controller.draft import Draft
from controller.run_state import PartBelief


def is_rolling(d: Draft) -> bool:
    """Whether the run goes on with what comes, plan by plan, until it is told to end."""
    return d.known.is_continuous and bool(d.known.endless)


def first_numbers(d: Draft, state: CellState) -> Map[str, int]:
    """The highest number of each kind that comes without end."""
    kinds = {supply.kind for supply in d.known.endless.values()}
    return Map({kind: max((number_of(p.id) for p in state.parts if p.id.startswith(f"{kind}#")), default=0) for kind in kinds})


def expect(d: Draft) -> None:
    """As many as a plan counts on."""
    for supply in d.known.endless.values() if is_rolling(d) else ():
        coming = sum(held.part.location == Expected(supply.place) for held in d.belief.parts.values())
        for _ in range(supply.ahead - coming):
            _one_more(d, supply)


def _one_more(d: Draft, supply: EndlessSupply) -> None:
    number = d.belief.numbered.get(supply.kind, 0) + 1
    part = expected_part(supply.kind, number, supply.place)
    d.believe(
        parts=d.belief.parts.set(part.id, PartBelief(part, "declared")),
        numbered=d.belief.numbered.set(supply.kind, number),
    )

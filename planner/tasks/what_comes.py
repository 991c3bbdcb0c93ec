"""What is said where a conveyor or a feed brings too few: what a plan counts on there, and what would change it.

A plan counts on a part that is still to come only where the arrival law says when it is there (cell/arrivals.py).
"""

from __future__ import annotations

from cell.arrivals import brings
from cell.equipment import Equipment
from cell.model import CellModel


def is_supply(equipment: Equipment | None) -> bool:
    return equipment is not None and "delivers" in equipment.attributes


def why_nothing_comes(supply: Equipment) -> str:
    """Why a plan counts on nothing from there, and what to write; "" where it does count on what comes."""
    if brings(supply) is not None:
        return ""
    delivered = supply.attributes.get("delivers")
    if isinstance(delivered, tuple) and len(delivered) > 1:
        kinds = ", ".join(map(str, delivered))
        return f"{supply.name} delivers {kinds}, and nobody knows which comes next: give each kind a feed of its own."
    return f"{supply.name} does not say when the next one comes, so no plan counts on it: write `every 8 s` there."


def too_few_come(supply: Equipment, counted_on: int, missing: int) -> tuple[str, str]:
    """Message and help for a loop over it. `counted_on`: how many the plan expects; `missing`: how many more it would take."""
    nothing = why_nothing_comes(supply)
    if nothing:
        return f"no plan can count on what {supply.name} brings", nothing
    message = f"a plan counts on {counted_on} from {supply.name}, {missing} too few for `until`"
    help_ = (
        "As many are counted on as the cell has room for, and as wait there: give room for "
        f"{missing} more (`grid` of a tray, `buffer` of {supply.name}), or ask for {missing} fewer."
    )
    return message, help_


def where_to_get(cell: CellModel, kind: str) -> str:
    """What would let a line find one of that kind."""
    supplies = [e for e in cell.equipment.values() if is_supply(e) and any(kind in p.accepts for p in e.places)]
    reasons = [reason for supply in supplies if (reason := why_nothing_comes(supply))]
    if reasons:
        return " ".join(reasons)
    if supplies:
        name = supplies[0].name
        return (
            f"All that are counted on from {name} are spoken for: raise its `buffer` by as many as are missing, or ask for fewer."
        )
    return f"Put one in, or say `contains {kind} …` of a place that a robot can take from."

"""`ensure pallet.height <= …`, `ensure pallet.mass <= …` and a pallet's own limits: against all that the steps put down there.

Everything that ever lies on it in this plan is counted together, so what holds for that holds whatever the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Span, error
from cell.model import CellModel
from cell.program import Amount, Compare, Ensure
from cell.stacking import stack_height, stack_mass
from cell.state import CellState, InPlace
from cell.steps import Step

_MEASURED = {"height": (stack_height, "m high"), "mass": (stack_mass, "kg heavy")}


@dataclass(frozen=True, slots=True)
class StackLimit:
    """`quantity` of `pallet` at most `value` (m or kg), or below it where `is_strict`."""

    pallet: str
    quantity: str
    value: float
    is_strict: bool
    span: Span


def stack_limit_of(ensure: Ensure, cell: CellModel) -> StackLimit | None:
    """None for anything but an upper limit on the height or the mass of a pallet."""
    condition = ensure.condition
    if not isinstance(condition, Compare) or condition.operator not in ("<", "<=") or not isinstance(condition.limit, Amount):
        return None
    path = condition.subject.path
    thing = cell.equipment.get(path[0])
    if len(path) != 2 or path[1] not in _MEASURED or thing is None or cell.kind_of(thing).layout != "layers":
        return None
    return StackLimit(path[0], path[1], condition.limit.quantity.value, condition.operator == "<", ensure.span)


def reached(limit: StackLimit, steps: Sequence[Step], cell: CellModel, state: CellState) -> float:
    """The most that the plan can make of it."""
    return float(_MEASURED[limit.quantity][0](cell, tuple(dict.fromkeys(_laid(limit.pallet, steps, cell, state)))))


def check_stacks(
    limits: Sequence[StackLimit], steps: Sequence[Step], cell: CellModel, state: CellState
) -> tuple[Diagnostic, ...]:
    found = []
    for limit in (*limits, *_own(cell)):
        most = reached(limit, steps, cell, state)
        if most > limit.value * (1.0 + 1e-9) or (limit.is_strict and most >= limit.value):
            message = f"{limit.pallet} becomes {most:g} {_MEASURED[limit.quantity][1]}; {limit.value:g} is the most"
            found.append(error("E452", message, limit.span))
    return tuple(found)


def _own(cell: CellModel) -> Iterator[StackLimit]:
    """What the cell file says of its pallets."""
    for pallet in (e for e in cell.equipment.values() if cell.kind_of(e).layout == "layers"):
        for quantity in _MEASURED:
            value = pallet.attributes.get(f"max_{quantity}")
            if isinstance(value, int | float):
                span = pallet.attribute_spans.get(f"max_{quantity}", pallet.span)
                yield StackLimit(pallet.name, quantity, float(value), False, span)


def _laid(pallet: str, steps: Sequence[Step], cell: CellModel, state: CellState) -> Iterator[tuple[str, str]]:
    """(kind, place) of every part that lies there at any time."""
    kinds = {part.id: part.kind for part in state.parts}
    lying = [(p.id, p.location.place) for p in state.parts if isinstance(p.location, InPlace)]
    lying += [(fact.args[0], fact.args[1]) for step in steps for fact in step.adds if fact.name == "at"]
    for part, place in lying:
        if place in cell.places and cell.places[place].equipment == pallet:
            yield kinds[part], place

"""`ensure pallet.height <= …`, `ensure pallet.mass <= …` and a pallet's own limits, against all that is or will be laid on it.

Everything that ever lies there in this plan is counted together, so what holds for that holds at every moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cell.diagnostic import Span
from cell.model import CellModel
from cell.program import Amount, Compare, Ensure, IntentProgram
from cell.program_walk import blocks_in
from cell.stacking import stack_height, stack_mass
from cell.state import CellState, InPlace
from planner.tasks.findings import Findings
from planner.tasks.route import Routes, stages_of

Laid = list[tuple[str, str]]
_MEASURES: dict[str, tuple[Callable[[CellModel, Laid], float], str]] = {
    "height": (stack_height, "m high"),
    "mass": (stack_mass, "kg heavy"),
}


@dataclass(frozen=True, slots=True)
class StackLimit:
    """`quantity` (height, m, or mass, kg) of a pallet is at most `value`, or below it where `is_strict`."""

    pallet: str
    quantity: str
    value: float
    is_strict: bool
    spans: tuple[Span, ...]


def stack_limit_of(cell: CellModel, ensure: Ensure) -> StackLimit | None:
    """`ensure left.height <= 1600 mm`; None for any other condition."""
    match ensure.condition:
        case Compare(subject=subject, operator="<" | "<=" as sign, limit=Amount(quantity=quantity)):
            if len(subject.path) == 2 and subject.path[1] in _MEASURES and _is_pallet(cell, subject.path[0]):
                return StackLimit(subject.path[0], subject.path[1], quantity.value, sign == "<", (ensure.span,))
    return None


def check_stacks(cell: CellModel, state: CellState, program: IntentProgram, routes: Routes, found: Findings) -> None:
    limits = [limit for b in blocks_in(program.block) for e in b.ensures if (limit := stack_limit_of(cell, e)) is not None]
    for limit in (*limits, *_own_limits(cell)):
        measure, unit = _MEASURES[limit.quantity]
        laid = list(_laid(cell, state, routes, limit.pallet))
        reached = measure(cell, laid)
        if laid and (reached >= limit.value if limit.is_strict else reached > limit.value + 1e-9):
            message = f"{limit.pallet} would become {reached:g} {unit}; {limit.value:g} is the most"
            found.error("E618", message, *limit.spans, cell.equipment[limit.pallet].span, help="Lay fewer parts on it.")


def _own_limits(cell: CellModel) -> Iterator[StackLimit]:
    for pallet in (e for e in cell.equipment.values() if cell.kind_of(e).layout == "layers"):
        for quantity, name in (("height", "max_height"), ("mass", "max_mass")):
            value = pallet.attributes.get(name)
            if isinstance(value, int | float):
                yield StackLimit(pallet.name, quantity, float(value), False, (pallet.attribute_spans.get(name, pallet.span),))


def _laid(cell: CellModel, state: CellState, routes: Routes, pallet: str) -> Iterable[tuple[str, str]]:
    """(kind, place) of all that lies there or will; of a goal that leaves the place open, the highest that it may be."""
    places = {place.name: place for place in cell.equipment[pallet].places}
    for part in state.parts:
        if isinstance(part.location, InPlace) and part.location.place in places:
            yield part.kind, part.location.place
    for job in routes.jobs:
        for stage in (stage for leg in job.legs for stage in stages_of(leg) if stage.equipment == pallet):
            yield job.kind, max(stage.places, key=lambda name: float(places[name].frame.translation[2]))


def _is_pallet(cell: CellModel, name: str) -> bool:
    return name in cell.equipment and cell.kind_of(cell.equipment[name]).layout == "layers"

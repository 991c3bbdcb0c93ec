"""Of what a plan was made from, that which is still the same: only that may be quoted or drawn beside it."""

from __future__ import annotations

from cell.model import CellModel
from cell.motion_plan import MotionPlan
from cellwright.reading import Reading


def same_texts(plan: MotionPlan, reading: Reading) -> dict[str, str]:
    now = dict(reading.program.sources) if reading.program is not None else {}
    same = {name for name, digest in plan.sources if now.get(name) == digest}
    return {name: text for name, text in reading.texts.items() if name in same}


def same_cell(plan: MotionPlan, reading: Reading) -> CellModel | None:
    cell = reading.cell
    return cell if cell is not None and cell.revision == plan.cell_revision else None

"""What a plan says it was made from. One file states the form, so the maker of a plan and its judge mean the same."""

from __future__ import annotations

from cell.dataclass import dataclass
from cell.program import IntentProgram
from cell.state import PlanningRequest

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """As in MotionPlan: files and their sha256, params as text, the cell's revision, each robot's content hash."""

    sources: Pairs
    params: Pairs
    cell_revision: str
    robot_digests: Pairs


def plan_inputs(request: PlanningRequest) -> PlanInputs:
    """Sources and params in the program's order, robots in the request's."""
    return PlanInputs(
        sources=request.program.sources,
        params=param_texts(request.program),
        cell_revision=request.cell.revision,
        robot_digests=tuple((name, model.content_hash) for name, model in request.robots.items()),
    )


def param_texts(program: IntentProgram) -> Pairs:
    """Each param as it was written."""
    return tuple((name, value if isinstance(value, str) else value.text) for name, value in program.params)

"""Why no robot can do a line: of what is nearest to being able."""

from __future__ import annotations

from pathlib import Path

from cell.declared_state import declared_state
from cell.standard_verbs import STANDARD
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from planner.tasks.decompose import decompose
from planner.tasks.findings import Findings
from planner.tasks.reach import Reach

EXAMPLE = Path(__file__).parents[3] / "examples" / "04_two_robot_assembly"


def refusals(torque: str) -> list[str]:
    """What is said of the example's text with another torque, before any motion is looked for."""
    written = SourceFile.of("assembly.cell", (EXAMPLE / "assembly.cell").read_text("utf-8"))
    cell = compile_cell((parse_cell(written, STANDARD).expect(),), STANDARD).expect()
    text = (EXAMPLE / "assembly.intent").read_text("utf-8").replace("torque 2.5 Nm", f"torque {torque}")
    source = SourceFile.of("assembly.intent", text)
    program = check_intent(parse_intent(source, STANDARD).expect(), (), cell, STANDARD, {}, (source,)).expect()
    found, state = Findings(), declared_state(cell)
    reach = Reach(cell, {}, state, frozenset())
    for job in decompose(cell, state, program, found).jobs:
        reach.able(job, found)
    return [d.message for d in found.all()]


def test_of_tools_that_drive_nothing_nothing_is_told_beside_one_that_drives_too_weakly() -> None:
    assert refusals("2.5 Nm") == []
    assert refusals("6 Nm") == ["driver_b drives with 0.5 Nm to 4 Nm, 6 Nm are asked"]

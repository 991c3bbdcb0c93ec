"""Why no robot can do a line: of what is nearest to being able."""

from __future__ import annotations

from dataclasses import replace
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

EXAMPLES = Path(__file__).parents[3] / "examples"
ASSEMBLY, DEBURRING = "04_two_robot_assembly/assembly", "09_deburring/deburring"


def refusals(name: str, torque: str = "2.5 Nm", astray: str = "") -> list[str]:
    """What is said of the example's text, with another torque or where nobody knows where the tool `astray` is, before any motion
    is looked for."""
    written = SourceFile.of("it.cell", (EXAMPLES / f"{name}.cell").read_text("utf-8"))
    cell = compile_cell((parse_cell(written, STANDARD).expect(),), STANDARD).expect()
    text = (EXAMPLES / f"{name}.intent").read_text("utf-8").replace("torque 2.5 Nm", f"torque {torque}")
    source = SourceFile.of("it.intent", text)
    program = check_intent(parse_intent(source, STANDARD).expect(), (), cell, STANDARD, {}, (source,)).expect()
    found, declared = Findings(), declared_state(cell)
    state = replace(declared, mounts={**declared.mounts, astray: ""}) if astray else declared
    reach = Reach(cell, {}, state, frozenset())
    for job in decompose(cell, state, program, found).jobs:
        reach.able(job, found)
    return [d.message for d in found.all()]


def test_of_tools_that_drive_nothing_nothing_is_told_beside_one_that_drives_too_weakly() -> None:
    assert refusals(ASSEMBLY) == []
    assert refusals(ASSEMBLY, torque="6 Nm") == ["driver_b drives with 0.5 Nm to 4 Nm, 6 Nm are asked"]


def test_a_tool_of_which_nobody_knows_where_it_is_does_nothing() -> None:
    assert refusals(DEBURRING) == []
    assert refusals(ASSEMBLY, astray="driver_b") == ["nobody knows where driver_b is"]
    assert set(refusals(DEBURRING, astray="spindle")) == {"nobody knows where spindle is"}

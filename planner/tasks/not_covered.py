"""What of a text planning does not cover yet, said without planning: no robot, no motion, no order is looked at.

The same findings as planning itself would give, as warnings: the text is right.
"""

from __future__ import annotations

from dataclasses import replace

from cell.diagnostic import Diagnostic, Severity
from cell.state import PlanningRequest
from planner.tasks.decompose import decompose
from planner.tasks.findings import UNSUPPORTED, Findings
from planner.tasks.rungs import check_rungs
from planner.tasks.supported import check_supported


def not_covered(request: PlanningRequest) -> tuple[Diagnostic, ...]:
    """E690, each once. What needs a robot's model to be known is not among them."""
    found = Findings()
    check_supported(request.cell, request.program, found)
    check_rungs(request, found)
    decompose(request.cell, request.state, request.program, found, is_continuous=True)  # however it will be run
    return tuple(replace(d, severity=Severity.WARNING) for d in found.errors if d.code == UNSUPPORTED)

"""Whether a scenario can happen to the drivers of a run: only what is simulated can be disturbed."""

from __future__ import annotations

from cell.devices import devices_of
from cell.diagnostic import Diagnostic, error
from cell.model import CellModel
from cell.scenario import Scenario
from cell.scenario_file import named
from cell.scenario_reach import reached


def undisturbed(scenario: Scenario, cell: CellModel, real: frozenset[str]) -> Diagnostic | None:
    """R759 where it cannot, None where it can. `real`: the devices that are not simulated."""
    if real and real >= frozenset(devices_of(cell)):
        text = "--scenario disturbs simulated devices; the drivers of this cell are real"
        return error("R759", text, help="leave out --scenario")
    for disturbance, device in reached(scenario, cell):
        if device in real:
            table = named(disturbance)
            text = f"--scenario disturbs simulated devices; [[{table}]] would happen in `{device}`, which is real"
            return error("R759", text, help=f"leave out [[{table}]]")
    return None

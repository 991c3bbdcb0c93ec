"""What a cell file allows a robot beyond what its model can: no mistake that could do harm, for the model's own limits bind as
well, but a figure that somebody believes in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cell.diagnostic import Diagnostic, warning
from cell.model import CellModel, RobotUnit, Tool
from cell.robot import RobotModel


def beyond_model(cell: CellModel, unit: RobotUnit, model: RobotModel) -> Iterator[Diagnostic]:
    """Warnings with both figures, at the line that says too much."""
    if unit.payload is not None and model.payload is not None and unit.payload > model.payload:
        message = f"`{unit.name}` is given a payload of {unit.payload:g} kg; {model.name} carries {model.payload:g} kg"
        span = unit.attribute_spans.get("payload", unit.span)
        yield warning("W310", message, span, help=f"Plans keep to {model.payload:g} kg. Write that, or name another model.")
    fastest = fastest_tcp(model, cell.tools_of(unit.name))
    if unit.max_speed is not None and unit.max_speed > fastest:
        most = f"{1e3 * fastest:.0f} mm/s"
        message = f"`{unit.name}` may move at {1e3 * unit.max_speed:.0f} mm/s; the joints of {model.name} allow {most} at most"
        span = unit.attribute_spans.get("max_speed", unit.span)
        yield warning("W310", message, span, help=f"Write at most {most}, or leave the line out.")


def fastest_tcp(model: RobotModel, tools: Sequence[Tool]) -> float:
    """m/s: a bound on the speed of every TCP of all tools that the robot may have, from the joints' velocity limits and how far
    from each joint it can get."""
    tcps = [hand.T_flange_tcp.translation for tool in tools for hand in tool.hands]
    return float(model.velocity @ model.flange_radii(np.array(tcps or [np.zeros(3)])))

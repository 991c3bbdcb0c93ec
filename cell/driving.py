"""What a plan takes for granted of tools that drive fasteners, in words."""

from __future__ import annotations

from collections.abc import Iterable

from cell.durations import DRIVE_TIME
from cell.model import CellModel
from cell.steps import Drive, Step


def driving_assumptions(steps: Iterable[Step], cell: CellModel) -> tuple[str, ...]:
    """Of each tool that drives in these steps, by name."""
    tools = sorted({step.action.tool for step in steps if isinstance(step.action, Drive)})
    said = (f"{name} drives by its own stroke while the robot stands still, and what it drives is flush then" for name in tools)
    undeclared = [name for name in tools if "driving" not in cell.tools[name].attributes]
    return (*said, *(f"{name} drives a fastener in {DRIVE_TIME:g} s: nobody declares it" for name in undeclared))

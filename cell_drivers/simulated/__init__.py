"""One simulated world per cell, and the drivers that are its faces.

`driver` is the entry point `sim` of the group `cell_drivers`: a `cell.driver.DriverFactory`. `simulated_cell` builds the same
thing for whoever also wants the world's own record, the judge of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cell.devices import devices_of
from cell.driver import Assembly
from cell.model import CellModel
from cell.robot import RobotModel
from cell.scenario import Scenario
from cell.world_record import Happening
from cell_drivers.simulated.assembly import SimulatedCell
from cell_drivers.simulated.record_file import RecordFile

if TYPE_CHECKING:
    from cell_drivers.conformance import Bench

__all__ = ["SimulatedCell", "bench", "driver", "simulated_cell"]


def driver(assembly: Assembly) -> SimulatedCell:
    """With `assembly.record` the world keeps its record there, at each effect. Raises OSError where the file cannot be made."""
    if assembly.record is None:
        return SimulatedCell(assembly)
    return SimulatedCell(assembly, RecordFile(Path(assembly.record), assembly.scenario).write)


def bench(assembly: Assembly) -> Bench:
    """For the conformance kit, which a run does without."""
    from cell_drivers.simulated.on_the_bench import bench

    return bench(assembly)


def simulated_cell(
    cell: CellModel,
    robots: Mapping[str, RobotModel],
    scenario: Scenario | None = None,
    seed: int | None = None,
    on_effect: Callable[[Happening], None] | None = None,
    remembers: int | None = None,
) -> SimulatedCell:
    """`robots` by robot name; `seed` takes the place of the scenario's. `remembers`: how much of each kind that has happened,
    None: all of it."""
    drawn = scenario if scenario is not None else Scenario()
    drawn = drawn if seed is None else replace(drawn, seed=seed)
    return SimulatedCell(Assembly(cell, robots, drawn, frozenset(devices_of(cell)), remembers=remembers), on_effect)

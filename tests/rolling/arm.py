"""The shift of example 11, with its own arm: planner, proof, motions and run are the program's."""

from __future__ import annotations

from pathlib import Path

from cell_drivers.simulated import simulated_cell
from cellwright.folders import cache_folder
from cellwright.running import ResidentPlanner, read_scenario, run_spec
from tests.end_to_end.line import planned
from tests.rolling.served import served
from tests.rolling.shift import Shift, shift

EXAMPLE = Path("examples/11_rolling_production")


def rolled(hours: float, remembers: int, keeps: int = 100, on_disk: Path | None = None) -> Shift:
    """Its belt stands for five minutes, and one part in twenty is bad. `on_disk`: a folder for the run, None: it is rehearsed."""
    plan = planned(str(EXAMPLE / "rolling.intent"), cache_folder(), is_continuous=True)
    scenario = read_scenario(str(EXAMPLE / "the_belt_stands.toml")).expect()
    world = simulated_cell(plan.request.cell, plan.request.robots, scenario, remembers=remembers)
    planner = ResidentPlanner(plan.reading, plan.workshop, plan.request.seed, is_continuous=True)
    if on_disk is not None:
        return served(run_spec("shift", plan.request), plan.released, world, planner, hours, on_disk)
    return shift(run_spec("shift", plan.request), plan.released, world, planner, hours, keeps)

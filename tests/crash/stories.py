"""The runs that are killed: tending on the gantry with a planner that is checked by eye, and the examples with three parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.scenario import Disturbance, Reject, RejectShare, Scenario
from cell_drivers.simulated import SimulatedCell, simulated_cell
from cellwright.running import ResidentPlanner, run_spec
from controller.callers import Replanner
from tests.constructs.test_rework import CELL
from tests.controller.small_planner import small_plan
from tests.controller.tending import POLICIES, SmallPlanner, intent, released, spec, world
from tests.crash.on_bench import OnBench
from tests.end_to_end.gantries import on_gantries
from tests.end_to_end.line import Planned, planned
from tests.scenarios.subjects import EXAMPLES, ROLLING, ROLLING_FILE, checked_once, planned_on_gantries, with_an_end

STORIES = (*EXAMPLES, ROLLING)
RACK, REJECTS = "rack", "rejects"
SLOW_GAUGE = CELL.replace("inspect for 4 s", "inspect for 30 s")
SCENARIOS = {"tending": Scenario(3, (RejectShare(0.5),)), ROLLING: with_an_end(Scenario(7, (RejectShare(0.5),)))}
"""Both branches are taken; and somebody asks for the end of the example that has none."""
SAMPLES = """
for each s in infeed {
  process s at brush using DEBURR
  every 2 parts {
    inspect s at gauge {
      on reject: move s to scrap, then skip
    }
  }
  move s to outfeed
}
"""


def rejects() -> OnBench:
    """Each sample of three shafts is bad, and long in the gauge; the robot has one hand, with the next shaft in it by then."""
    return OnBench("rejects in samples, with one hand", SLOW_GAUGE, "shaft", SAMPLES, (Reject(1), Reject(2)), hands=1)


@dataclass(frozen=True)
class Tending:
    """Shafts to the outfeed on the gantry."""

    disturbances: tuple[Disturbance, ...] = ()
    name: str = "tending on the gantry"
    tail: str = POLICIES
    parts: int = 3

    @cached_property
    def spec(self) -> RunSpec:
        return spec(intent(self.tail, f"{self.parts} parts"))

    @cached_property
    def plan(self) -> ReleasedPlan:
        plan = small_plan(self.spec.state, self.parts)
        assert plan is not None
        return released(plan)

    @cached_property
    def _checked(self) -> dict[str, Any]:
        return {}

    def world(self) -> SimulatedCell:
        return checked_once(world(*self.disturbances), self._checked)

    def planner(self) -> Replanner:
        return SmallPlanner(self.parts)


@dataclass(frozen=True)
class Example:
    """An example as its own planner has it."""

    planned: Planned
    name: str
    scenario: Scenario = field(default_factory=Scenario)

    @cached_property
    def spec(self) -> RunSpec:
        return run_spec("crash", self.planned.request)

    @property
    def plan(self) -> ReleasedPlan:
        return self.planned.released

    @cached_property
    def _checked(self) -> dict[str, Any]:
        return {}

    def world(self) -> SimulatedCell:
        request = self.planned.request
        return checked_once(simulated_cell(request.cell, request.robots, self.scenario), self._checked)

    def planner(self) -> Replanner:
        own, told, request = self.planned.planner, self.planned, self.planned.request
        if own is not None:
            return own
        return ResidentPlanner(told.reading, told.workshop, request.seed, is_continuous=request.is_continuous)


def example(name: str, folder: Path, cache: Path) -> Example:
    """Raises CannotGoOn."""
    if name == ROLLING:
        return Example(planned(str(folder / ROLLING_FILE), cache, is_continuous=True), name, SCENARIOS[name])
    file, params, orders = EXAMPLES[name]
    given = None if orders is None else str(folder / orders)
    return Example(planned(str(folder / file), cache, params, orders=given), name, SCENARIOS.get(name, Scenario()))


def at_one_rack() -> Example:
    """Two robots that change their tools at one changer, and want one of them both. Raises CannotGoOn."""
    return Example(on_gantries(Path(__file__).parent / RACK / "rack.intent"), "two robots at one rack")


def example_on_gantries(name: str, folder: Path) -> Example:
    """Raises CannotGoOn."""
    if name == ROLLING:
        return Example(on_gantries(folder / ROLLING_FILE, is_continuous=True), name, SCENARIOS[name])
    return Example(planned_on_gantries(name, folder), name, SCENARIOS.get(name, Scenario()))

"""Runs on the bench of the constructs, to be killed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.scenario import Disturbance, Scenario
from cell_drivers.simulated import SimulatedCell, simulated_cell
from controller.callers import Replanner
from tests.constructs.bench import Bench, _Planner
from tests.planner.proof.gantry import gantry_model


@dataclass(frozen=True)
class OnBench:
    name: str
    cell: str
    grips: str
    intent: str
    disturbances: tuple[Disturbance, ...] = ()
    hands: int = 2

    @cached_property
    def bench(self) -> Bench:
        return Bench.of(self.cell, self.grips, self.intent).with_hands(self.hands)

    @cached_property
    def spec(self) -> RunSpec:
        return RunSpec("bench", self.bench.program, self.bench.cell, self.bench.start)

    @cached_property
    def plan(self) -> ReleasedPlan:
        return self.bench.released().expect()

    def world(self) -> SimulatedCell:
        return simulated_cell(self.bench.cell, {"g1": gantry_model()}, Scenario(0, self.disturbances))

    def planner(self) -> Replanner:
        return _Planner(self.bench)

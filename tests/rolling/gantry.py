"""The shift on a bench: one gantry, a belt, two heaps. Planner, proof and run are the real ones; motions are arithmetic."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.scenario import RejectShare, Scenario
from cell_drivers.simulated import simulated_cell
from tests.constructs.bench import Bench
from tests.constructs.test_rolling import CELL, JUDGED
from tests.planner.proof.gantry import gantry_model
from tests.rolling.newest import NewestJournal
from tests.rolling.shift import Shift, shift

PACED = "for each p in belt {\n  move p to crate\n  every 60 s\n}\n"


class Planner:
    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        return self._bench.released(request.state)


def rolled(
    hours: float,
    ahead: int,
    remembers: int | None,
    keeps: int = 100,
    judged: bool = False,
    counts: Collection[int] = (),
    journal: NewestJournal | None = None,
) -> Shift:
    """`judged`: each part is inspected, and one in ten is bad. `journal`: what keeps the events in the place of their newest."""
    intent = JUDGED if judged else PACED
    cell = CELL.replace("ahead 2 parts", f"ahead {ahead} parts")
    bench = replace(Bench.of(cell, "puck", intent), is_continuous=True)
    scenario = Scenario(7, (RejectShare(0.1),)) if judged else Scenario()
    world = simulated_cell(bench.cell, {"g1": gantry_model()}, scenario, remembers=remembers)
    spec = RunSpec("shift", bench.program, bench.cell, bench.start, is_continuous=True)
    return shift(spec, bench.released().expect(), world, Planner(bench), hours, keeps, counts, journal)

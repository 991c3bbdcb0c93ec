"""The whole line in this process: from a file to a released plan, and from there to a rehearsal with the world's own record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cell.diagnostic import Diagnostic
from cell.motion_plan import Motion
from cell.released_plan import ReleasedPlan
from cell.scenario import Scenario
from cell.scenario_orders import order_changes
from cell.state import PlanningRequest
from cell.world_record import WorldRecord
from cell_drivers.simulated import simulated_cell
from cellwright.order_files import read_order_file
from cellwright.reading import Reading, read
from cellwright.running import ResidentPlanner, run_spec
from cellwright.session import make_plan, release_plan, request_for
from cellwright.workshop import Workshop, open_workshop
from controller.callers import Replanner
from controller.order_book import Announced
from controller.rehearsal import Ask, RunRecord, rehearse
from tests.judge.from_world import recording_of
from tests.judge.judge import STEP, judge
from tests.judge.verdict import Verdict


class CannotGoOn(Exception):
    """A stage gave no value; the diagnostics say why."""

    def __init__(self, stage: str, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(stage + ": " + "; ".join(f"{d.code} {d.message}" for d in diagnostics if d.is_error))


@dataclass(frozen=True, slots=True)
class Planned:
    """`planner` answers the run; the program's own where None."""

    reading: Reading
    request: PlanningRequest
    released: ReleasedPlan
    opened: Workshop | None
    planner: Replanner | None = None

    @property
    def workshop(self) -> Workshop:
        assert self.opened is not None, "who brings a planner of its own has none"
        return self.opened


@dataclass(slots=True)
class KeepsPlans:
    """A resident planner that also keeps what it made, for a judge needs what every plan of the run lists as meant."""

    planner: Replanner
    released: list[ReleasedPlan]

    def replan(self, request: object) -> object:
        outcome = self.planner.replan(request)  # type: ignore[arg-type]
        if outcome.value is not None:
            self.released.append(outcome.value)
        return outcome


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`plans` are all that were released for the run, the first one included."""

    planned: Planned
    run: RunRecord
    world: WorldRecord
    plans: tuple[ReleasedPlan, ...]

    @property
    def motions(self) -> Mapping[str, Motion]:
        return {key: motion for plan in self.plans for key, motion in plan.motion_plan.motions.items()}

    def verdict(self, step: float = STEP) -> Verdict:
        cell = self.planned.request.cell
        folder = Path(cell.file).parent
        return judge(recording_of(self.world, cell), cell, folder, self.motions, self.planned.request.program, step)


def planned(
    file: str,
    cache: Path,
    settings: Mapping[str, str] | None = None,
    seed: int = 0,
    processes: int = 1,
    orders: str | None = None,
    is_continuous: bool = False,
) -> Planned:
    """Raises CannotGoOn."""
    workshop = open_workshop(lambda stage, done, total: None, processes, cache)
    reading = read(file, settings or {})
    given = () if orders is None or reading.cell is None else read_order_file(orders, reading.cell).expect().orders
    request = request_for(reading, workshop, seed, orders=given, is_continuous=is_continuous)
    if request.value is None:
        raise CannotGoOn("request", request.diagnostics)
    made = make_plan(request.value, workshop)
    if made.value is None:
        raise CannotGoOn("plan", made.diagnostics)
    released = release_plan(made.value, request.value, workshop)
    if released.value is None:
        raise CannotGoOn("release", released.diagnostics)
    return Planned(reading, request.value, released.value, workshop)


def rehearsed(plan: Planned, scenario: Scenario | None = None, asks: Sequence[Ask] = ()) -> Rehearsed:
    drivers = simulated_cell(plan.request.cell, plan.request.robots, scenario or Scenario())
    planner = plan.planner or ResidentPlanner(
        plan.reading, plan.workshop, plan.request.seed, is_continuous=plan.request.is_continuous
    )
    keeper = KeepsPlans(planner, [plan.released])
    book = Announced(order_changes(scenario or Scenario(), plan.request.cell))
    spec = run_spec("rehearsal", plan.request)
    run = rehearse(spec, plan.released, drivers, keeper, asks, orders=book, scenario=scenario or Scenario())  # type: ignore[arg-type]
    return Rehearsed(plan, run, drivers.record(), tuple(keeper.released))

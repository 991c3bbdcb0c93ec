"""Many rehearsals of one plan, each under a scenario of its own; each run that does not end as it should is a finding.

Law: whatever happens in one run, also a defect of ours, is that run's finding and disturbs no other. A run that goes on and on is
broken off, by simulated time and by the number of its plans.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.driver import DriverSet
from cell.model import CellModel
from cell.released_plan import ReleasedPlan
from cell.robot import RobotModel
from cell.run import RunSpec
from cell.scenario import Scenario
from cell.scenario_orders import order_changes
from cell.world_record import WorldRecord
from cellwright.campaign.ends import End, Yard, broken_off, ended
from controller.callers import Replanner
from controller.clock import EndlessRun
from controller.order_book import Announced
from controller.rehearsal import RunRecord, rehearse

MOST_PLANS = 100
LONGEST, AT_LEAST = 20.0, 3600.0
"""times the makespan of the plan, and so many s: then a run counts as endless."""


@runtime_checkable
class Recorded(Protocol):
    """Drivers of a simulated world, which keeps its own record."""

    def record(self) -> WorldRecord: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A plan that is tried again and again. `drivers` makes a world for a scenario; each must be `Recorded` and have virtual
    time. `planner` answers the runs; it keeps nothing of one for the next."""

    spec: RunSpec
    plan: ReleasedPlan
    robots: dict[str, RobotModel]
    drivers: Callable[[Scenario], DriverSet]
    planner: Callable[[], Replanner]

    @property
    def cell(self) -> CellModel:
        return self.spec.cell


@dataclass(frozen=True, slots=True)
class Tried:
    """`run`, `world` and `plans` are there unless the run was broken off."""

    end: End
    run: RunRecord | None = None
    world: WorldRecord | None = None
    plans: tuple[ReleasedPlan, ...] = ()


@dataclass(slots=True)
class Counting:
    """A planner whose plans are kept for whoever judges, and counted."""

    planner: Replanner
    plans: list[ReleasedPlan]
    asked: int = field(default=0)

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        self.asked += 1
        if self.asked > MOST_PLANS:
            raise EndlessRun(f"it asks for plan after plan, {MOST_PLANS} so far: {request.reason}")
        outcome = self.planner.replan(request)
        if outcome.value is not None:
            self.plans.append(outcome.value)
        return outcome


def tried(subject: Subject, scenario: Scenario) -> Tried:
    """One rehearsal, judged. Raises nothing."""
    drivers = subject.drivers(scenario)
    assert isinstance(drivers, Recorded)
    standstill = {name: robot.capabilities().standstill["hold"] for name, robot in drivers.motion.items()}
    planner = Counting(subject.planner(), [subject.plan])
    book = Announced(order_changes(scenario, subject.cell))
    longest = LONGEST * subject.plan.motion_plan.tasks.bounds.makespan + AT_LEAST
    try:
        run = rehearse(subject.spec, subject.plan, drivers, planner, orders=book, scenario=scenario, longest=longest)
    except EndlessRun as cause:
        return Tried(broken_off(scenario, str(cause)), world=drivers.record())
    except Exception as cause:
        at = traceback.extract_tb(cause.__traceback__)[-1]
        return Tried(broken_off(scenario, f"a defect: {type(cause).__name__}: {cause} ({at.name}, line {at.lineno})"))
    world, yard = drivers.record(), Yard(subject.cell, subject.robots, standstill)
    end = ended(yard, scenario, run.events, run.summary, world, len(planner.plans))
    return Tried(end, run, world, tuple(planner.plans))


def campaign(subject: Subject, scenarios: Iterable[Scenario]) -> Iterator[Tried]:
    for scenario in scenarios:
        yield tried(subject, scenario)

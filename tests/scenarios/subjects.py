"""What the campaign disturbs: tending on the gantry with a planner checked by eye, and the examples by their own planner."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cell.scenario import OperatorAsks, Scenario
from cell_drivers.simulated import SimulatedCell, simulated_cell
from cellwright.campaign.campaign import Subject
from cellwright.running import ResidentPlanner, run_spec
from controller.callers import Replanner
from tests.cell_drivers.gantry import gantry_model
from tests.controller.small_planner import ROBOT, cell, small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec
from tests.end_to_end.gantries import on_gantries
from tests.end_to_end.line import Planned, planned

EXAMPLES = {
    "first_move": ("01_first_move/first_move.intent", {}, None),
    "tending": ("02_machine_tending/tending.intent", {"batch": "3 parts"}, None),
    "palletizing": ("03_palletizing/palletizing.intent", {}, None),
    "assembly": ("04_two_robot_assembly/assembly.intent", {}, None),
    "kitting": ("05_kitting_with_a_person/kitting.intent", {}, "05_kitting_with_a_person/orders.jsonl"),
    "sampling": ("06_sampling_and_rework/sampling.intent", {"batch": "3 parts"}, None),
    "sorting": ("07_sorting/sorting.intent", {}, None),
    "two_arms": ("08_two_arms/arms.intent", {}, None),
    "deburring": ("09_deburring/deburring.intent", {}, None),
}
"""File, params and orders of each example, small where its params let it be."""
ROLLING, ROLLING_FILE = "rolling", "11_rolling_production/rolling.intent"
"""The example that ends by no count: somebody asks for its end, in the midst of its second plan."""
FINISH = OperatorAsks(400.0, "finish")


@cache
def gantry(batch: int = 2, rule: Literal["stop", "slow"] = "slow") -> Subject:
    """`rule` is that of its aisle."""
    plain = cell()
    aisle = replace(plain.zones["aisle"], when_occupied=rule)
    where = replace(plain, zones={**plain.zones, "aisle": aisle})
    given = replace(spec(intent(batch=f"{batch} parts"), "scenario"), cell=where)
    plan, checked = small_plan(given.state, batch), dict[str, Any]()
    assert plan is not None

    def world(scenario: Scenario) -> SimulatedCell:
        return checked_once(simulated_cell(where, {ROBOT: gantry_model()}, scenario), checked)

    return Subject(given, released(plan), {ROBOT: gantry_model()}, world, lambda: SmallPlanner(batch))


def example(name: str, folder: Path, cache_folder: Path) -> tuple[Subject, Planned]:
    """Raises CannotGoOn."""
    file, params, orders = EXAMPLES[name]
    plan = planned(str(folder / file), cache_folder, params, orders=None if orders is None else str(folder / orders))
    return _subject(plan, ResidentPlanner(plan.reading, plan.workshop, plan.request.seed)), plan


def rolling(folder: Path, cache_folder: Path) -> tuple[Subject, Planned]:
    """Raises CannotGoOn."""
    plan = planned(str(folder / ROLLING_FILE), cache_folder, is_continuous=True)
    return _subject(plan, ResidentPlanner(plan.reading, plan.workshop, plan.request.seed, is_continuous=True)), plan


@cache
def rolling_on_gantries(folder: Path) -> Subject:
    """Raises CannotGoOn."""
    plan = on_gantries(folder / ROLLING_FILE, is_continuous=True)
    assert plan.planner is not None
    return _subject(plan, plan.planner)


def with_an_end(scenario: Scenario) -> Scenario:
    """For the example that has none of its own."""
    return replace(scenario, disturbances=(*scenario.disturbances, FINISH))


@cache
def planned_on_gantries(name: str, folder: Path) -> Planned:
    """Planned at once, with nothing kept that could be of before. Raises CannotGoOn."""
    file, params, orders = EXAMPLES[name]
    return on_gantries(folder / file, None if orders is None else folder / orders, params)


@cache
def example_on_gantries(name: str, folder: Path) -> Subject:
    """Raises CannotGoOn."""
    plan = planned_on_gantries(name, folder)
    assert plan.planner is not None
    return _subject(plan, plan.planner)


def _subject(plan: Planned, planner: Replanner) -> Subject:
    request, checked = plan.request, dict[str, Any]()

    def world(scenario: Scenario) -> SimulatedCell:
        return checked_once(simulated_cell(request.cell, request.robots, scenario), checked)

    return Subject(run_spec("scenario", request), plan.released, dict(request.robots), world, lambda: planner)


def checked_once(world: SimulatedCell, checked: dict[str, Any]) -> SimulatedCell:
    """A robot checks a trajectory that it has found good no second time; in the next world the same ones are good too."""
    for name, face in world.motion.items():
        face._good = checked.setdefault(name, {})
    return world

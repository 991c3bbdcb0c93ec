"""A robot that was asked for less speed, with somebody in a zone with `slow`, and does not slow down: everything stops."""

from cell.events import Event, HoldRaised, StateChanged, TooFastSeen
from cell.scenario import PersonEnters, Scenario
from cell_drivers.simulated import simulated_cell
from controller.rehearsal import rehearse
from tests.cell_drivers.gantry import gantry_model
from tests.controller.small_planner import ROBOT, cell, small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec
from tests.controller.told import of


def run(start: float, *, obeys: bool) -> tuple[Event, ...]:
    given, scenario = spec(intent(batch="1 parts")), Scenario(0, (PersonEnters("aisle", start, start + 30.0),))
    drivers = simulated_cell(cell(), {ROBOT: gantry_model()}, scenario)
    if not obeys:
        drivers.motion[ROBOT].arm.scale = lambda scaling: None  # type: ignore[method-assign]
    plan = small_plan(given.state, 1)
    assert plan is not None
    return rehearse(given, released(plan), drivers, SmallPlanner(1), scenario=scenario).events


def test_one_that_slows_down_is_never_told() -> None:
    assert of(run(0.5, obeys=True), TooFastSeen) == []


def test_one_that_does_not_is_stopped_and_the_hold_names_its_line_and_the_zone() -> None:
    events = run(0.5, obeys=False)
    (seen,) = of(events, TooFastSeen)
    assert seen.robot == ROBOT
    assert seen.share > seen.asked + 0.05
    (hold,) = of(events, HoldRaised)
    assert hold.code == "R771"
    plan = small_plan(spec(intent(batch="1 parts")).state, 1)
    assert plan is not None
    assert hold.because[-1] == cell().zones["aisle"].span
    assert set(hold.because[:-1]) <= {operation.because.span for operation in plan.tasks.operations}
    assert len(hold.because) == 2
    assert hold.at == seen.at
    assert of(events, StateChanged)[-1].after == "Held"

"""A run that begins while something else moves a robot says so: it waits to see it stand, then holds with what to do."""

from dataclasses import replace

import numpy as np

from cell.device import RobotState
from cell.events import Event, RunEnded, StillMoves
from cell.scenario import Scenario
from cell_drivers.simulated import simulated_cell
from controller.codes import PAGES
from controller.rehearsal import Ask, rehearse
from tests.cell_drivers.gantry import gantry_model
from tests.controller.small_planner import ROBOT, cell, small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec
from tests.controller.told import holds, of

SECOND = 1_000_000_000
HELD = f"{ROBOT} still moves: wait until it stands, or stop it at its own controller, then resume"


def run(seconds: float, *asks: Ask, command: str | None = None, powers_later: bool = False) -> tuple[Event, ...]:
    """Another program moves the robot for the first `seconds`; as a `command`, standing on its path. `powers_later`: until then
    its controller lets nobody else have it."""
    given, scenario = spec(intent(batch="1 parts")), Scenario(0)
    drivers = simulated_cell(cell(), {ROBOT: gantry_model()}, scenario)
    face = drivers.motion[ROBOT]
    state, activate, asked = face.state, face.activate, list[str]()
    if powers_later:
        face.activate = asked.append  # type: ignore[method-assign,assignment]

    def told() -> RobotState:
        while asked and drivers.now() >= seconds * SECOND:
            activate(asked.pop())
        seen = state()
        if drivers.now() >= seconds * SECOND or seen.command is not None:
            return seen
        return replace(seen, command=command, qd=np.array([0.0, 0.0 if command else 0.2, 0.0, 0.0]))

    face.state = told  # type: ignore[method-assign]
    plan = small_plan(given.state, 1)
    assert plan is not None
    return rehearse(given, released(plan), drivers, SmallPlanner(1), asks=asks, scenario=scenario).events


def test_one_that_moves_for_longer_than_it_is_waited_for_holds_the_start_and_is_named() -> None:
    events = run(14.0, Ask(20.0, "resume"))
    assert holds(events) == [("R705", HELD)]
    assert len(of(events, StillMoves)) == 1, "it is told once"
    assert of(events, RunEnded)[0].state == "Complete", "it stood by then, so the resume went on"


def test_one_that_carries_out_a_command_of_somebody_elses_moves_too() -> None:
    assert holds(run(14.0, command="theirs")) == [("R705", HELD)]


def test_one_that_comes_to_rest_in_time_is_waited_for() -> None:
    events = run(4.0)
    assert holds(events) == []
    assert len(of(events, StillMoves)) == 1
    assert of(events, RunEnded)[0].state == "Complete"


def test_a_resume_while_it_still_moves_says_it_again() -> None:
    assert holds(run(1000.0, Ask(20.0, "resume"))) == [("R705", HELD)] * 2


def test_a_controller_that_lets_nobody_have_it_meanwhile_is_waited_for_too() -> None:
    events = run(14.0, Ask(20.0, "resume"), powers_later=True)
    assert holds(events) == [("R705", HELD)], "and not that nobody knows what became of its power"
    assert of(events, RunEnded)[0].state == "Complete"
    assert holds(run(1000.0, Ask(20.0, "resume"), powers_later=True)) == [("R705", HELD)] * 2


def test_a_run_that_nothing_disturbs_never_says_it() -> None:
    assert of(run(0.0), StillMoves) == []


def test_the_page_says_what_to_do() -> None:
    assert "A robot that still moves" in str(PAGES["R705"])

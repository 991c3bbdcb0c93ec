"""People whose distance is measured: who comes nearer than the separation distance stops all motion, and who keeps off stops
none."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from immutables import Map

from cell.events import HoldRaised, SeparationSeen, StateChanged
from cell.jog import FASTEST
from cell.run import RunSpec
from cell.scenario import Disturbance, FrozenState, PersonNears, Scenario
from cell.separation_distance import INTRUSION, separation_distance
from cell.world_record import WorldRecord
from cell_drivers.simulated import SimulatedCell, simulated_cell
from cellwright.campaign.people_rules import Watched, broken_rules
from controller.journal.replay import fold
from controller.rehearsal import Ask, RunRecord, rehearse
from controller.run_state import Manual, RunState
from controller.separation import needed_separation, separations_seen
from tests.controller.test_people import Planner, released
from tests.controller.test_presence import moving, speeds

RULE = "distance signal floor.nearest\n  when_occupied stop"


@cache
def run(*disturbances: Disturbance, asks: tuple[Ask, ...] = ()) -> tuple[RunRecord, WorldRecord]:
    asked = moving(RULE, occupied="").request
    drivers = simulated_cell(asked.cell, asked.robots, Scenario(1, disturbances))
    spec = RunSpec("r1", asked.program, asked.cell, asked.state)
    record = rehearse(spec, released(asked).expect(), drivers, Planner(asked), asks)
    return record, drivers.record()


def seen(record: RunRecord) -> list[SeparationSeen]:
    return [event for event in record.events if isinstance(event, SeparationSeen)]


def needed() -> float:
    (first, *_) = seen(run()[0])
    assert first.needed is not None
    return first.needed


def test_it_is_the_distance_of_the_formula_with_what_proof_and_drivers_say() -> None:
    asked = moving(RULE, occupied="").request
    fastest = max(released(asked).expect().proof.fastest.values())
    robots = simulated_cell(asked.cell, asked.robots, Scenario()).motion.values()
    stands = max(robot.capabilities().standstill["hold"] for robot in robots)
    assert fastest > 0.3
    assert needed() == pytest.approx(separation_distance(fastest, 0.5, stands, INTRUSION))


def test_who_comes_nearer_stops_all_motion_before_they_are_there_until_they_have_left_and_an_operator_resumes() -> None:
    record, world = run(PersonNears("aisle", 8.0, 30.0, 0.0), asks=(Ask(60.0, "resume"),))
    assert record.summary.state == "Complete"
    _, short, enough = seen(record)
    assert (short.is_short, enough.is_short) == (True, False)
    assert short.distance is not None
    assert needed() - 0.2 < short.distance < needed()
    arrives = 8.0 + (10.0 - INTRUSION) / 1.6  # as near as an arm reaches
    assert short.at / 1e9 < arrives
    assert speeds(world, 0.0, short.at / 1e9) > 0.3
    assert speeds(world, arrives, 60.0) == 0.0
    (hold,) = (event for event in record.events if isinstance(event, HoldRaised))
    assert (hold.code, hold.at, hold.text) == ("R777", enough.at, "a person was too near (aisle)")
    assert hold.because[-1] == moving(RULE, occupied="").request.cell.zones["aisle"].span
    assert [span.file for span in hold.because] == ["bench.intent", "bench.cell"]
    states = [e.after for e in record.events if isinstance(e, StateChanged) and e.after in ("Suspended", "Held")]
    assert states == ["Suspended", "Held"]


def test_who_keeps_further_off_stops_nothing() -> None:
    record, _ = run(PersonNears("aisle", 8.0, 30.0, needed() + 0.05))
    assert record.summary.state == "Complete"
    assert [event.is_short for event in seen(record)] == [False]
    assert not [event for event in record.events if isinstance(event, HoldRaised)]


def test_a_distance_that_nobody_tells_is_too_little() -> None:
    record, world = run(FrozenState("signals", 8.0, 30.0))
    short = next(event for event in seen(record) if event.is_short)
    assert short.distance is None
    assert 8.5 <= short.at / 1e9 <= 9.6
    assert speeds(world, 11.0, 1e4) == 0.0


def test_at_a_speed_that_nobody_knows_no_distance_is_enough() -> None:
    asked = moving(RULE, occupied="").request
    drivers = simulated_cell(asked.cell, asked.robots, Scenario())
    drivers.open()
    state = fold(run()[0].events)
    assert state.context is not None
    robots = {name: replace(robot, top_speed=None) for name, robot in state.context.robots.items()}
    unproved = replace(state.progress, fastest=type(state.progress.fastest)())
    unknown = replace(state, context=replace(state.context, robots=robots), progress=unproved)
    assert needed_separation(drivers, unknown) is None
    (told,) = separations_seen(drivers, unknown, drivers.now())
    assert (told.is_short, told.needed) == (True, None)
    declared = {name: replace(robot, top_speed=0.4) for name, robot in robots.items()}
    stands = max(robot.capabilities().standstill["hold"] for robot in drivers.motion.values())
    known = replace(unknown, context=replace(unknown.context, robots=declared))  # type: ignore[type-var]
    assert needed_separation(drivers, known) == pytest.approx(separation_distance(0.4, 0.5, stands, INTRUSION))


def test_in_manual_mode_a_jog_may_be_faster_than_any_motion_of_the_plan() -> None:
    drivers, state = at_rest()
    slow = replace(state, progress=replace(state.progress, fastest=Map({"m": 0.05})))
    stands = max(robot.capabilities().standstill["hold"] for robot in drivers.motion.values())
    assert needed_separation(drivers, slow) == pytest.approx(separation_distance(0.05, 0.5, stands, INTRUSION))
    manual = replace(slow, manual=Manual())
    assert needed_separation(drivers, manual) == pytest.approx(separation_distance(FASTEST, 0.5, stands, INTRUSION))
    assert needed_separation(drivers, replace(state, manual=Manual())) == needed()


@pytest.mark.parametrize("told", [math.nan, math.inf])
def test_what_is_no_distance_is_too_little(told: float) -> None:
    drivers, state = at_rest()
    sample = replace(drivers.signals.read("floor.nearest"), value=told)
    drivers.signals.read = lambda signal: sample  # type: ignore[method-assign]
    (seen,) = separations_seen(drivers, state, drivers.now())
    assert (seen.distance, seen.is_short) == (None, True)


def at_rest() -> tuple[SimulatedCell, RunState]:
    """Drivers that nobody is near, and the end of a run."""
    asked = moving(RULE, occupied="").request
    drivers = simulated_cell(asked.cell, asked.robots, Scenario())
    drivers.open()
    return drivers, fold(run()[0].events)


def test_a_person_walks_up_and_away_and_is_told_on_the_way() -> None:
    asked = moving(RULE, occupied="").request
    drivers = simulated_cell(asked.cell, asked.robots, Scenario(1, (PersonNears("aisle", 1.0, 10.0, 2.0),)))
    drivers.open()
    told = []
    for tenth in range(180):
        drivers.advance_to(tenth * 100_000_000)
        told.append(drivers.signals.read("floor.nearest").value)
    steps = np.diff(np.array(told, dtype=float))
    assert (told[0], min(told), told[-1]) == (10.0, 2.0, 10.0)  # type: ignore[type-var]
    assert float(np.abs(steps).max()) <= 0.16 + 1e-9
    assert told[60] == 2.0


def test_the_campaigns_judge_finds_every_robot_standing_when_somebody_is_as_near_as_an_arm_reaches() -> None:
    asked = moving(RULE, occupied="").request
    _, world = run(PersonNears("aisle", 8.0, 30.0, 0.0), asks=(Ask(60.0, "resume"),))
    watched = Watched(asked.cell, asked.robots, {}, {})
    assert list(broken_rules(watched, world)) == []
    earlier = replace(world, scenario=Scenario(1, (PersonNears("aisle", 0.0, 30.0, 0.0),)))
    (told,) = broken_rules(watched, earlier)
    assert "moves at 5.7" in told
    kept_off = replace(world, scenario=Scenario(1, (PersonNears("aisle", 0.0, 30.0, INTRUSION + 0.01),)))
    assert list(broken_rules(watched, kept_off)) == []

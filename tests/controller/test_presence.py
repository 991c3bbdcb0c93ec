"""People who step into zones, by the world's own record: slower at once and everywhere, or at a standstill until they left."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from immutables import Map

from cell.events import HoldRaised, StateChanged, ZoneReported
from cell.run import RunSpec
from cell.scenario import PersonEnters, Scenario
from cell.trajectory import sample
from cell.world_record import WorldRecord
from cell_drivers.simulated import simulated_cell
from controller.draft import draft_of
from controller.journal.report import report
from controller.presence import taken_in
from controller.rehearsal import Ask, RunRecord, rehearse
from controller.zone_waits import intruded_of
from tests.controller.jogged import OF, in_production
from tests.controller.test_people import Planner, released
from tests.planner.proof.bench import CELL, planned, request
from tests.planner.proof.gantry import Case

MOVES = 'use "bench.cell"\nfor each s in infeed {\n  move s to finished\n}\n'
SETTLED = 0.6  # s in which a robot has slowed down after somebody has stepped in


@cache
def moving(rule: str, intent: str = MOVES, occupied: str = "occupied signal scanner") -> Case:
    """Boxes into the bin, in a cell whose aisle has that rule; no robot ever comes into the aisle."""
    box = "box from (-3 m, -3 m, 0 m) to (-2 m, 3 m, 2 m)"
    zone = f"zone aisle {{\n  {box}\n  humans allowed\n  {occupied}\n  {rule}\n}}\n"
    near = CELL.replace("at (1200 mm, 900 mm, 0 mm)", "at (400 mm, 900 mm, 0 mm)").replace("box 4 parts", "box 2 parts")
    return planned(request(intent, near + zone))


def run(
    rule: str, *visits: tuple[float, float], asks: tuple[Ask, ...] = (), intent: str = MOVES
) -> tuple[RunRecord, WorldRecord]:
    asked = moving(rule, intent).request
    drivers = simulated_cell(asked.cell, asked.robots, Scenario(1, tuple(PersonEnters("aisle", a, b) for a, b in visits)))
    spec = RunSpec("r1", asked.program, asked.cell, asked.state)
    record = rehearse(spec, released(asked).expect(), drivers, Planner(asked), asks)
    return record, drivers.record()


def speeds(world: WorldRecord, begin: float, end: float) -> float:
    """The fastest that any point of the gantry was in that time, m/s: it only moves along its axes, and turns nothing."""
    found = [0.0]
    for motion in world.motions:
        seen = (motion.time >= begin * 1e9) & (motion.time <= end * 1e9)
        found += list(np.linalg.norm(motion.qd[seen][:, :3], axis=1))
    return max(found)


def test_with_somebody_there_no_point_is_faster_than_the_zone_allows() -> None:
    record, world = run("when_occupied slow to 250 mm/s", (8.0, 60.0))
    assert record.summary.state == "Complete"
    assert speeds(world, 0.0, 8.0) > 0.4
    assert 0.2 < speeds(world, 8.0 + SETTLED, 60.0) <= 0.25 * (1.0 + 1e-6)
    assert speeds(world, 60.0, 1e4) > 0.4


def test_the_share_is_that_of_each_motion_and_not_of_a_top_speed() -> None:
    """A slow motion keeps more of its speed than a fast one."""
    _, world = run("when_occupied slow to 250 mm/s", (0.0, 1e4))
    shares = {effect.detail for effect in world.of("scaled")}
    assert len(shares) > 2
    assert speeds(world, SETTLED, 1e4) <= 0.25 * (1.0 + 1e-6)


def test_what_is_proved_of_each_motion_holds_for_its_samples() -> None:
    case = moving("when_occupied slow to 250 mm/s")
    fastest = released(case.request).expect().proof.fastest
    assert fastest.keys() == case.plan.motions.keys()
    for key, motion in case.plan.motions.items():
        seen = np.linalg.norm(sample(motion, np.linspace(0.0, motion.duration, 500)).qd[:, :3], axis=1).max()
        assert seen <= fastest[key] <= 1.06 * seen


def test_where_no_zone_asks_nothing_is_measured() -> None:
    assert released(moving("when_occupied stop").request).expect().proof.fastest == {}


def test_whoever_steps_in_stops_all_motion_until_they_have_left_and_an_operator_resumes() -> None:
    record, world = run("when_occupied stop", (8.0, 30.0), asks=(Ask(40.0, "resume"),))
    assert record.summary.state == "Complete"
    assert [e.code for e in record.events if isinstance(e, HoldRaised)] == ["R715"]
    assert speeds(world, 8.0 + SETTLED, 40.0) == 0.0
    assert not world.violations


@pytest.mark.parametrize("event", ["intrusion", "aisle.intrusion"])
def test_an_intrusion_has_a_policy_of_its_own(event: str) -> None:
    record, world = run("when_occupied stop", (8.0, 30.0), intent=f'{MOVES}on {event}: hold "Leave the aisle"\n')
    assert record.summary.held_because == "R701 Leave the aisle"
    assert speeds(world, 8.0 + SETTLED, 1e4) == 0.0


def packs(record: RunRecord) -> list[tuple[float, str]]:
    """The waiting states, each with the second in which it was entered."""
    return [
        (round(e.at / 1e9), e.after) for e in record.events if isinstance(e, StateChanged) and e.after in ("Suspended", "Held")
    ]


def test_a_person_suspends_the_run_and_it_holds_when_they_have_left() -> None:
    record, _ = run("when_occupied stop", (8.0, 30.0))
    assert [pack for _, pack in packs(record)] == ["Suspended", "Held"]
    assert packs(record)[1][0] == 30
    assert record.summary.held_because == "R715 a person was in aisle"
    (hold,) = [event for event in record.events if isinstance(event, HoldRaised)]
    assert [(span.file, span.start.line) for span in hold.because][:1] == [("bench.intent", 3)]
    assert hold.because[1:] == (moving("when_occupied stop").request.cell.zones["aisle"].span,)
    assert "aisle (bench.intent:3, bench.cell:" in report(record.events)


def test_a_rehearsal_ends_suspended_where_somebody_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.idle.LONGEST_SUSPENDED", 100_000_000_000)
    record, _ = run("when_occupied stop", (8.0, 1e7))
    assert record.summary.state == "Suspended"
    assert 108.0 < record.events[-1].at / 1e9 < 200.0


def test_of_two_people_the_last_one_to_leave_counts() -> None:
    record, world = run("when_occupied stop", (8.0, 30.0), (20.0, 50.0))
    assert [pack for _, pack in packs(record)] == ["Suspended", "Held"]
    assert packs(record)[1][0] == 50
    assert speeds(world, 8.0 + SETTLED, 1e4) == 0.0


def test_of_two_zones_the_last_one_to_be_left_counts() -> None:
    held = in_production()
    assert held.context is not None
    aisle = replace(held.context.zones["aisle"], when_occupied="stop", slow_to=None)
    zones = {"aisle": aisle, "dock": replace(aisle, name="dock")}
    belief = replace(held.belief, zones=Map(dict.fromkeys(zones, True)), short=tuple(intruded_of(name) for name in zones))
    state = replace(held, context=replace(held.context, zones=zones), belief=belief, trouble=replace(held.trouble, hold=None))
    d = draft_of(state, state.now)
    taken_in(d, ZoneReported(state.now, OF, "aisle", False, ""))
    assert d.trouble.hold is None
    taken_in(d, ZoneReported(state.now, OF, "dock", False, ""))
    assert d.trouble.hold is not None
    assert d.trouble.hold.code == "R715"


def test_a_resume_moves_nothing_while_somebody_is_still_there() -> None:
    """Neither one that comes while they are there, nor one of a hold that an operator has asked for."""
    asks = (Ask(20.0, "resume"), Ask(40.0, "hold"), Ask(45.0, "resume"), Ask(100.0, "resume"))
    record, world = run("when_occupied stop", (8.0, 90.0), asks=asks)
    assert record.summary.state == "Complete"
    assert speeds(world, 8.0 + SETTLED, 100.0) == 0.0
    assert [pack for _, pack in packs(record)] == ["Suspended", "Held", "Suspended", "Held"]


def test_nothing_begins_with_somebody_in_a_zone_that_stops() -> None:
    record, world = run("when_occupied stop", (0.0, 25.0))
    assert record.summary.state == "Complete"
    assert speeds(world, 0.0, 25.0) == 0.0
    assert [e for e in record.events if isinstance(e, HoldRaised)] == []


@pytest.mark.parametrize("rule", ["when_occupied stop", "when_occupied slow to 250 mm/s"])
def test_with_nobody_there_a_zone_costs_nothing(rule: str) -> None:
    record, _ = run(rule)
    bounds = moving(rule).plan.tasks.bounds
    assert record.summary.makespan_s == pytest.approx(bounds.makespan, rel=0.02)

"""What befalls the controller's own machine in a rehearsal: a disk slow or full, a clock that is set; and an operator's word."""

from collections.abc import Callable

import pytest

from cell.driver_errors import LinkLost
from cell.events import CommandSent, Event, HoldRaised, JournalReported, RunEnded, TimeMarked
from cell.run import RunSummary
from cell.scenario import ClockJump, DiskFull, DiskSlow, Disturbance, LinkCut, OperatorAsks, Scenario
from cell.world_record import WorldRecord
from cell_drivers.simulated import simulated_cell
from controller.rehearsal import rehearse
from tests.cell_drivers.gantry import gantry_model
from tests.controller.small_planner import ROBOT, cell, small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec
from tests.controller.told import of


def run(
    *disturbances: Disturbance,
    is_deaf: bool = False,
    keeps: int | None = None,
    hear: Callable[[Event], None] | None = None,
) -> tuple[tuple[Event, ...], RunSummary, WorldRecord]:
    """`is_deaf`: no stop reaches the robot, and nothing else is wrong with it."""
    given, scenario = spec(intent(batch="1 parts")), Scenario(0, disturbances)
    drivers = simulated_cell(cell(), {ROBOT: gantry_model()}, scenario)
    if is_deaf:
        drivers.motion["g1"].stop = _cannot  # type: ignore[method-assign]
    plan = small_plan(given.state, 1)
    assert plan is not None
    record = rehearse(given, released(plan), drivers, SmallPlanner(1), scenario=scenario, keeps=keeps, hear=hear)
    return record.events, record.summary, drivers.record()


def _cannot(kind: str) -> None:
    raise LinkLost("g1", None, 0, f"no {kind} stop reaches it")


def test_a_slow_disk_makes_the_run_longer_and_changes_nothing_else() -> None:
    plain, quick, _ = run()
    slow, late, world = run(DiskSlow(0.0, 1000.0, 1.0))
    assert (quick.state, late.state) == ("Complete", "Complete")
    sent = [e.command.id for e in of(plain, CommandSent)]
    assert sorted(e.command.id for e in of(slow, CommandSent)) == sorted(sent)
    assert late.makespan_s > quick.makespan_s + 10.0
    assert not world.violations


@pytest.mark.parametrize("disturbances", [(), (DiskSlow(0.0, 1000.0, 1.0),)], ids=["no disk", "a slow disk"])
def test_a_rehearsal_that_keeps_no_event_goes_like_one_that_keeps_all(disturbances: tuple[Disturbance, ...]) -> None:
    all_of_them, summary, world = run(*disturbances)
    heard: list[Event] = []
    newest, same, other = run(*disturbances, keeps=3, hear=heard.append)
    assert (same, other.effects) == (summary, world.effects)
    assert newest == all_of_them[-3:]
    assert tuple(heard) == all_of_them


def test_nothing_is_begun_while_the_disk_is_full_and_the_run_is_held() -> None:
    events, summary, world = run(DiskFull(10.0, 1e6))
    assert summary.state == "Held"
    assert summary.held_because is not None
    assert summary.held_because.startswith("R742")
    assert [bool(e.why) for e in of(events, JournalReported)] == [True]
    assert max(e.time for e in world.effects if e.what == "motion started") < 10e9


def test_it_goes_on_when_there_is_space_again_and_somebody_says_so() -> None:
    events, summary, _ = run(DiskFull(10.0, 40.0), OperatorAsks(60.0, "resume"))
    assert summary.state == "Complete", summary.held_because
    assert [bool(e.why) for e in of(events, JournalReported)] == [True, False]


@pytest.mark.parametrize("by", [3600.0, -3600.0])
def test_a_clock_that_is_set_changes_what_is_written_of_utc_and_nothing_else(by: float) -> None:
    plain, quick, before = run()
    jumped, same, world = run(ClockJump(20.0, by))
    assert (same, world.effects) == (quick, before.effects)
    assert len(plain) == len(jumped)
    hours = {int(e.utc[11:13]) for e in of(jumped, TimeMarked)}
    assert hours == ({1} if by > 0 else {23})


def test_an_operator_asks_as_the_scenario_says() -> None:
    events, summary, _ = run(OperatorAsks(5.0, "stop"))
    assert summary.state == "Stopped"
    assert of(events, RunEnded)[-1].at >= 5_000_000_000


@pytest.mark.parametrize("what", ["stop", "quick stop", "abort"])
def test_a_stop_that_cannot_reach_a_robot_ends_the_run_all_the_same(what: str) -> None:
    events, summary, _ = run(LinkCut("g1", 4.0, 1e6), OperatorAsks(5.0, what))  # type: ignore[arg-type]
    assert summary.state in ("Stopped", "Aborted")
    assert "R770" not in {e.code for e in of(events, HoldRaised)}  # that there is no link was told when it went down


def test_whom_a_stop_did_not_reach_is_told() -> None:
    events, summary, _ = run(OperatorAsks(5.0, "stop"), is_deaf=True)
    (hold,) = of(events, HoldRaised)
    assert (hold.code, hold.text) == ("R770", "g1: no hold stop reaches it")
    assert len(hold.because) == 1  # the line that it is at work for
    assert summary.state == "Stopped"

"""Hold, resume and stop at any instant: the run ends where it should, nothing is done twice, nothing is lost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.commands import StopAll
from cell.events import CommandSent, EventRaised, HoldRaised, RunEnded, StateChanged, StepConfirmed
from cell.scenario import FrozenState, PersonEnters
from cell.steps import AtMeasured
from controller.journal.replay import verified
from controller.rehearsal import Ask, rehearsed
from tests.controller.small_planner import cell, small_plan
from tests.controller.tending import SmallPlanner, Tended, released, spec, tend, world
from tests.crash.mute import moves_the_robot

instants = st.floats(0.0, 140.0).map(lambda t: round(t, 3))
LATER = (Ask(400.0, "resume"), Ask(450.0, "resume"))


def agrees_with_the_world(run: Tended) -> None:
    truth = {p.id: getattr(p.where, "place", getattr(p.where, "hand", "")) for p in run.world.record().parts}
    assert {p.id: p.where for p in run.record.summary.parts} == truth
    assert run.world.record().violations == ()
    assert set(run.world.record().executions.values()) <= {1}  # stopped at once it has begun nothing
    assert verified(run.record.events) == run.state


@settings(max_examples=6, deadline=None, derandomize=True)
@given(instants, st.floats(0.05, 30.0))
def test_held_and_resumed_at_any_instant_a_run_completes_with_the_same_plan(start: float, length: float) -> None:
    run = tend(asks=(Ask(start, "hold"), Ask(start + length, "resume"), *LATER))
    assert run.record.summary.state == "Complete"
    assert run.planner.asked == []
    assert len(run.truly_in("outfeed")) == 3
    agrees_with_the_world(run)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(instants, st.sampled_from(["stop", "quick stop", "abort"]))
def test_stopped_at_any_instant_a_run_ends_at_standstill(start: float, what: str) -> None:
    run = tend(asks=(Ask(start, what),))  # type: ignore[arg-type]
    assert run.record.summary.state == ("Aborted" if what == "abort" else "Stopped")
    assert run.record.events[-1] == run.all(RunEnded)[0]
    assert all(not face.arm.is_moving for face in run.world.motion.values())
    assert {f.device for f in run.state.progress.flights.values()} <= {"lathe", "gauge"}
    agrees_with_the_world(run)


def test_a_hold_lets_robots_end_their_motion_and_nothing_new_starts() -> None:
    run = tend(asks=(Ask(2.0, "hold"),))
    held = next(e.at for e in run.all(StateChanged) if e.after == "Held")
    asked = next(e.at for e in run.all(HoldRaised))
    assert [e for e in run.all(CommandSent) if e.at >= asked] == []
    assert max(e.at for e in run.all(StepConfirmed) if e.of.motion) == held > asked
    assert run.record.summary.held_because == "R702 operator asked for a hold"


def test_a_hold_does_not_wait_for_a_program() -> None:
    run = tend(asks=(Ask(15.0, "hold"), Ask(16.9, "resume")))
    held = next(e.at for e in run.all(StateChanged) if e.after == "Held")
    assert held < 17.1e9  # the lathe cuts for 20 s and more
    assert run.record.summary.state == "Complete"


def test_a_first_stop_is_normal_and_a_second_one_quick() -> None:
    run = tend(asks=(Ask(2.0, "stop"), Ask(2.05, "stop")))
    kinds = [e.command.kind for e in run.all(CommandSent) if isinstance(e.command, StopAll)]
    assert kinds == ["hold", "quick"]
    assert run.record.summary.state == "Stopped"


def test_a_run_stopped_in_a_hold_still_says_why_it_held() -> None:
    run = tend(asks=(Ask(2.0, "hold"), Ask(20.0, "stop")))
    assert (run.record.summary.state, run.record.summary.held_because) == ("Stopped", "R702 operator asked for a hold")
    assert tend(asks=(Ask(2.0, "hold"), Ask(20.0, "resume"), Ask(40.0, "stop"))).record.summary.held_because is None


def test_after_a_stop_nothing_is_sent() -> None:
    run = tend(asks=(Ask(20.0, "stop"), Ask(21.0, "resume"), Ask(22.0, "start")))
    stop = next(e for e in run.all(CommandSent) if isinstance(e.command, StopAll))
    assert [e for e in run.all(CommandSent) if e.at >= stop.at] == [stop]


def test_a_zone_that_slows_is_left_at_full_speed_again() -> None:
    run = tend(PersonEnters("aisle", 5.0, 25.0))
    assert run.record.summary.state == "Complete"
    scaled = [(e.time / 1e9, e.detail) for e in run.world.record().effects if e.what == "scaled"]
    assert scaled == [(5.0, "0"), (25.0, "1")]  # nobody declared a top speed, so there is nothing to take 0.25 m/s of


def test_a_robot_stopped_on_its_path_is_planned_on_from_where_it_stands() -> None:
    """A person in a zone that stops: no failure of anything, one plan from the measured joints after the resume."""
    zone = replace(cell().zones["aisle"], when_occupied="stop")
    given_here = replace(spec(), cell=replace(cell(), zones={**cell().zones, "aisle": zone}))
    plan, planner, drivers = small_plan(given_here.state, 3), SmallPlanner(3), world(PersonEnters("aisle", 6.0, 20.0))
    assert plan is not None
    record, state = rehearsed(given_here, released(plan), drivers, planner, (Ask(30.0, "resume"),))
    assert record.summary.state == "Complete"
    assert [type(request.state.stances["g1"]) for request in planner.asked] == [AtMeasured]
    assert [e for e in record.events if isinstance(e, EventRaised)] == []
    assert [e.code for e in record.events if isinstance(e, HoldRaised)] == ["R715"]
    agrees_with_the_world(Tended(record, state, drivers, planner))


@pytest.mark.parametrize("device", ["g1", "lathe", "signals", "grip"])
def test_a_silent_device_is_sent_nothing_and_holds_the_run(device: str) -> None:
    run = tend(FrozenState(device, 6.0, 20.0), asks=LATER)
    holds = [e.code for e in run.all(HoldRaised)]
    assert holds == ["R713"]
    silent = next(e.at / 1e9 for e in run.all(HoldRaised))
    assert 8.0 <= silent <= 10.0
    assert run.record.summary.state == "Complete"
    agrees_with_the_world(run)


def test_a_robot_that_was_moved_by_hand_in_a_hold_is_planned_on_from_where_it_stands() -> None:
    """The resume looks where it stands: the plan in hand begins elsewhere."""
    given_here, planner, drivers = spec(), SmallPlanner(3), world()
    plan = small_plan(given_here.state, 3)
    assert plan is not None
    drivers.world.timeline.after(25.0, lambda: moves_the_robot(drivers, waits=False))
    record, state = rehearsed(given_here, released(plan), drivers, planner, (Ask(2.0, "hold"), Ask(60.0, "resume")))
    assert record.summary.state == "Complete", record.summary.held_because
    assert [request.reason for request in planner.asked] == ["g1 was moved in the hold"]
    assert [type(request.state.stances["g1"]) for request in planner.asked] == [AtMeasured]
    agrees_with_the_world(Tended(record, state, drivers, planner))

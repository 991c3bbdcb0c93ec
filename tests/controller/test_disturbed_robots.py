"""A robot that goes wrong while it moves: each way is held for its own cause, and the run goes on after a resume."""

from dataclasses import dataclass, replace

import pytest

from cell.device import RobotState
from cell.events import DeviceAlarm, HoldRaised, NoProgressSeen, TrackingErrorSeen
from cell.scenario import Disturbance, Drift, EmergencyStop, GripLost, ProtectiveStop, Stall, Stuck
from controller.rehearsal import Ask
from controller.run_state import RobotBelief, RunState
from controller.standing import STANDING, Progress
from controller.watch import TRACKING_LIMIT
from tests.controller.tending import Tended, tend

LATER = (Ask(60.0, "resume", "ann"), Ask(90.0, "resume", "ann"))
SECOND = 1_000_000_000


def holds(run: Tended) -> list[str]:
    return [event.code for event in run.all(HoldRaised)]


@pytest.mark.parametrize(
    ("disturbance", "codes", "words"),
    [
        (Stuck("g1", 2.0, 30.0), ["R741"], "g1 says that it runs, and has stood still on its path"),
        (Drift("g1", 2.0, 30.0, 0.05), ["R714", "R716"], "g1 is"),
        (ProtectiveStop("g1", 2.0), ["R721"], "g1: its own controller has stopped it"),
        (EmergencyStop("g1", 2.0, 30.0), ["R721"], "g1: the circuit of its emergency stop is open"),
        (EmergencyStop("g1", 2.0, 70.0), ["R721", "R721"], "g1: the circuit of its emergency stop is open"),
    ],
)
def test_each_is_held_for_its_own_cause_and_goes_on_after_a_resume(
    disturbance: Disturbance, codes: list[str], words: str
) -> None:
    run = tend(disturbance, asks=LATER)
    assert holds(run) == codes  # with a drift the motion's end is not seen either
    assert words in run.all(HoldRaised)[0].text
    assert run.record.summary.state == "Complete", run.record.summary.held_because
    assert not run.world.record().violations
    assert set(run.world.record().executions.values()) == {1}


def test_nothing_goes_on_by_itself_after_a_protective_stop() -> None:
    run = tend(ProtectiveStop("g1", 2.0))
    assert run.record.summary.state == "Held"
    assert [alarm.is_active for alarm in run.all(DeviceAlarm)] == [True]
    assert run.world.motion["g1"].state().protective == "protective stop"
    acknowledged = tend(ProtectiveStop("g1", 2.0), asks=LATER).world.record().of("acknowledged")
    assert [effect.detail for effect in acknowledged] == ["protective_stop by ann"]


def test_a_circuit_that_is_closed_again_gives_no_power_and_starts_nothing() -> None:
    run = tend(EmergencyStop("g1", 2.0, 30.0), asks=(Ask(40.0, "hold", "ann"),))  # means nothing in a hold; it waits so long
    assert run.record.summary.state == "Held"
    assert [alarm.is_active for alarm in run.all(DeviceAlarm)] == [True, False]
    state = run.world.motion["g1"].state()
    assert (state.mode, state.protective) == ("off", "normal")


def test_a_part_that_drops_on_the_way_is_held_too() -> None:
    assert holds(tend(GripLost("grip", 1, "on the way"), tail=""))[0] == "R703"


def test_a_drift_is_seen_before_it_is_much_larger_than_what_is_allowed() -> None:
    (seen,) = tend(Drift("g1", 2.0, 30.0, 0.05), asks=LATER).all(TrackingErrorSeen)
    assert TRACKING_LIMIT < seen.error < TRACKING_LIMIT + 0.06


def test_a_robot_that_says_that_it_was_slowed_to_nothing_is_waited_for() -> None:
    run = tend(Stall("g1", 2.0, 30.0))
    assert run.all(NoProgressSeen) == []
    assert run.record.summary.state == "Complete"


@dataclass
class Says:
    """A robot as it says it is, each second."""

    state: RobotState
    run: RunState
    watch: Progress

    def for_seconds(self, seconds: int, **changes: object) -> list[float]:
        found = []
        for k in range(seconds):
            told = replace(self.state, seq=k, **changes)  # type: ignore[arg-type]
            found.append(self.watch.standing(self.run, told, k * SECOND))
        return [standing for standing in found if standing is not None]


@pytest.fixture
def says() -> Says:
    run = tend()
    state = replace(run.world.motion["g1"].state(), mode="running", command="c1", s=0.3, speed_scaling=1.0)
    belief = replace(run.state.belief, robots=run.state.belief.robots.set("g1", RobotBelief()))
    return Says(state, replace(run.state, belief=belief), Progress())


def test_standing_still_is_told_after_a_while_and_once_for_each_while(says: Says) -> None:
    assert says.for_seconds(20) == [STANDING, STANDING, STANDING]


@pytest.mark.parametrize("changes", [{"mode": "stopping"}, {"speed_scaling": 0.0}, {"command": None}, {"s": None}])
def test_who_need_not_move_may_stand(says: Says, changes: dict[str, object]) -> None:
    assert says.for_seconds(20, **changes) == []


def test_who_was_asked_to_stand_may_stand(says: Says) -> None:
    slow = RobotBelief(fraction=0.0)
    says.run = replace(says.run, belief=replace(says.run.belief, robots=says.run.belief.robots.set("g1", slow)))
    assert says.for_seconds(20) == []


def test_a_sample_is_as_old_as_its_number() -> None:
    """A driver that hands out the last sample again with a new time says nothing new."""
    progress, state = Progress(), tend().world.motion["g1"].state()
    told = [progress.told(replace(state, seq=seq, received=now), now) for now, seq in ((1, 7), (2, 8), (5, 8), (9, 8), (10, 9))]
    assert told == [1, 2, 2, 2, 10]


def test_a_robot_that_was_stopped_on_its_way_out_of_the_lathe_is_out_before_the_door_shuts() -> None:
    run = tend(ProtectiveStop("g1", 9.85), asks=LATER, batch=1)
    assert run.record.summary.state == "Complete"
    assert run.world.record().violations == ()

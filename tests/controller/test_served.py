"""An alarm names the line that the robot or device was at work for when it came, and says so where it was at work for none."""

from __future__ import annotations

import pytest

from cell.commands import Subject
from cell.diagnostic import Span
from cell.events import (
    NOT_STOPPED,
    CommandReported,
    DeviceSilent,
    Event,
    ForceSeen,
    HoldRaised,
    JointSpeedSeen,
    LinkReported,
    NoProgressSeen,
    OperatorAsked,
    TooFastSeen,
    TrackingErrorSeen,
    ZoneReported,
)
from cell.run import FAST_JOINTS_ARE_ALARMS, TELLS_CAUSES_IN_HOLDS, ZONES_NAME_LINES
from controller.machine import advance
from controller.run_state import RunState
from tests.controller.test_faults import after, at_work

OF = Subject("test")


def alarm(run: RunState, key: str, *events: Event) -> tuple[tuple[Span, ...], str]:
    """The lines of the alarm of that name, and why it has none."""
    cause = after(run, *events).alarms.listed[key].cause
    return cause.because, cause.no_line


def worked_for(run: RunState) -> tuple[Span, ...]:
    plan = run.progress.plan
    assert plan is not None
    step = next(f.step for f in run.progress.flights.values() if f.device == "g1" and f.step is not None)
    return (plan.operation[step].because.span,)


def aisle(run: RunState) -> Span:
    assert run.context is not None
    return run.context.zones["aisle"].span


def about(run: RunState, device: str) -> dict[str, Event]:
    now = run.now + 1
    return {
        f"silent {device}": DeviceSilent(now, OF, device, True, 1.0),
        f"link {device}": LinkReported(now, OF, device, False, "the cable is out"),
    }


def test_whatever_comes_about_a_robot_at_work_names_its_line() -> None:
    run, now = at_work(), at_work().now + 1
    told: dict[str, Event] = about(run, "g1") | {
        "progress g1": NoProgressSeen(now, OF, "g1", 0.1, 5.0),
        "speed g1": TooFastSeen(now, OF, "g1", 1.0, 0.25),
        "force g1": ForceSeen(now, OF, "g1", 90.0, 50.0, 0.1),
        "joints g1": JointSpeedSeen(now, OF, "g1", "x", 2.0, 1.0),
        "tracking g1": TrackingErrorSeen(now, OF, "g1", 0.3, 0.1),
        "unstopped g1": CommandReported(now, OF, "stop", "unknown", NOT_STOPPED, "g1", None),
    }
    for key, event in told.items():
        assert alarm(run, key, event) == (worked_for(run), ""), key


def test_a_joint_that_is_too_fast_is_told_by_an_alarm_where_the_run_is_held_already_and_was_not_in_a_run_of_before() -> None:
    for rules, count in ((FAST_JOINTS_ARE_ALARMS, 1), (FAST_JOINTS_ARE_ALARMS - 1, 0)):
        run = after(at_work(rules), OperatorAsked(at_work().now + 1, OF, "hold", "ann"))
        run = after(run, JointSpeedSeen(run.now + 1, OF, "g1", "x", 2.0, 1.0))
        assert run.trouble.hold is not None
        assert run.trouble.hold.code == "R702"
        assert [one.cause.code for one in run.alarms.listed.values()] == ["R772"] * count


@pytest.mark.parametrize("rules", [TELLS_CAUSES_IN_HOLDS, TELLS_CAUSES_IN_HOLDS - 1])
def test_what_became_of_a_motion_is_asked_by_an_alarm_in_a_hold_too_and_was_not_in_a_run_of_before(rules: int) -> None:
    run = at_work(rules)
    lines, command = worked_for(run), run.progress.busy["g1"]
    run = after(run, OperatorAsked(run.now + 1, OF, "hold", "ann"))
    run = after(run, CommandReported(run.now + 1, OF, command, "unknown", "", "nobody knows", run.now + 1))
    assert run.trouble.hold is not None
    assert run.trouble.hold.code == "R702"
    causes = [one.cause for one in run.alarms.listed.values()]
    if rules < TELLS_CAUSES_IN_HOLDS:
        assert causes == []
        return
    (cause,) = causes
    assert (cause.code, cause.text, cause.because, cause.priority) == ("R709", "g1: nobody knows", lines, 1)
    assert cause.what_to_do == "look how far the device came, and put in order what it left, then resume"


def test_what_holds_a_run_that_nothing_held_is_one_alarm() -> None:
    run = at_work()
    run = after(run, CommandReported(run.now + 1, OF, run.progress.busy["g1"], "unknown", "", "nobody knows", run.now + 1))
    assert [(key, one.cause.code) for key, one in run.alarms.listed.items()] == [("hold", "R709")]


def test_of_a_device_at_rest_it_is_said_that_there_is_none() -> None:
    run = at_work()
    for key, event in about(run, "gauge").items():
        assert alarm(run, key, event) == ((), "gauge was at work for none when it came"), key


def test_what_is_over_is_not_remembered() -> None:
    run = at_work()
    over = after(run, *about(run, "g1").values(), DeviceSilent(run.now + 2, OF, "g1", False, 0.0))
    assert set(over.belief.served) == {"link g1"}
    assert not after(over, LinkReported(over.now + 1, OF, "g1", True, "")).belief.served


def test_somebody_in_a_zone_has_the_line_of_who_was_at_work_beside_that_of_the_zone() -> None:
    run = at_work()
    there = ZoneReported(run.now + 1, OF, "aisle", True, "scanner")
    assert alarm(run, "zone aisle", there) == ((*worked_for(run), aisle(run)), "")
    free = after(run, there, ZoneReported(run.now + 2, OF, "aisle", False, "scanner"))
    assert not free.belief.served


def test_a_robot_that_does_not_slow_down_is_held_for_with_both_lines_and_in_a_run_of_before_with_one() -> None:
    for rules, lines in ((ZONES_NAME_LINES, 1), (ZONES_NAME_LINES - 1, 0)):
        run = at_work(rules)
        there = after(run, ZoneReported(run.now + 1, OF, "aisle", True, "scanner"))
        _, commands = advance(there, TooFastSeen(there.now + 1, OF, "g1", 1.0, 0.25))
        (hold,) = [said for said in commands.record if isinstance(said, HoldRaised)]
        assert hold.because == (*worked_for(run)[:lines], aisle(run))

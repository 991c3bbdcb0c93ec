"""A link that goes down: what ran is unknown, the run holds with driver and device, and only a resume makes it again."""

from dataclasses import replace

import pytest
from immutables import Map

from cell.commands import Acknowledge, Grip, Subject
from cell.device import FaultCleared, FaultRaised, LinkChanged, MachineChanged, MachineState
from cell.events import (
    CommandSent,
    DeviceAlarm,
    Event,
    HoldRaised,
    LinkReported,
    OperatorAsked,
    StateChanged,
    StepUnknown,
    TimerExpired,
)
from cell.run import TELLS_AWAITED_LINKS, RunSummary
from cell.scenario import LinkCut, MachineAlarm
from cell_drivers.simulated import SimulatedCell
from cell_drivers.simulated.face import Face
from controller.inquiry import faults_over
from controller.journal.replay import fold
from controller.machine import advance
from controller.observe import observations, ordered
from controller.rehearsal import Ask, rehearsed
from controller.run_state import RunState
from controller.summary import summary_of
from tests.controller.small_planner import small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, tend, world
from tests.controller.test_faults import at_work
from tests.controller.test_reported_codes import under_way
from tests.controller.told import holds, of

OF = Subject("test")
WHY = "driver sim: its process has ended: exit code 3"


def loses(cell: SimulatedCell, device: str, at: float, has_fault: bool = True, before: str = "") -> list[str]:
    """From `at` s on there is no link to the device, until the fault that comes with it is acknowledged. Who acknowledged it.
    `before`: the fault that it told last."""
    face: Face = cell.drivers[device]
    asked: list[str] = []

    def down() -> None:
        if before:
            face.tell(FaultRaised(device, cell.now(), before, before))
        face.tell(LinkChanged(device, cell.now(), False, WHY))
        if has_fault:
            face.tell(FaultRaised(device, cell.now(), "link", WHY))

    def acknowledge(fault: str, operator: str) -> None:
        if fault == "link":
            asked.append(operator)
            cell.world.timeline.after(1.0, up)

    def up() -> None:
        face.tell(LinkChanged(device, cell.now(), True))
        face.tell(FaultCleared(device, cell.now(), "link"))

    cell.world.timeline.after(at, down)
    face.acknowledge = acknowledge  # type: ignore[method-assign]
    return asked


def run(
    device: str, at: float, *asks: Ask, has_fault: bool = True, before: str = ""
) -> tuple[tuple[Event, ...], RunSummary, RunState, list[str], SimulatedCell]:
    given, cell = spec(intent()), world()
    asked = loses(cell, device, at, has_fault, before)
    plan = small_plan(given.state, 3)
    assert plan is not None
    record, state = rehearsed(given, released(plan), cell, SmallPlanner(3), asks)
    return record.events, record.summary, state, asked, cell


@pytest.mark.parametrize("device", ["g1", "grip", "lathe"])
def test_a_lost_link_is_held_with_driver_and_device_and_the_journal_says_so(device: str) -> None:
    events, summary, state, asked, _ = run(device, 4.0)
    assert summary.state == "Held"
    assert summary.held_because == f"R740 {device}: {WHY}"
    (lost,) = of(events, LinkReported)
    assert (lost.device, lost.is_up, lost.why) == (device, False, WHY)
    assert of(events, HoldRaised)[0].code == "R740"
    assert dict(state.belief.cut) == {device: WHY}
    assert asked == []
    held = next(change.why for change in of(events, StateChanged) if change.after == "Held")
    assert held == f"everything that moves stands still, as far as is seen: {device} has no link"


def test_what_ran_there_is_unknown_and_is_never_sent_again() -> None:
    events, _, _, _, cell = run("g1", 1.0, Ask(20.0, "resume"))
    unknown = of(events, StepUnknown)
    assert len(unknown) == 1
    sent = [event.command.id for event in of(events, CommandSent)]
    assert len(sent) == len(set(sent))
    assert max(cell.record().executions.values()) == 1


@pytest.mark.parametrize(("device", "at"), [("g1", 1.0), ("g1", 8.0), ("grip", 4.0), ("lathe", 30.0)])
def test_the_resume_makes_it_again_and_the_run_goes_on_from_what_is_seen(device: str, at: float) -> None:
    events, summary, state, asked, cell = run(device, at, Ask(60.0, "resume", "ann"))
    assert summary.state == "Complete", summary.held_because
    assert asked[0] == "ann"
    assert [link.is_up for link in of(events, LinkReported)] == [False, True]
    acknowledged = next(k for k, e in enumerate(events) if isinstance(e, CommandSent) and isinstance(e.command, Acknowledge))
    up = next(k for k, e in enumerate(events) if isinstance(e, LinkReported) and e.is_up)
    assert acknowledged < up
    assert [e for e in events[acknowledged:up] if isinstance(e, CommandSent) and getattr(e.command, "robot", "") == device] == []
    assert not cell.record().violations
    assert dict(state.belief.cut) == {}


def held_at(state: RunState) -> list[tuple[str, str]]:
    """After the time that a resume waits for links: code and text of the hold."""
    return holds(advance(state, TimerExpired(state.timers["alarms"], OF, "alarms"))[1].record)


def test_a_resume_says_which_link_it_waits_for_and_for_how_long() -> None:
    state, _ = advance(at_work(), LinkReported(at_work().now, OF, "lathe", False, WHY))
    state, _ = advance(state, DeviceAlarm(state.now, OF, "lathe", True, "link", WHY))
    state = replace(state, pack="Held")
    told = []
    for rules in (TELLS_AWAITED_LINKS, TELLS_AWAITED_LINKS - 1):
        assert state.context is not None
        context = replace(state.context, rules=rules)
        resumed, commands = advance(replace(state, context=context), OperatorAsked(state.now, OF, "resume", "ann"))
        assert resumed.pack == "Unholding"
        assert resumed.timers["alarms"] == state.now + 120_000_000_000
        told.append(([change.why for change in of(commands.record, StateChanged)], held_at(resumed)))
    assert told[0] == (
        ["ann asked, and waits 120 s at most for the link to lathe"],
        [("R740", f"lathe: {WHY}; no link came within 120 s of the resume")],
    )
    assert told[1] == (["ann asked"], [("R721", f"lathe: {WHY}")])
    assert summary_of(resumed).waits_for == ("the link to lathe, for 120 s at most",)
    assert summary_of(replace(resumed, pack="Held")).waits_for == ()
    overload = replace(resumed, belief=replace(resumed.belief, cut=Map()))
    assert summary_of(overload).waits_for == ()


@pytest.mark.parametrize("device", ["g1", "lathe"])
def test_a_fault_that_only_the_process_that_has_ended_knew_of_is_over_once_the_next_does_not_show_it(device: str) -> None:
    events, summary, _, _, _ = run(device, 1.0, Ask(60.0, "resume"), Ask(90.0, "resume"), before="overload")
    assert summary.state == "Complete", summary.held_because
    told = [(e.code, e.is_active) for e in of(events, DeviceAlarm) if e.device == device]
    assert told == [("overload", True), ("link", True), ("link", False), ("overload", False)]


def test_what_a_signal_reports_is_over_when_the_signal_says_so() -> None:
    """The machine itself may know nothing of it."""
    drivers, run = world(), at_work()
    assert run.context is not None
    raises = {"lathe": {"overload": "lathe.overload", "jam": None}}
    run = replace(run, context=replace(run.context, raises=raises))
    run = fold([DeviceAlarm(run.now + 1, Subject("test"), "lathe", True, fault, "") for fault in ("overload", "jam")], run)
    assert [one.code for one in faults_over(drivers, run, {"lathe"}, run.now)] == ["jam"]
    assert not list(faults_over(drivers, run, {"g1"}, run.now))


def test_nothing_is_under_way_at_a_device_without_a_link() -> None:
    _, state, sent = under_way()
    assert sent.command.id in state.progress.flights
    state, commands = advance(state, LinkReported(state.now, Subject("test"), "g1", False, WHY))
    assert sent.command.id not in state.progress.flights
    assert [type(event) for event in commands.record[:1]] == [StepUnknown]
    assert state.belief.robots["g1"].stance is None


def test_a_link_that_comes_up_by_itself_powers_nothing() -> None:
    _, state, _ = under_way()
    state, _ = advance(state, LinkReported(state.now, Subject("test"), "g1", False, WHY))
    assert state.pack in ("Holding", "Held")
    state, commands = advance(state, LinkReported(state.now, Subject("test"), "g1", True, ""))
    assert commands.send == ()
    assert dict(state.belief.cut) == {}


@pytest.mark.parametrize("device", ["g1", "lathe"])
def test_nothing_is_sent_over_a_link_that_is_down_whatever_the_operator_asks(device: str) -> None:
    events, summary, _, _, _ = run(device, 1.0, Ask(20.0, "resume"), Ask(60.0, "resume"), has_fault=False)
    assert summary.state == "Held"
    sent = [event.command for event in of(events, CommandSent) if event.at >= 20_000_000_000]
    assert [command for command in sent if device in (getattr(command, "robot", ""), getattr(command, "machine", ""))] == []


def test_an_alarm_that_is_heard_of_with_its_end_is_over() -> None:
    """It came while there was no link; one resume acknowledges both, and an older reading of the machine raises it no more."""
    ran = tend(LinkCut("lathe", 15.0, 40.0), MachineAlarm("lathe", 1, 0.5, None), asks=(Ask(100.0, "resume"),))
    assert [e.code for e in ran.all(HoldRaised)] == ["R740"]
    assert ran.state.pack == "Complete"
    assert not ran.state.belief.devices["lathe"].faults


@pytest.mark.parametrize(("readings", "told"), [((None, "jam"), ["jam"]), (("jam", None), [])])
def test_an_alarm_that_only_readings_tell_of_is_that_of_the_newest(readings: tuple[str | None, ...], told: list[str]) -> None:
    state = at_work()
    seen = [MachineState("lathe", state.now, None, None, None, None, None, None, alarm) for alarm in readings]
    events = ordered(MachineChanged("lathe", state.now, one) for one in seen)
    found = [one for event in events for one in observations(state, event)]
    assert [alarm.text for alarm in of(found, DeviceAlarm)] == told


def test_what_a_hand_was_gripping_when_its_link_went_is_in_it() -> None:
    """A gripper tells that something is in it, and not what: it was taken to be nothing, and the robot went on with it."""
    closings = [event.at / 1e9 for event in tend().all(CommandSent) if isinstance(event.command, Grip)]
    assert len(closings) == 9
    for at in closings:
        ran = tend(LinkCut("grip", at + 0.2, at + 3.0), asks=(Ask(at + 40.0, "resume"),))
        assert [e.code for e in ran.all(HoldRaised)] == ["R740"]
        assert ran.state.pack == "Complete"
        assert ran.world.record().violations == ()
        assert ran.truly_in("outfeed") == tend().truly_in("outfeed")

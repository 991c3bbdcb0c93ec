"""A driver in a process of its own obeys as it does in ours, and whatever it does wrong is caught for its own reason."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeGuard

import pytest

from cell.device import CommandChanged, FaultRaised, LinkChanged, RobotState, SignalChanged
from cell.driver_errors import DriverDefect, LinkLost, ProtocolViolation, Refusal, Refused, Timeout
from cell.geometry import frozen
from cell.scenario import PersonEnters, Scenario
from cell_drivers.hosted import LINK, Bounds, HostedSet, NoStart, hosted, line
from tests.cell_drivers.gantry import HOME, straight
from tests.cell_drivers.hosted.hosting import BOUNDS, opened, start_up, until, waited
from tests.doubles.waiting import PATIENCE

pytestmark = pytest.mark.xdist_group("hosted")
SLOW = pytest.mark.slow
START, THERE, FAR = (frozen((x, *HOME[1:])) for x in (HOME[0], 0.3, 2.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def drivers(folder: Path) -> Iterator[HostedSet]:
    found = opened("sim", folder)
    yield found
    found.close()


def is_final(event: object) -> TypeGuard[CommandChanged]:
    return isinstance(event, CommandChanged) and event.status.is_final


def is_lost(event: object) -> bool:
    return isinstance(event, LinkChanged) and not event.is_up


def powered(drivers: HostedSet) -> None:
    drivers.motion["g1"].activate("on")
    until(drivers, lambda event: isinstance(event, CommandChanged) and event.status.state == "done")


def why_lost(drivers: HostedSet) -> str:
    events = until(drivers, is_lost)
    assert any(isinstance(event, FaultRaised) and event.fault == LINK for event in events + list(drivers.poll()))
    return next(event.why for event in events if isinstance(event, LinkChanged))


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0] == "Z"


def child(drivers: HostedSet) -> int:
    process = drivers.line._reached.process
    assert process is not None
    return process.pid


def test_a_motion_is_prepared_started_once_and_done_in_real_time(drivers: HostedSet) -> None:
    robot = drivers.motion["g1"]
    assert (drivers.virtual, drivers.is_virtual) == (None, True)
    powered(drivers)
    asked = straight(START, THERE)
    prepared = robot.prepare("m1", asked)
    assert robot.prepare("m1", asked) == prepared
    woken: list[int] = []
    drivers.wake_with(lambda: woken.append(1))
    (heard,) = (heard for heard in drivers.heard() if heard.device == "g1")
    assert len(heard.took) >= 3  # each call's answer, and looks beside
    assert (heard.lost, min(heard.took) >= 0.0) == (0, True)
    began = time.monotonic()
    robot.start(prepared)
    robot.start(prepared)
    events = until(drivers, lambda event: is_final(event) and event.command == "m1")
    assert time.monotonic() - began > 0.9 * prepared.duration
    assert woken
    assert len(woken) < 20  # with news, and not with every look
    assert [e.status.state for e in events if isinstance(e, CommandChanged) and e.command == "m1"][-2:] == ["running", "done"]
    assert robot.state().q == pytest.approx(THERE, abs=1e-4)
    assert robot.status("m1").state == "done"
    assert robot.status("never").state == "not seen"
    blocks = robot.readback()
    assert sum(len(block.time) for block in blocks) > 50
    assert {block.time.dtype.kind for block in blocks} == {"i"}


@pytest.mark.slow
def test_states_and_events_are_told_in_the_controllers_time(drivers: HostedSet) -> None:
    before = time.monotonic_ns()
    drivers.grippers["grip"].grip("g", "a", None, 60.0)
    events = until(drivers, is_final)
    after = time.monotonic_ns()
    assert all(before - 1e8 < event.time < after for event in events)
    assert after - 5e9 < drivers.motion["g1"].state().received <= time.monotonic_ns()
    assert after - 5e9 < drivers.grippers["grip"].state("a").time <= time.monotonic_ns()
    assert not drivers.signals.read("lathe.door").is_stale(time.monotonic_ns())
    assert not drivers.people.is_occupied("aisle", time.monotonic_ns())


def test_news_does_not_wait_for_the_next_look(folder: Path) -> None:
    """The next one would be in ten minutes. That somebody has come is news of somewhere that was empty."""
    somebody = Scenario(0, (PersonEnters("aisle", 0.3, 900.0),))
    drivers = hosted(replace(start_up("sim", folder, scenario=somebody), period=600.0), replace(BOUNDS, silence=PATIENCE))
    drivers.open()
    events = until(drivers, lambda event: isinstance(event, SignalChanged) and event.sample.value == "occupied")
    assert [type(event) for event in events].count(SignalChanged) == 1
    assert dict(drivers.line.seen.occupied)["aisle"]
    drivers.close()


def test_a_refusal_comes_out_of_the_call_as_it_was_raised(drivers: HostedSet) -> None:
    with pytest.raises(Refused) as refused:
        drivers.motion["g1"].prepare("m1", straight(START, THERE))
    assert (refused.value.code, refused.value.device, refused.value.command) == (Refusal.NOT_ACTIVE, "g1", "m1")
    assert isinstance(refused.value.last, RobotState)
    assert refused.value.last.received > time.monotonic_ns() - 60e9  # in the controller's time
    assert drivers.motion["g1"].status("m1").state == "not seen"
    with pytest.raises(Refused) as refused:
        drivers.machines["lathe"].program("p", "OP99")
    assert refused.value.code is Refusal.UNKNOWN_NAME


def test_a_stop_is_taken_and_the_robot_stands_on_its_path(drivers: HostedSet) -> None:
    robot = drivers.motion["g1"]
    powered(drivers)
    prepared = robot.prepare("m1", straight(START, FAR))
    robot.start(prepared)
    waited(drivers, lambda: robot.state().s or 0.0)
    robot.stop("hold")
    events = until(drivers, is_final)
    status = next(e.status for e in events if isinstance(e, CommandChanged) and e.status.is_final)
    assert status.state == "aborted"
    assert status.at is not None
    assert 0.0 < status.at < prepared.duration


def test_nothing_of_a_driver_that_nobody_can_find_again_stays_in_the_folder_for_temporary_files(drivers: HostedSet) -> None:
    assert drivers.line.socket_path.parent.name.startswith("cellwright-")
    assert not drivers.line.socket_path.parent.exists()


def test_a_process_lingers_after_close_for_a_reconnect_and_then_ends(folder: Path) -> None:
    drivers = opened("sim", folder, bounds=replace(BOUNDS, lingers=PATIENCE))
    process, robot = child(drivers), drivers.motion["g1"]
    powered(drivers)
    drivers.close()
    drivers.close()
    with pytest.raises(Refused) as refused:
        robot.activate("while closed")
    assert refused.value.code is Refusal.NOT_OPEN
    drivers.open()
    assert (child(drivers), robot.status("on").state) == (process, "done")
    drivers.close()
    drivers.line.end()
    assert is_gone(process)
    robot.heartbeat()
    with pytest.raises(Refused) as refused:
        robot.activate("after its end")
    assert refused.value.code is Refusal.NOT_OPEN
    assert robot.status("on").state == "unknown"
    drivers.open()
    assert child(drivers) != process
    assert robot.state().mode == "off"
    drivers.close()
    drivers.line.end()


def test_what_is_not_finite_is_refused_and_never_sent(drivers: HostedSet) -> None:
    powered(drivers)
    good = straight(START, THERE)
    bad = replace(good, phases=(replace(good.phases[0], jerk=float("nan")), *good.phases[1:]))
    with pytest.raises(Refused) as refused:
        drivers.motion["g1"].prepare("m1", bad)
    assert refused.value.code is Refusal.NOT_FINITE
    assert isinstance(refused.value.last, RobotState)
    assert drivers.motion["g1"].status("m1").state == "not seen"
    assert drivers.motion["g1"].prepare("m1", good).command == "m1"


@pytest.mark.parametrize(
    ("driver", "way", "during", "words"),
    [
        ("unfit", "", "import", "RuntimeError: made for another machine"),
        pytest.param("nobody", "", "import", "installed", marks=SLOW),
        pytest.param("wrong", "raises when made", "making", "no such address", marks=SLOW),
        pytest.param("wrong", "ends when made", "starting", "exit code 7", marks=SLOW),
        pytest.param("wrong", "leaves when made", "making", "SystemExit: 0", marks=SLOW),
    ],
)
def test_a_driver_that_does_not_come_up_says_why(folder: Path, driver: str, way: str, during: str, words: str) -> None:
    with pytest.raises(NoStart) as found:
        hosted(start_up(driver, folder, way), BOUNDS)
    assert (found.value.during, words in found.value.why) == (during, True), found.value.why


@pytest.mark.slow
def test_a_driver_that_hangs_when_it_is_made_is_given_up(folder: Path) -> None:
    with pytest.raises(NoStart, match="no word within 4 s"):
        hosted(start_up("wrong", folder, "hangs when made"), replace(BOUNDS, start=4.0))


@pytest.mark.parametrize(
    ("way", "bounds", "words"),
    [
        ("dies", BOUNDS, "its process has ended: exit code 3"),
        pytest.param("is killed", BOUNDS, "killed by SIGKILL", marks=SLOW),
        pytest.param("raises in poll", BOUNDS, "ZeroDivisionError", marks=SLOW),
        ("hangs in poll", replace(BOUNDS, silence=1.0), "it hangs: no word for 1 s"),
        pytest.param("floods", replace(BOUNDS, events=2_000), "it floods", marks=SLOW),
        pytest.param("hoards", replace(BOUNDS, memory=900_000_000), "MB are allowed", marks=SLOW),
        pytest.param("opens files", replace(BOUNDS, files=200), "files, 200 are allowed", marks=SLOW),
        pytest.param("writes garbage", BOUNDS, "what the contract does not have", marks=SLOW),
        pytest.param("says not a number", BOUNDS, "cannot be written", marks=SLOW),
        pytest.param(
            "loses its own link", BOUNDS, "it fails when it is looked at: ConnectionResetError: by its robot", marks=SLOW
        ),
        pytest.param("leaves the program", BOUNDS, "it fails when it is looked at: SystemExit: 0", marks=SLOW),
        pytest.param("hoards for ever", replace(BOUNDS, memory=600_000_000), "600 MB are allowed", marks=SLOW),
        ("loses joints", BOUNDS, "g1 tells q with shape (3,), it has 4 joints"),
        pytest.param("is ahead", BOUNDS, "s ahead of the clock", marks=SLOW),
        pytest.param("reads back for ever", BOUNDS, "a time of 1e+30 ns", marks=SLOW),
    ],
)
def test_what_goes_wrong_in_a_driver_cuts_it_off_for_that_reason(folder: Path, way: str, bounds: Bounds, words: str) -> None:
    drivers = hosted(start_up("wrong", folder, way), bounds)
    process = child(drivers)
    with suppress(LinkLost, Timeout):
        drivers.open()
    if way == "floods":
        waited(drivers, lambda: drivers.line.why)
    why = why_lost(drivers)
    assert words in why
    assert why.startswith("driver wrong: ")
    assert waited(drivers, lambda: is_gone(process))
    with pytest.raises(LinkLost, match="driver wrong"):
        drivers.motion["g1"].activate("later")
    assert drivers.people.is_occupied("aisle", time.monotonic_ns())
    assert drivers.signals.read("lathe.door").value is None


@pytest.mark.slow
def test_who_answers_for_a_command_that_nobody_gave_is_cut_off(folder: Path) -> None:
    drivers = opened("wrong", folder, "answers for another")
    drivers.grippers["grip"].grip("g", "a", None, 60.0)
    assert "'of-nobody', which nobody gave it" in why_lost(drivers)


@pytest.mark.slow
def test_what_a_driver_prints_disturbs_nobody(folder: Path) -> None:
    drivers = opened("wrong", folder, "prints garbage")
    for k in range(20):
        assert drivers.motion["g1"].status(f"c{k}").state == "not seen"
    assert drivers.line.why is None
    drivers.close()


def test_a_call_that_hangs_is_over_in_its_bound_and_a_stop_passes_it(folder: Path) -> None:
    drivers = opened("wrong", folder, "hangs in prepare", replace(BOUNDS, silence=PATIENCE))
    robot = drivers.motion["g1"]
    powered(drivers)
    drivers.line.bounds = replace(drivers.line.bounds, answer=0.3)
    began = time.monotonic()
    with pytest.raises(Timeout, match=r"has not answered within 0\.3 s"):
        robot.prepare("m1", straight(START, THERE))
    assert time.monotonic() - began < BOUNDS.answer
    began = time.monotonic()
    for number in range(100):
        with pytest.raises(Timeout):
            robot.scale_speed(f"s{number}", 0.5)
    assert time.monotonic() - began < 50 * 0.3  # it is waited for once
    robot.stop("quick")
    assert drivers.line.why is None  # it was taken, while the other call still hangs
    drivers.line.cut("enough")


@pytest.mark.slow
def test_a_driver_that_hangs_does_not_outlive_its_controller(folder: Path) -> None:
    drivers = opened("wrong", folder, "hangs in prepare", replace(BOUNDS, answer=0.3, silence=60.0))
    process = child(drivers)
    with pytest.raises(Timeout):
        drivers.motion["g1"].prepare("m1", straight(START, THERE))
    drivers.line.why = "the controller was killed"  # so nobody kills its child
    drivers.line._reached.let_go()
    assert waited(drivers, lambda: is_gone(process))


@pytest.mark.slow
def test_a_stop_that_is_not_taken_kills_the_driver(folder: Path) -> None:
    drivers = opened("wrong", folder, "does not stop", replace(BOUNDS, stop=0.3))
    process = child(drivers)
    drivers.motion["g1"].stop("hold")
    assert "a stop was not taken within 0.3 s" in why_lost(drivers)
    assert waited(drivers, lambda: is_gone(process))


@pytest.mark.slow
def test_whatever_cannot_be_read_has_that_consequence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drivers = opened("sim", folder)
    monkeypatch.setattr(line, "incredible", lambda *given: 1 // 0)
    assert "it says what nobody can read: ZeroDivisionError" in why_lost(drivers)


@pytest.mark.slow
def test_a_stop_that_raises_is_not_taken(folder: Path) -> None:
    drivers = opened("wrong", folder, "raises in stop", replace(BOUNDS, stop=0.3))
    drivers.motion["g1"].stop("hold")
    assert "a stop was not taken within 0.3 s" in why_lost(drivers)


@pytest.mark.slow
def test_what_a_driver_has_started_ends_with_it(folder: Path) -> None:
    """It has left the driver's session, and holds the driver's sockets: nobody hears that the driver is gone."""
    mark = folder / "child"
    drivers = hosted(start_up("wrong", folder, f"leaves a child {mark}"), BOUNDS)
    with suppress(LinkLost):
        drivers.open()
    assert "its process has ended: exit code 3" in why_lost(drivers)
    assert waited(drivers, lambda: is_gone(int(mark.read_text())))


@pytest.mark.slow
def test_a_driver_that_wants_to_leave_while_it_is_opened_is_told_as_a_defect_of_it(folder: Path) -> None:
    drivers = hosted(start_up("wrong", folder, "leaves the program in open"), BOUNDS)
    with pytest.raises(DriverDefect, match=r"^wrong: a defect of driver wrong: SystemExit: 0$"):
        drivers.open()
    drivers.line.end()


@pytest.mark.slow
def test_a_driver_that_wants_to_leave_the_program_does_not(folder: Path) -> None:
    drivers = opened("wrong", folder, "leaves the program in prepare")
    with pytest.raises(LinkLost, match="SystemExit: 0"):
        drivers.motion["g1"].prepare("m1", straight(START, THERE))
    assert drivers.line.why is None
    drivers.close()


@pytest.mark.slow
def test_a_defect_leaves_open_what_became_of_the_command(folder: Path) -> None:
    drivers = opened("wrong", folder, "raises in prepare")
    with pytest.raises(LinkLost, match="KeyError"):
        drivers.motion["g1"].prepare("m1", straight(START, THERE))
    assert drivers.line.why is None
    drivers.close()


@pytest.mark.slow
def test_a_preparation_of_another_command_is_no_preparation(folder: Path) -> None:
    drivers = opened("wrong", folder, "prepares another")
    powered(drivers)
    with pytest.raises(ProtocolViolation, match="'another'"):
        drivers.motion["g1"].prepare("m1", straight(START, THERE))
    drivers.close()


@pytest.mark.slow
def test_only_an_acknowledged_link_is_made_again_and_nothing_is_sent_twice(folder: Path) -> None:
    drivers = opened("wrong", folder, "dies in start")
    robot = drivers.motion["g1"]
    powered(drivers)
    with pytest.raises(LinkLost):
        robot.start(robot.prepare("m1", straight(START, THERE)))
    why_lost(drivers)
    assert drivers.line.why is not None
    robot.acknowledge(LINK, "ann")
    until(drivers, lambda event: isinstance(event, LinkChanged) and event.is_up)
    assert robot.state().mode == "off"
    assert robot.status("m1").state == "not seen"
    drivers.close()

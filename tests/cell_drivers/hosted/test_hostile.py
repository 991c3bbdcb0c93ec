"""Drivers that turn on the process that they live in: their descriptors, its threads, its folder, its memory, its end.

Each is cut off for its own reason or does no harm, the caller goes on, and neither process nor socket is left.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from cell.device import CommandChanged
from cell.driver_errors import DriverError, DriverHangs, LinkLost, Stale, Timeout
from cell_drivers.hosted import HostedSet, hosted
from tests.cell_drivers.gantry import straight
from tests.cell_drivers.hosted.hosting import BOUNDS, opened, start_up, until, waited
from tests.cell_drivers.hosted.test_hosted import FAR, START, THERE, child, is_gone, powered, why_lost
from tui.driver_failure import told, told_by_name

pytestmark = pytest.mark.xdist_group("hosted")
SLOW = pytest.mark.slow


def is_all_gone(drivers: HostedSet, process: int) -> bool:
    return is_gone(process) and not drivers.line.socket_path.parent.exists()


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("closes descriptors", "exit code 1"),
        pytest.param("closes its own", "the driver has closed what is not its own: [Errno 9]", marks=SLOW),
        pytest.param("says 100 MB", "it says what cannot be written: a text of ", marks=SLOW),
        pytest.param("raises 100 MB", "it fails when it is looked at: ValueError: xxx", marks=SLOW),
    ],
)
def test_who_turns_on_its_own_process_is_cut_off_for_that(tmp_path: Path, way: str, words: str) -> None:
    drivers = hosted(start_up("wrong", tmp_path, way), BOUNDS)
    process = child(drivers)
    with suppress(DriverError):
        drivers.open()
    why = why_lost(drivers)
    assert words in why
    assert len(why) < 2_000
    assert waited(drivers, lambda: is_all_gone(drivers, process))


@pytest.mark.slow
def test_a_defect_told_in_100_MB_is_told_in_a_few_lines(tmp_path: Path) -> None:
    drivers = opened("wrong", tmp_path, "refuses with 100 MB")
    with pytest.raises(DriverError, match="ValueError: xxx") as found:
        drivers.motion["g1"].prepare("m1", straight(START, THERE))
    assert len(str(found.value)) < 2_000
    assert drivers.line.why is None
    drivers.close()


@pytest.mark.slow
def test_a_driver_that_leaves_for_another_folder_drives_from_there(tmp_path: Path) -> None:
    here = Path.cwd()
    drivers = opened("wrong", tmp_path, "changes folder")
    process = child(drivers)
    powered(drivers)
    robot = drivers.motion["g1"]
    robot.start(robot.prepare("m1", straight(START, THERE)))
    until(drivers, lambda e: isinstance(e, CommandChanged) and e.command == "m1" and e.status.state == "done")
    drivers.close()
    drivers.line.end()
    assert Path.cwd() == here
    assert is_all_gone(drivers, process)


@pytest.mark.slow
def test_threads_that_never_end_do_not_outlive_a_goodbye(tmp_path: Path) -> None:
    drivers = opened("wrong", tmp_path, "starts threads")
    process = child(drivers)
    powered(drivers)
    drivers.close()
    drivers.line.end()
    assert is_all_gone(drivers, process)


@pytest.mark.parametrize("way", ["starts threads", pytest.param("hangs in close", marks=SLOW)])
def test_nothing_of_a_driver_keeps_its_process_when_the_controller_is_gone(tmp_path: Path, way: str) -> None:
    drivers = opened("wrong", tmp_path, way)
    process = child(drivers)
    drivers.line.why = "the controller was killed"  # so nobody kills its child
    drivers.line._reached.let_go()
    assert waited(drivers, lambda: is_all_gone(drivers, process))


def test_a_driver_that_hangs_in_close_is_closed_in_bounded_time(tmp_path: Path) -> None:
    drivers = opened("wrong", tmp_path, "hangs in close")
    drivers.line.bounds = replace(BOUNDS, answer=0.3)
    process = child(drivers)
    began = time.monotonic()
    drivers.close()
    assert time.monotonic() - began < BOUNDS.answer
    assert is_all_gone(drivers, process)
    with pytest.raises(DriverError):
        drivers.motion["g1"].activate("later")


@pytest.mark.parametrize(
    ("way", "words"),
    [
        pytest.param("sleeps in stop", "a stop was not taken within 0.3 s", marks=SLOW),
        pytest.param("ends in stop", "driver wrong: its process has ended: exit code 3", marks=SLOW),
    ],
)
def test_a_stop_that_does_not_come_back_ends_the_driver(tmp_path: Path, way: str, words: str) -> None:
    drivers = opened("wrong", tmp_path, way, replace(BOUNDS, stop=0.3))
    process = child(drivers)
    drivers.motion["g1"].stop("hold")
    assert words in why_lost(drivers)
    assert waited(drivers, lambda: is_all_gone(drivers, process))
    with pytest.raises(LinkLost):
        drivers.motion["g1"].activate("later")


@pytest.mark.slow
def test_a_stop_that_takes_its_time_within_the_bound_is_taken(tmp_path: Path) -> None:
    drivers = opened("wrong", tmp_path, "rests in stop")
    powered(drivers)
    robot = drivers.motion["g1"]
    robot.start(robot.prepare("m1", straight(START, FAR)))
    waited(drivers, lambda: robot.state().s or 0.0)
    robot.stop("hold")
    events = until(drivers, lambda e: isinstance(e, CommandChanged) and e.command == "m1" and e.status.is_final)
    assert events[-1].status.state == "aborted"  # type: ignore[union-attr]
    assert drivers.line.why is None
    drivers.close()


@pytest.mark.slow
def test_a_driver_that_hangs_in_open_is_told_as_hanging_and_nobody_is_sent_to_its_address(tmp_path: Path) -> None:
    drivers = hosted(start_up("wrong", tmp_path, "hangs in open"), BOUNDS)
    drivers.line.bounds = replace(BOUNDS, start=0.3)
    with pytest.raises(DriverHangs, match=r"driver wrong has not answered within 0\.3 s$") as found:
        drivers.open()
    assert "address" not in told(found.value)
    assert "address" not in told_by_name(type(found.value).__name__, str(found.value))
    assert "address" in told(Timeout("g1", None, 0, "no sample within 0.5 s"))
    drivers.line.end()


@pytest.mark.slow
def test_a_driver_that_waits_for_its_device_in_open_tells_what_is_wrong_with_it(tmp_path: Path) -> None:
    drivers = hosted(start_up("wrong", tmp_path, "waits in open"), replace(BOUNDS, silence=0.2))
    with pytest.raises(LinkLost, match="it accepts and says nothing"):
        drivers.open()
    assert drivers.line.why is None
    drivers.line.end()


@pytest.mark.slow
def test_an_error_of_a_driver_names_device_and_command_once(tmp_path: Path) -> None:
    drivers = opened("wrong", tmp_path, "is stale in prepare")
    with pytest.raises(Stale) as found:
        drivers.motion["g1"].prepare("m1", straight(START, THERE))
    assert (str(found.value), found.value.text) == ("g1: nothing new for 2 s (command m1)", "nothing new for 2 s")
    drivers.close()

"""What a controller refuses before anything moves, and who begins a run."""

import io
import signal
import socket
import sys
from argparse import Namespace
from pathlib import Path
from threading import Event, Thread
from typing import cast

import pytest

from cell.devices import devices_of
from cell.diagnostic import Outcome
from cell.driver import DriverSet
from cell.scenario import Reject, Scenario
from cellwright import beginning, controller_process
from cellwright.beginning import made_for
from cellwright.cell_lock import NONE, CellLock, Holder
from cellwright.controller_process import _controlled, tell_where
from cellwright.desk import BREAKS_OFF, Desk, Withdrawn
from cellwright.in_service import InService
from cellwright.refusal import Refusal
from cellwright.service import PARTING, NotReached, attach_to
from cellwright.site import Site
from cellwright.start_file import Start
from cellwright.starting_again import Ready
from controller.attached.endpoint import listen_in
from controller.attached.messages import VERSION, Hello, line
from controller.attached.server import Server
from controller.journal.folder import RunFolder, new_run
from tests.planner.proof.gantry import request


class Real:
    """Drivers of real devices, as far as is looked at here."""

    virtual = None
    is_closed = False

    def close(self) -> None:
        self.is_closed = True


def start_with(scenario: Scenario | None) -> Start:
    return Start(1, "p", "/", ".", "a.intent", None, {}, 0, (), False, (), scenario, None, 1)


@pytest.mark.parametrize("scenario", [Scenario(0, (Reject(1),)), None])
def test_real_devices_are_not_disturbed(scenario: Scenario | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Real()
    asked = request()
    found = Outcome(InService(cast(DriverSet, real), None, frozenset(devices_of(asked.cell))))
    monkeypatch.setattr(beginning, "drivers_in_service", lambda *given, **named: found)
    ready = cast(Ready, type("R", (), {"request": asked}))
    site = Site(new_run(tmp_path, "run-1"), start_with(scenario), 1, Desk(), cast(Server, None))
    if scenario is None:
        assert made_for(site, ready, CellLock(())) is found.value
        return
    with pytest.raises(Refusal) as refusal:
        made_for(site, ready, CellLock(()))
    assert [d.code for d in refusal.value.diagnostics] == ["R759"]
    assert real.is_closed


def test_only_a_start_starts() -> None:
    desk = Desk()
    for what in ("start", "stop", "quick stop"):
        desk.ask(what, "ann")
    assert [desk.is_started() for _ in range(3)] == [True, False, False]


def test_somebody_who_is_called_start_starts_nothing() -> None:
    desk = Desk()
    desk.ask("stop", '"start"')
    desk.ask("stop", "start")
    assert [desk.is_started() for _ in range(2)] == [False, False]


def test_a_signal_asks_for_a_normal_stop_and_the_next_for_a_quick_one() -> None:
    desk = Desk()
    desk.signalled(signal.SIGTERM, None)
    desk.signalled(signal.SIGTERM, None)
    asked = [desk.inbox.get(), desk.inbox.get()]
    assert ['"stop"' in asked[0], '"quick stop"' in asked[1]] == [True, True]
    assert "SIGTERM" in asked[0]


def test_a_stop_breaks_off_what_the_controller_is_at_before_a_run_begins() -> None:
    desk = Desk()
    with pytest.raises(Withdrawn):
        desk.withdrawable(lambda: _waits_while_somebody_stops(desk))
    assert not desk.is_started()


def _waits_while_somebody_stops(desk: Desk) -> None:
    Thread(target=desk.ask, args=("stop", "ann")).start()
    Event().wait(60.0)  # nobody sets it


def test_a_stop_that_came_before_breaks_it_off_too() -> None:
    desk, begun = Desk(), list[str]()
    desk.signalled(signal.SIGTERM, None)
    with pytest.raises(Withdrawn):
        desk.withdrawable(lambda: begun.append("proof"))
    assert begun == []


class Tidied:
    """What is raised as it goes, Python prints and swallows."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __del__(self) -> None:
        _waits_while_somebody_stops(self.desk)


def test_a_withdrawal_that_is_swallowed_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, swallowed = Desk(), list[object]()
    monkeypatch.setattr(sys, "unraisablehook", lambda what: swallowed.append(what.exc_type))

    def work() -> None:
        Tidied(desk)
        Event().wait(60.0)

    with pytest.raises(Withdrawn):
        desk.withdrawable(work)
    assert swallowed.count(Withdrawn) == 1  # beside what else may be tidied up just then


def test_who_tidies_up_behind_a_withdrawal_is_not_broken_off() -> None:
    desk, done = Desk(), list[str]()

    def work() -> None:
        try:
            _waits_while_somebody_stops(desk)
        finally:
            signal.raise_signal(BREAKS_OFF)  # as the one that comes again
            try:
                raise KeyError
            except KeyError:
                signal.raise_signal(BREAKS_OFF)
            done.append("tidied")

    with pytest.raises(Withdrawn):
        desk.withdrawable(work)
    assert done == ["tidied"]


def test_nothing_else_breaks_it_off_and_nothing_is_broken_off_behind_it() -> None:
    desk = Desk()

    def work() -> str:
        desk.ask("start", "ann")
        return "proved"

    assert desk.withdrawable(work) == "proved"
    desk.ask("stop", "ann")
    desk._broken_off(BREAKS_OFF, None)  # a signal that is late
    assert desk.is_started()


def test_who_holds_the_cell_is_named_with_what_to_do() -> None:
    found = Holder("/cells/bay.cell", "run-7", 42).diagnostic
    assert (found.code, found.message) == ("R757", "/cells/bay.cell is controlled by run run-7, controller process 42")
    assert "cellwright attach run-7" in found.help


def test_a_run_without_a_controller_is_not_attached_to(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    with pytest.raises(NotReached, match="no controller that answers"):
        attach_to(folder, "view")
    (tmp_path / "endpoint").write_text(str(tmp_path / "no such socket"))
    with pytest.raises(NotReached):
        attach_to(folder, "view")


def test_a_disk_that_takes_no_address_is_told_to_the_terminal_that_has_started_it(tmp_path: Path) -> None:
    folder = new_run(tmp_path, "run-1")
    listener, path = listen_in(folder.path)
    ours, theirs = socket.socketpair()
    ours.sendall(line(Hello(VERSION, "operate", "ann")))

    def tell() -> None:
        tell_where(path, folder.path / "full")  # as a disk that is full takes no file

    assert _controlled(folder, Desk(), listener, theirs, Namespace(resume=True, jobs=1, locks=NONE), tell) == 1
    assert b"No such file or directory" in ours.recv(65_536)
    ours.close()


class FullLog(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_why_it_cannot_go_on_is_told_also_where_it_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_run(tmp_path, "run-1")
    (folder.path / PARTING).mkdir()  # as a disk that is full takes no file
    monkeypatch.setattr("sys.stderr", FullLog())

    def begun(site: Site) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(controller_process, "begun_run", begun)
    monkeypatch.setattr(controller_process, "read_start", lambda folder: Outcome(start_with(None)))
    listener, _ = listen_in(folder.path)
    ours, theirs = socket.socketpair()
    ours.sendall(line(Hello(VERSION, "operate", "ann")))
    assert _controlled(folder, Desk(), listener, theirs, Namespace(resume=False, jobs=1, locks=NONE), lambda: None) == 1
    assert b"No space left on device" in ours.recv(65_536)
    ours.close()

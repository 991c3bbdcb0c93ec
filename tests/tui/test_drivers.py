"""`cellwright drivers`: what is installed, and the conformance kit at a terminal."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from cell.device import DeviceEvent
from cell.diagnostic import Outcome
from cell.driver import CONTRACT_VERSION, Assembly, DriverSet
from cell_drivers.conformance.built_in import built_in
from cell_drivers.registry import InstalledDriver
from cell_drivers.simulated import driver as simulated
from cellwright import driver_bench
from cellwright.cell_lock import CellLock, Holder, take
from tests.conformance.around import Around, Set, machines, robots
from tests.conformance.broken_reading import NeverClears
from tests.conformance.broken_stopping import KeepsPower
from tui.cli import main
from tui.commands import drivers
from tui.exit_codes import DONE, DRIVER, HELD, USAGE
from tui.hang_watch import PATIENCE, HangWatch

LAW = "a-power-stop-takes-the-power"
Factory = Callable[[Assembly], object]
"""As it comes from a package that we did not write: it may give anything."""


class Real(Set):
    """It says that its time is real. No test waits for it."""

    virtual = None


@pytest.fixture
def installed_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[Factory], None]:
    """Makes `odd` the name of a driver."""

    def install(factory: Factory) -> None:
        found = InstalledDriver("odd", "tests.tui.test_drivers:driver", "odd-package", "2.3", "")
        monkeypatch.setattr(driver_bench, "find_driver", lambda name: Outcome(found))
        monkeypatch.setattr(driver_bench, "load", lambda driver: Outcome(factory))

    return install


def test_list_tells_of_every_driver_from_its_metadata(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers", "list", "--format", "json"]) == DONE
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["drivers"]}
    assert rows["sim"]["package"] == "cellwright"
    assert rows["sim"].keys() == {"name", "package", "version", "summary"}


def test_a_driver_that_keeps_its_laws_is_told_so_with_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers", "test", "sim", "--law", LAW]) == DONE
    captured = capsys.readouterr()
    assert f"✓ {LAW}" in captured.out
    assert "gantry: the simulated world" in captured.out
    assert (
        f"1 passed, 0 failed, 0 exempt, 0 not tested. As far as it was tried sim keeps the contract {CONTRACT_VERSION}."
        in captured.err
    )


def test_a_factory_that_gives_no_set_is_told_so(
    installed_as: Callable[[Factory], None], capsys: pytest.CaptureFixture[str]
) -> None:
    installed_as(lambda assembly: None)
    assert main(["drivers", "test", "odd"]) == DRIVER
    assert "TypeError: its factory gives no DriverSet: NoneType has no close, couplings, grippers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("odd.py", "is there and is no statement"),
        ("new.cell", "is the name of a source"),
        ("nowhere/statement.json", "is no folder; the statement cannot be written there"),
    ],
)
def test_where_a_statement_may_not_go_nothing_is_tried(
    name: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_bench, "find_driver", None)  # not looked for either
    (tmp_path / "odd.py").write_text("def driver(assembly): ...\n", "utf-8")
    assert main(["drivers", "test", "sim", "--law", LAW, "-o", str(tmp_path / name)]) == USAGE
    assert why in capsys.readouterr().err
    assert (tmp_path / "odd.py").read_text("utf-8") == "def driver(assembly): ...\n"


def test_a_statement_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    for law in (LAW, "set-io-reaches-its-value"):
        assert main(["drivers", "test", "sim", "--law", law, "-o", str(tmp_path / "it.json")]) in (DONE, DRIVER)
    assert json.loads((tmp_path / "it.json").read_text("utf-8"))["passed"] == []


def test_the_statement_is_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "statement.json"
    laws = ["--law", LAW, "--law", "set-io-reaches-its-value", "--law", "a-fault-is-told-and-acknowledged"]
    assert main(["drivers", "test", "sim", *laws, "--format", "json", "-o", str(file)]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(file.read_text("utf-8"))
    assert (told["contract"], told["driver"], told["package"], told["conforms"]) == (CONTRACT_VERSION, "sim", "cellwright", True)
    assert (told["time"], told["travel"], told["speed"]) == ("virtual", 0.5, 0.9)
    assert [row["law"] for row in told["exempt"]] == ["set-io-reaches-its-value"]
    assert told["exempt"][0]["because"] == "exempt because it declares no I/O points"
    assert LAW in {row["law"] for row in told["passed"]}
    assert "the bench cannot make grip fault" in {row["because"] for row in told["not_tested"]}
    assert told["failed"] == []


def test_a_broken_law_is_named_with_what_was_seen_and_exit_code_5(
    installed_as: Callable[[Factory], None], capsys: pytest.CaptureFixture[str]
) -> None:
    installed_as(lambda assembly: robots(KeepsPower)(simulated(assembly)))
    assert main(["drivers", "test", "odd", "--law", LAW]) == DRIVER
    captured = capsys.readouterr()
    assert f"✗ {LAW}  gantry  its mode is idle, not off" in captured.out
    assert f"broken: {LAW}, gantry: its mode is idle, not off" in captured.err
    assert f"odd breaks 1 law of the contract {CONTRACT_VERSION}" in captured.err


def test_what_could_not_be_tried_is_no_pass(installed_as: Callable[[Factory], None], capsys: pytest.CaptureFixture[str]) -> None:
    installed_as(lambda assembly: machines(NeverClears)(simulated(assembly)))
    assert main(["drivers", "test", "odd", "--law", "a-fault-is-told-and-acknowledged"]) == DRIVER
    assert "Nothing could be tried, so nothing is known." in capsys.readouterr().err


def test_real_devices_do_not_move_where_nobody_can_be_asked(
    installed_as: Callable[[Factory], None], capsys: pytest.CaptureFixture[str]
) -> None:
    installed_as(lambda assembly: Real(simulated(assembly)))
    assert main(["drivers", "test", "odd", "--travel", "0.2", "--speed", "0.3"]) == HELD
    said = capsys.readouterr().err
    assert "REAL DEVICES move" in said
    assert "gantry: power on and off; each joint up to 0.2 (rad or m) from where it stands" in said
    assert "at up to 30 % of its limits" in said
    assert "lathe: door and clamp move, program OP10 runs" in said
    assert "give --yes" in said


def test_a_device_that_a_run_drives_is_not_tried_and_one_that_is_tried_is_held(
    installed_as: Callable[[Factory], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    keys, meanwhile = ("192.0.2.7 (driver odd)",), list[CellLock | Holder]()

    def made(assembly: Assembly) -> DriverSet:
        found = take(tmp_path, keys, "run-8", patience=0.0)
        meanwhile.append(found)
        if isinstance(found, CellLock):
            found.release()
        return simulated(assembly)

    monkeypatch.setenv("CELLWRIGHT_STATE", str(tmp_path))
    monkeypatch.setattr(driver_bench, "built_in", lambda name: replace(built_in(name), addresses={"gantry": "192.0.2.7"}))
    installed_as(simulated)
    lock = take(tmp_path, keys, "run-7", patience=0.0)
    assert isinstance(lock, CellLock)
    assert main(["drivers", "test", "odd", "--law", LAW]) == USAGE
    said = capsys.readouterr()
    assert (said.out, "R757" in said.err, "controlled by run run-7" in said.err) == ("", True, True)
    lock.release()

    installed_as(made)
    assert main(["drivers", "test", "odd", "--law", LAW]) == DONE
    first, *later = meanwhile
    assert isinstance(first, CellLock), "only made, to see what it would move"
    told = {one.told if isinstance(one, Holder) else "nobody" for one in later}
    assert told == {f"{keys[0]} is tried by `cellwright drivers test`, process {os.getpid()}"}
    after = take(tmp_path, keys, "run-9", patience=0.0)
    assert isinstance(after, CellLock)
    after.release()


def test_devices_that_cannot_be_opened_are_told_in_one_line(
    installed_as: Callable[[Factory], None], capsys: pytest.CaptureFixture[str]
) -> None:
    class Unplugged(Set):
        def open(self) -> None:
            raise ConnectionRefusedError("nobody answers at 192.0.2.7")

    installed_as(lambda assembly: Unplugged(simulated(assembly)))
    assert main(["drivers", "test", "odd"]) == DRIVER
    said = capsys.readouterr()
    assert said.out == ""
    assert "odd could not be opened, so nothing was tried: ConnectionRefusedError: nobody answers at 192.0.2.7" in said.err
    assert "Look whether its `address` in the cell file is right" in said.err


def test_a_driver_that_is_not_there_is_a_diagnostic(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers", "test", "simm"]) == USAGE
    assert "E291" in capsys.readouterr().err


def test_a_driver_that_cannot_drive_the_cell_is_one_too(
    installed_as: Callable[[Factory], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def refuses(assembly: Assembly) -> object:
        raise ValueError("no address for gantry")

    installed_as(refuses)
    assert main(["drivers", "test", "odd"]) == DRIVER
    said = capsys.readouterr().err
    assert "no address for gantry; with `--cell FILE` it is tried on its devices in a cell file" in said


def test_an_address_that_makes_no_sense_is_shown_where_it_stands(
    installed_as: Callable[[Factory], None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refuses(assembly: Assembly) -> object:
        raise ValueError("the port is no number")

    installed_as(refuses)
    cell = tmp_path / "one.cell"
    first = Path(__file__).parents[2].joinpath("examples", "01_first_move", "first_move.cell").read_text("utf-8")
    cell.write_text(first.replace("driver sim", 'driver odd\n  address "odd://x:abc"'), "utf-8")
    assert main(["drivers", "test", "odd", "--cell", str(cell)]) == DRIVER
    said = capsys.readouterr().err
    assert "the port is no number" in said
    assert f"{cell}:4" in said


@pytest.mark.parametrize("words", [["--law", "no-such-law"], ["--travel", "nan"], ["--speed", "1.5"], ["--cell", "no_such.cell"]])
def test_a_mistake_in_usage_has_exit_code_2(words: list[str]) -> None:
    assert main(["drivers", "test", "sim", *words]) == USAGE


def test_a_cell_file_gives_the_driver_its_devices(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = repository / "examples/02_machine_tending/tending.cell"
    assert main(["drivers", "test", "sim", "--cell", str(cell), "--law", "signals-speak-the-words", "--format", "json"]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert told["cell"].endswith("tending.cell")
    assert "lathe" in told["verified_against"]


def test_findings_of_the_cell_file_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "small.cell"
    file.write_text("robot r1 {\n  drver sim\n}\n", "utf-8")
    assert main(["drivers", "test", "sim", "--cell", str(file)]) == USAGE
    assert "small.cell" in capsys.readouterr().err


@pytest.mark.parametrize("leaving", [SystemExit(0), GeneratorExit("enough")], ids=["SystemExit", "another"])
def test_a_driver_that_wants_to_leave_the_program_breaks_its_law_and_does_not(
    installed_as: Callable[[Factory], None], capsys: pytest.CaptureFixture[str], leaving: BaseException
) -> None:
    class Leaves(Around):
        def stop(self, kind: str) -> None:
            raise leaving

    installed_as(lambda assembly: robots(Leaves)(simulated(assembly)))
    assert main(["drivers", "test", "odd", "--law", LAW]) == DRIVER
    assert f"it raises {type(leaving).__name__}" in capsys.readouterr().out


@pytest.mark.parametrize("when", ["made", "opened"])
def test_a_driver_that_leaves_before_anything_was_tried_is_told(
    installed_as: Callable[[Factory], None], capsys: pytest.CaptureFixture[str], when: str
) -> None:
    class Leaves(Set):
        def open(self) -> None:
            raise SystemExit(0)

    def made(assembly: Assembly) -> DriverSet:
        if when == "made":
            raise SystemExit(0)
        return Leaves(simulated(assembly))

    installed_as(made)
    assert main(["drivers", "test", "odd"]) == DRIVER
    assert "SystemExit: 0" in capsys.readouterr().err


class Left:
    """Leaving the program sets the event, and says with which code."""

    def __init__(self) -> None:
        self.has_left, self.codes, self._watches = threading.Event(), list[int](), list[HangWatch]()

    def leave(self, code: int) -> None:
        self.codes.append(code)
        self.has_left.set()

    def watched(self, hung: Callable[[], None]) -> HangWatch:
        self._watches.append(HangWatch(hung))
        return self._watches[-1]

    def hangs(self) -> NoReturn:
        """For ever; the test goes on when the program would have been left. Only from here on is that soon: before it a busy
        machine may take any time."""
        for watch in self._watches:
            watch._patience = 0.05
            watch.alive()
        self.has_left.wait(PATIENCE)
        raise RuntimeError("left")


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Left:
    found = Left()
    monkeypatch.setattr(drivers, "leave", found.leave)
    monkeypatch.setattr(drivers, "HangWatch", found.watched)
    return found


@pytest.mark.parametrize(
    ("where", "told"),
    [("made", "it is imported and made"), ("open", "it is opened"), ("poll", f"{LAW} is tried on gantry")],
)
def test_a_driver_that_hangs_is_left_with_the_call_that_hung(
    installed_as: Callable[[Factory], None],
    left: Left,
    capsys: pytest.CaptureFixture[str],
    where: str,
    told: str,
) -> None:
    opened, stopped = [0], []

    class Hangs(Set):
        virtual = None

        def open(self) -> None:
            opened[0] += 1
            self.wait("open")
            self.inner.open()

        def poll(self) -> tuple[DeviceEvent, ...]:
            self.wait("poll" if opened[0] > 1 else "never")
            return super().poll()

        def wait(self, at: str) -> None:
            if at == where:
                left.hangs()

    class Stopped(Around):
        def stop(self, kind: str) -> None:
            stopped.append(kind)

    def made(assembly: Assembly) -> DriverSet:
        if where == "made":
            left.hangs()
        hanging = Hangs(simulated(assembly))
        hanging.motion = {"gantry": Stopped(hanging.inner.motion["gantry"])}
        return hanging

    installed_as(made)
    main(["drivers", "test", "odd", "--law", LAW, "--yes"])
    assert left.codes == [DRIVER]
    assert f"odd hangs: while {told} no call has come back for 60 s" in capsys.readouterr().err
    assert (stopped[:1] == ["hold"]) is (where != "made")

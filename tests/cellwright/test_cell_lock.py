"""One controller for each cell: a lock that goes with the process that holds it."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from shlex import quote

import pytest

from cellwright.cell_lock import PLANNED, TRIAL, CellLock, Holder, device_keys, holder, keys_of, take
from cellwright.reading import read
from tests.cell_drivers.gantry import gantry_cell

PLC = "opc.tcp://192.0.2.5:4840?namespace=urn:example:cell"
AT_PLC = "192.0.2.5:4840 namespace=urn:example:cell"
KEYS = ("/cells/bay.cell", "192.0.2.7:30004 (driver ur)")


def taken(folder: Path, keys: tuple[str, ...] = KEYS, run: str = "run-1") -> CellLock:
    lock = take(folder, keys, run, patience=0.0)
    assert isinstance(lock, CellLock)
    return lock


def test_who_comes_second_is_told_who_holds_it(tmp_path: Path) -> None:
    lock = taken(tmp_path)
    second = take(tmp_path, KEYS, "run-2", patience=0.0)
    assert second == Holder("/cells/bay.cell", "run-1", os.getpid())
    assert second.told == f"/cells/bay.cell is controlled by run run-1, controller process {os.getpid()}"
    assert holder(tmp_path, KEYS) == second
    lock.release()
    assert holder(tmp_path, KEYS) is None
    taken(tmp_path, run="run-2").release()


def test_another_cell_with_a_device_of_the_same_address_has_to_wait(tmp_path: Path) -> None:
    lock = taken(tmp_path)
    other = ("/cells/copy.cell", KEYS[1])
    second = take(tmp_path, other, "run-2", patience=0.0)
    assert isinstance(second, Holder)
    assert second.what == KEYS[1]
    assert holder(tmp_path, other[:1]) is None, "what was taken before is given back"
    lock.release()


def test_a_device_is_one_runs_whatever_state_folder_it_has(tmp_path: Path) -> None:
    """A cell is not: two rehearse one side by side."""
    one, other = tmp_path / "one", tmp_path / "a second one"
    lock = taken(one)
    second = take(other, KEYS, "run-2", patience=0.0)
    assert second == Holder(KEYS[1], "run-1", os.getpid(), str(one))
    assert f"`CELLWRIGHT_STATE={quote(str(one))} cellwright attach run-1` shows it" in second.diagnostic.help
    assert holder(one, KEYS[1:]) == Holder(KEYS[1], "run-1", os.getpid()), "to its own it is not told"
    taken(other, KEYS[:1]).release()
    lock.release()
    lock = taken(other)
    second = take(one, KEYS[1:], "run-2", patience=0.0)
    assert isinstance(second, Holder)
    assert f"`CELLWRIGHT_STATE='{other}' cellwright" in second.diagnostic.help
    lock.release()


def test_one_robot_is_one_whatever_folder_its_programs_are_put_in(tmp_path: Path) -> None:
    ways = ("linuxcnc://192.0.2.7:5007/srv/a", "linuxcnc://192.0.2.7/srv/b")
    (one,), (other,) = (device_keys("linuxcnc", {"gantry": way}, gantry_cell()) for way in ways)
    assert one == other == "192.0.2.7:5007 (driver linuxcnc)"


@pytest.mark.parametrize("home", ["file", "nowhere"])
def test_who_has_no_home_to_write_to_locks_in_the_state_folder(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file" if home == "file" else "/proc/nowhere"))
    lock = taken(tmp_path / "state")
    assert len(list((tmp_path / "state" / "locks").iterdir())) == len(KEYS)
    assert isinstance(take(tmp_path / "state", KEYS[1:], "run-2", patience=0.0), Holder)
    lock.release()


def test_what_was_locked_beforehand_is_handed_on_without_a_moment_in_which_it_is_free(tmp_path: Path) -> None:
    planned = taken(tmp_path, KEYS, PLANNED)
    assert "is being planned" in Holder(KEYS[0], PLANNED, 17).told
    handed = CellLock(tuple(os.dup(descriptor) for descriptor in planned.descriptors))  # as a process inherits them
    planned.release()
    assert holder(tmp_path, KEYS) == Holder(KEYS[0], PLANNED, os.getpid())
    lock = take(tmp_path, (KEYS[0], "another device"), "run-1", patience=0.0, given=handed)
    assert isinstance(lock, CellLock)
    assert holder(tmp_path, KEYS[:1]) == Holder(KEYS[0], "run-1", os.getpid())
    assert holder(tmp_path, KEYS[1:]) is None, "what is not needed is given back"
    lock.release()
    assert holder(tmp_path, (*KEYS, "another device")) is None


def test_what_was_locked_beforehand_is_given_back_where_the_rest_is_not_to_be_had(tmp_path: Path) -> None:
    other = taken(tmp_path, ("another device",))
    handed = taken(tmp_path, KEYS, PLANNED)
    assert isinstance(take(tmp_path, (KEYS[0], "another device"), "run-1", patience=0.0, given=handed), Holder)
    assert holder(tmp_path, KEYS) is None
    other.release()


def test_a_look_at_the_lock_does_not_keep_anybody_from_taking_it(tmp_path: Path) -> None:
    assert holder(tmp_path, KEYS) is None
    taken(tmp_path).release()
    assert holder(tmp_path, KEYS) is None
    taken(tmp_path).release()


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from cellwright.cell_lock import take\n"
        f"take(Path({str(tmp_path)!r}), {KEYS!r}, 'run-1'); print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    found = holder(tmp_path, KEYS)
    assert found is not None
    assert (found.run, found.pid) == ("run-1", process.pid)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert holder(tmp_path, KEYS) is None
    taken(tmp_path, run="run-2").release()


def test_a_driver_that_outlives_its_controller_keeps_its_devices_until_it_has_ended(tmp_path: Path) -> None:
    """Its robot may still move: who comes next waits for it, and is told why where that takes too long."""
    code = (
        "import subprocess, sys; from pathlib import Path; from cellwright.cell_lock import take\n"
        f"lock = take(Path({str(tmp_path)!r}), {KEYS!r}, 'run-1'); shared = lock.share({KEYS[1:]!r})\n"
        "driver = [sys.executable, '-c', 'import sys; sys.stdin.read()']\n"
        "subprocess.Popen(driver, pass_fds=shared); print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "held\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert holder(tmp_path, KEYS[:1]) is None, "the cell is nobody's any more"
    left = take(tmp_path, KEYS, "run-2", patience=0.0, resting=0.0)
    assert isinstance(left, Holder)
    assert left.what == KEYS[1]
    assert left.told.endswith("which is gone; its driver goes on, to bring what it drives to rest")
    threading.Timer(0.1, process.stdin.close).start()  # the driver, too, reads from there
    again = take(tmp_path, KEYS, "run-2", patience=0.0, resting=60.0)
    assert isinstance(again, CellLock)
    again.release()


def test_what_has_ended_is_free_also_where_a_driver_lingers(tmp_path: Path) -> None:
    lock = taken(tmp_path)
    shared = [os.dup(descriptor) for descriptor in lock.share(KEYS[1:])]
    assert len(shared) == 1
    lock.end()
    taken(tmp_path, run="run-2").release()
    for descriptor in shared:
        os.close(descriptor)


def test_a_cell_is_known_by_where_its_file_really_is(tmp_path: Path, repository: Path) -> None:
    folder = repository / "examples/01_first_move"
    link = tmp_path / "linked"
    link.symlink_to(folder, target_is_directory=True)
    keys = []
    for intent in (folder / "first_move.intent", link / "first_move.intent"):
        reading = read(str(intent), {})
        assert reading.cell is not None
        keys.append(keys_of(reading, reading.cell))
    assert keys[0] == keys[1] == (str(folder / "first_move.cell"),)


def at_plc(*devices: str, driver: str = "opcua_io") -> set[str]:
    return set(device_keys(driver, dict.fromkeys(devices, PLC), gantry_cell()))


def test_two_cells_use_one_plc_for_devices_of_their_own() -> None:
    lathe, gauge = at_plc("lathe"), at_plc("gauge")
    assert not lathe & gauge
    assert at_plc("lathe", "gauge") == lathe | gauge
    assert at_plc("infeed") == set(), "it is read, and nothing of it is commanded"


def test_one_machine_door_or_clamp_of_a_plc_is_commanded_by_one_cell() -> None:
    """Under whatever name the other cell has it: the signal is the same."""
    assert at_plc("lathe") == {
        f"{name} at {AT_PLC} (driver opcua_io)" for name in ("lathe", "lathe.door", "lathe.chuck", "lathe.alarm")
    }
    cell = gantry_cell()
    press = replace(cell.equipment["infeed"], name="press", signals={"door": "lathe.door", "occupied": "press.part"})
    other = device_keys("opcua_io", {"press": PLC}, replace(cell, equipment={"press": press}))
    assert set(other) & at_plc("lathe") == {f"lathe.door at {AT_PLC} (driver opcua_io)"}


def test_an_address_that_no_driver_says_is_shared_is_one_clients() -> None:
    for driver in ("modbus_gripper", "linuxcnc", "ur", "sim", "nobody's"):
        assert len(at_plc("lathe", driver=driver)) == 1
        assert at_plc("lathe", driver=driver) == at_plc("gauge", driver=driver)
    assert at_plc("lathe", driver="nobody's") == {f"{PLC} (driver nobody's)"}
    assert device_keys("linuxcnc", {"gantry": ""}, gantry_cell()) == ()


def test_who_tries_a_driver_is_named_as_that(tmp_path: Path) -> None:
    lock = taken(tmp_path, run=TRIAL)
    second = take(tmp_path, KEYS, "run-2", patience=0.0)
    assert isinstance(second, Holder)
    assert second.diagnostic.message == f"/cells/bay.cell is tried by `cellwright drivers test`, process {os.getpid()}"
    assert "attach" not in second.diagnostic.help
    lock.release()

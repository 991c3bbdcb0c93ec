"""One controller for each cell: a lock that goes with the process that holds it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from cellwright.cell_lock import CellLock, Holder, holder, keys_of, take
from cellwright.reading import read

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

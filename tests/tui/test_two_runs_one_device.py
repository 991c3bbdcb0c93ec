"""Two runs that name one robot, from two cell files and two state folders: the second is told, and sends nothing."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tui.cli import main

WRITTEN = "linuxcnc://127.0.0.1:5007/tmp/cellwright"
HELD = """
import sys
from pathlib import Path
from cellwright.cell_lock import CellLock, device_keys, take
lock = take(Path(sys.argv[1]), device_keys("linuxcnc", {"arm": sys.argv[2]}, None), "first")
assert isinstance(lock, CellLock), lock
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_run(state: Path, address: str) -> Iterator[int]:
    """What a controller holds while it drives the device at `address`. Its process."""
    words = [sys.executable, "-c", HELD, str(state), address]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
        process.communicate()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


@pytest.mark.long
def test_a_run_of_another_cell_file_and_state_folder_is_refused_and_sends_nothing(
    listener: socket.socket, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tui.preparing.make_plan", lambda *given: pytest.fail("it is planned for"))
    robot = f"linuxcnc://127.0.0.1:{listener.getsockname()[1]}"
    for file in (repository / "examples/10_linuxcnc").glob("on_linuxcnc.*"):
        (tmp_path / file.name).write_text(file.read_text().replace(WRITTEN, f"{robot}/srv/second"))
    with another_run(tmp_path / "first", f"{robot}/srv/first") as process:
        assert main(["run", str(tmp_path / "on_linuxcnc.intent"), "--jobs", "1", "--yes", "--speed", "1"]) == 2
    told = capsys.readouterr().err
    assert "error[R757]" in told
    assert f"is controlled by run first, controller process {process}" in told
    assert f"CELLWRIGHT_STATE={os.path.realpath(tmp_path / 'first')} cellwright attach first" in told
    with pytest.raises(BlockingIOError):
        listener.accept()

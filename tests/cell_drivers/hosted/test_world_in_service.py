"""A simulated world in service outlives whoever commands it: it can be found again, and its record has all that happened."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from cell.codec import CodecError
from cell.scenario import Scenario
from cell.world_record import Effect, Execution
from cell_drivers.hosted import NoStart, found_again
from cell_drivers.simulated.record_file import Began, RecordFile, executions, read_record
from tests.cell_drivers.hosted.doomed import FAR
from tests.cell_drivers.hosted.hosting import BOUNDS, ROOT, waited
from tests.doubles.waiting import PATIENCE, until

pytestmark = pytest.mark.xdist_group("hosted")


@dataclass
class Left:
    """A world whose controller was killed while the robot was on its way."""

    socket: Path
    world: int
    record: Path


@pytest.fixture
def left(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Left]:
    """It waits for another controller, for 60 s or as many as the test says."""
    keeps = getattr(request, "param", 60.0)
    command = [sys.executable, "-m", "tests.cell_drivers.hosted.doomed", str(tmp_path), "0.5", str(keeps)]
    controller = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert controller.stdout is not None
    path, _, world = controller.stdout.readline().strip().rpartition(" ")
    controller.send_signal(signal.SIGKILL)
    controller.wait()
    yield Left(Path(path), int(world), tmp_path / "world.jsonl")
    with suppress(ProcessLookupError):
        os.killpg(int(world), signal.SIGKILL)


@pytest.mark.slow
def test_status_is_true_after_the_controller_was_killed_and_the_motion_goes_to_its_end_once(left: Left) -> None:
    drivers = found_again(left.socket, "sim", BOUNDS)
    drivers.open()
    robot = drivers.motion["g1"]
    assert robot.status("m1").state == "running"
    assert robot.status("of nobody").state == "not seen"
    s = robot.state().s
    assert s is not None
    waited(drivers, lambda: robot.status("m1").state == "done")
    assert robot.state().q == pytest.approx(FAR, abs=1e-4)
    robot.activate("again")  # commands of before are no strangers
    assert drivers.line.why is None
    drivers.close()
    drivers.line.end()
    assert executions(read_record(left.record)) == {"on": 1, "m1": 1}
    with pytest.raises(NoStart):
        found_again(left.socket, "sim", BOUNDS)


@pytest.mark.parametrize("left", [0.2], indirect=True)
def test_a_world_that_nobody_comes_for_ends_and_takes_its_socket_along(left: Left) -> None:
    until(lambda: not is_alive(left.world), "the end of the world", PATIENCE)
    assert not left.socket.parent.exists()


@pytest.mark.slow
def test_the_record_has_all_that_happened_when_the_world_itself_is_killed(left: Left) -> None:
    os.kill(left.world, signal.SIGKILL)
    happened = list(read_record(left.record))
    assert isinstance(happened[0], Began)
    assert [one.command for one in happened if isinstance(one, Execution)] == ["on", "m1"]
    assert [(one.what, one.command) for one in happened if isinstance(one, Effect)][-1] == ("motion started", "m1")


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_record_is_read_up_to_a_line_that_was_torn(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "world.jsonl", Scenario(7))
    file.write(Execution(5, "c1"))
    file.write(Execution(6, "c1"))
    with (tmp_path / "world.jsonl").open("ab") as torn:
        torn.write(b'{"type":"Execution","ti')
    assert list(read_record(tmp_path / "world.jsonl")) == [Began(Scenario(7)), Execution(5, "c1"), Execution(6, "c1")]
    assert executions(read_record(tmp_path / "world.jsonl")) == {"c1": 2}


def test_what_is_no_record_is_told_and_no_record_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("milk\n")
    with pytest.raises(CodecError, match="no line of a world's record"):
        list(read_record(tmp_path / "notes.txt"))
    with pytest.raises(FileExistsError):
        RecordFile(tmp_path / "notes.txt", Scenario())

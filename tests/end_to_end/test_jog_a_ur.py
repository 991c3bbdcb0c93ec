"""A UR's double jogged by a key that is held at a terminal, through the controller's process, the driver's and real sockets.

What it did is read off the double's own record: each setpoint that went to its joints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal, overload

import numpy as np
import pytest

from cell.events import JogEnded, JogRefused, LinkReported, WayFound
from cell.geometry import Array
from cell.jog import FASTEST, LEASE, LONGEST, Jog
from cell.robot import RobotModel
from cellwright.robot_models import load_robot_model
from cellwright.service import Run, attach_to
from controller.journal.folder import RunFolder, run_folders
from tests.doubles.gripper_2f import Gripper2F
from tests.doubles.modbus_server import ModbusServer
from tests.doubles.ur.controller import Controller
from tests.doubles.ur.served import Served
from tests.doubles.ur.wired import HOME
from tests.doubles.waiting import until
from tests.end_to_end.holding import PATIENCE, all_of, drivers_of, hold, killed
from tests.end_to_end.program import Program

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("jogged ur")]
SLOW, QUICK = (Jog("arm", "base", "z", True, speed) for speed in (0.02, FASTEST))
SECOND = 500  # setpoints
BUSY = "  latency 5 s\n  loss 90 %\n"
"""A machine that is busy answers late, and that is not what is asked about here."""
Word = Literal["now", "drop"]


@dataclass(frozen=True, slots=True)
class Seen:
    """Of the double, at one moment. `steps`: setpoints that have gone to its joints so far."""

    q: Array
    stands: bool
    programs: int
    steps: int
    errors: tuple[str, ...]


def served(end: Connection) -> None:
    """The doubles, in a process of their own: what this one is busy with is no reason to be late."""
    controller, gripper = Controller(load_robot_model("ur5e", Path(), None).expect(), HOME), Gripper2F()
    gripper.part = 150
    with Served(controller) as robot, ModbusServer(gripper) as modbus:
        end.send((robot.address, modbus.port))
        while (asked := end.recv()) != "end":
            if asked == "drop":
                robot.drop()
            with robot.lock:
                end.send(controller.steps[asked:] if isinstance(asked, int) else _seen(controller))


def _seen(c: Controller) -> Seen:
    return Seen(c.q.copy(), c.is_standing, len(c.programs), len(c.steps), tuple(c.errors))


@dataclass(frozen=True, slots=True)
class Jogged:
    folder: RunFolder
    end: Connection

    @property
    def now(self) -> Seen:
        return self._asked("now")

    def cut(self) -> None:
        """Every connection to the robot ends, as by a cable that is pulled."""
        self._asked("drop")

    def moves(self) -> bool:
        return not self.now.stands

    def at_rest(self) -> Seen:
        until(lambda: self.now.stands, "a robot at rest", PATIENCE)
        return self.now

    def fastest(self, before: Seen, after: Seen) -> float:
        """m/s, of any point of its links, between two setpoints; it stood at `before`."""
        steps = np.array(self._asked(before.steps)[: after.steps - before.steps]).reshape(-1, 6)
        model = load_robot_model("ur5e", Path(), None).expect()
        return fastest_point(model, before.q + np.concatenate([np.zeros((1, 6)), np.cumsum(steps, axis=0)]))

    @overload
    def _asked(self, question: Word) -> Seen: ...
    @overload
    def _asked(self, question: int) -> list[Array]: ...
    def _asked(self, question: Word | int) -> Seen | list[Array]:
        self.end.send(question)
        answer: Seen | list[Array] = self.end.recv()
        return answer


def fastest_point(model: RobotModel, q: Array) -> float:
    """m/s of any vertex of its links, over setpoints (n, 6) of one period each; on the chord, so never more than it was."""
    period, worst = 0.002, 0.0
    poses = model.chain.link_poses(q)
    for link, hulls in enumerate(model.hulls):
        if hulls:
            corners = np.concatenate([hull.vertices for hull in hulls])
            at = np.einsum("nij,vj->nvi", poses[:, link, :3, :3], corners) + poses[:, link, None, :3, 3]
            worst = max(worst, float(np.linalg.norm(np.diff(at, axis=0), axis=2).max(initial=0.0)) / period)
    return worst


@pytest.fixture
def doubles() -> Iterator[tuple[Connection, str, int]]:
    ours, theirs = (context := get_context("spawn")).Pipe()
    process = context.Process(target=served, args=(theirs,))
    process.start()
    yield (ours, *ours.recv())
    ours.send("end")
    process.join()


@pytest.fixture
def jogged(program: Program, examples: Path, tmp_path: Path, doubles: tuple[Connection, str, int]) -> Iterator[Jogged]:
    """The cell of example 01 on a UR and a Modbus gripper, in a run in which nothing is planned."""
    end, address, port = doubles
    cell = (examples / "01_first_move" / "first_move.cell").read_text("utf-8")
    robot, tool = (
        f'  driver ur\n  address "{address}"\n{BUSY}',
        f'  driver modbus_gripper\n  address "modbus://127.0.0.1:{port}?stroke=85"\n{BUSY}',
    )
    cell = cell.replace("  driver sim\n", robot).replace("  holding signal gripper.holding\n", tool)
    (tmp_path / "first_move.cell").write_text(cell, "utf-8")
    begun = program.call("run", "first_move.cell", "--manual", "--yes")
    assert begun.code == 0, begun.everything
    assert "manual mode" in begun.out
    (folder,) = run_folders(program.state)
    jogged = Jogged(folder, end)
    yield jogged
    if (pid := folder.pid()) is not None:
        killed(pid, *drivers_of(pid))
    assert jogged.now.errors == ()


def test_it_moves_while_the_key_is_held_and_stops_on_its_way_when_it_is_not(jogged: Jogged) -> None:
    run, before = attach_to(jogged.folder, "operate"), jogged.at_rest()
    hold(run, SLOW, jogged.moves)
    until(lambda: bool(all_of(jogged.folder, JogEnded)), "the end of its lease", PATIENCE)
    after, ends = jogged.at_rest(), all_of(jogged.folder, JogEnded)
    assert after.programs - before.programs == len(ends)
    assert all(f"no press for {1e3 * LEASE:g} ms" in ended.why for ended in ends)
    assert all_of(jogged.folder, JogRefused) == []
    assert_on_its_way(jogged, after)
    run.leave()


def test_at_the_highest_speed_no_point_goes_faster_than_that_by_its_own_record(jogged: Jogged) -> None:
    """Held for a second of its time, and let go by a key that is told as no more held."""
    run, before = attach_to(jogged.folder, "operate"), jogged.at_rest()
    hold(run, QUICK, lambda: jogged.now.steps - before.steps > SECOND)
    run.let_go()
    after = jogged.at_rest()
    until(lambda: bool(all_of(jogged.folder, JogEnded)), "the end of it", PATIENCE)
    assert 0.9 * FASTEST < jogged.fastest(before, after) <= FASTEST * (1.0 + 1e-3)
    assert all_of(jogged.folder, WayFound)[-1].duration <= LONGEST
    run.leave()


def line_of_the_terminal(jogged: Jogged, run: Run) -> None:
    run.leave()


def link_of_the_robot(jogged: Jogged, run: Run) -> None:
    jogged.cut()


@pytest.mark.parametrize("cut", [line_of_the_terminal, link_of_the_robot])
def test_it_stops_on_its_way_where_a_line_is_cut_while_the_key_is_held(
    jogged: Jogged, cut: Callable[[Jogged, Run], None]
) -> None:
    run = attach_to(jogged.folder, "operate")
    jogged.at_rest()
    hold(run, SLOW, jogged.moves)
    cut(jogged, run)
    assert_on_its_way(jogged, jogged.at_rest())
    until(lambda: bool(all_of(jogged.folder, JogEnded)), "the end of it", PATIENCE)
    gone = [e.device for e in all_of(jogged.folder, LinkReported) if not e.is_up]
    assert gone == (["arm"] if cut is link_of_the_robot else [])
    run.leave()


@pytest.mark.parametrize("with_its_drivers", [False, True])
def test_it_stops_by_itself_when_the_controller_is_killed(jogged: Jogged, with_its_drivers: bool) -> None:
    """Without its drivers it is the driver that asks it to; with them it is the program of the motion, which hears no more."""
    run = attach_to(jogged.folder, "operate")
    jogged.at_rest()
    hold(run, SLOW, jogged.moves)
    pid = jogged.folder.pid()
    assert pid is not None
    killed(*(drivers_of(pid) if with_its_drivers else ()), pid)
    assert_on_its_way(jogged, jogged.at_rest())
    run.leave()


def assert_on_its_way(jogged: Jogged, after: Seen) -> None:
    """It was jogged, and did not go on to the end."""
    way = all_of(jogged.folder, WayFound)[-1]
    start, end = np.array(way.start), np.array(way.end)
    assert np.abs(after.q - start).max() > 1e-4
    assert np.abs(after.q - end).max() > 0.1 * np.abs(end - start).max()

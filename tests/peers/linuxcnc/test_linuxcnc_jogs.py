"""A real LinuxCNC jogged by a key that is held at a terminal: it stops with the key; and what is left where nobody stops it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from cell.events import JogEnded, JogRefused, WayFound
from cell.geometry import Array
from cell.jog import ALONE, Jog
from cellwright.robot_models import load_robot_model
from controller.journal.folder import RunFolder, run_folders
from tests.doubles.waiting import until
from tests.end_to_end.holding import PATIENCE, all_of, drivers_of, hold, in_manual_mode, killed
from tests.peers.linuxcnc import test_linuxcnc_runs
from tests.peers.linuxcnc.test_linuxcnc_runs import Cell

pytestmark = [pytest.mark.counterpart, pytest.mark.xdist_group("linuxcnc runs")]
cell, cache, ur5e = test_linuxcnc_runs.cell, test_linuxcnc_runs.cache, test_linuxcnc_runs.ur5e
SLOW, QUICK = (Jog("arm", "base", "z", True, speed) for speed in (0.025, 0.1))


@pytest.fixture
def folder(cell: Cell) -> Iterator[RunFolder]:
    """A run that is held, and that nobody watches."""
    held = cell.about_to("ask", "hold")
    run = cell.started("run", "on_linuxcnc.intent", "--yes", "--speed", "1")
    cell.wait_until_it_moves()
    _, errors = held.communicate("now\n", timeout=PATIENCE)
    assert held.returncode == 0, errors
    assert ": Held" in test_linuxcnc_runs.ended(run)
    (folder,) = run_folders(cell.folder / "state")
    yield folder
    if (pid := folder.pid()) is not None:
        killed(pid, *drivers_of(pid))


def flange(q: Sequence[float] | Array) -> Array:
    """(3,) m, in its base."""
    at: Array = load_robot_model("ur5e", Path(), None).expect().chain.flange_pose(np.array(q))[:3, 3]
    return at


def test_it_stops_on_its_way_when_the_key_is_held_no_more(cell: Cell, folder: RunFolder) -> None:
    run, mark = in_manual_mode(folder), cell.controller.standing()
    hold(run, SLOW, cell.moves)
    until(lambda: bool(all_of(folder, JogEnded)), "the end of its lease", PATIENCE)
    record, way, ends = cell.controller.at_rest(mark), all_of(folder, WayFound)[-1], all_of(folder, JogEnded)
    assert all("no press for 250 ms" in ended.why for ended in ends)
    assert all_of(folder, JogRefused) == []
    assert record.executions <= len(ends)
    assert np.linalg.norm(flange(record.q[-1]) - flange(way.start)) > 1e-4
    assert np.linalg.norm(flange(record.q[-1]) - flange(way.end)) > 0.1 * way.reach, "it went on to its end"
    run.leave()


def test_what_is_left_when_nobody_can_stop_it_is_a_hundred_millimetres(cell: Cell, folder: RunFolder) -> None:
    """Its controller and its driver are killed: it finishes its program, as its driver declares."""
    run, mark = in_manual_mode(folder), cell.controller.standing()
    hold(run, QUICK, cell.moves)
    pid = folder.pid()
    assert pid is not None
    killed(*drivers_of(pid), pid)
    record, way = cell.controller.at_rest(mark), all_of(folder, WayFound)[-1]
    assert way.duration <= ALONE / QUICK.speed
    assert flange(record.q[-1]) == pytest.approx(flange(way.end), abs=1e-3), "it is finished, as is declared"
    assert 0.3 * ALONE < np.linalg.norm(flange(record.q[-1]) - flange(way.start)) <= ALONE
    run.leave()

"""Example 01 with a robot of another driver and a simulated gripper, each in a process of its own: the world's record says what
that robot truly carried, and what became of it when the robot was out of sight."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from cell.world_record import Effect, Execution, Violation
from cell_drivers.simulated.face import LOST
from cell_drivers.simulated.record_file import executions, read_record
from cellwright.robot_models import load_robot_model
from tests.cell_drivers.test_registry import plant
from tests.doubles.ur.controller import Controller
from tests.doubles.ur.served import Served
from tests.doubles.ur.wired import HOME
from tests.doubles.waiting import until
from tests.end_to_end.program import Finished, Program

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hosted")]
PATIENCE = 120.0
SLOW_JAWS = """
from dataclasses import replace
from cell.scenario import Scenario, Stretched
from cell_drivers import simulated

def driver(assembly):
    return simulated.driver(replace(assembly, scenario=Scenario(0, (Stretched(6.0, 6.0),))))
"""


@dataclass
class Cell:
    """`stack` closes the robot's controller: as if its cable were pulled."""

    program: Program
    served: Served
    stack: ExitStack
    _found: list[Finished] = field(default_factory=list)

    def begin(self) -> None:
        call = partial(self.program.call, "run", "first_move.intent", "--yes")
        self._running = threading.Thread(target=lambda: self._found.append(call()))
        self._running.start()

    def take_slow_jaws(self) -> None:
        """There is time for something to happen while they move."""
        folder = self.program.folder
        plant(folder, "slow_jaws", "slow_jaws = slow_jaws:driver")
        (folder / "slow_jaws.py").write_text(SLOW_JAWS, "utf-8")
        cell = folder / "first_move.cell"
        cell.write_text(cell.read_text("utf-8").replace("  driver sim\n", "  driver slow_jaws\n"), "utf-8")

    def end(self) -> Finished:
        self._running.join(PATIENCE)
        assert self._found, "the run does not end"
        return self._found[0]

    @property
    def happened(self) -> list[object]:
        return [one for path in (self.program.state / "worlds").glob("*.jsonl") for one in read_record(path)]

    def effects(self, *devices: str) -> list[Effect]:
        return [one for one in self.happened if isinstance(one, Effect) and one.device in devices]

    def wait_for(self, claim: Callable[[], bool], what: str) -> None:
        until(lambda: claim() or bool(self._found), what, PATIENCE)
        assert claim(), self._found[0].everything


@pytest.fixture
def cell(program: Program, examples: Path) -> Iterator[Cell]:
    with ExitStack() as stack:
        controller = Controller(load_robot_model("ur5e", Path(), None).expect(), HOME)
        served = stack.enter_context(Served(controller))
        text = (examples / "01_first_move" / "first_move.cell").read_text("utf-8")
        text = text.replace("  driver sim\n", f'  driver ur\n  address "{served.address}"\n')
        text = text.replace("  holding signal gripper.holding\n", "  holding signal gripper.holding\n  driver sim\n")
        (program.folder / "first_move.cell").write_text(text, "utf-8")
        intent = (examples / "01_first_move" / "first_move.intent").read_text("utf-8")
        (program.folder / "first_move.intent").write_text(intent, "utf-8")
        yield Cell(program, served, stack)


def test_a_part_is_truly_carried_by_the_robot_of_another_driver(cell: Cell) -> None:
    cell.begin()
    done = cell.end()
    assert done.code == 0, done.everything
    assert "1 block in right" in done.out
    of_gripper = [(effect.what, effect.part, effect.detail) for effect in cell.effects("gripper")]
    block = of_gripper[0][1]
    assert of_gripper == [("gripped", block, "gripper.a"), ("released", block, "right")]
    ways = [effect for effect in cell.effects("arm") if effect.what == "motion started"]
    assert len({effect.command for effect in ways}) == len(ways) == 6
    assert [one for one in cell.happened if isinstance(one, Violation)] == []
    assert set(executions(iter(cell.happened)).values()) == {1}  # type: ignore[arg-type]


def test_a_part_stays_in_the_hand_of_a_robot_whose_link_is_cut(cell: Cell) -> None:
    cell.begin()
    cell.wait_for(lambda: any(effect.what == "gripped" for effect in cell.effects("gripper")), "the grip")
    ways = len(cell.effects("arm"))
    cell.wait_for(lambda: len(cell.effects("arm")) > ways + 1, "the robot on its way with the part")
    cell.stack.close()
    done = cell.end()
    assert done.code != 0, done.everything
    assert "held" in done.everything
    assert [effect.what for effect in cell.effects("gripper")] == ["gripped"]
    assert [one for one in cell.happened if isinstance(one, Violation)] == []


def test_nothing_is_gripped_where_the_robot_is_out_of_sight_when_the_jaws_have_closed(cell: Cell) -> None:
    cell.take_slow_jaws()
    cell.begin()

    def closes() -> bool:
        return any(isinstance(one, Execution) for one in cell.happened)

    cell.wait_for(closes, "the jaws to move")
    with cell.served.lock:  # connected, and without a word
        cell.wait_for(lambda: bool(cell.effects("gripper")), "what comes of the grip")
    done = cell.end()
    assert done.code != 0, done.everything
    assert [(effect.what, effect.detail) for effect in cell.effects("gripper")] == [("alarm", LOST)]
    assert [one for one in cell.happened if isinstance(one, Violation)] == []
    assert "held" in done.everything

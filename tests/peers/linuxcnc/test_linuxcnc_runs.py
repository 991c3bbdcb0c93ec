"""`cellwright run` on a real LinuxCNC, with a gripper that libmodbus serves: to its end, stopped, cut off, beside simulation."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from cell.events import StateChanged
from cellwright.reading import read
from cellwright.robot_models import load_robot_model
from cellwright.service import start_run
from cellwright.session import make_plan, release_plan, request_for
from cellwright.start_file import start_of
from cellwright.workshop import open_workshop
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Chaos
from tests.doubles.waiting import until
from tests.peers.gripper_registers import compiled, mbpoll, started
from tests.peers.linuxcnc.controller import Controller, of

pytestmark = [pytest.mark.counterpart, pytest.mark.xdist_group("linuxcnc runs")]
EXAMPLES = Path(__file__).parents[3] / "examples"
HOME = tuple(np.radians([180.0, -110.0, 110.0, -90.0, -90.0, 0.0]))
ADDRESS = "linuxcnc://127.0.0.1:5007/tmp/cellwright"
PATIENCE = 240.0
THEIRS = "\n".join(("G21 G90 G94", *["G1 X175 F300", "G1 X185 F300"] * 40, "M2", ""))
"""To and fro about HOME at 5 degrees/s, for more than two minutes: a run has to be planned meanwhile."""


@dataclass(slots=True)
class Cell:
    """The example in a folder of its own, its robot and its gripper behind real ports."""

    folder: Path
    controller: Controller
    relay: ChaosRelay
    cache: Path

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        return self._popen((sys.executable, "-m", "tui.cli", *arguments), subprocess.DEVNULL)

    def _popen(self, command: tuple[str, ...], stdin: int) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "CELLWRIGHT_STATE": str(self.folder / "state"),
            "CELLWRIGHT_CACHE": str(self.cache),
        }
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=environment, stdin=stdin, stdout=pipe, stderr=pipe, text=True)

    def told(self, *arguments: str) -> str:
        out, errors = self.started(*arguments).communicate(timeout=PATIENCE)
        assert not errors or "Traceback" not in errors, errors
        return out

    def about_to(self, *arguments: str) -> subprocess.Popen[str]:
        """Told as soon as it reads a line: it has imported by then, which may take longer than a run does."""
        code = "import sys; from tui.cli import main; import tui.commands.ask, cellwright.service; input(); sys.exit(main())"
        return self._popen((sys.executable, "-c", code, *arguments), subprocess.PIPE)

    def moves(self) -> bool:
        return bool(self.controller.latest().moving[-50:].any())

    def wait_until_it_moves(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self.moves():
            assert time.monotonic() < end
            time.sleep(0.02)  # a program of others begins, which nothing announces


@pytest.fixture(scope="module")
def ur5e() -> Iterator[Controller]:
    with Controller(load_robot_model("ur5e", Path(), None).expect(), HOME) as controller:
        yield controller


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Motions are planned once for all of them."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def cell(tmp_path: Path, ur5e: Controller, cache: Path) -> Iterator[Cell]:
    ur5e.go_to(HOME)
    with (
        started(compiled(tmp_path), "tcp") as (_, port),
        ChaosRelay(("127.0.0.1", ur5e.port), Chaos(0, CALM)) as relay,
    ):
        for registers, state in (((0x0100, 0, 0), 0x3100), ((0x0900, 0, 0xFFFF), 0xF900)):  # activated, then open
            mbpoll(int(port), 1000, *registers)
            until(lambda state=state: mbpoll(int(port), 2000) == [state], "the gripper")  # type: ignore[misc]
        mbpoll(int(port), 1500, 120)  # a part is between the jaws wherever they close
        address = f"linuxcnc://127.0.0.1:{relay.port}{ur5e.programs}"
        gripper = f'  driver modbus_gripper\n  address "modbus://127.0.0.1:{port}?stroke=85"\n'
        for file in (EXAMPLES / "10_linuxcnc").glob("on_linuxcnc.*"):
            text = file.read_text().replace(ADDRESS, address).replace("  driver sim\n", gripper)
            (tmp_path / file.name).write_text(text)
        for file in (EXAMPLES / "01_first_move").glob("first_move.*"):
            (tmp_path / file.name).write_text(file.read_text())
        yield Cell(tmp_path, ur5e, relay, cache)
        for process in of(
            str(tmp_path / "state")
        ):  # the controller of a run goes on without its terminal, also where a test failed
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def ended(run: subprocess.Popen[str]) -> str:
    out, errors = run.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors, errors
    return out


def test_an_example_runs_to_its_end_and_is_compared_with_the_simulated_robot(cell: Cell) -> None:
    mark = cell.controller.standing()
    assert ": Complete" in cell.told("run", "on_linuxcnc.intent", "--yes", "--speed", "1")
    record = cell.controller.settled(mark)
    assert int(record.line.max()) > 12
    assert ": Complete" in cell.told("run", "first_move.intent", "--yes")
    real, simulated = sorted(folder.name for folder in (cell.folder / "state" / "runs").iterdir())
    compared = json.loads(cell.told("report", real, "--against", simulated, "--format", "json"))
    one, other = (run["motions"] for run in compared["runs"])
    assert len(one) == len(other) == 6
    for motion in (*one, *other):
        assert motion["whole"]
        assert motion["path_error_max_rad"] < 1e-3
        assert motion["tool_error_max_mm"] < 1.0
        assert motion["took_s"] == pytest.approx(motion["meant_s"], abs=0.2)  # neither end has a real-time clock
    assert "motion by motion" in cell.told("report", real, "--against", simulated)


def test_an_abort_in_mid_motion_stops_it(cell: Cell) -> None:
    mark, stop = cell.controller.standing(), cell.about_to("ask", "stop")
    run = cell.started("run", "on_linuxcnc.intent", "--yes", "--speed", "1")
    cell.wait_until_it_moves()
    _, errors = stop.communicate("now\n", timeout=PATIENCE)
    assert stop.returncode == 0, errors
    assert ": Stopped" in ended(run)
    record = cell.controller.settled(mark)
    assert not record.moving[-100:].any()


def test_a_link_that_is_cut_in_mid_motion_holds_the_run_and_the_motion_is_carried_out_once(cell: Cell) -> None:
    mark = cell.controller.standing()
    run = cell.started("run", "on_linuxcnc.intent", "--yes", "--speed", "1")
    cell.wait_until_it_moves()
    cell.relay.cut()
    out = ended(run)
    record = cell.controller.at_rest(mark)
    if ": Complete" not in out:
        cell.told("ask", "stop")  # its controller goes on holding
    assert ": Complete" in out or "held" in out
    assert ": Complete" in out or record.executions == 1, "something moved after what the controller had"


def test_a_second_run_on_the_same_robot_is_told_so_and_sends_nothing(cell: Cell) -> None:
    """From another cell file and state folder, with another folder for programs."""
    folder = cell.folder / "second"
    folder.mkdir()
    mark = cell.controller.standing()
    for file in cell.folder.glob("on_linuxcnc.*"):
        (folder / file.name).write_text(file.read_text().replace(str(cell.controller.programs), str(folder)))
    hold = cell.about_to("ask", "hold")
    run = cell.started("run", "on_linuxcnc.intent", "--yes", "--speed", "1")
    cell.wait_until_it_moves()
    _, errors = hold.communicate("now\n", timeout=PATIENCE)
    assert hold.returncode == 0, errors
    assert ": Held" in ended(run), "its controller goes on, and has the robot"
    before, links = cell.controller.at_rest(mark).executions, cell.relay.connections
    second = replace(cell, folder=folder).started("run", "on_linuxcnc.intent", "--yes", "--speed", "1")
    _, errors = second.communicate(timeout=PATIENCE)
    assert second.returncode == 2, errors
    assert "error[R757]" in errors
    assert "is controlled by run" in errors
    assert cell.relay.connections == links, "it has asked the robot something"
    assert list(folder.glob("*.ngc")) == []
    assert cell.controller.at_rest(mark).executions == before
    cell.told("ask", "stop")


def test_a_run_begun_while_the_robot_still_moves_says_so(cell: Cell) -> None:
    """Its own controller runs a program of somebody else's: nothing is sent, and what to do is said."""
    mark = cell.controller.standing()
    (program := cell.controller.programs / "theirs.ngc").write_text(THEIRS)
    with cell.controller.shell() as shell:
        shell.tell("set mode auto", f"set open {program}", "set run")
    run = cell.started("run", "on_linuxcnc.intent", "--yes", "--speed", "1")
    out = ended(run)
    assert "R705" in out
    assert "arm still moves: wait until it stands, or stop it at its own controller, then resume" in out
    with cell.controller.shell() as shell:
        shell.tell("set abort")
    cell.told("ask", "stop")
    assert cell.controller.settled(mark).executions == 1, "what ran there, and nothing else"


def test_an_operator_resumes_a_run_whose_link_was_cut_in_mid_motion(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The motion that was under way is waited for and not carried out again; the run goes on to its end."""
    monkeypatch.chdir(cell.folder)
    workshop = open_workshop(lambda what, over, of: None, processes=1, cache=cell.cache)
    reading = read("on_linuxcnc.intent", {}, None)
    request = request_for(reading, workshop).expect()
    released = release_plan(make_plan(request, workshop).expect(), request, workshop).expect()
    monkeypatch.setenv("CELLWRIGHT_CACHE", str(cell.cache))
    monkeypatch.setenv("CELLWRIGHT_STATE", str(cell.folder / "state"))
    mark, resumed, cuts = cell.controller.standing(), 0, 0
    start = start_of(reading, request, released.motion_plan.plan_id, speed=1.0, jobs=1)
    run = start_run(start, released, cell.folder / "state")
    run.prepared()
    run.ask("start")
    end = time.monotonic() + PATIENCE
    for message in run.messages(0.05):
        assert time.monotonic() < end, "it never ends"
        if not cuts and cell.moves():
            cell.relay.cut()
            cuts += 1
        if isinstance(message, StateChanged) and message.after == "Held":
            resumed += 1
            assert resumed < 6, "it is held again and again"
            run.ask("resume")
    assert run.result().state == "Complete"
    record = cell.controller.settled(mark)
    assert (cuts, record.executions) == (1, 6), "six motions, each carried out once"
    assert resumed >= 1

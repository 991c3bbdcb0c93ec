"""A shift at the keyboard, with a controller that is a process of its own: the keys as they are pressed, and what comes of
them."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cell.events import OperatorAsked
from controller.journal.folder import RunFolder, run_folders
from tests.end_to_end.program import Program
from tests.tui.operate.at_a_controller import until
from tests.tui.operate.seen import in_a_loop, rows_of_screen, text_of_screen
from tui.operate.app import Operate
from tui.operate.editing.desk import Desk
from tui.operate.live import LiveRun
from tui.operate.recorded import RecordedRun

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
INTENT = ROOT / "examples" / "01_first_move" / "first_move.intent"
SPEED = 0.05  # times real time: the run then outlasts what is done in it
TURNS = 12_000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("shift")
    return Program(ROOT, folder / "cache", folder / "state", folder)


@pytest.fixture
def run(program: Program) -> Iterator[RunFolder]:
    """One that has begun, and that nobody watches."""
    begun = program.call("run", INTENT, "--yes", "--speed", SPEED, "--detach")
    assert begun.code == 0, begun.everything
    folder = next(iter(run_folders(program.state)))
    yield folder
    pid = folder.pid()
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def says(app: Operate, text: str) -> bool:
    return text in text_of_screen(app)


async def comes(pilot: Pilot[str], app: Operate, text: str) -> None:
    await until(pilot, lambda: says(app, text), TURNS)


@in_a_loop
async def test_a_run_is_watched_held_resumed_left_found_again_and_stopped(run: RunFolder) -> None:
    app = Operate(LiveRun(run, "operate"))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, app, "► EXECUTE")
        assert f"SIMULATED x{SPEED:g}" in rows_of_screen(app)[0]
        await comes(pilot, app, "measured")
        await pilot.press("h")
        await comes(pilot, app, "‖ HELD")
        assert "next for you: resume, or stop" in rows_of_screen(app)[1]
        assert rows_of_screen(app)[2].startswith("no alarm")
        await pilot.press("r", "enter")
        assert says(app, "‖ HELD")
        await pilot.press("r", "right", "enter")
        await comes(pilot, app, "► EXECUTE")
        await pilot.press("d")
    assert run.pid() is not None
    again = Operate(LiveRun(run, "operate"))
    async with again.run_test(size=(80, 24)) as pilot:
        await comes(pilot, again, "► EXECUTE")
        await pilot.press("x")
        await comes(pilot, again, "■ STOPPED")
        await comes(pilot, again, "RUN OVER")
        await pilot.press("h")
        assert says(again, "hold: the run is over")
    asked = [event.what for event in run.events() if isinstance(event, OperatorAsked)]
    assert [what for what in asked if what != "start"] == ["hold", "resume", "quick stop"]
    record = Operate(RecordedRun(run, in_thread=False))
    async with record.run_test(size=(80, 24)) as pilot:
        for _ in range(12):
            await pilot.press("left_curly_bracket")
            if says(record, "‖ HELD"):
                break
        assert says(record, "‖ HELD")
        assert says(record, "arm measured")  # as its samples have it


@in_a_loop
async def test_a_controller_that_is_killed_in_mid_screen_is_said_and_nothing_can_be_asked_of_it(run: RunFolder) -> None:
    app = Operate(LiveRun(run, "operate"))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, app, "► EXECUTE")
        pid = run.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await comes(pilot, app, "? NO CONTROLLER")
        assert says(app, "? WAS EXECUTE")
        assert "the controller has gone without a word" in rows_of_screen(app)[2]
        await comes(pilot, app, "R take over")
        await pilot.press("x")
        assert says(app, "STOP: there is no controller to ask")


@in_a_loop
async def test_a_changed_text_tells_what_a_plan_from_it_changes_and_the_run_that_goes_on_is_not_changed(
    run: RunFolder, program: Program, tmp_path: Path
) -> None:
    """The text is one of its own: the examples are not to be written into."""
    os.kill(run.pid() or 0, signal.SIGKILL)
    for name in ("first_move.intent", "first_move.cell"):
        shutil.copy(INTENT.parent / name, tmp_path / name)
    begun = program.call("run", tmp_path / INTENT.name, "--yes", "--speed", SPEED, "--detach")
    assert begun.code == 0, begun.everything
    own = next(iter(run_folders(program.state)))
    whole = (tmp_path / INTENT.name).read_text()
    app = Operate(LiveRun(own, "engineer"), desk_of=lambda run_id: Desk(own))
    async with app.run_test(size=(120, 36)) as pilot:
        await comes(pilot, app, "► EXECUTE")
        await pilot.press("6")
        await comes(pilot, app, "nothing is wrong with it")
        await pilot.press("enter", "ctrl+end", *"within 30 s")
        await pilot.press("f5")
        await comes(pilot, app, "what would change: ")
        await comes(pilot, app, "✓ planned and proved")
        assert says(app, "+ within 30 s")
        assert says(app, "line of intent")
        await pilot.press("ctrl+s", "right", "enter")
        await comes(pilot, app, "is saved")
        assert (tmp_path / INTENT.name).read_text() == whole + "within 30 s"
        assert says(app, "► EXECUTE")
        await pilot.press("escape", "1", "x")
        await comes(pilot, app, "■ STOPPED")
    record = program.call("status", own.id)
    assert "Stopped" in record.out

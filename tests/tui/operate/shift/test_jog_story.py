"""A robot jogged from the keyboard, by a controller that is a process of its own: it moves, it stops, and the run goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cell.commands import StartMotion, StopAll
from cell.events import CommandReported, CommandSent, Event, JogEnded, JogRefused, ModeChanged, PlanRequested
from cell.jog import LEASE, Jog
from cellwright.service import Run, attach_to
from controller.attached.messages import Accepted, Refused
from controller.journal.folder import RunFolder, run_folders
from tests.end_to_end.holding import all_of
from tests.end_to_end.program import Program
from tests.tui.operate import test_in_service
from tests.tui.operate.seen import in_a_loop, rows_of_screen, text_of_screen
from tests.tui.operate.test_in_service import INTENT, comes
from tui.operate.app import Operate
from tui.operate.live import LiveRun

pytestmark = pytest.mark.slow
run, program = test_in_service.run, test_in_service.program
REPEAT = 0.04  # s between two repeats of a key


async def held_until_it_jogs(pilot: Pilot[str], app: Operate, most: int = 2_000) -> None:
    """Presses the key as a keyboard does that repeats."""
    for _ in range(most):
        if "holds the key" in text_of_screen(app):
            return
        await pilot.press("right")
        await asyncio.sleep(REPEAT)
    raise AssertionError("it did not come to that")


async def in_manual_mode(pilot: Pilot[str], app: Operate) -> None:
    await comes(pilot, app, "► EXECUTE")
    await comes(pilot, app, "measured")
    await pilot.press("h")
    await comes(pilot, app, "‖ HELD")
    await pilot.press("m", "right", "enter")
    await comes(pilot, app, "MANUAL")
    await pilot.press("3")


@asynccontextmanager
async def jogging(run: RunFolder) -> AsyncIterator[tuple[Operate, Pilot[str]]]:
    """Somebody at the screens, whose key has come to move the robot of a run that was held for it."""
    app = Operate(LiveRun(run, "operate"))
    async with app.run_test(size=(80, 24)) as pilot:
        await in_manual_mode(pilot, app)
        await held_until_it_jogs(pilot, app)
        yield app, pilot


@in_a_loop
async def test_a_key_that_is_held_moves_the_robot_and_one_that_is_not_stops_it(run: RunFolder) -> None:
    async with jogging(run) as (app, pilot):
        await comes(pilot, app, "nothing moves")
        await pilot.press("r")
        assert "manual mode" in rows_of_screen(app)[-1]
        await pilot.press("M")
        await comes(pilot, app, "production mode: m asks")
        await pilot.press("r", "right", "enter")
        await comes(pilot, app, "► EXECUTE")
        await pilot.press("x")
        await comes(pilot, app, "■ STOPPED")
    events = run.events()
    _moved_and_stopped(events)
    assert [e.after for e in events if isinstance(e, ModeChanged)] == ["Manual", "Production"]


@pytest.fixture
def by_hand(program: Program) -> Iterator[RunFolder]:
    """No job: somebody comes in the morning and wants to move the robot."""
    begun = program.call("run", INTENT.with_suffix(".cell"), "--manual", "--yes")
    assert begun.code == 0, begun.everything
    assert "gripper.a holds nothing" in begun.err
    folder = next(iter(run_folders(program.state)))
    yield folder
    if (pid := folder.pid()) is not None:
        os.kill(pid, signal.SIGKILL)


@in_a_loop
async def test_without_a_job_a_robot_is_moved_by_hand_and_nobody_else_may_have_the_cell(
    by_hand: RunFolder, program: Program
) -> None:
    second = program.call("run", INTENT, "--yes", "--detach")
    assert second.code == 2, second.everything
    assert "R757" in second.err
    app = Operate(LiveRun(by_hand, "operate"))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, app, "MANUAL")
        await comes(pilot, app, "‖ HELD")
        assert "next for you: jog, or end" in rows_of_screen(app)[1]
        assert rows_of_screen(app)[2].startswith("no alarm")
        await pilot.press("M")
        await comes(pilot, app, "nothing is planned in this run")
        await pilot.press("3")
        await held_until_it_jogs(pilot, app)
        await comes(pilot, app, "nothing moves")
        await pilot.press("x")
        await comes(pilot, app, "■ STOPPED")
    events = by_hand.events()
    _moved_and_stopped(events)
    assert not any(isinstance(e, PlanRequested) for e in events)
    told = program.answer("report", by_hand.id, "-o", "out.html")
    assert told.code == 0, told.everything
    assert "jogged by" in (program.folder / "out.html").read_text("utf-8")


@in_a_loop
async def test_a_terminal_that_is_gone_lets_go(run: RunFolder) -> None:
    async with jogging(run):
        pass  # the screens are gone while it holds the key
    for _ in range(400):
        if all_of(run, JogEnded):
            break
        await asyncio.sleep(0.05)
    _moved_and_stopped(run.events())


def _moved_and_stopped(events: tuple[Event, ...]) -> None:
    """Of each motion: a stop was asked for within the lease of the last press, and the robot came to rest."""
    started = [e for e in events if isinstance(e, CommandSent) and isinstance(e.command, StartMotion) and "/jog." in e.command.id]
    assert started
    ended = [e for e in events if isinstance(e, CommandReported) and "/jog." in e.command and e.status in ("aborted", "done")]
    assert {e.command for e in ended} == {e.command.id for e in started}
    assert any(isinstance(e, CommandSent) and isinstance(e.command, StopAll) and e.at >= started[0].at for e in events)
    assert len([e for e in events if isinstance(e, JogEnded)]) == len(started)


def test_what_is_not_pressed_again_ends_within_its_lease_and_what_may_not_be_is_refused(run: RunFolder, tmp_path: Path) -> None:
    one, other, looks = (attach_to(run, role) for role in ("operate", "operate", "view"))
    jog = Jog("arm", "joint", "1", True, 0.05)
    try:
        one.hold_key(jog, True)
        assert _answer(one).code == "R754"  # type: ignore[union-attr]
        assert one.asked("hold", 10.0) is None
        _wait(run, lambda: any(type(e).__name__ == "StateChanged" and e.after == "Held" for e in run.events()))  # type: ignore[union-attr]
        assert one.asked("manual", 10.0) is None
        _wait(run, lambda: bool(all_of(run, ModeChanged)))
        looks.hold_key(jog, True)
        assert _answer(looks).code == "R752"  # type: ignore[union-attr]
        one.hold_key(Jog("arm", "joint", "1", True, 0.251), True)
        fast = _answer(one)
        assert isinstance(fast, Refused)
        assert "251 mm/s" in fast.reason
        _held_until_it_moves(run, one, jog)
        assert _one_at_a_time(one, other, jog)
        _wait(run, lambda: bool(all_of(run, JogEnded)))
        assert any(f"no press for {1e3 * LEASE:g} ms" in ended.why for ended in all_of(run, JogEnded))
        assert not all_of(run, JogRefused)
    finally:
        for each in (one, other, looks):
            each.leave()


def _answer(end: Run) -> Accepted | Refused:
    end_refused = end.accepted(10.0)
    return end_refused if end_refused is not None else Accepted(0)


def _wait(run: RunFolder, claim: Callable[[], bool]) -> None:
    for _ in range(1_200):
        if claim():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def _one_at_a_time(one: Run, other: Run, jog: Jog) -> bool:
    """Both press at once, and again: one of them is told that the other one has a key."""
    for _ in range(200):
        for each in (one, other):
            each.hold_key(jog, True)
        answers = [_answer(each) for each in (one, other)]
        if any(isinstance(answer, Refused) and "holds a key" in answer.reason for answer in answers):
            return True
    return False


def _held_until_it_moves(run: RunFolder, end: Run, jog: Jog) -> None:
    def pressed() -> bool:
        end.hold_key(jog, True)
        assert end.accepted(10.0) is None
        return any(isinstance(e, CommandReported) and "/jog." in e.command for e in run.events())

    _wait(run, pressed)

"""Ctrl-C and kill -9 in the middle of a run: the one ends in a stopped, journaled run, after the other the journal reads.

Each waits for what the program itself says, never for a length of time.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import chdir, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from cell.events import HoldRaised, LookMissed, PlanRequested, StepFailed, StepUnknown
from cellwright.cell_lock import holder, keys_of
from cellwright.service import LOG, Run, start_run
from cellwright.start_file import start_of
from controller.attached.messages import Prepared
from controller.journal.folder import run_folders
from controller.vigil import UNWATCHED
from tests.end_to_end.line import Planned
from tests.end_to_end.program import Finished, Program

SPEED = 0.2  # times real time: example 01 then takes most of a minute, longer than it takes to ask how it is


@pytest.fixture(scope="module")
def plan_file(plan_session: Callable[..., tuple[Finished, Path]], examples: Path) -> Path:
    finished, target = plan_session(examples / "01_first_move" / "first_move.intent", "0")
    assert finished.code == 0, finished.everything
    return target


def moving(program: Program, plan_file: Path, *words: str, speed: float = SPEED) -> subprocess.Popen[str]:
    """A run that has begun to move: at least one step is under way."""
    process = program.start("run", plan_file, "--yes", *words, "--speed", speed)
    while not program.is_any_under_way():
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
        assert process.returncode is None, process.communicate()
    return process


def only_run(program: Program) -> dict[str, object]:
    (run,) = program.recorded_runs()
    finished = program.answer("status", run["run_id"], "--format", "json")
    document: dict[str, object] = finished.document
    return document


@pytest.mark.long
def test_ctrl_c_ends_in_a_stopped_journaled_run(program: Program, plan_file: Path) -> None:
    process = moving(program, plan_file)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=600)
    assert process.returncode in (4, 130), out + err
    assert "Traceback" not in out + err
    assert only_run(program)["state"] == "Stopped"
    assert program.answer("report", str(only_run(program)["run_id"])).code == 0


@pytest.mark.long
def test_after_kill_9_of_the_controller_the_journal_reads(program: Program, plan_file: Path) -> None:
    process = moving(program, plan_file)
    os.kill(int(str(only_run(program)["pid"])), signal.SIGKILL)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 4, out + err
    assert "Traceback" not in out + err
    status = only_run(program)
    assert (status["state"], status["pid"]) == ("Interrupted", None)
    report = program.answer("report", str(status["run_id"]))
    assert report.code == 0, report.everything
    assert not report.has_traceback
    assert report.out.startswith(f"run {status['run_id']}: Interrupted")
    assert f"opened {datetime.now(UTC).year}" in report.out, "a run in service bears today's date"


@pytest.mark.long
def test_a_controller_that_was_stopped_and_wakes_holds_and_goes_on_with_the_same_plan(program: Program, plan_file: Path) -> None:
    """Its driver has gone on meanwhile, and what it told lies in the socket."""
    process = moving(program, plan_file, "--wait", speed=1.0)
    run = next(run_folders(program.state))
    pid = run.pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    since = time.monotonic()
    while time.monotonic() - since < UNWATCHED + 1.0:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    os.kill(pid, signal.SIGCONT)
    while run.summary().state != "Held":
        assert run.pid() == pid
    assert sum(isinstance(event, LookMissed) for event in run.events()) == 1
    held = next(event for event in run.events() if isinstance(event, HoldRaised))
    assert held.code == "R787"
    assert program.answer("ask", "resume", run.id).code == 0
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, out + err
    events = run.events()
    assert [event.code for event in events if isinstance(event, HoldRaised)] == ["R787"]
    assert not any(isinstance(event, StepUnknown | StepFailed | PlanRequested) for event in events)


@pytest.mark.long
def test_a_terminal_that_is_killed_stops_nothing_and_another_one_goes_on_with_it(program: Program, plan_file: Path) -> None:
    process = moving(program, plan_file)
    process.kill()
    process.communicate(timeout=600)
    status = only_run(program)
    assert status["state"] == "Execute"
    pid = int(str(status["pid"]))
    os.kill(pid, 0)
    viewer = program.start("attach", "--view", "--format", "json")
    assert viewer.stderr is not None
    assert viewer.stderr.readline().startswith(f"run {status['run_id']}")
    os.kill(pid, signal.SIGTERM)
    out, err = viewer.communicate(timeout=600)
    assert json.loads(out)["state"] == "Stopped", out + err
    assert only_run(program)["state"] == "Stopped"


def as_pipe(path: Path) -> Path:
    """Whoever reads it waits for ever."""
    path.unlink()
    os.mkfifo(path)
    return path


def is_read(pipe: Path) -> int | None:
    """The other end of it, None where nobody reads it."""
    with suppress(OSError):
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    return None


def read_by(run: Run, pipes: list[Path]) -> int:
    """Waits until the controller reads one of them."""
    for message in run.client.messages(0.05):
        assert not isinstance(message, Prepared), "it has proved the plan without them"
        if (end := next((end for end in map(is_read, pipes) if end is not None), None)) is not None:
            return end
    raise AssertionError((run.folder.path / LOG).read_text())


@pytest.mark.long
def test_a_terminal_that_goes_while_its_plan_is_proved_leaves_no_locked_cell(program: Program, first_move: Planned) -> None:
    """Certificates that never come to an end are a proof that does not."""
    stuck = replace(program, cache=Path(shutil.copytree(program.cache, program.folder / "stuck")))
    pipes = [as_pipe(path) for path in (stuck.cache / "certificates").rglob("*") if path.is_file()]
    reading, request, released = first_move.reading, first_move.request, first_move.released
    assert reading.cell is not None
    with chdir(program.folder), patch.dict(os.environ, stuck.environment(), clear=True):
        start = start_of(reading, request, released.motion_plan.plan_id, jobs=1)
        run = start_run(start, released, program.state)
    assert run.process is not None
    end = read_by(run, pipes)
    assert holder(program.state, keys_of(reading, reading.cell)) is not None
    run.leave()
    assert run.process.wait(600) == 1
    os.close(end)
    assert holder(program.state, keys_of(reading, reading.cell)) is None
    assert not run.folder.path.exists()


@pytest.mark.usefixtures("hangups")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
@pytest.mark.long
def test_a_terminal_that_has_to_go_leaves_the_run(number: signal.Signals, program: Program, plan_file: Path) -> None:
    process = moving(program, plan_file)
    process.send_signal(number)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 130, out + err
    assert "The run goes on. Next: cellwright attach" in err
    assert only_run(program)["state"] == "Execute"
    assert program.answer("ask", "quick-stop").code == 0


@pytest.mark.long
def test_a_run_that_is_left_alone_completes(program: Program, plan_file: Path) -> None:
    finished = program.call("run", plan_file, "--yes", "--format", "json")
    assert finished.code == 0, finished.everything
    assert only_run(program)["state"] == finished.document["state"] == "Complete"
    assert finished.document["goals_met"] == finished.document["goals_total"] == 1

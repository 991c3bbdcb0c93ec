"""A run whose controller was killed, gone on with by another process: refused, shown, confirmed, and left to itself."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest

from cell.events import OperatorAsked, RunResumed, StateChanged
from cell.run import RunSummary
from cellwright.cell_lock import CellLock, take
from cellwright.desk import Desk
from cellwright.going_on import gone_on_run
from cellwright.one_controller import run_key
from cellwright.refusal import Refusal
from cellwright.service import NotReached, attach_to, resume_run
from cellwright.site import Site
from cellwright.start_file import read_start
from controller.attached.server import Server
from controller.journal.folder import RunFolder, find_run
from controller.journal.journal import same
from controller.journal.replay import verified
from tests.end_to_end.program import Program

SPEED = 4.0


class NoTerminals:
    """Nobody is told how far it is."""

    def working(self, stage: str, done: int, of: int) -> None: ...


@dataclass(frozen=True)
class Left:
    """A run that has no controller since its robot had begun to move; its world lives on. Its files are its own."""

    program: Program
    folder: RunFolder
    intent: Path

    def refusal(self) -> str:
        """A controller is to go on with it, and refuses before it has looked."""
        with self._here(), pytest.raises(Refusal) as refused:
            gone_on_run(Site(self.folder, read_start(self.folder).expect(), 1, Desk(), cast(Server, NoTerminals())))
        return str(refused.value)

    @contextmanager
    def _here(self) -> Iterator[None]:
        with chdir(self.program.folder), patch.dict(os.environ, self.program.environment(), clear=True):
            yield

    def resumed(self) -> None:
        """By a controller of its own, confirmed by a terminal that is gone as soon as it has heard that the run goes on."""
        with self._here():
            lock = take(self.program.state, (run_key(self.folder),), self.folder.id)
            assert isinstance(lock, CellLock)
            run = resume_run(self.folder, lock, 1)
            looked = run.looked()
            while looked is not None:  # a robot that comes to rest meanwhile is another look
                run.confirm(looked.look)
                looked = run.looked(looked.look)
            run.leave()

    def watched_by_somebody_else(self) -> None:
        """To its end. A busy machine may make devices seem silent: they resume what holds."""
        with self._here(), suppress(NotReached):  # it may be over
            run = attach_to(self.folder, "operate")
            for message in run.messages(0.2):
                if isinstance(message, StateChanged | RunSummary) and "Held" in (
                    message.after if isinstance(message, StateChanged) else message.state
                ):
                    run.ask("resume")
            run.leave()


def begun(program: Program, examples: Path, tmp_path: Path) -> tuple[subprocess.Popen[str], Path]:
    """A run whose robot moves, and its intent."""
    source = Path(shutil.copytree(examples / "01_first_move", tmp_path / "first_move"))
    process = program.start("run", source / "first_move.intent", "--yes", "--speed", SPEED)
    while not program.is_any_under_way():
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
        assert process.returncode is None, process.communicate()
    return process, source / "first_move.intent"


@pytest.fixture
def killed(program: Program, examples: Path, tmp_path: Path) -> Left:
    process, intent = begun(program, examples, tmp_path)
    pid = find_run(program.state, None).pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=600)
    return Left(program, find_run(program.state, None), intent)


@pytest.mark.long
def test_a_run_that_was_stopped_is_gone_on_with_from_where_it_was(program: Program, examples: Path, tmp_path: Path) -> None:
    process, intent = begun(program, examples, tmp_path)
    assert program.answer("ask", "quick-stop").code == 0
    _, said = process.communicate(timeout=600)
    stopped = Left(program, find_run(program.state, None), intent)
    assert stopped.folder.summary().state == "Stopped"
    assert f"cellwright resume {stopped.folder.id} goes on with it" in said
    looked = program.answer("resume", "--format", "json")
    assert (looked.code, stopped.folder.summary().state) == (4, "Stopped"), looked.everything
    assert looked.document["held_because"].startswith("R786")
    assert "broken off by a stop" in looked.document["replans_because"]
    _goes_on_without_the_terminal_that_has_confirmed(stopped)


@pytest.mark.long
def test_a_killed_run_is_refused_with_each_reason_shown_confirmed_and_gone_on_with(killed: Left) -> None:
    """One run, for each costs seconds."""
    before = killed.folder.events()
    _refused_of_other_files(killed)
    _refused_while_its_controller_lives(killed)
    _refused_where_nothing_says_how_it_was_begun(killed)
    _refused_where_its_world_is_gone(killed)
    _refused_where_its_record_is_older_than_the_cell(killed)
    _is_shown_at_a_terminal_and_stays_as_it_was(killed)
    assert killed.folder.summary().state == "Interrupted"
    assert len(killed.folder.events()) == len(before)
    _goes_on_without_the_terminal_that_has_confirmed(killed)
    over = killed.program.answer("resume")
    assert over.code == 2, over.everything
    assert "R762" in over.err


def _refused_of_other_files(killed: Left) -> None:
    text = killed.intent.read_text()
    killed.intent.write_text(text + "\n# looked at again\n")
    refusal = killed.refusal()
    assert "R719" in refusal
    assert "first_move.intent" in refusal
    killed.intent.unlink()
    assert "R719" in killed.refusal()
    killed.intent.write_text(text)


def _refused_while_its_controller_lives(killed: Left) -> None:
    killed.folder.claim()
    alive = killed.program.answer("resume", "--yes")
    assert alive.code == 2, alive.everything
    assert "R763" in alive.err
    assert f"`cellwright attach {killed.folder.id}`" in alive.err
    assert "R763" in killed.refusal()
    killed.folder.abandon()
    lock = take(killed.program.state, (run_key(killed.folder),), killed.folder.id)
    assert isinstance(lock, CellLock)
    resumed_elsewhere = killed.program.answer("resume", "--yes")
    assert resumed_elsewhere.code == 2, resumed_elsewhere.everything
    assert "R757" in resumed_elsewhere.err
    assert "waits at another terminal" in resumed_elsewhere.err
    lock.release()


def _refused_where_nothing_says_how_it_was_begun(killed: Left) -> None:
    begun = killed.folder.path / "begun.json"
    text = begun.read_text()
    begun.write_text("{}")
    assert "R765" in killed.refusal()
    begun.write_text(text)


def _refused_where_its_world_is_gone(killed: Left) -> None:
    begun, worlds = killed.folder.path / "begun.json", killed.program.state / "worlds"
    text, (world,) = begun.read_text(), worlds.glob("*.at")
    (worlds / "gone.at").write_text(str(worlds / "nobody"))
    begun.write_text(text.replace(world.name, "gone.at"))
    assert "R764" in killed.refusal()
    begun.write_text(text)


def _refused_where_its_record_is_older_than_the_cell(killed: Left) -> None:
    """Put back from before its robot had power. It has moved since."""
    kept = {path: path.read_bytes() for path in killed.folder.path.glob("journal.*")}
    with closing(sqlite3.connect(min(kept))) as journal, journal:
        journal.execute("DROP TRIGGER events_are_kept")
        (first,) = journal.execute("SELECT min(seq) FROM events WHERE kind = 'CommandReported'").fetchone()
        journal.execute("DELETE FROM events WHERE seq >= ?", (first,))
        journal.execute("DELETE FROM snapshots WHERE seq >= ?", (first,))
    older = killed.program.answer("resume", "--yes")
    assert older.code == 2, older.everything
    assert "arm knows of" in older.err
    assert "the record is older than the cell" in older.err
    for path in killed.folder.path.glob("journal.*"):
        path.unlink()
    for path, text in kept.items():
        path.write_bytes(text)


def _is_shown_at_a_terminal_and_stays_as_it_was(killed: Left) -> None:
    looked = killed.program.answer("resume", "--format", "json")
    assert looked.code == 4, looked.everything
    assert looked.document["run_id"] == killed.folder.id
    assert looked.document["questions"] == []
    assert "Nothing was moved" in looked.err


def _goes_on_without_the_terminal_that_has_confirmed(killed: Left) -> None:
    before = killed.folder.events()
    killed.resumed()
    killed.watched_by_somebody_else()
    gone_on = killed.program.answer("status", "--format", "json")
    assert gone_on.document["state"] == "Complete"
    assert gone_on.document["goals_met"] == gone_on.document["goals_total"] == 1
    assert [part["where"] for part in gone_on.document["parts"]] == ["right"]
    events = killed.folder.events()
    assert all(same(kept, was) for kept, was in zip(events, before, strict=False))
    assert [isinstance(event, RunResumed) for event in events].index(True) == len(before)
    since = events[len(before) :]
    assert {event.what for event in since if isinstance(event, OperatorAsked)} == {"resume"}
    assert verified(events) == killed.folder.state()
    assert "another controller goes on" in killed.program.answer("report").out


def test_what_is_no_answer_is_a_mistake_in_usage(program: Program) -> None:
    assert program.answer("resume", "--answer", "perhaps").code == 2
    assert program.answer("resume").code == 2
    assert program.answer("resume", "no_such_run").code == 2

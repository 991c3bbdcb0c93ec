"""A run whose controller was killed, gone on with from the command line; and what is refused, each with its code."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from cell.events import RunResumed
from controller.journal.folder import RunFolder, find_run
from controller.journal.journal import same
from controller.journal.replay import verified
from tests.end_to_end.program import Finished, Program

SPEED = 4.0


@dataclass(frozen=True)
class Killed:
    """A run that was killed once its robot had begun to move; its world lives on. Its files are its own."""

    program: Program
    folder: RunFolder
    intent: Path

    def refusal(self) -> Finished:
        """It is asked to go on, refuses, and nothing has changed."""
        finished = self.program.answer("resume", "--yes")
        assert self.folder.summary().state == "Interrupted"
        return finished


@pytest.fixture
def killed(program: Program, examples: Path, tmp_path: Path) -> Killed:
    source = Path(shutil.copytree(examples / "01_first_move", tmp_path / "first_move"))
    process = program.start("run", source / "first_move.intent", "--yes", "--speed", SPEED)
    while not program.is_any_under_way():
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
        assert process.returncode is None, process.communicate()
    pid = find_run(program.state, None).pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    return Killed(program, find_run(program.state, None), source / "first_move.intent")


@pytest.mark.long
def test_a_killed_run_is_refused_with_each_reason_shown_confirmed_and_gone_on_with(killed: Killed) -> None:
    """One run, for each costs seconds."""
    _refused_of_other_files(killed)
    _refused_while_its_controller_lives(killed)
    _refused_where_nothing_says_how_it_was_begun(killed)
    _refused_where_its_world_is_gone(killed)
    _looks_and_changes_nothing(killed)
    _goes_on_to_its_end(killed)
    over = killed.program.answer("resume")
    assert over.code == 2, over.everything
    assert "R762" in over.err


def _refused_of_other_files(killed: Killed) -> None:
    text = killed.intent.read_text()
    killed.intent.write_text(text + "\n# looked at again\n")
    refused = killed.refusal()
    assert refused.code == 1, refused.everything
    assert "R719" in refused.err
    assert "first_move.intent" in refused.err
    killed.intent.write_text(text)


def _refused_while_its_controller_lives(killed: Killed) -> None:
    killed.folder.claim()
    alive = killed.program.answer("resume", "--yes")
    assert alive.code == 2, alive.everything
    assert "R763" in alive.err
    killed.folder.abandon()


def _refused_where_nothing_says_how_it_was_begun(killed: Killed) -> None:
    begun = killed.folder.path / "begun.json"
    text = begun.read_text()
    begun.write_text("{}")
    unknown = killed.refusal()
    assert unknown.code == 2, unknown.everything
    assert "R765" in unknown.err
    begun.write_text(text)


def _refused_where_its_world_is_gone(killed: Killed) -> None:
    begun, worlds = killed.folder.path / "begun.json", killed.program.state / "worlds"
    text, (world,) = begun.read_text(), worlds.glob("*.at")
    (worlds / "gone.at").write_text(str(worlds / "nobody"))
    begun.write_text(text.replace(world.name, "gone.at"))
    gone = killed.refusal()
    assert gone.code == 5, gone.everything
    assert "R764" in gone.err
    begun.write_text(text)


def _looks_and_changes_nothing(killed: Killed) -> None:
    before = killed.folder.events()
    looked = killed.program.call("resume", "--format", "json")
    assert looked.code == 4, looked.everything
    assert looked.document["run_id"] == killed.folder.id
    assert looked.document["questions"] == []
    assert "Nothing was moved" in looked.err
    assert killed.folder.summary().state == "Interrupted"
    assert len(killed.folder.events()) == len(before)


def _goes_on_to_its_end(killed: Killed) -> None:
    before = killed.folder.events()
    gone_on = killed.program.call("resume", killed.folder.id[:10], "--yes", "--format", "json")
    assert gone_on.code == 0, gone_on.everything
    assert gone_on.document["state"] == "Complete"
    assert gone_on.document["goals_met"] == gone_on.document["goals_total"] == 1
    assert [part["where"] for part in gone_on.document["parts"]] == ["right"]
    events = killed.folder.events()
    assert all(same(kept, was) for kept, was in zip(events, before, strict=False))
    assert [isinstance(event, RunResumed) for event in events].index(True) == len(before)
    assert verified(events) == killed.folder.state()
    assert "another controller goes on" in killed.program.answer("report").out


def test_what_is_no_answer_is_a_mistake_in_usage(program: Program) -> None:
    assert program.answer("resume", "--answer", "perhaps").code == 2
    assert program.answer("resume").code == 2
    assert program.answer("resume", "no_such_run").code == 2

"""A resume waits to be confirmed at one terminal: what another terminal is told meanwhile."""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from cell.diagnostic import Diagnostic
from cell.run import PackState
from cellwright.begun import Begun, write_begun
from cellwright.cell_lock import CellLock, take
from cellwright.one_controller import run_key
from cellwright.taking_up import taken_up
from controller.journal.disk import DiskJournal
from controller.journal.folder import RunFolder, new_run
from controller.journal.journal import FILE, JournalError
from tests.tui.samples import SUMMARY
from tui.chosen_run import living
from tui.cli import main

TOLD = f"run left waits at another terminal (`cellwright resume`, process {os.getpid()}) for somebody to confirm it there"


@pytest.fixture
def left(tmp_path: Path) -> RunFolder:
    """Its controller is gone, and so is a newer one's."""
    folder, newer = (new_run(tmp_path / "state", name) for name in ("left", "newer"))
    for each in (folder, newer):
        (each.path / FILE).touch()
    return folder


@pytest.fixture
def looking(left: RunFolder, tmp_path: Path) -> Iterator[RunFolder]:
    """Somebody is about to go on with it."""
    lock = take(tmp_path / "state", (run_key(left),), left.id)
    assert isinstance(lock, CellLock)
    with lock:
        yield left


@pytest.mark.parametrize("words", [["attach"], ["attach", "left"], ["ask", "hold"], ["ask", "hold", "left"]])
def test_who_wants_to_see_it_is_told_where_it_waits(
    words: list[str], looking: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert TOLD in capsys.readouterr().err


def test_status_tells_it_in_place_of_what_is_next(looking: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    (looking.path / FILE).unlink()
    DiskJournal(looking.path, "left").close()
    assert main(["status", "left"]) == 0
    told = capsys.readouterr().err
    assert TOLD in told
    assert "Next: " not in told
    looking.release(replace(SUMMARY, run_id="left", state="Complete"))
    assert main(["status", "left"]) == 0
    assert capsys.readouterr().err == "Next: cellwright report left\n"


def test_the_screens_tell_it_where_nothing_else_goes_on(looking: RunFolder) -> None:
    with pytest.raises(JournalError, match="waits at another terminal"):
        living(None)
    assert living("left") == looking, "by its name its record may be looked at"


def test_who_wants_to_go_on_with_it_too_is_told(looking: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cellwright.taking_up.take", partial(take, patience=0.0))
    refused = taken_up(looking)
    assert isinstance(refused, Diagnostic)
    assert (refused.code, refused.message) == ("R757", TOLD)


@pytest.mark.parametrize(
    ("state", "by_the_looking", "waits"),
    [("Complete", False, False), ("Stopped", False, True), ("Stopped", True, False), ("Aborted", True, False)],
)
def test_one_that_has_just_come_to_its_end_waits_for_nobody(
    state: PackState, by_the_looking: bool, waits: bool, looking: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has stopped it holds it to the end of its process; who takes it up looks at what another one has stopped."""
    with monkeypatch.context() as patch:
        if not by_the_looking:
            patch.setattr(os, "getpid", lambda: 1)
        looking.release(replace(SUMMARY, run_id="left", state=state))
    assert looking.summary().pid is None
    with pytest.raises(JournalError, match="waits at another" if waits else "no run goes on"):
        living(None)


@pytest.mark.parametrize(
    ("begun", "then"),
    [
        (Begun("world.json", None, True), "`cellwright resume` goes on"),
        (Begun(None, None, False), "`cellwright resume` goes on"),
        (Begun(None, None, True), "it cannot be gone on with"),
        (None, "it cannot be gone on with"),
    ],
    ids=["kept world", "real", "world within", "not begun"],
)
def test_where_nobody_looks_no_run_goes_on_and_one_that_was_left_is_named(
    begun: Begun | None, then: str, left: RunFolder
) -> None:
    newer = RunFolder(left.path.with_name("newer"))
    if begun is not None:
        newer.path.mkdir(exist_ok=True)
        write_begun(newer.path, begun)
    with pytest.raises(JournalError, match=f"no run goes on: the controller of run newer, the newest, is gone; {then}"):
        living(None)
    newer.release(replace(SUMMARY, run_id="newer", state="Complete"))
    with pytest.raises(JournalError, match="no run goes on; `cellwright runs`"):
        living(None)

"""Runs that this version cannot read: told, passed over, and never a traceback."""

import json
from pathlib import Path

import pytest

from controller.journal.folder import RunFolder, new_run
from controller.journal.journal import FILE
from tests.tui.samples import SUMMARY
from tui.cli import main


@pytest.fixture(autouse=True)
def two_runs(tmp_path: Path) -> RunFolder:
    """An older one whose summary was kept, and a newer one whose journal is none."""
    good, old = (new_run(tmp_path / "state", name) for name in ("good", "old"))
    for folder in (good, old):
        (folder.path / FILE).write_bytes(b"no database" * 100)
    good.release(SUMMARY)
    return old


def test_runs_lists_the_others_and_tells_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    said = capsys.readouterr()
    assert "good" in said.out
    assert "passed over run old: " in said.err
    assert "was written by another version" in said.err


def test_runs_tells_a_program_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [run["run_id"] for run in document["runs"]] == ["good"]
    assert [run["run_id"] for run in document["unreadable"]] == ["old"]


def test_status_without_a_name_takes_the_newest_that_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("run good: ")
    assert "passed over run old: " in said.err


@pytest.mark.parametrize("words", [["status", "old"], ["report", "old"], ["report"]])
def test_a_named_run_that_cannot_be_read_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "old" in said.err
    assert "Traceback" not in said.err


def test_resume_without_a_name_goes_on_with_no_older_run_in_place_of_one_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["resume", "--yes"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "run old, the newest, is not passed over: " in said.err
    assert "name it (`cellwright runs`)" in said.err

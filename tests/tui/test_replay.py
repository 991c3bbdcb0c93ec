"""`replay`: a run again, event by event, from its journal alone."""

import json
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from controller.journal.disk import DiskJournal
from controller.journal.folder import RunFolder
from controller.journal.journal import FILE
from controller.run_state import NOTHING_YET
from tests.journals.packing import FOLDER, unpacked
from tui.cli import main
from tui.commands.report import plans_on_record

STORY = "gantry-held-and-resumed"


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    (tmp_path / "state" / "runs").mkdir(parents=True)
    return unpacked(FOLDER / f"{STORY}.tar.xz", tmp_path / "state" / "runs")


def test_it_tells_what_happened_and_what_it_came_to(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "gantry"]) == 0
    out = capsys.readouterr().out
    assert "operator asks: hold" in out
    assert "Holding -> Held" in out
    assert "after event 618 of 618" in out
    assert f"run {STORY}: Complete" in out
    assert "StepStarted" not in out
    assert main(["replay", "--every"]) == 0
    assert "StepStarted" in capsys.readouterr().out


def test_until_shows_the_state_after_that_event(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    held = next(n for n, event in enumerate(run.events(), start=1) if getattr(event, "after", "") == "Held")
    assert main(["replay", STORY, "--until", str(held), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["state"]["state"], document["state"]["held_because"]) == ("Held", "R702 operator asked for a hold")
    assert [event["number"] for event in document["events"]] == list(range(1, held + 1))
    assert (document["total"], document["differs"], document["damage"]) == (618, None, None)


@pytest.mark.parametrize("until", ["0", "-1", "x", "619", "9" * 30])
def test_an_until_that_is_none_is_refused(run: RunFolder, until: str, capsys: pytest.CaptureFixture[str]) -> None:
    with suppress(SystemExit):
        assert main(["replay", STORY, f"--until={until}"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "618 events" in said.err or "expected a whole number" in said.err


def test_a_conclusion_that_the_fold_does_not_make_is_told_and_ends_with_1(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A journal that is whole, and tells of a goal too few."""
    events = list(run.events())
    place = next(n for n, event in enumerate(events) if type(event).__name__ == "GoalReached")
    other = tmp_path / "state" / "runs" / "other"
    other.mkdir()
    for plan in run.path.glob("plan-*.json"):
        (other / plan.name).write_bytes(plan.read_bytes())
    journal = DiskJournal(other, "other")
    journal.append([*events[:place], *events[place + 1 :]], NOTHING_YET, is_durable=True)
    journal.close()
    assert main(["replay", "other", "--format", "json"]) == 1
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert (document["differs"]["code"], document["differs"]["event"]) == ("R723", place + 1)
    assert "R723" in said.err
    assert "explain R723" in said.err


def test_a_damaged_journal_is_told_as_far_as_it_goes_and_ends_with_1(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect(run.path / FILE)
    connection.executescript("DROP TRIGGER events_are_kept; DELETE FROM events WHERE seq = 300;")
    connection.close()
    assert main(["replay", STORY, "--format", "json"]) == 1
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert (len(document["events"]), document["damage"]["code"], document["damage"]["after"]) == (299, "R743", 299)
    assert "R743: the journal is damaged behind event 299" in said.err
    assert main(["report", STORY]) == 0
    assert "R743" in capsys.readouterr().err


def test_of_a_journal_that_lost_its_last_pages_the_plans_of_its_whole_events_are_reported(run: RunFolder, tmp_path: Path) -> None:
    (first,) = run.plans()
    other = RunFolder(tmp_path / "state" / "runs" / "other")
    other.path.mkdir()
    for plan in run.path.glob("plan-*.json"):
        (other.path / plan.name).write_bytes(plan.read_bytes())
    journal = DiskJournal(other.path, "other")
    for event in list(run.events())[:80]:
        journal.append([event], NOTHING_YET, is_durable=True)
    journal.close()
    size = (other.path / FILE).stat().st_size
    with (other.path / FILE).open("r+b") as file:
        file.truncate(size - size // 3)
    assert other.damage() is not None
    assert next(plans_on_record(other, is_whole=False)).plan_id == first.plan_id


def test_a_journal_of_a_newer_version_is_refused(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect(run.path / FILE)
    connection.execute("UPDATE about SET value = '9' WHERE key = 'schema'")
    connection.commit()
    connection.close()
    assert main(["replay", STORY]) == 2
    assert "R744: " in capsys.readouterr().err

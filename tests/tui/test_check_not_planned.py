"""`check` says what planning does not cover yet, in the words in which `plan` refuses it, and calls the text right."""

from __future__ import annotations

from pathlib import Path

import pytest

from cell.diagnostic import Severity
from cellwright.not_covered import not_planned
from cellwright.reading import read
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.tasks.cells import TENDING, request_of, seconds
from tui.cli import main

UNCOVERED = "for each s in infeed {\n  move s to outfeed\n}\nnever r1 in lathe_door_zone and lathe.spindle is stopped\n"


@pytest.fixture
def intent(tmp_path: Path) -> Path:
    (tmp_path / "some.cell").write_text(TENDING, encoding="utf-8")
    text = tmp_path / "some.intent"
    text.write_text(f'use "some.cell"\n{UNCOVERED}', encoding="utf-8")
    return text


def test_it_is_a_warning_in_the_words_of_plan(intent: Path) -> None:
    (found,) = not_planned(read(str(intent), {}))
    refused = plan_tasks(request_of(UNCOVERED), Known(seconds)).diagnostics
    assert (found.code, found.severity) == ("E690", Severity.WARNING)
    assert [d.message for d in refused if d.code == "E690"] == [found.message]


def test_the_check_passes(intent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(intent)]) == 0
    assert "warning[E690]" in "".join(capsys.readouterr())


def test_errors_of_the_text_come_first(intent: Path) -> None:
    intent.write_text(intent.read_text(encoding="utf-8").replace("outfeed", "outfed"), encoding="utf-8")
    reading = read(str(intent), {})
    assert not reading.is_ok
    assert not_planned(reading) == ()

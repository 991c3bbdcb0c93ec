"""`check --explain` prints each line once, with what it was understood to say; as JSON beside the diagnostics."""

import json
from pathlib import Path

import pytest

from tui.cli import main

TENDING = Path(__file__).parents[2] / "examples" / "02_machine_tending" / "tending.intent"


def test_text_shows_each_line_once_with_its_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", str(TENDING)]) == 0
    rows = capsys.readouterr().out.splitlines()
    heads = [row for row in rows if row.startswith(str(TENDING))]
    assert len(heads) == len(set(heads)) == 13
    (row,) = (row for row in rows if "inspect s at gauge" in row)
    assert rows[rows.index(row) + 2].strip() == "after line 6: they are about the same part"


def test_json_carries_it_beside_the_diagnostics(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", "--format", "json", str(TENDING)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["diagnostics"] == []
    (never,) = (one for one in document["understood"] if one["at"]["start"]["line"] == 18)
    assert "`lathe.spindle` is reported by the signal lathe.running" in never["says"]


def test_a_text_with_errors_explains_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.intent"
    file.write_text("move\n")
    assert main(["check", "--explain", str(file)]) == 1
    assert capsys.readouterr().out.strip() == ""
    assert main(["check", "--explain", "--format", "sarif", str(file)]) == 2

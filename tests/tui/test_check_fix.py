"""`check --fix` makes what is certain, in the files that were named, until nothing is left; and says what it did."""

import json
from pathlib import Path

import pytest

from tui.cli import main

CELL = Path(__file__).parents[2] / "examples" / "01_first_move" / "first_move.cell"
WRONG = 'use "c.cell"\nmve block to right\nensure arm.speed <= 800 mm/S\nwithin 2 sec\nwithin 99\n'


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    (tmp_path / "c.cell").write_text(CELL.read_text())
    file = tmp_path / "a.intent"
    file.write_text(WRONG)
    return file


def test_certain_fixes_are_made_and_guesses_are_not(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--fix", str(wrong)]) == 1
    text = wrong.read_text()
    assert "within 2 s\n" in text
    assert "800 mm/s\n" in text
    assert "within 99\n" in text  # s, min or h: nobody knows
    assert "mve block" in text  # three letters
    told = capsys.readouterr().err
    assert f"mended {wrong}:4 E205: write `2 s`" in told
    assert "error[E207]" in told


def test_unsafe_fixes_are_made_on_request(wrong: Path) -> None:
    main(["check", "--fix", "--unsafe-fixes", str(wrong)])
    assert wrong.read_text().splitlines()[1] == "move block to right"
    assert wrong.read_text().splitlines()[4].startswith("within 99 ")


def test_diff_changes_nothing(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--fix", "--diff", str(wrong)])
    assert wrong.read_text() == WRONG
    captured = capsys.readouterr()
    assert "-within 2 sec\n" in captured.out
    assert "+within 2 s\n" in captured.out
    assert "would mend" in captured.err


def test_what_is_only_used_is_not_changed(wrong: Path) -> None:
    cell = wrong.parent / "c.cell"
    cell.write_text(cell.read_text().replace(" mm", " milimeters", 1) + "\nzone z { }\n")
    before = cell.read_text()
    main(["check", "--fix", str(wrong)])
    assert cell.read_text() == before


def test_the_text_ends_where_nothing_is_certain_any_more(wrong: Path) -> None:
    main(["check", "--fix", str(wrong)])
    once = wrong.read_text()
    main(["check", "--fix", str(wrong)])
    assert wrong.read_text() == once


def test_the_tally_says_how_many_mend_themselves(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(wrong)])
    assert "`cellwright check --fix` mends 2." in capsys.readouterr().err


def test_sarif_carries_the_fix(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--format", "sarif", str(wrong)])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    (fix,) = (r["fixes"][0] for r in results if "`sec`" in r["message"]["text"])
    (replacement,) = fix["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] == {"startLine": 4, "startColumn": 8, "endLine": 4, "endColumn": 13}
    assert replacement["insertedContent"] == {"text": "2 s"}


@pytest.mark.parametrize("words", [["--diff"], ["--unsafe-fixes"], ["--fix", "--diff", "--format", "json"]])
def test_options_that_do_nothing_alone_are_refused(wrong: Path, words: list[str]) -> None:
    assert main(["check", *words, str(wrong)]) == 2
    assert wrong.read_text() == WRONG


def test_a_byte_order_mark_and_a_second_name_outlast_the_mending(wrong: Path) -> None:
    wrong.write_bytes(b"\xef\xbb\xbf" + WRONG.encode())
    other = wrong.with_name("other.intent")
    other.hardlink_to(wrong)
    main(["check", "--fix", str(wrong)])
    assert other.read_bytes().startswith(b"\xef\xbb\xbfuse ")
    assert b"within 2 s\n" in other.read_bytes()

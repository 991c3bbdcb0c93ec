"""The verb: it needs a terminal, a run that there is, and keys that can be meant; else it says so and ends with 2."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.on_record import ASSEMBLY
from tui.cli import main


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def sit_at_a_terminal(monkeypatch: pytest.MonkeyPatch, *streams: str) -> Terminal:
    """What is said there. Called by the test itself: before it begins pytest puts its own streams in place again."""
    terminal = Terminal()
    for name in streams or ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, terminal)
    return terminal


def test_without_a_terminal_it_says_what_does_without(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operate"]) == 2
    assert "`cellwright attach` and `cellwright status` do not" in capsys.readouterr().err


def test_where_the_screens_would_be_drawn_into_a_file_they_are_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The library draws on stderr."""
    sit_at_a_terminal(monkeypatch, "stdin", "stdout")
    assert main(["operate"]) == 2
    assert "the screens need a terminal" in capsys.readouterr().err


def test_where_no_run_goes_on_or_none_is_called_so_it_says_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (["operate"], ["operate", "nosuch"]):
        terminal = sit_at_a_terminal(monkeypatch)
        assert main(words) == 2
        assert "`cellwright runs` lists" in terminal.getvalue()


def test_keys_that_cannot_be_meant_are_told_before_anything_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state" / "runs").mkdir(parents=True)
    unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", tmp_path / "state" / "runs")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "cellwright").mkdir()
    (tmp_path / "cellwright" / "keys.toml").write_text("[operate]\nhodl = 'p'\n")
    terminal = sit_at_a_terminal(monkeypatch)
    assert main(["operate", ASSEMBLY]) == 2
    assert "nothing is called 'hodl'" in terminal.getvalue()

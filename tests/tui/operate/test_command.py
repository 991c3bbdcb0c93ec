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


def sit_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Called by the test itself: before it begins pytest puts its own streams in place again."""
    for name in ("stdin", "stdout"):
        monkeypatch.setattr(sys, name, Terminal())


def test_without_a_terminal_it_says_what_does_without(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operate"]) == 2
    assert "`cellwright attach` and `cellwright status` do not" in capsys.readouterr().err


def test_where_no_run_goes_on_or_none_is_called_so_it_says_where_to_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sit_at_a_terminal(monkeypatch)
    for words in (["operate"], ["operate", "nosuch"]):
        assert main(words) == 2
        assert "`cellwright runs` lists" in capsys.readouterr().err


def test_keys_that_cannot_be_meant_are_told_before_anything_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state" / "runs").mkdir(parents=True)
    unpacked(FOLDER / f"{ASSEMBLY}{ENDING}", tmp_path / "state" / "runs")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "cellwright").mkdir()
    (tmp_path / "cellwright" / "keys.toml").write_text("[operate]\nhodl = 'p'\n")
    sit_at_a_terminal(monkeypatch)
    assert main(["operate", ASSEMBLY]) == 2
    assert "nothing is called 'hodl'" in capsys.readouterr().err

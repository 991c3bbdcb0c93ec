"""docs/how_to/lay_out_a_cell.md: its blocks are one cell that checks without a word, and its commands end well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cellwright.order_files import read_order_file
from cellwright.reading import read
from tui.cli import main


def blocks(repository: Path, info: str) -> list[str]:
    text = (repository / "docs/how_to/lay_out_a_cell.md").read_text("utf-8")
    return re.findall(rf"^```{info}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def cell(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "layout.cell").write_text("".join(blocks(repository, "cell layout")))
    (tmp_path / "layout.intent").write_text("".join(blocks(repository, "intent layout")))
    (tmp_path / "today.jsonl").write_text("".join(blocks(repository, "json")))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CELLWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CELLWRIGHT_STATE", str(tmp_path / "state"))
    return tmp_path


def test_its_blocks_are_one_cell_that_is_right(cell: Path) -> None:
    reading = read("layout.intent", {})
    assert reading.diagnostics == ()
    assert reading.program is not None
    assert reading.cell is not None
    assert len(read_order_file("today.jsonl", reading.cell).expect().orders) == 2


@pytest.mark.slow
def test_its_commands_end_well(cell: Path, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (commands,) = blocks(repository, "sh")
    for line in commands.splitlines():
        assert main(line.split()[1:]) == 0, (line, capsys.readouterr().err)

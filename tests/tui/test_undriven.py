"""A device that falls to a driver which does not drive it is told by `check`, and refused before anything is planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.cli import main

UR = 'driver ur\n  address "ur://192.0.2.4"'
TOLD = "[E295] `ur` drives robots, and `gripper` is a tool"
SECOND = """
robot other {
  model "ur3e"
  driver sim
  base (5 m, 0 mm, 0 mm)
}
"""
PART = """
fixture here {
  at (0 m, 1 m, 0 m)
}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def intent(repository: Path, here: Path) -> str:
    """The robot's driver is the only one that the cell names, so the gripper is its own."""
    for name in ("first_move.intent", "first_move.cell"):
        text = (repository / "examples/01_first_move" / name).read_text("utf-8")
        (here / name).write_text(text.replace("driver sim", UR), "utf-8")
    return "first_move.intent"


@pytest.fixture
def unplanned(monkeypatch: pytest.MonkeyPatch) -> None:
    def planned(*given: object) -> None:
        raise AssertionError("it plans")

    monkeypatch.setattr("tui.preparing.request_for", planned)


@pytest.mark.parametrize("file", ["first_move.intent", "first_move.cell"])
def test_check_warns_of_it(intent: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", file]) == 0
    said = capsys.readouterr()
    assert f"warning{TOLD}" in said.out + said.err


@pytest.mark.parametrize("verb", [["run", "--yes"], ["simulate"]])
def test_what_would_run_it_refuses_before_it_plans(
    intent: str, verb: list[str], unplanned: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb[0], intent, *verb[1:]]) == 5
    assert f"error{TOLD}" in capsys.readouterr().err


def test_what_nobody_drives_in_a_cell_with_several_drivers_is_told_too(
    intent: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = here / "first_move.cell"
    cell.write_text(cell.read_text("utf-8") + SECOND, "utf-8")
    assert main(["check", intent]) == 0
    said = capsys.readouterr()
    assert "warning[E290] nobody drives `gripper`" in said.out + said.err


def test_a_file_with_a_part_of_a_cell_is_not_asked_who_drives_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "part.cell").write_text(PART, "utf-8")
    assert main(["check", "part.cell"]) == 0
    said = capsys.readouterr()
    assert "E290" not in said.out + said.err

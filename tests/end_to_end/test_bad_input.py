"""What a user gets wrong in machine tending: a diagnostic with its code, its place and what would help; nothing is dispatched."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.program import Finished, Program
from tests.long import rest_is_long


@dataclass(frozen=True, slots=True)
class Mistake:
    """`old` in `file` is replaced by `new`. `code` comes, with a span on a line of `at` (a file and a piece of that line)."""

    name: str
    file: str
    old: str
    new: str
    code: str
    at: tuple[str, str]


CELL, INTENT = "tending.cell", "tending.intent"

# Found in the text: `check` says so too.
WRITTEN = (
    Mistake("an unknown machine", INTENT, "process s at lathe", "process s at lathes", "E201", (INTENT, "lathes")),
    Mistake("an unknown program", INTENT, "using OP10", "using OP11", "E233", (INTENT, "OP11")),
    Mistake("a missing unit", INTENT, "<= 800 mm/s", "<= 800", "E207", (INTENT, "<= 800")),
    Mistake("a unit of another dimension", INTENT, "<= 800 mm/s", "<= 800 mm", "E206", (INTENT, "800 mm")),
    Mistake("a circular use", INTENT, 'use "tending.cell"', 'use "tending.cell"\nuse "other.intent"', "E121", (INTENT, "other")),
    Mistake("more parts than places", CELL, "  contains shaft 40 parts", "  contains shaft 41 parts", "E404", (CELL, "41 parts")),
    Mistake("a tool that takes another part", CELL, "  grips shaft\n", "  grips nothing\n", "E201", (CELL, "grips nothing")),
    Mistake("a tool that nothing carries", CELL, "  mounted r1\n", "", "E209", (CELL, "tool twin_grip")),
    Mistake(
        "a never whose fact nothing reports", CELL, "  spindle signal lathe.running\n", "", "E402", (INTENT, "lathe.spindle")
    ),
    Mistake("a verdict asked before it is told", INTENT, "  inspect s at gauge\n", "", "E220", (INTENT, "when s.verdict")),
)

TWO_PLACES = "    any order {\n      move s to outfeed\n      move s to scrap\n    }\n"

# Found in planning: the text is right, the cell is not up to it.
PLANNED = (
    Mistake("a part with two places", INTENT, "    move s to outfeed\n", TWO_PLACES, "E605", (INTENT, "      move s to outfeed")),
    Mistake("a place out of reach", CELL, "at (800 mm, 500 mm, 0 mm)", "at (2800 mm, 500 mm, 0 mm)", "E603", (CELL, "2800 mm")),
    Mistake("a part too heavy for the robot", CELL, "  mass 1.2 kg", "  mass 12 kg", "E602", (CELL, "part shaft")),
    Mistake("a deadline no lathe can keep", INTENT, "within 45 min", "within 8 min", "E501", (INTENT, "within 8 min")),
    Mistake(
        "a deadline that the speed limit makes impossible", INTENT, "<= 800 mm/s", "<= 5 mm/s", "E501", (INTENT, "within 45")
    ),
)
SHUT = "zone shut {\n  box from (350 mm, -300 mm, 0 mm) to (550 mm, -100 mm, 400 mm)\n  keep_out\n}\n"


@pytest.fixture
def project(examples: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(examples / "02_machine_tending", tmp_path / "cell"))
    (folder / "other.intent").write_text('use "tending.intent"\n')
    intent = folder / INTENT
    intent.write_text(intent.read_text().replace("batch = 36", "batch = 12"))  # a third of it is as wrong, and sooner told
    return folder


def made(project: Path, mistake: Mistake) -> Path:
    file = project / mistake.file
    text = file.read_text()
    assert text.count(mistake.old) >= 1, mistake.old
    file.write_text(text.replace(mistake.old, mistake.new, 1))
    return project / INTENT


def assert_told(finished: Finished, mistake: Mistake, project: Path) -> None:
    assert finished.code == 1, finished.everything
    assert not finished.has_traceback, finished.everything
    found = [d for d in finished.document["diagnostics"] if d["severity"] == "error"]
    about = [d for d in found if d["code"] == mistake.code]
    assert about, [(d["code"], d["message"]) for d in found]
    file, piece = mistake.at
    assert any(points_at(span, project / file, piece) for d in about for span in d["spans"]), about
    assert all(d["help"] or d["fix"] for d in found), "nothing that would help"


def points_at(span: dict[str, Any], file: Path, piece: str) -> bool:
    lines = file.read_text().splitlines()
    first, last = span["start"]["line"], span["end"]["line"]
    return Path(span["file"]).name == file.name and any(piece in line for line in lines[first - 1 : last])


def names(mistake: Mistake) -> str:
    return mistake.name.replace(" ", "_")


@pytest.mark.parametrize("mistake", WRITTEN, ids=names)
def test_check_finds_what_the_text_gets_wrong(program: Program, project: Path, mistake: Mistake) -> None:
    assert_told(program.answer("check", made(project, mistake), "--format", "json"), mistake, project)


@pytest.mark.parametrize("mistake", rest_is_long(PLANNED, 4), ids=names)
def test_plan_finds_what_the_cell_is_not_up_to(program: Program, project: Path, mistake: Mistake) -> None:
    finished = program.answer("plan", made(project, mistake), "-o", "never.plan", "--format", "json")
    assert_told(finished, mistake, project)
    assert not (program.folder / "never.plan").exists()


def test_plan_finds_a_place_in_a_zone_that_is_never_allowed(program: Program, examples: Path, tmp_path: Path) -> None:
    """In the smaller cell, where the motions are soon found."""
    folder = Path(shutil.copytree(examples / "01_first_move", tmp_path / "first_move"))
    cell = folder / "first_move.cell"
    cell.write_text(cell.read_text() + SHUT)
    mistake = Mistake("", cell.name, "", "", "E420", (cell.name, "zone shut"))
    finished = program.answer("plan", folder / "first_move.intent", "-o", "never.plan", "--format", "json")
    assert_told(finished, mistake, folder)
    assert not (tmp_path / "never.plan").exists()


@pytest.mark.parametrize("mistake", [WRITTEN[0], WRITTEN[8], PLANNED[0], PLANNED[1]], ids=names)
def test_nothing_is_dispatched(program: Program, project: Path, mistake: Mistake) -> None:
    finished = program.answer("run", made(project, mistake), "--yes")
    assert finished.code == 1, finished.everything
    assert not finished.has_traceback
    assert program.recorded_runs() == []


def test_all_mistakes_of_a_file_are_told_at_once(program: Program, project: Path) -> None:
    text = (project / INTENT).read_text()
    for old, new in (("using OP10", "using OP11"), ("<= 800 mm/s", "<= 800"), ("at gauge", "at gauges"), ("45 min", "45 mm")):
        assert old in text
        text = text.replace(old, new)
    (project / INTENT).write_text(text)
    finished = program.answer("check", project / INTENT, "--format", "json")
    codes = {d["code"] for d in finished.document["diagnostics"]}
    assert {"E233", "E207", "E201", "E206"} <= codes


def test_every_code_has_its_page(program: Program) -> None:
    for code in sorted({m.code for m in (*WRITTEN, *PLANNED)}):
        finished = program.answer("explain", code)
        assert finished.code == 0, finished.everything
        assert code in finished.out

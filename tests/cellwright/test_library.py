"""The standard library fits into any cell, whatever the cell calls its things, and is planned as if it had been written there."""

from pathlib import Path

import pytest

from cell.diagnostic import Span
from cell.program import IntentProgram
from cellwright.reading import Reading, read
from intentlang.library_files import library_names, library_text

EXAMPLES = Path(__file__).parents[2] / "examples"
TENDED = """\
use "tending.cell"
{use}
for each s in infeed until outfeed.count >= 4 parts {{
{body}}}
"""
WRITTEN = """\
  process s at lathe
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  } otherwise {
    move s to outfeed
  }
"""
ASSEMBLED = """\
use "assembly.cell"
use "cellwright/tasks.intent"
for each kit in kits {
  move kit.housing to nest
  do fit(kit.gear, kit.housing, nest)
  assemble cover into kit.housing at nest
  do screw_down(kit.housing, screw, nest)
  inspect kit.housing at nest
  move kit.housing to done
}
"""


def reading(folder: Path, cell: str, intent: str) -> Reading:
    source = next(EXAMPLES.glob(f"*/{cell}"))
    (folder / cell).write_text(source.read_text("utf-8"), "utf-8")
    (folder / "a.intent").write_text(intent, "utf-8")
    return read(str(folder / "a.intent"), {})


def lines(program: IntentProgram | None) -> list[str]:
    """The goals in reading order, without where they stand."""
    assert program is not None
    loop = program.block.lines[0]
    found, open_ = [], [loop]
    while open_:
        line = open_.pop(0)
        found.append(f"{type(line).__name__} {getattr(line, 'verb', '')} {[r.name for r in getattr(line, 'roles', ())]}")
        blocks = [b.block for b in getattr(line, "branches", ())] or [getattr(line, "block", None)]
        open_ = [inner for block in blocks if block is not None for inner in block.lines] + open_
    return [text for text in found if not text.startswith("Scope")]


def test_a_task_of_the_library_is_read_as_if_it_were_written_out(tmp_path: Path) -> None:
    done = TENDED.format(use='use "cellwright/tasks.intent"', body="  do make_and_sort(s, lathe, gauge, outfeed, scrap)\n")
    by_library = reading(tmp_path, "tending.cell", done)
    assert by_library.is_ok, by_library.diagnostics
    by_hand = reading(tmp_path, "tending.cell", TENDED.format(use="", body=WRITTEN))
    assert lines(by_library.program) == lines(by_hand.program)
    assert by_library.program is not None
    assert "cellwright/tasks.intent" in dict(by_library.program.sources)


def test_what_the_library_calls_its_arguments_may_be_names_of_the_cell(tmp_path: Path) -> None:
    found = reading(tmp_path, "assembly.cell", ASSEMBLED)  # it has a `nest` too
    assert found.diagnostics == ()


def test_a_mistake_in_an_argument_is_told_where_it_is_written(tmp_path: Path) -> None:
    done = TENDED.format(use='use "cellwright/tasks.intent"', body="  do tend(s, gauge, outfeed)\n")
    (finding,) = reading(tmp_path, "tending.cell", done).diagnostics
    assert (finding.code, finding.spans[0].file) == ("E225", str(tmp_path / "a.intent"))


def test_a_file_that_the_library_has_not_is_told_with_those_that_it_has(tmp_path: Path) -> None:
    missing = TENDED.format(use='use "cellwright/../secret.intent"', body=WRITTEN)
    (finding,) = reading(tmp_path, "tending.cell", missing).diagnostics
    assert finding.code == "E123"
    assert isinstance(finding.spans[0], Span)
    assert "cellwright/tasks.intent" in finding.help


@pytest.mark.parametrize("name", library_names())
def test_every_task_says_above_it_what_it_is_for(name: str) -> None:
    rows = (library_text(name) or "").splitlines()
    tasks = [n for n, row in enumerate(rows) if row.startswith("task ")]
    assert tasks
    assert all(rows[n - 1].startswith("# ") for n in tasks)

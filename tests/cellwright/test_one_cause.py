"""A mistake that shows in several places is one finding, with all of them and one fix for all."""

from pathlib import Path

import pytest

from cellwright.reading import Reading, read


@pytest.fixture
def tending(repository: Path, tmp_path: Path) -> Path:
    for name in ("tending.cell", "tending.intent"):
        (tmp_path / name).write_bytes((repository / "examples/02_machine_tending" / name).read_bytes())
    return tmp_path


def changed(folder: Path, file: str, old: str, new: str) -> Reading:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return read(str(folder / "tending.intent"), {})


def test_a_thing_that_was_renamed_is_missed_once_with_all_places(tending: Path) -> None:
    (found,) = changed(tending, "tending.cell", "machine lathe {", "machine lathe_1 {").diagnostics
    assert (found.code, found.message) == ("E201", "unknown name `lathe`")
    assert [span.start.line for span in found.spans] == [6, 15, 18, 21]
    assert found.fix is not None
    assert len(found.fix.edits) == 4
    assert {edit.replacement for edit in found.fix.edits} == {"lathe_1"}


def test_two_mistakes_are_two_findings(tending: Path) -> None:
    (tending / "tending.cell").write_text((tending / "tending.cell").read_text().replace("station gauge {", "station gage {"))
    found = changed(tending, "tending.cell", "machine lathe {", "machine lathe_1 {").diagnostics
    assert [d.message for d in found] == ["unknown name `lathe`", "unknown name `gauge`"]


def test_a_part_that_no_tool_takes_is_told_once_with_its_declaration(tending: Path) -> None:
    cell = tending / "tending.cell"
    cell.write_text(cell.read_text() + "part pin {\n  mass 1 g\n}\n")
    found = [d for d in changed(tending, "tending.cell", "  grips shaft\n", "  grips pin\n").diagnostics if d.is_error]
    assert [d.code for d in found] == ["E232"]
    assert found[0].spans[-1].file.endswith("tending.cell")
    assert len({span.start.line for span in found[0].spans[:-1]}) >= 3


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tending.cell", "tool twin_grip {", "tool twin_grip"),
        ("tending.intent", "when s.verdict is reject {", "when s.verdict is reject"),
        ("tending.intent", ">= batch {", ">= batch"),
        ("tending.intent", "for each s in infeed", "for each s in infed"),
        ("tending.intent", "for each s in infeed", "for each t in infeed"),
        ("tending.intent", "inspect s at gauge", "inspct s at gauge"),
        ("tending.cell", "grid 5x8", "grid 5"),
    ],
)
def test_one_slip_of_the_hand_is_one_finding(tending: Path, file: str, old: str, new: str) -> None:
    found = changed(tending, file, old, new).diagnostics
    assert len([d for d in found if d.is_error]) == 1, [d.message for d in found]

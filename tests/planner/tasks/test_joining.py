"""What cannot be joined is told where it is written."""

from __future__ import annotations

import pytest

from tests.constructs.bench import Bench
from tests.constructs.test_assembling import CELL, GRIPS


def test_a_loop_over_parts_that_joins_says_kits_and_nothing_of_the_lines_behind() -> None:
    lines = "  move h to nest\n  assemble cover into h at nest\n  inspect h at nest\n  move h to done\n"
    text = f"for each h in kits.housing {{\n{lines}}}\n"
    (found,) = Bench.of(CELL, GRIPS, text).planned().diagnostics
    assert (found.code, found.spans[0].start.line) == ("E690", 3)
    assert "each kit" in found.help


def test_a_join_outside_a_loop_over_kits_is_shown_the_loop_in_the_names_of_the_cell() -> None:
    (found,) = Bench.of(CELL, GRIPS, "assemble gear into housing at nest\n").planned().diagnostics
    assert found.code == "E690"
    assert "`for each kit in kits { … }`" in found.help
    assert "`kit.housing`" in found.help


def test_a_when_in_a_loop_over_kits_is_said_to_be_one() -> None:
    lines = "  inspect kit.housing at nest\n  when kit.housing.verdict is reject {\n    move kit.housing to done\n  }\n"
    text = f"for each kit in kits {{\n{lines}}}\n"
    found = Bench.of(CELL, GRIPS, text).planned().diagnostics
    assert [d.message for d in found] == ["a `when` outside a loop over parts: not supported in planning yet"]
    assert "on reject" in found[0].help


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("  move kit.housing to nest\n  assemble cover into kit.housing at nest\n", "no open seat for a cover"),
        ("  assemble kit.gear into kit.housing at nest\n", "does not lie at nest"),
        ("  move kit.gear to nest\n  assemble kit.housing into kit.gear at nest\n", "no open seat for a housing"),
    ],
)
def test_e630_says_what_lacks(lines: str, words: str) -> None:
    found = Bench.of(CELL, GRIPS, f"for each kit in kits {{\n{lines}}}\n").planned().diagnostics
    assert found[0].code == "E630"
    assert words in found[0].message
    assert found[0].help


def test_what_lies_nowhere_is_told_once_with_all_its_lines() -> None:
    lines = "  assemble kit.gear into kit.housing at nest\n  assemble cover into kit.housing at nest\n"
    (found,) = Bench.of(CELL, GRIPS, f"for each kit in kits {{\n{lines}}}\n").planned().diagnostics
    assert (found.code, found.message) == ("E630", "the housing does not lie at nest by then")
    assert [s.start.line for s in found.spans[:2]] == [2, 3]

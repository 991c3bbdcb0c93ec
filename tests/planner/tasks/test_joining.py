"""What cannot be joined is told where it is written."""

from __future__ import annotations

import pytest

from tests.constructs.bench import Bench
from tests.constructs.test_assembling import CELL, GRIPS


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

"""The driver for Universal Robots keeps every law of the kit, against the double on wires of memory. The controllers' periods are
2 ms (e-Series) and 8 ms (CB3): the longer one is tried on every change, both on slow ones."""

from pathlib import Path

import pytest

from cell_drivers.conformance import Bench, examine
from cellwright.robot_models import load_robot_model
from tests.doubles.ur.bench import bench
from tests.doubles.ur.wired import cb3


def tried(which: str) -> Bench:
    model = load_robot_model("ur5e", Path(), None).expect()
    return bench(model) if which == "e-Series" else bench(*cb3(model))


@pytest.mark.parametrize("which", [pytest.param("CB3", marks=pytest.mark.long), pytest.param("e-Series", marks=pytest.mark.slow)])
def test_every_law_is_kept(which: str) -> None:
    statement = examine(tried(which))
    assert [(f.law.name, f.verdict, f.seen) for f in statement.findings if f.verdict not in ("passed", "exempt")] == []
    assert statement.conforms
    assert len(statement.findings) > 60

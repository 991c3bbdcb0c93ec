"""What `plan` says of zones and `never`s that no motion can touch: certain, from the lengths of the arms."""

from __future__ import annotations

import pytest

from cell.standard_verbs import STANDARD
from cellwright.code_pages import find_page
from cellwright.idle_rules import idle_rules
from intentlang.check import check_intent
from intentlang.parse import parse_intent
from intentlang.source import SourceFile
from tests.planner.proof.bench import CELL, cell
from tests.planner.proof.gantry import gantry_model

KEEP = "keep_out"
NEVER = "move box to finished\nnever g1 in far and far is occupied\n"


def found(x: float, rule: str, intent: str = "move box to finished\n") -> list[str]:
    """Of a zone from `x` m on along x. The gantry stretches 3 m each way, its tool and a box some 0.4 m more."""
    box = f"box from ({x} m, -9 m, 0 m) to ({x + 2.0} m, 9 m, 2 m)"
    model = cell(CELL + f"zone far {{\n  {box}\n  {rule}\n}}\n")
    tree = parse_intent(SourceFile.of("a.intent", intent), STANDARD).expect()
    program = check_intent(tree, (), model, STANDARD).expect()
    return [d.code for d in idle_rules(model, program, {"g1": gantry_model()})]


@pytest.mark.parametrize("rule", [KEEP, "limit 250 mm/s", "capacity 1"])
def test_a_zone_beyond_every_robot_binds_nothing(rule: str) -> None:
    assert found(40.0, rule) == ["W321"]
    assert found(1.0, rule) == []


def test_what_robots_do_while_a_person_is_inside_binds_them_wherever_they_are() -> None:
    assert found(40.0, "humans allowed\n  occupied signal scanner\n  when_occupied stop") == []


def test_a_never_about_a_zone_out_of_reach_cannot_come_true() -> None:
    watched = "humans allowed\n  occupied signal scanner"
    assert found(40.0, watched, NEVER) == ["W322"]
    assert found(1.0, watched, NEVER) == []


def test_another_alternative_is_enough() -> None:
    intent = "move box to finished\nnever (g1 in far and far is occupied) or g1.speed > 2 m/s\n"
    assert found(40.0, "humans allowed\n  occupied signal scanner", intent) == []


@pytest.mark.parametrize("code", ["W321", "W322"])
def test_each_has_a_page(code: str) -> None:
    assert find_page(code) is not None

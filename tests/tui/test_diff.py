"""`diff PLAN PLAN`: the causes, the changes, the exit codes, and what cannot be read."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cell.plan_file import with_plan_id, write_plan
from tests.tui.samples import PLAN
from tui.cli import main


@pytest.fixture
def plans(tmp_path: Path) -> tuple[str, str]:
    first, second = tmp_path / "a.plan", tmp_path / "b.plan"
    steps = tuple(replace(step, duration=60.0) if step.id == "s3" else step for step in PLAN.tasks.steps)
    first.write_text(write_plan(with_plan_id(PLAN)))
    second.write_text(
        write_plan(with_plan_id(replace(PLAN, params=(("n\x1b[2J", "1\x1b"),), tasks=replace(PLAN.tasks, steps=steps))))
    )
    return str(first), str(second)


def test_it_says_what_changed_and_why(plans: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *plans]) == 0
    assert capsys.readouterr().out == (
        "what they were made from\n  (1) setting n\\x1b[2J\n      + 1\\x1b\n\n"
        "what changed, and why\n  lathe runs OP10: 40.00 s -> 60.00 s  follows from (1)\n"
    )


def test_it_says_so_to_a_program(plans: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *plans, "--format", "json", "--exit-code"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["differs"] is True
    assert document["changes"] == [
        {"what": "lathe runs OP10", "was": "40.00 s", "now": "60.00 s", "count": 1, "causes": [0], "direct": False}
    ]


def test_the_same_plan_is_no_difference(plans: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", plans[0], plans[0], "--exit-code"]) == 0
    assert capsys.readouterr().out == "the same plan\n"


def test_what_is_no_plan_is_refused(plans: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.plan").write_text("{")
    assert main(["diff", plans[0], str(tmp_path / "bad.plan")]) == 2
    assert "E670" in capsys.readouterr().err
    assert main(["diff", plans[0], str(tmp_path / "none.plan")]) == 2

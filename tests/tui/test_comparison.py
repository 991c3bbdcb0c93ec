"""Two runs beside each other: how long each took, and where it went, robot by robot and motion by motion."""

import json
from pathlib import Path

import pytest

from controller.journal.fidelity import Distance, MotionRun
from tests.journals.packing import recordings, unpacked
from tui.cli import main
from tui.comparison_text import Account, comparison_document, comparison_lines

ON_PATH = Distance(0.0, 0.0)


def moved(took: float, waited: float | None, robot: str = "r1", motion: str = "m", beside: float = 0.0) -> MotionRun:
    joints = Distance(beside, 0.5 * beside)
    return MotionRun(robot, "c", motion, "a to b", 1.0, took, 1.0, waited, joints, ON_PATH, 100, True)


SIMULATED = Account("sim", 4.0, (moved(1.0, None), moved(1.0, 0.2), moved(1.0, 0.3)))
REAL = Account("real", 6.0, (moved(1.1, None), moved(1.2, 1.4, beside=0.002), moved(1.0, 0.5, motion="another")))


def told(one: Account, other: Account) -> str:
    return "\n".join(comparison_lines(one, other))


def test_cycle_times_stand_beside_each_other_and_what_differs_is_in_motion_or_standing() -> None:
    text = told(REAL, SIMULATED)
    assert "6.00 s against 4.00 s: +2.00 s (+50.0 %)" in text
    (row,) = [line.split() for line in text.splitlines() if "before motion 2" in line]
    assert row == ["r1", "+0.30", "+1.70", "before", "motion", "2:", "1.40", "s", "against", "0.20", "s"]


def test_each_robot_has_its_own_account_and_its_own_numbers() -> None:
    both = Account("both", 4.0, (moved(1.0, None), moved(2.0, None, "r2"), moved(1.0, 0.5), moved(1.0, 0.1, "r2")))
    text = told(both, both)
    assert [line.split()[:3] for line in text.splitlines() if "+0.00   " in line] == [
        ["r1", "+0.00", "+0.00"],
        ["r2", "+0.00", "+0.00"],
    ]
    rows = text[text.index("motion by motion") :].splitlines()[1:]
    assert [row.split()[:2] for row in rows] == [["r1", "1"], ["r2", "1"], ["r1", "2"], ["r2", "2"]]


def test_the_account_names_what_differs_in_a_motion() -> None:
    text = told(REAL, SIMULATED)
    assert "path error at most 2.000 mrad" in text
    assert "+20.0 %" in text
    assert "another motion" in text
    assert "have no counterpart" not in text


def test_what_has_no_counterpart_is_counted() -> None:
    text = told(REAL, Account("short", 1.0, SIMULATED.motions[:1]))
    assert "2 and 0 motions have no counterpart" in text


def test_a_run_that_recorded_nothing_has_its_cycle_time_all_the_same() -> None:
    text = told(REAL, Account("dark", 0.0, ()))
    assert "6.00 s against 0.00 s: +6.00 s" in text
    assert "%)" not in text.split("cycle time")[1].splitlines()[1]
    assert "where they differ" not in text


def test_as_keys_a_runs_time_is_what_a_robot_moved_and_stood() -> None:
    one, other = json.loads(json.dumps(comparison_document(REAL, SIMULATED)))["runs"]
    assert (one["run_id"], one["makespan_s"], other["makespan_s"]) == ("real", 6.0, 4.0)
    assert one["standing_s"]["r1"] + sum(motion["took_s"] for motion in one["motions"]) == pytest.approx(6.0)
    assert [motion["stood_before_s"] for motion in one["motions"]] == [None, 1.4, 0.5]


def test_a_run_on_record_is_compared_with_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state" / "runs").mkdir(parents=True)
    run = unpacked(next(r for r in recordings() if r.name.startswith("first-move")), tmp_path / "state" / "runs")
    assert main(["report", run.id, "--against", run.id]) == 0
    said = capsys.readouterr().out
    assert "cycle time, from the first step to the last" in said
    assert "+0.00 s (+0.0 %)" in said
    assert main(["report", run.id, "--against", run.id, "--format", "json"]) == 0
    one, other = json.loads(capsys.readouterr().out)["runs"]
    assert one == other
    assert one["makespan_s"] == pytest.approx(run.summary().makespan_s)

"""The verbs from plan to report on example 01, as a user calls them: streams, files, JSON, exit codes, the question."""

import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from cellwright.cell_lock import PLANNED, CellLock, take
from cellwright.file_store import FileStore
from tests.tui.test_run_renderers import PROMISED
from tui.asked_to_run import is_agreed
from tui.cli import main

STEP_KEYS = {"id", "operation", "verb", "robot", "object", "from", "to", "start_s", "duration_s", "claims", "preds", "because"}


@pytest.fixture(scope="module")
def module_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def here(own_folders: None, module_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the first test plans is warm for the others; each has a working folder and runs of its own."""
    monkeypatch.setenv("CELLWRIGHT_CACHE", str(module_cache))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def intent(repository: Path) -> str:
    return str(repository / "examples/01_first_move/first_move.intent")


@pytest.fixture
def plan_file(intent: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["plan", intent, "--jobs", "1"]) == 0
    capsys.readouterr()
    return "first_move.plan"


def asked(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person at a terminal who will type `answer`."""
    keyboard = io.StringIO(answer)
    monkeypatch.setattr(keyboard, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", keyboard)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")


def document(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_plan_as_json_is_all_of_stdout_and_what_the_file_says(
    intent: str, module_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", intent, "--jobs", "1", "--format", "json", "-o", "a.plan"]) == 0
    plan = document(capsys)
    assert {"plan_id", "makespan_s", "lower_bound_s", "gap", "orders", "branches"} <= plan.keys()
    assert plan["steps"][0].keys() >= STEP_KEYS
    assert plan["lower_bound_s"] <= plan["makespan_s"]
    written = json.loads(Path("a.plan").read_text())
    assert written["plan_id"] == plan["plan_id"]
    assert "obligations" not in written  # a file never claims a proof
    kept = json.loads(FileStore(module_cache / "sources").get(plan["plan_id"]) or b"{}")
    assert kept == {name: Path(name).read_text() for name in (intent, intent.replace(".intent", ".cell"))}
    assert plan["obligations"]
    for obligation in plan["obligations"]:
        assert obligation["verdict"] == "proved"
        assert obligation.keys() >= {"id", "kind", "evidence", "spans"}


def test_plan_goes_to_the_working_folder_and_says_so(intent: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", intent, "--jobs", "1"]) == 0
    captured = capsys.readouterr()
    assert [path.name for path in here.glob("*.plan")] == ["first_move.plan"]
    assert "makespan" in captured.out
    assert "written to first_move.plan" in captured.err
    assert "Next: cellwright simulate first_move.plan" in captured.err


def test_a_plan_runs_from_any_folder(
    intent: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named as typed, with an output elsewhere, and with another cell in the place of the intent's own."""
    shutil.copytree(Path(intent).parent, here / "cells")
    shutil.copy(here / "cells/first_move.cell", here / "cells/other.cell")
    (here / "plans").mkdir()
    for words in ((), ("-o", "plans/out.plan"), ("-o", "other.plan", "--cell", "cells/other.cell")):
        assert main(["plan", "cells/first_move.intent", "--jobs", "1", *words]) == 0
    monkeypatch.chdir("/")
    for name in ("first_move.plan", "plans/out.plan", "other.plan"):
        assert main(["simulate", str(here / name), "--jobs", "1"]) == 0, capsys.readouterr().err
    cell = here / "cells/first_move.cell"
    cell.write_text(cell.read_text().replace("at (450 mm, 200 mm", "at (450 mm, 210 mm"))
    capsys.readouterr()
    assert main(["simulate", str(here / "first_move.plan")]) == 1
    err = capsys.readouterr().err
    assert "the file cells/first_move.cell is not what this plan was made from" in err
    assert f"--> {cell}:1:1" in err, "a place that can be opened from where the user is"


@pytest.mark.parametrize("name", ["first_move.cell", "new.intent", "slips.toml", "notes.md", ".", "nowhere/x.plan"])
def test_a_plan_is_never_written_over_what_is_no_plan(
    name: str, intent: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in ("first_move.cell", "slips.toml", "notes.md"):
        (here / file).write_text("kept")
    assert main(["plan", intent, "-o", name]) == 2
    assert {path.name for path in here.iterdir()} <= {"first_move.cell", "slips.toml", "notes.md", "state", "cache"}
    assert all(path.read_text() == "kept" for path in here.iterdir() if path.is_file())
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_plan_may_be_written_over_a_plan_or_to_a_device(plan_file: str, intent: str) -> None:
    Path(plan_file).chmod(0o640)
    assert main(["plan", intent, "--jobs", "1"]) == 0
    assert Path(plan_file).stat().st_mode & 0o777 == 0o640
    assert main(["plan", intent, "--jobs", "1", "-o", "/dev/null"]) == 0


def test_proof_is_listed_when_asked_for(intent: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", intent, "--jobs", "1", "--prove"]) == 0
    text = capsys.readouterr().out
    assert "\nproved for all durations\n" in text
    assert "acceleration and jerk limits are ours" in text


def test_graph_is_all_of_stdout(intent: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", intent, "--jobs", "1", "--graph", "dot"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("digraph plan {")
    assert out.rstrip().endswith("}")
    assert "move block#1" in out


def test_only_an_intent_can_be_planned(intent: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", intent.replace(".intent", ".cell")]) == 2
    assert "only an intent can be planned" in capsys.readouterr().err


def test_plan_that_cannot_be_made_leaves_no_file(
    intent: str, here: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = (repository / "examples/01_first_move/first_move.cell").read_text()
    Path("far.cell").write_text(cell.replace("at (450 mm, -200 mm, 0 mm)", "at (2450 mm, -200 mm, 0 mm)"))
    assert main(["plan", intent, "--jobs", "1", "--cell", "far.cell", "--format", "json"]) == 1
    found = document(capsys)["diagnostics"]
    assert any(d["severity"] == "error" and d["spans"] for d in found)
    assert list(here.glob("*.plan")) == []


def test_rehearsal_completes_and_keeps_no_run(plan_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", plan_file, "--jobs", "1", "--format", "json", "--speed", "1000000"]) == 0
    captured = capsys.readouterr()
    summary = json.loads(captured.out)
    assert summary["state"] == "Complete"
    assert "ended Complete" in captured.err
    assert main(["runs", "--format", "json"]) == 0
    assert document(capsys) == {"runs": []}


@pytest.mark.long
def test_run_is_told_and_kept(plan_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", plan_file, "--jobs", "1", "--yes", "--format", "json"]) == 0
    captured = capsys.readouterr()
    summary = json.loads(captured.out)
    assert summary.keys() >= PROMISED
    assert (summary["state"], summary["goals_met"], summary["violations"]) == ("Complete", 1, 0)
    assert [part["where"] for part in summary["parts"]] == ["right"]
    assert "simulated" in captured.err

    assert main(["runs", "--format", "json"]) == 0
    assert [run["run_id"] for run in document(capsys)["runs"]] == [summary["run_id"]]
    for words in ([], [summary["run_id"]], [summary["run_id"][:12]]):
        assert main(["status", *words, "--format", "json"]) == 0
        assert document(capsys) == summary
    assert main(["report"]) == 0
    report = capsys.readouterr().out
    assert f"run {summary['run_id']}: Complete" in report
    assert "right: 1" in report
    assert "█" in report


def test_hold_that_nobody_answers_exits_4_and_leaves_the_controller_holding(
    plan_file: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slips = repository / "examples/01_first_move/gripper_slips.toml"
    assert main(["run", plan_file, "--jobs", "1", "--yes", "--scenario", str(slips), "--format", "json"]) == 4
    summary = document(capsys)
    try:
        assert summary["state"] == "Held"
        assert summary["held_because"].startswith("R703 ")
        assert summary["goals_met"] == 0
        assert [part["where"] for part in summary["parts"]] == ["left"]
        assert main(["status", "--format", "json"]) == 0
        assert document(capsys) == summary

        assert main(["run", plan_file, "--jobs", "1", "--yes"]) == 2
        err = capsys.readouterr().err
        assert "R757" in err
        assert f"run {summary['run_id']}, controller process {summary['pid']}" in err

        assert main(["ask", "clear"]) == 4
        assert "R754" in capsys.readouterr().err
    finally:
        assert main(["ask", "stop", summary["run_id"]]) == 0
    assert main(["attach", "--wait", "--format", "json"]) in (2, 4)  # it may have come to rest before
    assert main(["ask", "stop"]) == 2
    capsys.readouterr()
    assert main(["status", "--format", "json"]) == 0
    ended = document(capsys)
    assert (ended["state"], ended["pid"], ended["held_because"]) == ("Stopped", None, summary["held_because"])


def test_a_cell_that_somebody_has_is_not_planned_for(
    intent: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tui.preparing.make_plan", lambda *given: pytest.fail("it is planned for"))
    lock = take(here / "state", (str(Path(intent).with_suffix(".cell").resolve()),), PLANNED)
    assert isinstance(lock, CellLock)
    assert main(["run", intent, "--jobs", "1", "--yes"]) == 2
    told = capsys.readouterr().err
    assert "error[R757]" in told
    assert "not planned: somebody else has the cell, or a device of it" in told
    assert "mended" not in told, "nothing is wrong with the text"
    lock.release()


@pytest.mark.parametrize(("answer", "is_yes"), [("n\n", 0), ("\n", 0), ("", 0), ("yess\n", 0), ("y\n", 1), ("YES\n", 1)])
def test_only_a_yes_is_one(answer: str, is_yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(answer, monkeypatch)
    assert is_agreed("first_move", is_known=True) == is_yes


@pytest.mark.parametrize(
    ("answer", "is_yes"),
    [("y\n", 0), ("yes\n", 0), ("\n", 0), ("", 0), ("first\n", 0), ("first_move\n", 1), (" First_Move \n", 1)],
)
def test_a_plan_that_its_devices_do_not_know_takes_the_name_of_the_cell(
    answer: str, is_yes: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(answer, monkeypatch)
    assert is_agreed("First_move", is_known=False) == is_yes
    assert "type the name of the cell, First_move: " in capsys.readouterr().err


def test_run_asks_first_and_moves_nothing_without_a_yes(
    here: Path, plan_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked("n\n", monkeypatch)
    assert main(["run", plan_file, "--jobs", "1"]) == 4
    err = capsys.readouterr().err
    order = ("obligations", "no plan was run in this cell before", "target: arm (driver sim), simulated", "Run it? [y/N]")
    assert sorted(order, key=err.index) == list(order)
    assert "Nothing was moved." in err
    assert main(["runs", "--format", "json"]) == 0
    assert document(capsys) == {"runs": []}
    assert list((here / "state" / "runs").iterdir()) == []


@pytest.mark.long
def test_run_goes_on_after_a_yes_and_a_hold_after_a_resume(
    plan_file: str, repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slips = repository / "examples/01_first_move/gripper_slips.toml"
    asked("y\nresume\n", monkeypatch)
    assert main(["run", plan_file, "--jobs", "1", "--scenario", str(slips), "--format", "json"]) == 0
    captured = capsys.readouterr()
    run = json.loads(captured.out)
    assert run["state"] == "Complete"
    assert "[r]esume or [S]top?" in captured.err
    asked("n\n", monkeypatch)
    assert main(["run", plan_file, "--jobs", "1"]) == 4
    assert f"the same plan as in run {run['run_id']}, on simulated devices" in capsys.readouterr().err


def test_scenario_that_names_what_is_not_there_exits_2(plan_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("s.toml").write_text('[[missing_part]]\nplace = "lefd"\n')
    assert main(["simulate", plan_file, "--jobs", "1", "--scenario", "s.toml"]) == 2
    assert "left" in capsys.readouterr().err


def test_a_driver_that_is_not_installed_is_said_when_planning(
    repository: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan is good, only this machine cannot run it."""
    for name in ("first_move.intent", "first_move.cell"):
        text = (repository / "examples/01_first_move" / name).read_text("utf-8")
        (here / name).write_text(text.replace("driver sim", "driver simm"), "utf-8")
    assert main(["plan", "first_move.intent", "--jobs", "1"]) == 0
    err = capsys.readouterr().err
    assert "warning[E291]" in err
    assert "did you mean sim?" in err


@pytest.mark.long
def test_diff_names_the_line_and_the_fact_that_were_edited_in_place(
    intent: str, here: Path, module_cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in Path(intent).parent.glob("first_move.*"):
        shutil.copy(file, here)
    assert main(["plan", "first_move.intent", "--jobs", "1", "-o", "a.plan"]) == 0
    for name, old, new in (
        ("first_move.intent", "move block", "within 10 min\nmove block"),
        ("first_move.cell", "grip 40 N", "grip 41 N"),
    ):
        text = (here / name).read_text()
        assert old in text
        (here / name).write_text(text.replace(old, new))
    assert main(["plan", "first_move.intent", "--jobs", "1", "-o", "b.plan"]) == 0
    capsys.readouterr()
    assert main(["diff", "a.plan", "b.plan"]) == 0
    told = capsys.readouterr().out
    assert "line of intent first_move.intent:4\n      + within 10 min\n" in told
    assert "fact of the cell block: grip_force\n      - 40 N\n      + 41 N\n" in told
    assert "is named" not in told
    shutil.rmtree(module_cache / "sources")
    assert main(["diff", "a.plan", "b.plan"]) == 0
    told = capsys.readouterr().out
    assert "no line is named: first_move.intent has been edited since, and its text of then is not kept here (" in told
    assert "no fact is named: first_move.cell has been edited since, and its text of then is not kept here (" in told
    (module_cache / "sources").rmdir()
    (module_cache / "sources").touch()  # nothing can be kept
    assert main(["plan", "first_move.intent", "--jobs", "1", "-o", "c.plan"]) == 0
    assert (here / "c.plan").read_bytes() == (here / "b.plan").read_bytes()
    assert "are not kept, and `diff` may name no lines: " in capsys.readouterr().err
    assert main(["diff", "a.plan", "c.plan"]) == 0
    (module_cache / "sources").unlink()


def test_the_next_command_has_what_the_plan_itself_does_not_know(intent: str, capsys: pytest.CaptureFixture[str]) -> None:
    cell = intent.replace(".intent", ".cell")
    assert main(["plan", intent, "--jobs", "1", "--cell", cell, "--continuous"]) == 0
    assert "Next: cellwright simulate first_move.plan --continuous\n" in capsys.readouterr().err
    assert main(["simulate", intent, "--jobs", "1", "--cell", cell]) == 0
    assert f"Next: cellwright run {intent} --cell {cell}\n" in capsys.readouterr().err


def test_a_rehearsal_that_ends_held_names_no_run_as_what_is_next(
    intent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = tmp_path / "held.toml"
    scenario.write_text('[[operator_asks]]\nat = 1.0\nwhat = "hold"\n')
    assert main(["simulate", intent, "--jobs", "1", "--scenario", str(scenario)]) == 4
    told = capsys.readouterr().err
    assert "Next: cellwright explain R702; --speed 1000 tells what came before\n" in told
    assert "cellwright run" not in told

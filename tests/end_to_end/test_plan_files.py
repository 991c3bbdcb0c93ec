"""A plan as a file: the same bytes for the same inputs, and no trust in what somebody wrote into it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cell.codec import from_plain, to_plain
from cell.motion_plan import MotionPlan
from cell.plan_file import read_plan, with_plan_id, write_plan
from cell.state import InPlace, Lost
from cellwright.session import release_plan
from tests.end_to_end.line import Planned
from tests.end_to_end.program import Finished, Program


@pytest.fixture(scope="module")
def project(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(examples / "01_first_move", tmp_path_factory.mktemp("first") / "first_move"))


@pytest.fixture(scope="module")
def plan_file(plan_session: Callable[..., tuple[Finished, Path]], project: Path) -> Path:
    finished, target = plan_session(project / "first_move.intent", "3")
    assert finished.code == 0, finished.everything
    return target


def test_the_same_inputs_give_the_same_bytes(
    cold_plan: tuple[Finished, Path], plan_session: Callable[..., tuple[Finished, Path]], examples: Path, batch: int
) -> None:
    """Two processes, another hash seed, and what was cold is warm."""
    again, target = plan_session(examples / "02_machine_tending" / "tending.intent", "2", "--set", f"batch={batch} parts")
    assert again.code == 0, again.everything
    assert target.read_bytes() == cold_plan[1].read_bytes()


@pytest.mark.long
def test_the_same_inputs_give_the_same_bytes_with_nothing_in_the_cache(
    plan_file: Path, project: Path, program: Program, tmp_path: Path
) -> None:
    elsewhere = Program(program.root, tmp_path / "cold", tmp_path / "state", tmp_path, hash_seed="99")
    finished = elsewhere.call("plan", project / "first_move.intent", "-o", "again.plan")
    assert finished.code == 0, finished.everything
    assert (tmp_path / "again.plan").read_bytes() == plan_file.read_bytes()


def test_a_plan_file_runs(program: Program, plan_file: Path) -> None:
    finished = program.call("simulate", plan_file, "--format", "json")
    assert finished.code == 0, finished.everything
    assert finished.document["state"] == "Complete"


def edited(text: str, change: Callable[[Any], None]) -> str:
    """The plan with `change` made to its content, under a new id of its own, as somebody who knows how would do it."""
    plan = json.loads(text)["plan"]
    change(plan)
    return write_plan(with_plan_id(from_plain(MotionPlan, plan)))


def shorter(plan: Any) -> None:
    plan["tasks"]["steps"][-1]["duration"] *= 0.5


def moved_waypoint(plan: Any) -> None:
    motion = next(iter(plan["motions"].values()))
    middle = motion["segments"][len(motion["segments"]) // 2]["control"]
    middle[len(middle) // 2][0] += 0.05


def without_a_need(plan: Any) -> None:
    step = next(s for s in plan["tasks"]["steps"] if s["needs"])
    step["needs"] = []


def wider_contact(plan: Any) -> None:
    motion = next(m for m in plan["motions"].values() if m["contacts"])
    motion["contacts"][0]["first"], motion["contacts"][0]["last"] = 0.0, sum(s["length"] for s in motion["segments"])


def without_a_step(plan: Any) -> None:
    plan["tasks"]["steps"].pop(1)


@pytest.mark.parametrize(
    ("verb", "change"),
    [
        ("simulate", shorter),
        ("simulate", moved_waypoint),
        ("simulate", without_a_need),
        ("simulate", wider_contact),
        ("simulate", without_a_step),
        ("run", shorter),
    ],
)
def test_refuses_a_plan_edited_by_hand(
    program: Program, plan_file: Path, tmp_path: Path, verb: str, change: Callable[[Any], None]
) -> None:
    file = tmp_path / "edited.plan"
    file.write_text(edited(plan_file.read_text(), change))
    finished = program.answer(verb, file, *(("--yes",) if verb == "run" else ()))
    assert finished.code == 1, finished.everything
    assert "error[E" in finished.out + finished.err
    assert not finished.has_traceback
    assert not program.state.exists() or program.recorded_runs() == []


def test_refuses_a_readable_part_that_says_something_else(program: Program, plan_file: Path, tmp_path: Path) -> None:
    document = json.loads(plan_file.read_text())
    document["makespan_s"] *= 0.5
    file = tmp_path / "edited.plan"
    file.write_text(json.dumps(document))
    finished = program.answer("simulate", file)
    assert finished.code in (1, 2), finished.everything
    assert "E672" in finished.out + finished.err


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": "cellwright plan 1"}', '{"format": "cellwright plan 1", "plan": {}}', "\x00\xff"]
)
def test_an_unreadable_plan_is_a_matter_of_usage(program: Program, tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.plan"
    file.write_bytes(text.encode("latin-1"))
    finished = program.answer("run", "--yes", file)
    assert finished.code == 2, finished.everything
    assert not finished.has_traceback
    assert not program.state.exists() or program.recorded_runs() == []


@pytest.mark.parametrize("verb", ["check", "fmt", "plan", "simulate", "run"])
def test_a_missing_file_is_a_matter_of_usage(program: Program, verb: str) -> None:
    finished = program.answer(verb, "nowhere.intent", *(("--yes",) if verb == "run" else ()))
    assert finished.code == 2, finished.everything
    assert "nowhere.intent" in finished.err
    assert not finished.has_traceback


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        ("first_move.cell", "at (450 mm, -200 mm, 0 mm)", "at (450 mm, -210 mm, 0 mm)", "first_move.cell"),
        ("first_move.cell", "contains block 1 parts", "contains block 0 parts", "`at left` being block; it is empty"),
        ("first_move.intent", "move block to right", "move block to left", "first_move.intent"),
    ],
)
def test_refuses_a_stale_plan_and_names_what_changed(
    program: Program, plan_session: Callable[..., tuple[Finished, Path]], project: Path, tmp_path: Path,
    file: str, old: str, new: str, names: str,
) -> None:  # fmt: skip
    mine = Path(shutil.copytree(project, tmp_path / "mine"))
    finished, plan = plan_session(mine / "first_move.intent", "3")
    assert finished.code == 0, finished.everything
    text = (mine / file).read_text()
    assert old in text
    (mine / file).write_text(text.replace(old, new))
    refused = program.answer("simulate", plan)
    assert refused.code == 1, refused.everything
    assert names in refused.out + refused.err
    assert file in refused.out + refused.err
    assert not refused.has_traceback


@pytest.mark.parametrize(
    ("location", "fact"),
    [(InPlace("right"), "`at left` being block; it is empty"), (Lost("taken away"), "`at left` being block; it is empty")],
)
def test_refuses_a_plan_for_a_cell_that_has_changed_and_names_the_fact(
    first_move: Planned, location: InPlace | Lost, fact: str
) -> None:
    state = first_move.request.state
    changed = replace(state, parts=tuple(replace(part, location=location) for part in state.parts))
    outcome = release_plan(first_move.released.motion_plan, replace(first_move.request, state=changed), first_move.workshop)
    assert outcome.value is None
    assert any(d.code == "E681" and fact in d.message for d in outcome.diagnostics)


def test_what_is_written_reads_back(plan_file: Path) -> None:
    text = plan_file.read_text()
    plan = read_plan(text).value
    assert plan is not None
    assert write_plan(plan) == text
    assert to_plain(plan) == json.loads(text)["plan"]

"""The planner's process: what it answers is proved here, and a process that is killed comes back, once for a request."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cell.commands import RequestPlan, Subject
from cell.diagnostic import Outcome
from cellwright.planner_link import PlannerProcess
from cellwright.reading import read
from cellwright.session import make_plan, release_plan, request_for
from cellwright.start_file import Ready, read_again, read_start, released_again, start_of, write_start
from cellwright.workshop import Workshop, open_workshop
from controller.journal.folder import RunFolder, new_run


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[RunFolder, Ready, Workshop]:
    """Example 01, ready to run."""
    root = tmp_path_factory.mktemp("site")
    workshop = open_workshop(lambda stage, done, of: None, 1, root / "cache")
    reading = read(str(repository / "examples/01_first_move/first_move.intent"), {})
    request = request_for(reading, workshop).expect()
    released = release_plan(make_plan(request, workshop).expect(), request, workshop).expect()
    folder = new_run(root / "state", "run-1")
    write_start(folder, start_of(reading, request, released.motion_plan.plan_id, jobs=1), released)
    return folder, Ready(reading, request, released), workshop


@pytest.fixture
def planner(site: tuple[RunFolder, Ready, Workshop], monkeypatch: pytest.MonkeyPatch) -> Iterator[PlannerProcess]:
    folder, ready, workshop = site
    monkeypatch.setenv("CELLWRIGHT_CACHE", str(workshop.robots.parent))
    process = PlannerProcess(folder.path, workshop, ready.request, patience=300.0)
    yield process
    process.close()


def wanted(ready: Ready) -> RequestPlan:
    return RequestPlan("r/plan-2", Subject("run-1"), 2, "why not", ready.request.state)


def test_a_planner_that_is_killed_comes_back_and_its_plan_is_proved_here(
    site: tuple[RunFolder, Ready, Workshop], planner: PlannerProcess
) -> None:
    _, ready, _ = site
    planner.warm()
    assert planner.pid is not None
    os.kill(planner.pid, signal.SIGKILL)
    before = planner.pid
    found = planner.replan(wanted(ready))
    assert found.value is not None, found.diagnostics
    assert found.value.motion_plan.plan_id == ready.released.motion_plan.plan_id
    assert found.value.proof.obligations
    assert planner.pid != before
    stays = planner.pid
    assert planner.replan(wanted(ready)).value is not None
    assert planner.pid == stays


def test_a_planner_that_dies_of_every_request_leaves_no_plan_and_says_how(
    site: tuple[RunFolder, Ready, Workshop], planner: PlannerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ready, _ = site
    dies = "import os, sys; sys.stdin.buffer.read(8); os.kill(os.getpid(), 9)"
    monkeypatch.setattr("cellwright.planner_link.COMMAND", ("-c", dies))
    found = planner.replan(wanted(ready))
    assert found.value is None
    (diagnostic,) = found.diagnostics
    assert diagnostic.code == "R758"
    assert "SIGKILL" in diagnostic.message


def test_what_a_planner_makes_up_is_not_released(
    site: tuple[RunFolder, Ready, Workshop], planner: PlannerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ready, _ = site
    plan = ready.released.motion_plan
    edited = replace(plan, tasks=replace(plan.tasks, steps=plan.tasks.steps[:-1]))
    monkeypatch.setattr(planner, "_asked", lambda request: Outcome(edited))
    found = planner.replan(wanted(ready))
    assert found.value is None
    assert found.diagnostics


def test_a_plan_in_a_runs_folder_is_proved_again_and_refused_when_its_sources_are_others(
    site: tuple[RunFolder, Ready, Workshop], repository: Path, tmp_path: Path
) -> None:
    folder, ready, workshop = site
    start = read_start(folder).expect()
    again = released_again(folder, start, read_again(start), workshop).expect()
    assert again.released.motion_plan.plan_id == ready.released.motion_plan.plan_id
    assert len(again.released.proof.obligations) == len(ready.released.proof.obligations)
    for name in ("first_move.intent", "first_move.cell"):
        text = (repository / "examples/01_first_move" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("at (450 mm, 200 mm", "at (450 mm, 210 mm"), "utf-8")
    moved = replace(start, file=str(tmp_path / "first_move.intent"))
    refused = released_again(folder, moved, read_again(moved), workshop)
    assert refused.value is None
    assert any("first_move.cell" in d.message for d in refused.diagnostics)


def test_what_is_no_beginning_of_a_run_is_told(site: tuple[RunFolder, Ready, Workshop], tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert [d.code for d in read_start(folder).diagnostics] == ["R724"]
    text = (site[0].path / "start.json").read_text("utf-8")
    (tmp_path / "start.json").write_text(text.replace('"version":1', '"version":2'), "utf-8")
    (found,) = read_start(folder).diagnostics
    assert "version 2" in found.message

"""The planner's process: what it answers is proved here, and a process that is killed comes back, once for a request."""

import os
import pickle
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cell.commands import RequestPlan, Subject
from cell.diagnostic import Outcome
from cell.motion_plan import MotionPlan
from cell.plan_file import write_plan
from cell.state import PlanningRequest
from cellwright.checker_process import judged
from cellwright.plan_pieces import as_piece, pieces_of, put_together
from cellwright.planner_link import PlannerProcess
from cellwright.reading import read
from cellwright.running import ResidentPlanner
from cellwright.session import make_plan, release_plan, request_for
from cellwright.start_file import read_start, start_of, write_start
from cellwright.starting_again import Ready, read_again, released_again
from cellwright.workshop import Workshop, open_workshop
from controller.journal.folder import RunFolder, new_run
from controller.journal.journal import plan_path

DIES = ("-c", "import os, sys; sys.stdin.buffer.read(8); os.kill(os.getpid(), 9)")


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
def told() -> list[tuple[str, int, int]]:
    """How far the planner has said that it is."""
    return []


@pytest.fixture
def planner(
    site: tuple[RunFolder, Ready, Workshop], told: list[tuple[str, int, int]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlannerProcess]:
    folder, ready, workshop = site
    monkeypatch.setenv("CELLWRIGHT_CACHE", str(workshop.robots.parent))
    process = PlannerProcess(
        folder.path, replace(workshop, progress=lambda *word: told.append(word)), ready.request, patience=300.0
    )
    yield process
    process.close()


def wanted(ready: Ready) -> RequestPlan:
    return RequestPlan("r/plan-2", Subject("run-1"), 2, "why not", ready.request.state)


def test_a_planner_that_is_killed_comes_back_tells_how_far_it_is_and_its_plan_is_proved_here(
    site: tuple[RunFolder, Ready, Workshop], planner: PlannerProcess, told: list[tuple[str, int, int]]
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
    stages = [stage for stage, _, _ in told]
    assert stages[0] == "reading"
    assert {"schedule", "motions", "motions proved"} <= set(stages)
    assert (stages.count(""), stages[-1]) == (2, "")


def test_a_planner_that_dies_of_every_request_leaves_no_plan_and_says_how(
    site: tuple[RunFolder, Ready, Workshop], planner: PlannerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ready, _ = site
    monkeypatch.setattr(planner._planner, "_command", DIES)
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
    monkeypatch.setattr(planner, "_asked", lambda request: pickle.dumps(Outcome(edited)))
    found = planner.replan(wanted(ready))
    assert found.value is None
    assert found.diagnostics


class CheckerHere:
    """What the process that proves says, said in this one."""

    def __init__(self, folder: RunFolder, ready: Ready, workshop: Workshop) -> None:
        self._planner = ResidentPlanner(ready.reading, workshop, ready.request.seed)
        self._folder, self._messages = folder, list[bytes]()

    def tell(self, request: bytes, answer: bytes) -> None:
        self._messages += judged(self._planner, self._folder, request, answer)

    def heard(self, is_on_the_way: object = None) -> bytes:
        return self._messages.pop(0)

    def close(self) -> None: ...


@pytest.fixture
def beside(site: tuple[RunFolder, Ready, Workshop], monkeypatch: pytest.MonkeyPatch) -> Iterator[PlannerProcess]:
    """Proves beside, not here."""
    folder, ready, workshop = site
    monkeypatch.setenv("CELLWRIGHT_CACHE", str(workshop.robots.parent))
    monkeypatch.setattr("cellwright.planner_link.release_plan", None)
    process = PlannerProcess(folder.path, workshop, ready.request, patience=300.0, proves_beside=True)
    yield process
    process.close()


def answering(monkeypatch: pytest.MonkeyPatch, planner: PlannerProcess, *plans: MotionPlan) -> None:
    answers = [pickle.dumps(Outcome(plan)) for plan in plans]
    monkeypatch.setattr(planner, "_asked", lambda request: answers.pop(0))


def test_a_plan_is_proved_beside_and_kept_and_an_edited_one_is_not_released(
    site: tuple[RunFolder, Ready, Workshop], beside: PlannerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ready, _ = site
    plan = ready.released.motion_plan
    kept = plan_path(folder.path, plan.plan_id)
    kept.unlink()
    monkeypatch.setattr(beside, "_checker", CheckerHere(*site))
    answering(monkeypatch, beside, replace(plan, tasks=replace(plan.tasks, steps=plan.tasks.steps[:-1])), plan, plan)
    assert beside.replan(wanted(ready)).value is None
    assert not kept.exists()
    found = beside.replan(wanted(ready))
    assert found.value is not None, found.diagnostics
    assert found.value.proof == ready.released.proof
    assert write_plan(found.value.motion_plan) == write_plan(plan) == kept.read_text("utf-8")
    monkeypatch.setattr(beside, "_request", replace(ready.request, cell=replace(ready.request.cell, revision="another")))
    (refused,) = beside.replan(wanted(ready)).diagnostics
    assert (refused.code, "the cell" in refused.message) == ("R719", True)


def test_a_way_out_is_proved_for_the_motion_that_was_asked_about_here_and_beside(
    site: tuple[RunFolder, Ready, Workshop], planner: PlannerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, ready, workshop = site
    plan = ready.released.motion_plan
    need = next(iter(plan.motions.values())).need
    request = replace(wanted(ready), stopped=(need,))
    answer, asked = pickle.dumps(Outcome(plan)), list[PlanningRequest]()

    def proved(plan: MotionPlan, by: PlanningRequest, workshop: Workshop) -> Outcome[MotionPlan]:
        asked.append(by)
        return Outcome(None)

    for module in ("planner_link", "checker_process"):
        monkeypatch.setattr(f"cellwright.{module}.release_plan", proved)
    planner._released(answer, request)
    resident = ResidentPlanner(ready.reading, workshop, ready.request.seed)
    list(judged(resident, folder, pickle.dumps(request), answer))
    assert [(by.stopped, by.state) for by in asked] == [((need,), request.state)] * 2


@pytest.mark.slow
def test_the_process_that_proves_comes_back(
    site: tuple[RunFolder, Ready, Workshop], beside: PlannerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ready, _ = site
    plan = ready.released.motion_plan
    answering(monkeypatch, beside, plan, plan)
    assert beside.replan(wanted(ready)).value is not None
    before = beside.checker_pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    found = beside.replan(wanted(ready))
    assert found.value is not None, found.diagnostics
    assert write_plan(found.value.motion_plan) == write_plan(plan)
    assert beside.checker_pid != before


def test_what_proves_and_dies_twice_leaves_no_plan(
    site: tuple[RunFolder, Ready, Workshop], beside: PlannerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ready, _ = site
    answering(monkeypatch, beside, ready.released.motion_plan)
    monkeypatch.setattr(beside._checker, "_command", DIES)
    (told,) = beside.replan(wanted(ready)).diagnostics
    assert told.code == "R758"
    assert "the process that proves has ended twice over this plan: killed by SIGKILL" in told.message


def test_a_plan_put_together_from_its_pieces_is_the_plan(site: tuple[RunFolder, Ready, Workshop]) -> None:
    plan = site[1].released.motion_plan
    first, *others = (pickle.loads(piece) for piece in pieces_of(plan))
    assert write_plan(put_together(first, (as_piece(piece) for piece in others))) == write_plan(plan)
    long = replace(plan, motions={f"{k}{name}": motion for k in range(20) for name, motion in plan.motions.items()})
    assert len(list(pieces_of(long))) > len(others) + 5
    assert max(len(piece) for piece in pieces_of(long)) < 12_000
    for bad in (("steps", 3), ("sources", ()), "steps", ("steps",)):
        with pytest.raises(EOFError, match="piece"):
            as_piece(bad)


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
    for content, told in (
        (None, "no such file or directory"),
        ("{", "what stands in it is no JSON"),
        ("{}", "the document: expected a Start"),
    ):
        if content is not None:
            (tmp_path / "start.json").write_text(content, "utf-8")
        (found,) = read_start(folder).diagnostics
        assert (found.code, found.message.startswith(f"{tmp_path / 'start.json'}: {told}")) == ("R724", True)
    text = (site[0].path / "start.json").read_text("utf-8")
    (tmp_path / "start.json").write_text(text.replace('"version":1', '"version":2'), "utf-8")
    (found,) = read_start(folder).diagnostics
    assert "version 2" in found.message

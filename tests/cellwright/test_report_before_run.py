"""The page of a plan before a run, and of a rehearsal: what was proved is listed, and robots are seen where they were."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cell.scenario import Scenario
from cellwright.open_drivers import open_drivers
from cellwright.report.gathered import Gathered
from cellwright.report.page import run_page
from cellwright.report.plan_page import plan_page
from cellwright.report.rehearsed import Watched, rehearsal_record
from cellwright.running import ResidentPlanner, run_spec
from cellwright.workshop import open_workshop
from controller.rehearsal import rehearse
from tui.event_text import event_line
from tui.preparing import Asked, Ready, prepare

pytestmark = pytest.mark.slow  # plans and proves, which takes seconds
INTENT = str(Path(__file__).resolve().parents[2] / "examples/01_first_move/first_move.intent")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    workshop = open_workshop(lambda what, done, of: None, processes=1, cache=tmp_path_factory.mktemp("cache"))
    found = prepare(INTENT, Asked({}), workshop).ready
    assert found is not None
    return found


def scene_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="replay-scene">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found[1])
    return document


def test_every_obligation_and_every_assumption_of_a_plan_is_on_its_page(ready: Ready) -> None:
    page = plan_page(ready.released, ready.request, ready.reading)
    proof = ready.released.proof
    assert f"{len(proof.obligations)} obligations proved" in page
    assert page.count("<td><bdi>") >= len(proof.obligations)
    assert f"Assumed: {len(set(proof.assumptions))} sentences" in page
    assert "move block to right" in page
    assert "lower track" not in page
    assert page == plan_page(ready.released, ready.request, ready.reading)


def test_the_part_of_a_plan_ends_where_it_is_asked_for(ready: Ready) -> None:
    document = scene_of(plan_page(ready.released, ready.request, ready.reading))
    (part,) = document["parts"]
    assert [spot[2] for spot in part["at"]] == [1, 2, 1]
    right = ready.request.cell.places["right"].frame.translation
    assert document["poses"][part["at"][-1][4]][3::4] == pytest.approx(right)


def test_a_rehearsal_is_seen_as_its_robots_moved(ready: Ready, tmp_path: Path) -> None:
    drivers = open_drivers(ready.request, Scenario()).expect()
    workshop = open_workshop(lambda what, done, of: None, processes=1, cache=tmp_path)
    watched, seen = Watched(), Gathered.saying(event_line)
    spec = run_spec("rehearsal", ready.request)
    run = rehearse(spec, ready.released, drivers, ResidentPlanner(ready.reading, workshop, 0), recorder=watched, hear=seen.take)
    record = rehearsal_record(run, seen, ready.request, ready.reading, ready.released, watched)
    page = run_page(record)
    assert "as they were recorded" in page
    (robot,) = scene_of(page)["robots"]
    times = np.frombuffer(base64.b64decode(robot["t"]), "<f4")
    assert times[0] >= 0.0
    assert times[-1] == pytest.approx(run.summary.makespan_s, abs=1.0)
    assert 6 < len(times) < 400

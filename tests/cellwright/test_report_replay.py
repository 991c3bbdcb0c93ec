"""The replay's scene: few keyframes near what was recorded, and parts that are in the hand where the hand is."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cell.events import PlanReleased, RunOpened
from cell.geometry import Array, Body, Box, Cylinder, Sphere
from cellwright.reading import read
from cellwright.report import replay_scene
from cellwright.report.course import Course, planned
from cellwright.report.gathered import gathered
from cellwright.report.keyframes import TOLERANCE, kept, planned_tracks, recorded_tracks
from cellwright.report.meshes import Meshes
from cellwright.report.record import Ground
from cellwright.report.replay_scene import IN_WORLD, ON_PART, ON_ROBOT, scene, written
from cellwright.report.whereabouts import parts_of_plan, parts_of_run
from cellwright.session import load_robots
from cellwright.workshop import open_workshop
from controller.journal.recording import Sample
from tests.journals.packing import recordings, unpacked
from tui.event_text import event_line

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Told:
    ground: Ground
    course: Course
    opened: RunOpened
    document: dict[str, Any]
    before: dict[str, Any]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A run in which parts go into pockets of others, with the cell as it is today; and its first plan before a run."""
    folder = tmp_path_factory.mktemp("run")
    events = unpacked(next(r for r in recordings() if r.name.startswith("assembly-jams")), folder).events()
    reading = read(str(ROOT / "examples/05_kitting_with_a_person/kitting.intent"), {})
    assert reading.cell is not None
    workshop = open_workshop(lambda what, done, of: None, processes=1, cache=folder)
    ground = Ground(reading.cell, load_robots(reading.cell, workshop).expect())
    seen = gathered(events, event_line)
    taken = seen.course.told()
    opened = next(event for event in events if isinstance(event, RunOpened))
    document = scene(ground, taken, opened.state, planned_tracks(taken), parts_of_run(seen.moves, taken))
    released = next(event for event in events if isinstance(event, PlanReleased))
    assert released.plan is not None
    meant = planned(released.plan, 1, (), frozenset())
    before = scene(ground, meant, opened.state, planned_tracks(meant), parts_of_plan(meant, opened.state))
    return Told(ground, taken, opened, document, before)


def test_between_keyframes_every_joint_is_where_it_was_within_the_tolerance() -> None:
    rng = np.random.default_rng(7)
    time = np.cumsum(rng.uniform(0.004, 0.02, 600))
    q = np.cumsum(rng.normal(0.0, 0.004, (600, 6)), axis=0)
    numbers = kept(time, q)
    straight = np.column_stack([np.interp(time, time[numbers], q[numbers, j]) for j in range(6)])
    assert np.abs(straight - q).max() <= TOLERANCE
    assert len(numbers) < 500
    assert len(kept(time, np.outer(time, np.ones(6)))) == 2


def test_samples_of_another_controller_are_laid_in_the_same_time() -> None:
    def one(at: float, q: float) -> Sample:
        return Sample("r1", round(at * 1e9), 0, (q,), (0.0,), (q,), 0.0, 1.0, "c", "m", ())

    tracks = recorded_tracks([(0, [one(0.0, 0.0), one(1.0, 1.0)]), (-5_000_000_000, [one(0.0, 1.0), one(1.0, 0.0)])])
    assert tracks["r1"].time.tolist() == [0.0, 1.0, 5.0, 6.0]


def at(document: dict[str, Any], number: int, t: float) -> Array:
    """(3,) of a part in the world at `t`, or NaN where it is not there. Bases stand unturned here."""
    spots = [spot for spot in document["parts"][number]["at"] if spot[0] <= t + 1e-9]
    _, _, how, on, pose = spots[-1]
    if how == IN_WORLD:
        return np.array(document["poses"][pose])[3::4]
    if how == ON_PART:
        beneath: Array = np.array(document["poses"][pose])[3::4]
        return at(document, on, t) + beneath
    if how != ON_ROBOT:
        return np.full(3, np.nan)
    robot = document["robots"][on]
    times = np.frombuffer(base64.b64decode(robot["t"]), "<f4").astype(float)
    q = np.frombuffer(base64.b64decode(robot["q"]), "<f4").astype(float).reshape(len(times), -1)
    now = np.array([np.interp(t, times, q[:, j]) for j in range(q.shape[1])])
    return posed(document, robot, now, pose)


def posed(document: dict[str, Any], robot: dict[str, Any], q: Array, pose: int) -> Array:
    """As the page's script does it, from what stands in the document alone."""
    T = matrix(document, robot["base"])
    for joint, angle in zip(robot["joints"], q, strict=True):
        axis = np.array(joint["axis"])
        cross = np.cross(np.eye(3), axis)
        turn = np.eye(4)
        turn[:3, :3] = np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross
        T = T @ matrix(document, joint["pose"]) @ turn
    found: Array = (T @ matrix(document, robot["flange"]) @ matrix(document, pose))[:3, 3]
    return found


def matrix(document: dict[str, Any], number: int) -> Array:
    return np.vstack([np.array(document["poses"][number]).reshape(3, 4), [0.0, 0.0, 0.0, 1.0]])


@pytest.mark.parametrize("which", ["document", "before"])
def test_a_part_does_not_jump_when_a_hand_takes_it_or_lets_it_go(told: Told, which: str) -> None:
    document = getattr(told, which)
    changes = [
        (number, after[0])
        for number, part in enumerate(document["parts"])
        for before, after in pairwise(part["at"])
        if ON_ROBOT in (before[2], after[2]) and 0 not in (before[2], after[2])
    ]
    assert len(changes) > 8
    assert any(spot[2] == ON_PART for part in document["parts"] for spot in part["at"])
    for number, moment in changes:
        if is_handed_over(told, document, number, moment):
            continue
        assert np.abs(at(document, number, moment - 1e-6) - at(document, number, moment)).max() < 0.01, moment


def is_handed_over(told: Told, document: dict[str, Any], number: int, moment: float) -> bool:
    """To a person, who lays it down elsewhere."""
    bench = told.ground.cell.places["bench"].frame.translation
    return bool(np.allclose(at(document, number, moment), bench, atol=1e-6))


def test_it_says_what_is_done_with_the_line_that_asked_for_it(told: Told) -> None:
    texts = told.document["texts"]
    assert texts
    assert all(".intent:" in text or ".cell:" in text for text in texts)
    assert all(0.0 <= start < stop <= told.document["end"] + 0.01 for start, stop, _ in told.document["steps"])


def test_at_every_moment_it_says_each_step_that_runs(told: Told) -> None:
    """Doors and clamps too, which are nobody's time."""
    for run in told.course.runs:
        middle = (run.start + run.stop) / 2.0
        if run.stop - run.start > 0.1:
            assert any(start <= middle < stop for start, stop, _ in told.document["steps"]), run.step.action


def test_from_where_on_steps_are_left_out_is_told(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn() -> dict[str, Any]:
        return scene(told.ground, told.course, told.opened.state, {}, {})

    assert drawn()["left"] is None
    monkeypatch.setattr(replay_scene, "MOST_STEPS", 5)
    assert drawn()["left"] == pytest.approx(told.course.runs[5].start, abs=0.01)
    assert all(start <= drawn()["left"] for start, _, _ in drawn()["steps"])


def test_what_is_written_cannot_end_its_element(told: Told) -> None:
    text = written({**told.document, "texts": ["</script><b>&\u202e"]})
    assert "<" not in text
    assert text.isascii()
    assert json.loads(text)["texts"] == ["</script><b>&\u202e"]


@pytest.mark.parametrize("shape", [Box((1.0, 2.0, 3.0)), Cylinder(0.5, 1.0), Sphere(0.3)])
def test_a_shape_is_drawn_closed_and_once(shape: Box | Cylinder | Sphere) -> None:
    meshes = Meshes()
    assert meshes.of(Body("a", shape)) == meshes.of(Body("b", shape)) == 0
    (mesh,) = meshes.made
    triangles = np.frombuffer(base64.b64decode(mesh["i"]), "<u2").reshape(-1, 3)
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    assert set(np.unique(edges, axis=0, return_counts=True)[1].tolist()) == {2}
    drawn = np.frombuffer(base64.b64decode(mesh["e"]), "<u2").reshape(-1, 2)
    assert len(drawn) == (12 if isinstance(shape, Box) else 64 if isinstance(shape, Cylinder) else 0)

"""How truly a motion was carried out: distance from the path, and time, each apart from the other."""

import gc
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from cell.geometry import Array, frozen
from cell.motion_plan import Motion, Phase, Segment
from cell.steps import AtMeasured, MotionNeed
from cell.trajectory import Law, Path
from controller.journal.fidelity import BESIDE, GRID, MotionRun, motions_run
from controller.journal.recording import Sample
from tui.fidelity_text import fidelity_lines, motion_documents

NEED = MotionNeed("r1", AtMeasured((0.0, 0.0)), AtMeasured((1.0, 0.5)), (), None, None, (), None)
PHASES = tuple(Phase(0.25, sign * 32.0) for sign in (1.0, -1.0, -1.0, 1.0))
MOTION = Motion(NEED, (Segment(frozen([[0.0, 0.0], [0.2, 0.3], [0.9, 0.2], [1.0, 0.5]]), 1.0),), PHASES, (), (), 1.0)


def recorded(beside: float = 0.0, late: float = 0.0, slower: float = 1.0, first: float = 0.0, last: float = 1.0) -> list[Sample]:
    """Every 8 ms from `first` to `last` s of the plan's time; `beside` rad across the path half-way, `late` s behind it."""
    path, law, found = Path.of(MOTION.segments), Law.of(MOTION.phases), []
    for k, t in enumerate(np.arange(first, last + 1e-9, 0.008)):
        s = float(law.at(max(t - late, 0.0)).s[0])
        at, slope = path.at(s).q[0], path.at(s).dq[0]
        across = np.array([-slope[1], slope[0]]) / np.linalg.norm(slope)
        q = at + beside * np.sin(np.pi * s) * across
        time = round(1e9 * (5.0 + slower * (t - first)))
        found.append(Sample("r1", time, k, tuple(q), (0.0, 0.0), tuple(q), s, 1.0, "c", "m", ()))
    return found


def run(samples: list[Sample], tool: bool = False) -> MotionRun:
    point = (lambda q: 2.0 * np.column_stack([q, np.zeros(len(q))])) if tool else None
    (found,) = motions_run(samples, {"m": MOTION}, lambda motion: point)
    return found


def test_a_motion_on_its_path_and_in_its_time_has_no_error() -> None:
    found = run(recorded())
    assert found.joints.most < 1e-5
    assert found.took == pytest.approx(found.meant, abs=1e-3)
    assert (found.planned, found.is_whole) == (1.0, True)


def test_what_is_beside_the_path_is_told_as_that_and_at_the_tool_in_its_own_measure() -> None:
    found = run(recorded(beside=0.01), tool=True)
    assert found.joints.most == pytest.approx(0.01, rel=0.01)
    assert 0.0 < found.joints.rms < found.joints.most
    assert found.tool is not None
    assert found.tool.most == pytest.approx(0.02, rel=0.01)


def test_being_late_is_no_distance() -> None:
    assert run(recorded(late=0.1)).joints.most < 1e-5


def test_being_slow_is_time() -> None:
    found = run(recorded(slower=1.25))
    assert found.joints.most < 1e-5
    assert found.took / found.meant == pytest.approx(1.25, rel=1e-3)


def test_what_was_not_recorded_at_the_beginning_is_not_taken_for_haste() -> None:
    found = run(recorded(first=0.1))
    assert found.took == pytest.approx(0.9, abs=0.01)
    assert found.meant == pytest.approx(found.took, abs=2e-3)


def test_a_motion_that_was_stopped_is_not_whole() -> None:
    assert not run(recorded(last=0.5)).is_whole


def test_a_motion_that_nobody_knows_is_left_out() -> None:
    assert motions_run(recorded(), {}, lambda motion: None) == ()


def test_a_robot_stands_between_two_motions_and_nobody_knows_how_long_before_its_first() -> None:
    later = [replace(sample, command="d", time=sample.time + 1_500_000_000) for sample in recorded()]
    other = [replace(sample, robot="r2", command="e", time=sample.time + 2_500_000_000) for sample in recorded()]
    found = motions_run([*recorded(), *later, *other], {"m": MOTION}, lambda motion: None)
    assert [run.waited for run in found] == [None, pytest.approx(0.5, abs=1e-6), None]


def test_two_robots_whose_samples_come_in_turns_have_a_run_each() -> None:
    one = recorded()
    other = [replace(sample, robot="r2", command="e", time=sample.time + 1) for sample in one]
    turns = [sample for pair in zip(other, one, strict=True) for sample in pair]
    found = motions_run(turns, {"m": MOTION}, lambda motion: None)
    assert [(run.robot, run.samples, run.is_whole) for run in found] == [("r1", len(one), True), ("r2", len(one), True)]


def test_no_more_samples_are_held_than_those_of_a_motion() -> None:
    rows = recorded()
    before, most = held(), 0  # of other tests there may be some

    def many() -> Iterator[Sample]:
        nonlocal most
        for number in range(5):
            yield from (replace(sample, command=f"c{number}") for sample in rows)
            most = max(most, held())

    assert len(motions_run(many(), {"m": MOTION}, lambda motion: None)) == 5
    assert most - before < 3 * len(rows)


def held() -> int:
    return sum(type(one) is Sample for one in gc.get_objects())


def nearest(point: Array, pieces: list[tuple[Array, Array]]) -> float:
    def away(a: Array, b: Array) -> float:
        share = np.clip((point - a) @ (b - a) / ((b - a) @ (b - a)), 0.0, 1.0)
        return float(np.linalg.norm(a + share * (b - a) - point))

    return min(away(a, b) for a, b in pieces)


def test_the_distance_is_that_to_the_nearest_of_the_pieces_beside_a_sample() -> None:
    """Also where a piece that is further along would be nearer."""
    path = Path.of(MOTION.segments)
    s = np.linspace(0.0, 1.0, GRID + 1)
    way, chance = path.at(s).q, np.random.default_rng(7)
    samples = [replace(one, q=tuple(np.array(one.q) + chance.normal(0.0, 0.3, 2))) for one in recorded()]
    apart = []
    for one in samples:
        first, behind = np.searchsorted(s, (one.s - BESIDE, one.s + BESIDE))
        cuts = range(max(0, first - 1), min(behind, GRID))
        apart.append(nearest(np.array(one.q), [(way[k], way[k + 1]) for k in cuts]))
    found = run(samples).joints
    assert found.most == pytest.approx(max(apart), rel=1e-9)
    assert found.rms == pytest.approx(np.sqrt(np.mean(np.square(apart))), rel=1e-9)


def test_a_run_without_motions_has_no_account_of_them() -> None:
    assert list(fidelity_lines("none", ())) == []


def test_the_keys_are_there_whether_or_not_the_tool_is_known() -> None:
    known, unknown = motion_documents([run(recorded(beside=0.01), tool=True), run(recorded())])
    assert known.keys() == unknown.keys()
    assert known["tool_error_max_mm"] == pytest.approx(20.0, rel=0.01)
    assert unknown["tool_error_max_mm"] is None

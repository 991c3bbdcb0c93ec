"""Two robots in one recording: what they run into of one another, what they hold, and zones that take one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cell.device import Trajectory
from cell.geometry import Array, Pose, frozen
from cell.model import CellModel
from cell.motion_plan import Phase, Segment, ZoneVisit
from cell.program import AllOf, Block, IntentProgram, IsIn, Never, Ref
from cell.scenario import Scenario
from cell.zones import Zone
from cell_drivers.simulated import simulated_cell
from cellwright.robot_models import load_robot_model
from controller.journal.recording import Recording as MotionSamples
from tests.judge.arm import Arm, arm_of
from tests.judge.bodies import tcp_frames
from tests.judge.from_mcap import tracks_in
from tests.judge.from_world import recording_of
from tests.judge.judge import judge
from tests.judge.made import HOME, SPAN, block_moved, corners_of, listed, made_cell, reaching, recorded, rest_to_rest
from tests.judge.recording import Recording, Track
from tests.judge.verdict import Verdict

HERE = Path(__file__).parent
OVER = Zone("over", (0.35, 0.1, 0.0), (0.55, 0.3, 0.6), False, None, False, None, None, None, None, False, SPAN)
EDGE = (0.58, 0.28, 0.56)
DOWN = (3.2, -1.5, 1.6, -1.7, -1.57, 1.6)


def two(*zones: Zone, home: Sequence[float] | None = HOME) -> CellModel:
    """The cell of made.py, and a second ur5e with a gripper of its own, 0.9 m away and face to face."""
    one = made_cell(zones=zones)
    other = replace(one.robots["r1"], name="r2", base=Pose.from_xyz_rpy((0.9, 0.0, 0.0), (0.0, 0.0, np.pi)))
    tool = replace(one.tools["grip"], name="grip2", mount="r2")
    other = replace(other, home=None if home is None else tuple(float(x) for x in home))
    return replace(one, robots={**one.robots, "r2": other}, tools={**one.tools, "grip2": tool})


@pytest.fixture(scope="module")
def arms() -> Mapping[str, Arm]:
    return {name: arm_of(unit, HERE) for name, unit in two().robots.items()}


@pytest.fixture(scope="module")
def spots(arms: Mapping[str, Arm]) -> dict[str, Array]:
    return corners_of(arms["r1"], tcp_frames(arms["r1"], two())["grip.a"])


def at(arm: Arm, xyz: Sequence[float]) -> Array:
    """r2 with its TCP there, pointing down."""
    return reaching(arm, xyz, tcp_frames(arm, two())["grip2.a"], DOWN)


def turned(q: Array, by: float) -> Array:
    """The whole arm turned about its foot."""
    return q + np.array([by, 0.0, 0.0, 0.0, 0.0, 0.0])


def along(*legs: Array, start: float = 0.0) -> Track:
    """r2 on those legs, from `start` s on; it stands before and after."""
    plain = recorded([(f"far {k}", leg) for k, leg in enumerate(legs)]).tracks["r1"]
    return replace(plain, robot="r2", at=plain.at + round(start * 1e9))


def both(one: Recording, other: Track) -> Recording:
    return replace(one, tracks={**one.tracks, "r2": other})


def judged(
    spots: Mapping[str, Array], other: Track, cell: CellModel | None = None, program: IntentProgram | None = None
) -> Verdict:
    zones = ["over"] if cell is not None and "over" in cell.zones else []
    motions = listed(visits=[ZoneVisit(name, 0.0, 1.0) for name in zones])
    far = {f"far {k}": motions["across"] for k in range(4)}
    return judge(both(block_moved(spots), other), cell if cell is not None else two(), HERE, {**motions, **far}, program)


def back_and_forth(a: Array, b: Array) -> tuple[Array, Array]:
    return rest_to_rest(a, b, 2.0), rest_to_rest(b, a, 2.0)


def test_two_that_keep_apart_are_clean(spots: dict[str, Array], arms: Mapping[str, Arm]) -> None:
    edge = at(arms["r2"], EDGE)
    away = turned(edge, -2.0), turned(edge, -3.0)
    verdict = judged(spots, along(*back_and_forth(*away)))
    assert verdict.is_clean, verdict.text
    assert verdict.motions == 7


def test_robot_that_reaches_into_the_other_is_seen(spots: dict[str, Array], arms: Mapping[str, Arm]) -> None:
    """r2 comes to where r1 carries the block across, from 4 s on."""
    way = at(arms["r2"], (0.75, 0.0, 0.5)), at(arms["r2"], (0.47, 0.0, 0.16))
    verdict = judged(spots, along(*back_and_forth(*way), start=4.0))
    assert any((c.first[:3], c.second[:3]) == ("r1 ", "r2 ") for c in verdict.contacts), verdict.text
    assert all(4.0e9 <= c.since <= c.until <= 8.5e9 for c in verdict.contacts)


def test_same_two_motions_at_another_time_are_clean(spots: dict[str, Array], arms: Mapping[str, Arm]) -> None:
    """What counts is what was recorded, not whether the two paths cross."""
    way = at(arms["r2"], (0.75, 0.0, 0.5)), at(arms["r2"], (0.47, 0.0, 0.16))
    verdict = judged(spots, along(*back_and_forth(*way), start=13.0))
    assert verdict.contacts == (), verdict.text


def test_part_in_the_hand_of_one_against_the_other_is_seen(spots: dict[str, Array], arms: Mapping[str, Arm]) -> None:
    """r2 stands with its gripper just below the way of the gripper of r1, in the way of the block that it holds."""
    low = at(arms["r2"], (0.452, 0.0, 0.185))
    stand = along(rest_to_rest(low, low, 0.5))
    contacts = judged(spots, stand).contacts
    assert any("block#1 in grip.a" in (c.first, c.second) for c in contacts)


def test_robot_that_never_moves_is_in_the_way_where_it_stands(spots: dict[str, Array], arms: Mapping[str, Arm]) -> None:
    low = at(arms["r2"], (0.47, 0.0, 0.16))
    still = Track("r2", np.array([0], dtype=np.int64), low[None], low[None], np.zeros(1))
    assert judged(spots, still).contacts
    home = np.array([HOME])
    assert judged(spots, Track("r2", np.array([0], dtype=np.int64), home, home, np.zeros(1))).is_clean


def test_robot_that_nobody_recorded_is_named(spots: dict[str, Array]) -> None:
    verdict = judge(block_moved(spots), two(home=None), HERE, listed())
    assert "where r2 stands: it never moved" in verdict.not_judged
    assert verdict.is_clean


# --- zones that take one ---------------------------------------------------------------------------------------------


def in_and_out(arms: Mapping[str, Arm], start: float) -> Track:
    """r2 with its hand in the edge of the zone, far from all that r1 does there, about two seconds after `start`."""
    edge = at(arms["r2"], EDGE)
    return along(*back_and_forth(turned(edge, -1.5), edge), start=start)


@pytest.mark.parametrize(("start", "is_crowded"), [(1.0, True), (9.0, False)])
def test_second_robot_in_a_zone_for_one_is_seen(
    arms: Mapping[str, Arm], spots: dict[str, Array], start: float, is_crowded: bool
) -> None:
    cell = two(replace(OVER, capacity=1))
    verdict = judged(spots, in_and_out(arms, start), cell)
    assert verdict.contacts == (), verdict.text
    assert {(e.body, e.rule) for e in verdict.entries} == ({("r1 and r2", "over takes 1")} if is_crowded else set())
    roomy = two(replace(OVER, capacity=2))
    assert judged(spots, in_and_out(arms, start), roomy).entries == ()


@pytest.mark.parametrize(("start", "is_broken"), [(1.0, True), (9.0, False)])
def test_two_zones_that_are_forbidden_together(
    arms: Mapping[str, Arm], spots: dict[str, Array], start: float, is_broken: bool
) -> None:
    parts = tuple(IsIn(Ref((robot,), SPAN), Ref(("over",), SPAN), False, SPAN) for robot in ("r1", "r2"))
    program = IntentProgram(Block((), ()), (Never(AllOf(parts, SPAN), SPAN),), (), (), "made.intent")
    verdict = judged(spots, in_and_out(arms, start), two(OVER), program)
    assert [e.rule for e in verdict.entries] == (["never r1 in over and r2 in over"] if is_broken else [])


# --- as a run records them -------------------------------------------------------------------------------------------


def simulated(tmp_path: Path, cell: CellModel, ends: Mapping[str, Array]) -> tuple[dict[str, Track], Recording]:
    """Both robots sent from home to `ends` at once in the simulated world: the tracks of the MCAP file, the world's record."""
    model = load_robot_model("ur5e", HERE, None).value
    assert model is not None
    drivers = simulated_cell(cell, {"r1": model, "r2": model}, Scenario(0, ()))
    drivers.open()
    recording, nobody = MotionSamples(tmp_path / "recording.mcap"), SimpleNamespace(belief=SimpleNamespace(zones={}))
    for robot in drivers.motion.values():
        robot.activate("on")
    drivers.advance_to(1_000_000_000)
    for name, robot in drivers.motion.items():
        line = Segment(frozen([robot.state().q, ends[name]]), 1.0)
        phases = tuple(Phase(0.75, sign * 0.5 / 0.75**3) for sign in (1.0, -1.0, -1.0, 1.0))
        robot.start(robot.prepare(f"go {name}", Trajectory(f"far {name}", model.chain.joint_names, (line,), phases)))
    for _ in range(5):
        drivers.advance_to(drivers.now() + 1_000_000_000)
        recording.take(drivers, nobody)  # type: ignore[arg-type]
    recording.close()
    return tracks_in(tmp_path / "recording.mcap"), recording_of(drivers.record(), cell)


def test_both_robots_of_a_run_are_in_its_recording_and_judged_from_it(
    tmp_path: Path, spots: dict[str, Array], arms: Mapping[str, Arm]
) -> None:
    start = {"r1": spots["over left"], "r2": turned(at(arms["r2"], EDGE), -1.5)}
    cell = two(home=start["r2"].tolist())
    cell = replace(cell, robots={**cell.robots, "r1": replace(cell.robots["r1"], home=tuple(start["r1"].tolist()))})
    ends = {"r1": spots["over right"], "r2": at(arms["r2"], (0.47, -0.2, 0.2))}
    tracks, world = simulated(tmp_path, cell, ends)
    assert tracks.keys() == {"r1", "r2"}
    for name, track in tracks.items():
        assert [run.command for run in track.runs] == [f"go {name}"]
        true = world.tracks[name]
        np.testing.assert_allclose(track.readback[np.isin(track.at, true.at)], true.readback, atol=2e-9)
    for recorded_tracks in (tracks, world.tracks):
        contacts = judge(replace(world, tracks=recorded_tracks), cell, HERE, None).contacts
        assert any((c.first[:3], c.second[:3]) == ("r1 ", "r2 ") for c in contacts)

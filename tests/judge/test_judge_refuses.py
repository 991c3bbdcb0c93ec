"""Recordings with a fault planted in them, each next to the one without: what the judge says of both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.geometry import Array, Body, Box, Cylinder, Pose
from cell.motion_plan import ZoneVisit
from cell.zones import Zone
from tests.judge.arm import Arm, arm_of
from tests.judge.bodies import tcp_frames
from tests.judge.judge import FINE_STEP, judge
from tests.judge.made import (
    HOME_LIKE,
    SPAN,
    TICK,
    block_moved,
    corners_of,
    listed,
    made_cell,
    reaching,
    recorded,
    rest_to_rest,
)
from tests.judge.recording import AtPlace, PartChange, Recording, Track
from tests.judge.verdict import Verdict

HERE = Path(__file__).parent
DOOR = ((0.4, -0.3, 0.0), (0.6, -0.1, 0.3))


@pytest.fixture(scope="module")
def arm() -> Arm:
    return arm_of(made_cell().robots["r1"], HERE)


@pytest.fixture(scope="module")
def tcp(arm: Arm) -> Array:
    return tcp_frames(arm, made_cell())["grip.a"]


@pytest.fixture(scope="module")
def spots(arm: Arm, tcp: Array) -> dict[str, Array]:
    return corners_of(arm, tcp)


@pytest.fixture(scope="module")
def clean(spots: dict[str, Array]) -> Verdict:
    return judge(block_moved(spots), made_cell(), HERE, listed())


def pairs(verdict: Verdict) -> set[tuple[str, str]]:
    return {(c.first, c.second) for c in verdict.contacts}


# --- contact ---


def test_passes_a_block_that_is_moved_as_listed(clean: Verdict) -> None:
    assert clean.is_clean, clean.text
    assert clean.motions == 5
    assert clean.states > 1000


def test_counts_the_contacts_that_it_exempts(clean: Verdict) -> None:
    assert clean.listed == 4


@pytest.mark.parametrize(
    ("leg", "pair"),
    [
        ("down", ("r1 grip", "block#1 at left")),
        ("up", ("block#1 in grip.a", "left")),
        ("lower", ("block#1 in grip.a", "right")),
        ("leave", ("r1 grip", "block#1 at right")),
    ],
)
def test_refuses_a_contact_that_the_plan_does_not_list(spots: dict[str, Array], leg: str, pair: tuple[str, str]) -> None:
    verdict = judge(block_moved(spots), made_cell(), HERE, listed(without=[leg]))
    assert pairs(verdict) == {pair}


@pytest.mark.parametrize(("runs", "changes", "last"), [(1, 2, "down"), (4, 3, "lower")])
def test_passes_a_part_that_was_taken_or_let_go_by_a_robot_that_never_leaves(
    spots: dict[str, Array], runs: int, changes: int, last: str
) -> None:
    whole = block_moved(spots)
    track = whole.tracks["r1"]
    n = track.runs[runs - 1].last
    stays = Track("r1", track.at[:n], track.setpoint[:n], track.readback[:n], track.progress[:n], track.runs[:runs])
    recording = Recording({"r1": stays}, whole.changes[:changes])
    assert whole.changes[changes - 1].at < track.at[n - 1]
    assert judge(recording, made_cell(), HERE, listed()).contacts == ()
    assert judge(recording, made_cell(), HERE, listed(without=[last])).contacts


def test_refuses_a_contact_that_is_listed_for_another_place(spots: dict[str, Array]) -> None:
    verdict = judge(block_moved(spots), made_cell(), HERE, listed(place="right"))
    assert pairs(verdict) == {("r1 grip", "block#1 at left"), ("block#1 in grip.a", "left")}


def test_refuses_a_contact_that_is_listed_for_another_hand(spots: dict[str, Array]) -> None:
    verdict = judge(block_moved(spots), made_cell(), HERE, listed(hand="grip.b"))
    assert pairs(verdict) == {("block#1 in grip.a", "left"), ("block#1 in grip.a", "right")}


def test_refuses_a_held_part_that_overlaps_the_other_hand(spots: dict[str, Array]) -> None:
    """The other hand reaches 20 mm into where the block is held."""
    cell = made_cell()
    tool = cell.tools["grip"]
    one = replace(tool.bodies[0], name="grip.a")
    other = Body("grip.b", Box((0.01, 0.01, 0.16)), Pose.from_xyz_rpy((0.0, 0.0, 0.08)))
    hands = (*tool.hands, replace(tool.hands[0], name="b"))
    cell = replace(cell, tools={"grip": replace(tool, hands=hands, bodies=(one, other))})
    verdict = judge(block_moved(spots), cell, HERE, listed())
    assert ("block#1 in grip.a", "r1 grip.b") in pairs(verdict)
    assert ("block#1 in grip.a", "grip.a") not in pairs(verdict)


def test_refuses_a_contact_that_is_listed_for_another_stretch_of_the_path(spots: dict[str, Array]) -> None:
    verdict = judge(block_moved(spots), made_cell(), HERE, listed(first=0.2, last=0.3))
    assert len(pairs(verdict)) == 4


def test_refuses_a_listed_contact_that_goes_deeper_than_a_touch(arm: Arm, tcp: Array) -> None:
    verdict = judge(block_moved(corners_of(arm, tcp, sink=0.004)), made_cell(), HERE, listed())
    assert ("block#1 in grip.a", "right") in pairs(verdict)
    assert min(c.distance for c in verdict.contacts) == pytest.approx(-0.004, abs=2e-4)


def test_refuses_a_body_in_the_way_of_the_tool(spots: dict[str, Array]) -> None:
    post = Body("post", Cylinder(0.02, 0.30), Pose.from_xyz_rpy((0.47, 0.0, 0.15)))
    verdict = judge(block_moved(spots), made_cell(post), HERE, listed())
    assert ("r1 grip", "post") in pairs(verdict)


def test_refuses_a_body_in_the_way_of_the_held_part_alone(spots: dict[str, Array]) -> None:
    """The post ends 20 mm above the block's lower face, 40 mm below the gripper."""
    low = Body("post", Cylinder(0.01, 0.21), Pose.from_xyz_rpy((0.49, 0.0, 0.105)))
    verdict = judge(block_moved(spots), made_cell(low), HERE, listed())
    assert pairs(verdict) == {("block#1 in grip.a", "post")}


def test_passes_the_same_body_where_it_is_not_in_the_way(spots: dict[str, Array]) -> None:
    low = Body("post", Cylinder(0.01, 0.17), Pose.from_xyz_rpy((0.49, 0.0, 0.085)))
    assert judge(block_moved(spots), made_cell(low), HERE, listed()).is_clean


def test_misses_no_body_thinner_than_the_way_between_two_samples(spots: dict[str, Array]) -> None:
    """A sheet of 0.1 mm across the way, and every sample of the crossing that is inside the sheet taken out of the recording."""
    sheet = Body("sheet", Box((0.6, 0.0001, 0.5)), Pose.from_xyz_rpy((0.5, 0.0, 0.25)))
    whole = block_moved(spots)
    thin = replace(whole, tracks={"r1": _thinned(whole.tracks["r1"], 2)})
    for recording in (whole, thin):
        assert ("r1 grip", "sheet") in pairs(judge(recording, made_cell(sheet), HERE, listed()))


def _thinned(track: Track, every: int) -> Track:
    rows = slice(None, None, every)
    runs = tuple(replace(run, first=run.first // every, last=-(-run.last // every)) for run in track.runs)
    return Track(track.robot, track.at[rows], track.setpoint[rows], track.readback[rows], track.progress[rows], runs)


@pytest.mark.parametrize(("gap", "is_clear"), [(0.003, True), (0.0004, True), (-0.0015, False)])
def test_tells_a_small_gap_from_a_small_overlap_at_either_step(spots: dict[str, Array], gap: float, is_clear: bool) -> None:
    """A thin post under the held block, halfway across, where its way is level."""
    top = _halfway(spots) - (0.0, 0.0, gap)
    beam = Body("beam", Cylinder(0.005, 0.05), Pose.from_xyz_rpy(top - (0.0, 0.0, 0.025)))
    coarse, fine = (judge(block_moved(spots), made_cell(beam), HERE, listed(), step=s) for s in (0.005, FINE_STEP))
    assert pairs(coarse) == pairs(fine) == (set() if is_clear else {("block#1 in grip.a", "beam")})
    assert fine.states > 2 * coarse.states


def _halfway(spots: dict[str, Array]) -> Array:
    """Under the middle of the block's way, at the height of the lowest corner of its lower face near there."""
    arm = arm_of(made_cell().robots["r1"], HERE)
    q = rest_to_rest(spots["over left"], spots["over right"], 2.0)
    tcp = arm.sweep(q).flange() @ tcp_frames(arm, made_cell())["grip.a"]
    middle = tcp[len(tcp) // 2, :3, 3]
    near = tcp[np.linalg.norm(tcp[:, :3, 3] - middle, axis=1) < 0.04]
    lowest = min((near @ [x, y, 0.06, 1.0])[:, 2].min() for x in (-0.025, 0.025) for y in (-0.025, 0.025))
    return np.array([middle[0], middle[1], lowest])


def test_refuses_an_arm_that_folds_into_itself() -> None:
    """Up in the air, the elbow closes until the wrist is in the upper arm."""
    folded = (HOME_LIKE[0], -2.2, 3.0, -1.7, -1.57, 0.0)
    verdict = judge(
        recorded([("fold", rest_to_rest((*HOME_LIKE[:1], -2.2, 1.6, -1.7, -1.57, 0.0), folded, 4.0))]), made_cell(), HERE
    )
    assert any("wrist" in a + b and "upper_arm" in a + b for a, b in pairs(verdict)), verdict.text


def test_refuses_a_tool_in_the_foot_of_its_own_robot() -> None:
    """The arm folds back over itself; the gripper is 30 mm in the base, nothing else of the arm touches."""
    folded = (3.2, -1.251, 2.789, -2.101, -2.03, -1.5)
    legs = [("fold", rest_to_rest(HOME_LIKE, folded, 4.0))]
    assert {p for p in pairs(judge(recorded(legs), made_cell(), HERE)) if "r1 base" in p[1]} >= {("r1 grip", "r1 base_0")}


def test_refuses_a_tool_in_the_floor(arm: Arm, tcp: Array) -> None:
    above, below = (reaching(arm, (0.45, 0.0, z), tcp, (2.8, *HOME_LIKE[1:])) for z in (0.2, -0.01))
    verdict = judge(recorded([("dig", rest_to_rest(above, below, 2.0))]), made_cell(), HERE)
    assert ("r1 grip", "floor") in pairs(verdict)


# --- limits ---


def one_joint(move: float, duration: float, joint: int = 5) -> Recording:
    end = list(HOME_LIKE)
    end[joint] += move
    return recorded([("turn", rest_to_rest(HOME_LIKE, end, duration))])


@pytest.mark.parametrize(
    ("move", "duration", "joint", "words"),
    [
        (1.0, 1.5, 0, set()),
        (4.0, 2.2, 5, {"velocity"}),
        (0.5, 0.85, 0, {"acceleration", "jerk"}),
        (0.2, 0.66, 0, {"jerk"}),
    ],
)
def test_refuses_a_setpoint_beyond_a_rate_limit(move: float, duration: float, joint: int, words: set[str]) -> None:
    verdict = judge(one_joint(move, duration, joint), made_cell(), HERE)
    assert {e.what.split()[2] for e in verdict.exceedances if "setpoint" in e.what} == words


def test_finds_a_velocity_that_is_two_millionths_too_high() -> None:
    """A ramp at constant speed, so nothing is averaged away: at the limit it passes, 2e-6 over it does not."""
    limit = np.pi
    for factor, is_over in ((1.0, False), (1.0 + 2e-6, True)):
        q = np.tile(np.array(HOME_LIKE), (200, 1))
        q[:, 5] += limit * factor * 0.008 * np.arange(200)
        found = judge(recorded([("turn", q)], pause=0), made_cell(), HERE).exceedances
        assert any("setpoint velocity of joint 6" in e.what for e in found) is is_over


def test_refuses_a_joint_beyond_its_range() -> None:
    end = (*HOME_LIKE[:5], 2 * np.pi + 1e-4)
    verdict = judge(recorded([("turn", rest_to_rest(HOME_LIKE, end, 8.0))]), made_cell(), HERE)
    assert {e.what for e in verdict.exceedances} == {f"r1 {w} position of joint 6" for w in ("setpoint", "readback")}


def test_refuses_a_tcp_faster_than_its_robot_is_declared(spots: dict[str, Array]) -> None:
    """Across: 0.4 m in 2 s by a quintic, a little over 0.37 m/s at its fastest."""
    assert judge(block_moved(spots), made_cell(max_speed=0.40), HERE, listed()).is_clean
    found = judge(block_moved(spots), made_cell(max_speed=0.36), HERE, listed()).exceedances
    assert [e.what for e in found] == ["speed of grip.a (max_speed of r1)"]


def test_refuses_a_contact_that_is_met_too_fast(spots: dict[str, Array]) -> None:
    verdict = judge(block_moved(spots), made_cell(), HERE, listed(speed=0.05))
    assert {e.what for e in verdict.exceedances} == {"speed of grip.a in contact"}


def test_refuses_a_robot_that_jumps_while_nobody_looks(spots: dict[str, Array]) -> None:
    track = block_moved(spots).tracks["r1"]
    across = track.runs[2]
    keep = np.r_[0 : across.first + 5, across.last - 5 : len(track.at)]
    cut = Track("r1", track.at[keep], track.setpoint[keep], track.readback[keep], track.progress[keep])
    verdict = judge(Recording({"r1": cut}, ()), made_cell(), HERE)
    assert any("the time between two samples in motion" in e.what for e in verdict.exceedances)


# --- zones ---


def zone(**rule: object) -> Zone:
    return replace(Zone("door", *DOOR, False, None, False, None, None, None, None, False, SPAN), **rule)  # type: ignore[arg-type]


VISIT = [ZoneVisit("door", 0.0, 1.0)]


def test_refuses_a_zone_that_the_plan_does_not_visit(spots: dict[str, Array]) -> None:
    cell = made_cell(zones=[zone()])
    assert judge(block_moved(spots), cell, HERE, listed(visits=VISIT)).is_clean
    entered = judge(block_moved(spots), cell, HERE, listed()).entries
    assert {e.zone for e in entered} == {"door"}
    assert {"r1 grip", "block#1 in grip.a"} <= {e.body for e in entered}


def test_refuses_a_visit_outside_its_stretch_of_the_path(spots: dict[str, Array]) -> None:
    verdict = judge(block_moved(spots), made_cell(zones=[zone()]), HERE, listed(visits=[ZoneVisit("door", 0.0, 0.1)]))
    assert verdict.entries


def test_refuses_a_keep_out_zone_even_where_a_visit_is_listed(spots: dict[str, Array]) -> None:
    verdict = judge(block_moved(spots), made_cell(zones=[zone(keep_out=True)]), HERE, listed(visits=VISIT))
    assert {e.rule for e in verdict.entries} == {"door is a keep-out zone"}


# --- parts ---


def test_refuses_a_part_gripped_beside_it(arm: Arm, tcp: Array) -> None:
    verdict = judge(block_moved(corners_of(arm, tcp, slip=0.005)), made_cell(), HERE, listed())
    assert any("5.0 mm away from it" in m.what for m in verdict.misplaced)


def test_refuses_a_part_that_is_said_to_be_where_it_was_not_left(spots: dict[str, Array]) -> None:
    verdict = judge(block_moved(spots, release_at="left"), made_cell(), HERE, listed())
    assert any("is left 400.0 mm from left" in m.what for m in verdict.misplaced)


def test_refuses_a_part_in_a_place_that_does_not_take_it(spots: dict[str, Array]) -> None:
    cell = made_cell()
    right = cell.equipment["right"]
    places = tuple(replace(place, accepts=("lid",)) for place in right.places)
    cell = replace(cell, equipment={**cell.equipment, "right": replace(right, places=places)})
    verdict = judge(block_moved(spots), cell, HERE, listed())
    assert any("does not take a block" in m.what for m in verdict.misplaced)


def test_refuses_two_parts_in_one_place(spots: dict[str, Array]) -> None:
    recording = block_moved(spots)
    second = PartChange(0, "block#2", "block", AtPlace("right"))
    verdict = judge(replace(recording, changes=(second, *recording.changes)), made_cell(), HERE, listed())
    assert any("where block#2 lies" in m.what for m in verdict.misplaced)
    assert ("block#1 in grip.a", "block#2 at right") in pairs(verdict)


def test_a_recording_that_runs_back_in_time_is_no_recording() -> None:
    q = np.tile(np.array(HOME_LIKE), (3, 1))
    with pytest.raises(ValueError, match="do not increase"):
        Track("r1", np.array([0, 2, 1]) * TICK, q, q, np.zeros(3))


def test_says_in_words_what_it_found(spots: dict[str, Array]) -> None:
    text = judge(block_moved(spots), made_cell(), HERE, listed(without=["down"])).text
    assert text.startswith("NOT CLEAN\n  contact that is not listed: 1.")
    assert "grip and block#1 at left at" in text

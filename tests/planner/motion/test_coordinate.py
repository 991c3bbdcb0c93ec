"""Pairs that are certified never come near in a dense look at both paths; pairs that meet are never certified."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import product
from multiprocessing import get_context

import coal
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.codec import canonical
from cell.geometry import Array, Box, ConvexHull, Pose, corners, frozen
from cell.kinematic_chain import Joint, JointKind, KinematicChain
from cell.model import CellModel
from cell.motion_plan import Motion, Segment
from cell.presence import Conflicts, Moving, Presence, Resting
from cell.robot import RobotModel
from cell.steps import AtHome, AtHub, AtMeasured, Carried, MotionNeed
from cell.trajectory import Path, elevated, split
from planner.motion import apart, coordinate
from planner.motion.apart import PAIR_CLEARANCE, Pairing
from planner.motion.arm import Arm
from planner.motion.bodies import Mover, movers
from planner.motion.coordinate import uncertified
from planner.motion.plan_motions import MapFunction
from planner.motion.store import MemoryStore
from planner.motion.sweeps import Moved, Sweep
from tests.planner.motion.two_robots import HANDS, TOOLS, pair_cell
from tests.planner.motion.workcell import models, robot

BLOCKS = {name: (Carried(hand, "block", 0),) for name, hand in HANDS.items()}
# Both reach for the middle: turned to each other, the hands overlap.
READY = {"west": np.array([np.pi - 0.42, -1.9, 1.9, -1.5, -1.5, 0.0]), "east": np.array([-0.42, -1.9, 1.9, -1.5, -1.5, 0.0])}
PAN = np.eye(6)[0]


@cache
def near_cell() -> CellModel:
    """The arms 0.8 m apart, so that each can reach into the other."""
    return pair_cell(changes={"base (-500 mm": "base (-400 mm", "base (500 mm": "base (400 mm"})


@cache
def moved(name: str, carries: bool = True) -> Moved:
    arm = Arm.of(near_cell(), name, robot("ur5e"), TOOLS[name])
    return Moved(arm, movers(arm, near_cell(), BLOCKS[name] if carries else ()))


@cache
def pairing() -> Pairing:
    return Pairing(moved("west"), moved("east"))


def line(start: Array, end: Array) -> Array:
    return elevated(np.stack([start, end]))[None]


def rest(q: Array) -> Array:
    return np.tile(q, (1, 6, 1))


def wandering(name: str, rng: np.random.Generator, width: float) -> Array:
    """One curve of degree 5, turned away from the other robot by more or less."""
    return np.asarray(
        (READY[name] + rng.uniform(0.0, 1.0) * PAN + rng.uniform(-width, width, (6, 6)) * [1.0, 0.6, 0.6, 0.6, 0.4, 1.0])[None]
    )


# --- an oracle of our own: every body against every body, at any two moments ---------------------------------------------


def dense(one: Moved, path: Array, other: Moved, way: Array, count: int, first_link: int = 0) -> float:
    """The least distance that is seen between any two bodies, but base and base, at `count` x `count` points of both curves."""
    least, request, result = np.inf, coal.DistanceRequest(), coal.DistanceResult()
    for (a, hull_a, at_a), (b, hull_b, at_b) in product(_placed(one, path, count), _placed(other, way, count)):
        if min(a.link, b.link) >= first_link and (a.link or b.link):
            for p, q in product(at_a, at_b):
                result.clear()
                least = min(least, coal.distance(hull_a, p, hull_b, q, request, result))
    return float(least)


def _placed(what: Moved, path: Array, count: int) -> list[tuple[Mover, object, list[object]]]:
    """Each body with its hull and where it is; once where it stands still."""
    links = what.arm.T_world_links(_points(path, count))
    still = np.ptp(links, axis=0).reshape(links.shape[1], -1).max(axis=1) == 0.0
    shown = [links[:1, m.link] if still[m.link] else links[:, m.link] for m in what.bodies]
    return [
        (m, _hull(m), [coal.Transform3s(pose[:3, :3], pose[:3, 3]) for pose in poses])
        for m, poses in zip(what.bodies, shown, strict=True)
    ]


def _points(curves: Array, count: int) -> Array:
    path = Path.of(tuple(Segment(frozen(curve), 1.0) for curve in curves))
    return np.asarray(path.at(np.linspace(0.0, path.length, count)).q)


@cache
def _hull(mover: Mover) -> object:
    points = coal.StdVec_Vec3s()
    for point in mover.points:
        points.append(np.array(point))
    return coal.Convex.convexHull(points, True, None)


# --- the bound ---------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_no_body_leaves_its_box_nor_moves_further_than_its_bound_on_any_stretch(seed: int) -> None:
    """Three segments of very unequal length, one level deeper than a tree begins with."""
    rng = np.random.default_rng(seed)
    parts = wandering("west", rng, 0.8)[0]
    first, rest = split(parts, rng.uniform(0.05, 0.5))
    second, third = split(rest, rng.uniform(0.5, 0.95))
    what = moved("west")
    sweep = Sweep(what, np.stack([first, second, third]))
    sweep.deepen()
    for level in range(sweep.levels):
        for k in {0, 2**level // 3, 2**level - 1}:
            node = 2**level - 1 + k
            q = np.concatenate([_points(c[None], 7) for c in _stretch(sweep, level, k)])
            links = what.arm.T_world_links(q)
            for m, body in enumerate(what.bodies):
                at = np.einsum("nij,pj->npi", links[:, body.link, :3, :3], body.points) + links[:, body.link, None, :3, 3]
                T_body_link = body.T_link_body.inverse()
                middle = (
                    np.einsum("ij,pj->pi", sweep.poses[node, m, :3, :3], T_body_link.apply(body.points))
                    + sweep.poses[node, m, :3, 3]
                )
                assert np.linalg.norm(at - middle, axis=2).max() <= sweep.motion[node, m] + 1e-9
                assert np.all(at >= sweep.low[node, m] - 1e-9)
                assert np.all(at <= sweep.high[node, m] + 1e-9)


def _stretch(sweep: Sweep, level: int, k: int) -> Array:
    runs = sweep._curves.reshape(2**level, -1, *sweep._curves.shape[1:])
    return np.asarray(runs[k])


def test_a_tree_covers_its_path_from_end_to_end_in_order() -> None:
    rng = np.random.default_rng(1)
    path = np.concatenate(
        [line(READY["west"], READY["west"] + 0.4), line(READY["west"] + 0.4, READY["west"] + rng.uniform(size=6))]
    )
    sweep = Sweep(moved("west"), path)
    for _ in range(2):
        np.testing.assert_allclose(sweep._curves[0, 0], path[0, 0], atol=1e-12)
        np.testing.assert_allclose(sweep._curves[-1, -1], path[-1, -1], atol=1e-12)
        np.testing.assert_allclose(sweep._curves[1:, 0], sweep._curves[:-1, -1], atol=1e-12)
        assert len(sweep.motion) == len(sweep.low) == len(sweep.poses) == 2**sweep.levels - 1
        sweep.deepen()


def test_a_robot_at_rest_is_one_node_on_which_nothing_moves() -> None:
    sweep = Sweep(moved("west"), rest(READY["west"]))
    assert len(sweep.motion) == 1
    assert not sweep.motion.any()


# --- a slide: bounds that are reached exactly -----------------------------------------------------------------------------


def slide(x: float, size: float = 0.1) -> Moved:
    """A foot at (x, 0, 0) that stands, and a cube that a sliding joint moves along x and a turning one about z."""
    cube = ConvexHull(frozen(corners(Box((size, size, size)))))
    joints = (
        Joint("slide", JointKind.PRISMATIC, Pose.identity(), np.eye(3)[0]),
        Joint("turn", JointKind.REVOLUTE, Pose.identity(), np.eye(3)[2]),
    )
    model = RobotModel(
        name="slide", chain=KinematicChain(joints, Pose.identity()), hulls=((cube,), (), (cube,)),
        position=np.array([[-5.0, 5.0], [-3.0, 3.0]]), velocity=np.ones(2), acceleration=np.ones(2), jerk=np.ones(2),
        effort=np.ones(2), payload=1.0, reach=5.0, self_collision_pairs=(),
    )  # fmt: skip
    unit = replace(near_cell().robots["west"], base=Pose.from_xyz_rpy((x, 0.0, 0.0)))
    arm = Arm(unit, model, None)
    return Moved(arm, movers(arm, near_cell(), ()))


def test_a_cube_on_a_slide_fills_its_box_to_the_edge() -> None:
    """The foot stays; the cube moves by what the joint slides and no less. Across, by what it moves on one of 16 stretches."""
    sweep = Sweep(slide(0.0), line(np.array([-1.0, 0.0]), np.array([1.0, 0.0])))
    across = 0.05 + 1.0 / 16.0
    np.testing.assert_allclose(sweep.motion[[0, -1]], [[0.0, 1.0], [0.0, 1.0 / 16.0]], atol=1e-12)
    for node, low, high in ((0, -1.05, 1.05), (-1, 0.825, 1.05)):
        np.testing.assert_allclose(sweep.low[node], [[-0.05] * 3, [low, -across, -across]], atol=1e-12)
        np.testing.assert_allclose(sweep.high[node], [[0.05] * 3, [high, across, across]], atol=1e-12)


@pytest.mark.parametrize("gap", [0.001, 0.004, 0.006, 0.02])
def test_two_cubes_are_apart_by_more_than_the_clearance_or_not_certified(gap: float) -> None:
    """The one comes to the middle from the left, the other from the right: nearest at the ends of both paths alone."""
    left, right = slide(-2.0), slide(2.0)
    one = Sweep(left, line(np.array([0.5, 0.0]), np.array([1.95 - gap / 2.0, 0.0])))
    other = Sweep(right, line(np.array([-1.95 + gap / 2.0, 0.0]), np.array([-0.5, 0.0])))
    assert Pairing(left, right).are_apart(one, other) == (gap > PAIR_CLEARANCE)


def test_a_base_counts_against_what_moves_and_not_against_a_base() -> None:
    left, near, same = slide(-2.0), slide(0.0), slide(-2.05)
    still, through = Sweep(near, rest(np.array([3.0, 0.0]))), Sweep(left, line(np.array([0.2, 0.0]), np.array([2.0, 0.0])))
    assert not Pairing(left, near).are_apart(through, still)
    assert not Pairing(near, left).are_apart(still, through)
    away = [Sweep(what, rest(np.array([q, 0.0]))) for what, q in ((left, 1.0), (same, -1.0))]
    assert Pairing(left, same).are_apart(*away)


# --- verdicts ----------------------------------------------------------------------------------------------------------


def test_what_is_certified_is_apart_in_a_dense_look_and_some_of_it_is_near() -> None:
    rng = np.random.default_rng(4)
    certified, nearest = 0, np.inf
    for _ in range(12):
        path, way = wandering("west", rng, 0.5), wandering("east", rng, 0.5)
        if pairing().are_apart(Sweep(moved("west"), path), Sweep(moved("east"), way)):
            certified += 1
            distance = dense(moved("west"), path, moved("east"), way, 9)
            nearest = min(nearest, distance)
            assert distance > PAIR_CLEARANCE
    assert certified >= 3
    assert nearest < 0.15


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_paths_that_meet_at_one_pair_of_moments_are_never_certified(seed: int) -> None:
    """Each passes, at a moment of its own, through a configuration in which one hand is in the other; elsewhere they may be
    far apart."""
    rng = np.random.default_rng(seed)
    meeting = _meeting(rng)
    ways = []
    for name, q in zip(("west", "east"), meeting, strict=True):
        way, before = rng.uniform(-1.0, 1.0, 6), rng.uniform(0.0, 1.0)
        ways.append(Sweep(moved(name), line(q - before * way, q + (1.0 - before) * way)))
    assert not pairing().are_apart(*ways)


def _meeting(rng: np.random.Generator) -> tuple[Array, Array]:
    """Two configurations in which one hand is in the other."""
    pan = rng.uniform(-0.05, 0.05)
    return READY["west"] + pan * PAN, READY["east"] + pan * PAN


def test_a_brief_graze_is_refused_and_a_narrow_pass_is_certified() -> None:
    """West rests; east's hand passes it, each time with its elbow stretched a little further."""
    still, least = rest(READY["west"]), {}
    for stretch in np.linspace(0.40, 0.54, 15):
        q = READY["east"] + np.array([0.0, 0.0, stretch, 0.0, 0.0, 0.0])
        path = line(q - 0.7 * PAN, q + 0.7 * PAN)
        distance = least[stretch] = dense(moved("west"), still, moved("east"), path, 41, first_link=4)
        found = pairing().are_apart(Sweep(moved("west"), still), Sweep(moved("east"), path))
        assert found == (distance > PAIR_CLEARANCE) or abs(distance - PAIR_CLEARANCE) < 0.002
    assert any(0.0 < d < PAIR_CLEARANCE for d in least.values())
    assert any(PAIR_CLEARANCE + 0.002 < d < PAIR_CLEARANCE + 0.01 for d in least.values())


def test_at_rest_the_clearance_decides() -> None:
    still, seen = rest(READY["west"]), set()
    for turn in np.linspace(0.0, 0.6, 40):
        q = rest(READY["east"] + turn * PAN)
        distance = dense(moved("west"), still, moved("east"), q, 1)
        found = pairing().are_apart(Sweep(moved("west"), still), Sweep(moved("east"), q))
        assert found == (distance > PAIR_CLEARANCE)
        seen.add(found)
    assert seen == {True, False}


# --- presences ---------------------------------------------------------------------------------------------------------


def together(
    cell: CellModel,
    pairs: Iterable[tuple[Presence, Presence]],
    motions: Mapping[MotionNeed, Motion],
    store: MemoryStore | None = None,
    map_fn: MapFunction = map,
) -> Conflicts:
    return uncertified(pairs, motions, cell, models(cell), store or MemoryStore(), map_fn, lambda *_: None)


def presences(motions: Mapping[MotionNeed, Motion], name: str) -> list[Presence]:
    own = [need for need in motions if need.robot == name]
    rests = dict.fromkeys(Resting(name, stance, need.carried, TOOLS[name]) for need in own for stance in (need.start, need.end))
    return [*(Moving(need) for need in own), *rests]


def all_pairs(motions: Mapping[MotionNeed, Motion]) -> list[tuple[Presence, Presence]]:
    return list(product(presences(motions, "west"), presences(motions, "east")))


def path_of(presence: Presence, motions: Mapping[MotionNeed, Motion], at: Mapping[tuple[str, object], Array]) -> Array:
    match presence:
        case Moving(need):
            return np.stack([elevated(segment.control) for segment in motions[need].segments])
        case Resting(name, stance):
            return rest(at[name, stance])


def test_conflicts_are_the_pairs_that_meet_and_the_others_are_apart(
    two_robots: CellModel, two_robots_motions: Mapping[MotionNeed, Motion]
) -> None:
    """All pairs of a job around one nest: only at the nest do they meet, and what is certified is apart in a dense look."""
    motions = two_robots_motions
    pairs = all_pairs(motions)
    conflicts = together(two_robots, pairs, motions)
    at = {}
    for need, motion in motions.items():
        at[need.robot, need.start] = motion.segments[0].control[0]
        at[need.robot, need.end] = motion.segments[-1].control[-1]
    parts = {}
    for presence in {presence for pair in pairs for presence in pair}:
        arm = Arm.of(two_robots, presence.robot, robot("ur5e"), TOOLS[presence.robot])
        carried = presence.need.carried if isinstance(presence, Moving) else presence.carried
        parts[presence] = Moved(arm, movers(arm, two_robots, carried)), path_of(presence, motions, at)
    assert conflicts
    for one, other in conflicts:
        assert one.robot == "east"
        assert other.robot == "west"
        assert dense(*parts[one], *parts[other], 12, first_link=4) <= PAIR_CLEARANCE
    rng = np.random.default_rng(0)
    apart_pairs = [(east, west) for west, east in pairs if (east, west) not in conflicts]
    for k in rng.choice(len(apart_pairs), 25, replace=False):
        one, other = apart_pairs[k]
        assert dense(*parts[one], *parts[other], 6, first_link=3) > PAIR_CLEARANCE


def test_the_order_of_a_pair_and_of_the_pairs_does_not_matter(
    two_robots: CellModel, two_robots_motions: Mapping[MotionNeed, Motion]
) -> None:
    pairs = all_pairs(two_robots_motions)
    found = together(two_robots, pairs, two_robots_motions)
    assert together(two_robots, [(b, a) for a, b in reversed(pairs)], two_robots_motions) == found


def test_other_processes_say_the_same(two_robots: CellModel, two_robots_motions: Mapping[MotionNeed, Motion]) -> None:
    pairs = all_pairs(two_robots_motions)[::3]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = together(two_robots, pairs, two_robots_motions, map_fn=pool.map)
    assert found == together(two_robots, pairs, two_robots_motions)


def test_verdicts_are_kept_by_the_content_of_both_and_made_again_where_damaged(
    two_robots: CellModel, two_robots_motions: Mapping[MotionNeed, Motion], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counting(act: object, tasks: object) -> list[object]:
        asked.append(sum(len(task.others) for task in tasks))  # type: ignore[attr-defined]
        return [act(task) for task in tasks]  # type: ignore[operator,attr-defined]

    store, pairs = MemoryStore(), all_pairs(two_robots_motions)
    first = together(two_robots, pairs[::2], two_robots_motions, store, counting)
    again = together(two_robots, pairs[::2], two_robots_motions, store, counting)
    rest_of_them = together(two_robots, pairs, two_robots_motions, store, counting)
    assert asked[1] == 0
    assert 0 < asked[2] < asked[0] + asked[2] <= len(pairs)
    assert first == again <= rest_of_them
    for damage in (None, b"[1]", b"{"):
        for key, kept in list(store._values.items()):
            store.put(key, damage or canonical(dict.fromkeys(json.loads(kept), 1)).encode())
        assert together(two_robots, pairs[::2], two_robots_motions, store, counting) == first
        assert asked[-1] == asked[0]
    east = two_robots.robots["east"]
    changed = [
        replace(two_robots, robots={**two_robots.robots, "east": replace(east, base=east.base @ pose_x(0.001))}),
        replace(two_robots, tools={**two_robots.tools, "grip_e": replace(two_robots.tools["grip_e"], bodies=())}),
    ]
    for cell in changed:
        together(cell, pairs[::2], two_robots_motions, store, counting)
        assert asked[-1] == asked[0]
    monkeypatch.setattr(apart, "PAIR_CLEARANCE", 0.006)
    together(two_robots, pairs[::2], two_robots_motions, store, counting)
    assert asked[-1] == asked[0]


def pose_x(x: float) -> Pose:
    return Pose.from_xyz_rpy((x, 0.0, 0.0))


def test_a_rest_is_where_home_is_declared_where_it_was_measured_or_where_a_motion_ends(
    two_robots: CellModel, two_robots_motions: Mapping[MotionNeed, Motion]
) -> None:
    """West stands in east's way only when measured there; at home and at its hub it does not."""
    over = next(n for n in two_robots_motions if n.robot == "west" and n.touch is not None)
    east = Moving(next(n for n in two_robots_motions if n.robot == "east" and n.touch is not None))
    in_nest = tuple(map(float, two_robots_motions[over].segments[-1].control[-1]))
    stances = AtHome(), AtHub("nest"), over.end, AtMeasured(in_nest), AtMeasured((0.0,)), AtHub("in_e")
    rests = [Resting("west", stance, (), "grip_w") for stance in stances]
    found = together(two_robots, [(west, east) for west in rests], two_robots_motions)
    meeting = [west.stance for west in rests if (east, west) in found]
    assert meeting == [over.end, AtMeasured(in_nest), AtMeasured((0.0,)), AtHub("in_e")]  # the last two are not known


def test_a_motion_that_is_not_there_is_not_certified(
    two_robots: CellModel, two_robots_motions: Mapping[MotionNeed, Motion]
) -> None:
    pair = all_pairs(two_robots_motions)[0]
    assert together(two_robots, [pair], {}) == {(pair[1], pair[0])}


def test_a_part_in_the_hand_is_held_against_the_other_robot() -> None:
    """Both at rest, the hands a little apart, east's lower: empty they are certified, with a wide part in one they are not."""
    cell = pair_cell(
        changes={
            "base (-500 mm": "base (-400 mm",
            "base (500 mm": "base (400 mm",
            "(50 mm, 50 mm, 60 mm)": "(500 mm, 500 mm, 60 mm)",
        }
    )
    east = Resting("east", AtMeasured(tuple(READY["east"] + 0.75 * PAN + 0.2 * np.eye(6)[1])), (), "grip_e")
    west = AtMeasured(tuple(READY["west"]))
    empty, full = (Resting("west", west, carried, "grip_w") for carried in ((), BLOCKS["west"]))
    assert together(cell, [(empty, east), (full, east)], {}) == {(east, full)}


def test_a_search_that_runs_out_of_its_budget_certifies_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    q = READY["east"] + 0.50 * np.eye(6)[2]

    def is_shown() -> bool:
        return pairing().are_apart(
            Sweep(moved("west"), rest(READY["west"])), Sweep(moved("east"), line(q - 0.7 * PAN, q + 0.7 * PAN))
        )

    assert is_shown()
    for name, budget in (("MOST_BOXES", 100), ("MOST_MEASURED", 50), ("DEEPEST", 6)):
        with monkeypatch.context() as patch:
            patch.setattr(apart, name, budget)
            assert not is_shown()


def test_what_a_process_keeps_does_not_grow_without_end_nor_change_what_it_says(
    two_robots: CellModel, two_robots_motions: Mapping[MotionNeed, Motion], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = all_pairs(two_robots_motions)[::5]
    found = together(two_robots, pairs, two_robots_motions)
    monkeypatch.setattr(coordinate, "MOST_NODES", 100)
    monkeypatch.setattr(coordinate, "_WORKER", coordinate._Worker())
    assert together(two_robots, pairs, two_robots_motions) == found
    kept = [len(sweep.motion) for sweep in coordinate._WORKER._sweeps.values()]
    assert sum(kept) <= 100 + 2 * max(kept)

"""The stage as a whole on a small cell: what it finds, that it is found again, that it is the same everywhere."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from cell.codec import canonical
from cell.model import CellModel
from cell.motion_plan import Motion
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, MotionNeed
from cell.trajectory import Law, Path, combined, sample
from planner.motion import margins, solve
from planner.motion.arm import Arm
from planner.motion.estimate import estimated_duration
from planner.motion.margins import CONTACT_LENGTH, CONTACT_SPEED
from planner.motion.plan_motions import Found, plan_motions
from planner.motion.store import MemoryStore, motion_bytes, motion_of, need_key, surroundings_digest
from planner.motion.workbench import Workbench
from tests.planner.motion.test_paths import is_smooth
from tests.planner.motion.workcell import (
    bring,
    compiled,
    dense_distance,
    fetch,
    leave,
    lift,
    models,
    place_stance,
    robot,
    small_cell,
    travel,
)


def silent(stage: str, done: int, of: int) -> None:
    pass


def plan(cell: CellModel, *needs: MotionNeed, store: MemoryStore | None = None, seed: int = 0) -> Found:
    return plan_motions(needs, cell, models(cell), store or MemoryStore(), map, silent, seed)


def all_needs(cell: CellModel) -> tuple[MotionNeed, ...]:
    return (
        fetch(cell, "left", 0.8),
        lift(cell, "left", 0.8),
        travel(cell, AtHub("left"), AtHub("right"), carries=True, speed=0.8),
        bring(cell, "right", 0.8),
        leave(cell, "right", 0.8),
        travel(cell, AtHome(), AtHub("left"), speed=0.8),
    )


@pytest.fixture(scope="module")
def found(cell: CellModel) -> Found:
    return plan(cell, *all_needs(cell))


def test_every_need_of_a_job_has_a_motion(cell: CellModel, found: Found) -> None:
    assert not found.refused
    assert tuple(found.motions) == all_needs(cell)


def test_paths_are_smooth_and_laws_go_from_rest_to_rest(found: Found) -> None:
    for motion in found.motions.values():
        assert is_smooth(motion.segments, 1e-6)
        end = Law.of(motion.phases).states[-1]
        np.testing.assert_allclose(end, [Path.of(motion.segments).length, 0.0, 0.0], atol=1e-10)
        assert motion.duration == pytest.approx(Law.of(motion.phases).duration)


def test_no_joint_exceeds_a_limit(arm_5: Arm, found: Found) -> None:
    model = arm_5.model
    for motion in found.motions.values():
        at = sample(motion, np.linspace(0.0, motion.duration, 20001))
        assert model.within_limits(at.q).all()
        for rate, limit in ((at.qd, model.velocity), (at.qdd, model.acceleration), (at.qddd, model.jerk)):
            assert np.all(np.abs(rate) <= limit * (1.0 + 1e-9))


def test_the_tcp_keeps_its_speed_limit(arm_5: Arm, found: Found) -> None:
    for need, motion in found.motions.items():
        assert need.speed_limit is not None
        assert tcp_speeds(arm_5, motion).max() <= need.speed_limit


def tcp_speeds(arm: Arm, motion: Motion, count: int = 8001) -> np.ndarray:
    t = np.linspace(0.0, motion.duration, count)
    tcp = arm.T_world_tcp(sample(motion, t).q, arm.tcp_frames()[0])[:, :3, 3]
    return np.asarray(np.linalg.norm(np.diff(tcp, axis=0), axis=1) / np.diff(t))


def test_a_tighter_speed_limit_is_kept_and_takes_longer(cell: CellModel, arm_5: Arm, found: Found) -> None:
    slow = plan(cell, fetch(cell, "left", 0.1)).motions[fetch(cell, "left", 0.1)]
    assert tcp_speeds(arm_5, slow).max() <= 0.1
    assert slow.duration > found.motions[fetch(cell, "left", 0.8)].duration


def test_nothing_touches_but_what_is_meant_and_only_where_it_is(cell: CellModel, found: Found) -> None:
    """Outside the allowed stretch all pairs are apart, in a dense look that shares nothing with the check but the shapes."""
    bench = Workbench(cell, "arm", models(cell), "gripper")
    for need, motion in found.motions.items():
        collider = bench.collider(need.carried)
        out_of_scene = frozenset(
            (m, s)
            for m, _ in enumerate(collider.movers)
            for s, body in enumerate(collider.standers)
            if need.touch is not None
            and need.touch.pair == "part and place"
            and body.what == "part"
            and body.owner == need.touch.place
        )
        path = Path.of(motion.segments)
        first, last = 0.0, path.length
        for contact in motion.contacts:
            first, last = (first, contact.first) if contact.touch.end == "end" else (contact.last, last)
        q = path.at(np.linspace(first, last, 60)).q
        assert dense_distance(collider, q, out_of_scene) > 0.002


def test_contact_is_short_slow_gentle_and_at_its_end(arm_5: Arm, found: Found) -> None:
    for need, motion in found.motions.items():
        if need.touch is None:
            assert motion.contacts == ()
            continue
        (contact,) = motion.contacts
        length = Path.of(motion.segments).length
        assert contact.touch == need.touch
        assert (contact.last == pytest.approx(length)) if need.touch.end == "end" else (contact.first == 0.0)
        assert contact.speed == CONTACT_SPEED
        assert contact.force == 40.0  # what the part asks to be gripped with
        t = np.linspace(0.0, motion.duration, 8001)
        inside = (s := Law.of(motion.phases).at(t).s) >= contact.first
        inside &= s <= contact.last
        assert tcp_speeds(arm_5, motion)[inside[1:] & inside[:-1]].max() <= CONTACT_SPEED
        ends = arm_5.T_world_tcp(Path.of(motion.segments).at([contact.first, contact.last]).q, arm_5.tcp_frames()[0])
        assert np.linalg.norm(ends[1, :3, 3] - ends[0, :3, 3]) == pytest.approx(CONTACT_LENGTH, abs=1e-4)


def test_contact_is_as_slow_as_it_has_to_be(cell: CellModel, arm_5: Arm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Much slower than the arm would brake anyway: the cap itself has to act, in contact and nowhere else."""
    monkeypatch.setattr(solve, "CONTACT_SPEED", 0.04)
    need = fetch(cell, "left", 0.8)
    motion = plan(cell, need).motions[need]
    (contact,) = motion.contacts
    s = Law.of(motion.phases).at(np.linspace(0.0, motion.duration, 8001)).s
    inside = (s[1:] >= contact.first) & (s[:-1] >= contact.first)
    speeds = tcp_speeds(arm_5, motion)
    assert speeds[inside].max() <= contact.speed == 0.04
    assert speeds[~inside].max() > 0.1


def test_a_way_out_starts_where_the_way_in_ended_and_a_hub_is_one_place(cell: CellModel, found: Found) -> None:
    ends: dict[str, list[np.ndarray]] = {}
    for need, motion in found.motions.items():
        for stance, q in ((need.start, motion.segments[0].control[0]), (need.end, motion.segments[-1].control[-1])):
            ends.setdefault(repr(stance), []).append(q)
    shared = [configurations for configurations in ends.values() if len(configurations) > 1]
    assert len(shared) >= 3
    for configurations in shared:
        for q in configurations[1:]:
            np.testing.assert_allclose(q, configurations[0], atol=1e-12)


def test_the_hand_meets_the_part_at_its_grasp(cell: CellModel, arm_5: Arm, found: Found) -> None:
    motion = found.motions[fetch(cell, "left", 0.8)]
    tcp = arm_5.T_world_tcp(motion.segments[-1].control[-1], arm_5.tcp_frames()[0])
    np.testing.assert_allclose(tcp[:3, 3], cell.places["left"].frame.translation + 0.06 * np.eye(3)[2], atol=1e-8)
    np.testing.assert_allclose(tcp[:3, 2], [0.0, 0.0, -1.0], atol=1e-8)


def test_planning_twice_gives_the_same_bytes(cell: CellModel, found: Found) -> None:
    again = plan(cell, *all_needs(cell))
    assert [canonical(m) for m in again.motions.values()] == [canonical(m) for m in found.motions.values()]


@pytest.mark.long
def test_other_processes_in_another_order_give_the_same_bytes(cell: CellModel, found: Found) -> None:
    needs = all_needs(cell)[::-1]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        again = plan_motions(needs, cell, models(cell), MemoryStore(), pool.map, silent, 0)
    for need, motion in found.motions.items():
        assert canonical(again.motions[need]) == canonical(motion)


def test_what_is_stored_is_found_again_and_what_is_damaged_is_made_again(cell: CellModel, found: Found) -> None:
    store = MemoryStore()
    need = fetch(cell, "left", 0.8)
    first = plan(cell, need, store=store)
    calls: list[object] = []

    def counting(act: object, items: object) -> list[object]:
        calls.append(act)
        return [act(item) for item in items]  # type: ignore[operator,attr-defined]

    again = plan_motions((need,), cell, models(cell), store, counting, silent, 0)
    assert calls == []
    assert canonical(again.motions[need]) == canonical(first.motions[need])
    for key in list(store._values):
        store.put(key, b"{")
    mended = plan_motions((need,), cell, models(cell), store, counting, silent, 0)
    assert calls
    assert canonical(mended.motions[need]) == canonical(first.motions[need])


def test_a_motion_of_another_need_is_not_taken_for_this_one(cell: CellModel, found: Found) -> None:
    need, other = fetch(cell, "left", 0.8), leave(cell, "right", 0.8)
    assert motion_of(motion_bytes(found.motions[other]), need) is None
    assert motion_of(motion_bytes(found.motions[need]), need) is not None


def test_the_key_covers_robot_cell_seed_and_the_numbers_of_the_search(cell: CellModel, monkeypatch: pytest.MonkeyPatch) -> None:
    model = robot("ur5e")
    heavier = small_cell(changes={"mass 0.3 kg": "mass 0.4 kg"})
    keys = [
        surroundings_digest(cell, "arm", "gripper", {"arm": model}, 0),
        surroundings_digest(cell, "arm", "gripper", {"arm": model}, 1),
        surroundings_digest(cell, "arm", "gripper", {"arm": robot("ur10e")}, 0),
        surroundings_digest(heavier, "arm", "gripper", {"arm": model}, 0),
        surroundings_digest(small_cell(ZONED), "arm", "gripper", {"arm": model}, 0),
    ]
    monkeypatch.setattr(margins, "FREE_CLEARANCE", 0.011)
    keys.append(surroundings_digest(cell, "arm", "gripper", {"arm": model}, 0))
    assert len(set(keys)) == len(keys)
    assert need_key(keys[0], fetch(cell, "left")) != need_key(keys[0], lift(cell, "left"))


def test_the_key_is_deaf_to_comments_and_spans(cell: CellModel) -> None:
    model, commented = robot("ur5e"), small_cell(changes={"robot arm {": "# a comment\n\nrobot arm {"})
    assert surroundings_digest(commented, "arm", "gripper", {"arm": model}, 0) == surroundings_digest(
        cell, "arm", "gripper", {"arm": model}, 0
    )


def test_a_store_of_another_cell_is_not_used(cell: CellModel) -> None:
    store = MemoryStore()
    plan(cell, fetch(cell, "left"), store=store)
    before = len(store._values)
    moved = small_cell(changes={"(450 mm, 200 mm, 0 mm)": "(450 mm, 210 mm, 0 mm)"})
    plan(moved, fetch(moved, "left"), store=store)
    assert len(store._values) == before + 2  # a table of hubs and a motion


def test_a_run_may_start_from_wherever_the_robot_stands(cell: CellModel) -> None:
    q = (2.6, -1.7, 1.7, -1.5, -1.4, 0.2)
    need = travel(cell, AtMeasured(q), AtHub("left"))
    motion = plan(cell, need).motions[need]
    np.testing.assert_allclose(motion.segments[0].control[0], q, atol=1e-12)


ZONED = """
zone slow {
  box from (300 mm, -20 mm, 0 mm) to (700 mm, 20 mm, 900 mm)
  limit 100 mm/s
}
zone far_away {
  box from (-2000 mm, -2000 mm, 0 mm) to (-1500 mm, 2000 mm, 900 mm)
}
"""


def test_a_reduced_speed_zone_slows_every_point_inside_and_only_there() -> None:
    cell = small_cell(ZONED)
    need = travel(cell, AtHub("left"), AtHub("right"), carries=True)
    motion = plan(cell, need).motions[need]
    assert {visit.zone for visit in motion.visits} == {"slow"}
    arm, zone = Arm.of(cell, "arm", robot("ur5e"), "gripper"), cell.zones["slow"]
    collider = Workbench(cell, "arm", models(cell), "gripper").collider(need.carried)
    path, law = Path.of(motion.segments), Law.of(motion.phases)
    t = np.linspace(0.0, motion.duration, 1500)
    links = arm.T_world_links(combined(path, law, t).q)
    s, fastest = law.at(t).s, 0.0
    for mover in collider.movers:
        if mover.link == 0:
            continue
        at = np.einsum("nij,mj->nmi", links[:, mover.link, :3, :3], mover.points) + links[:, mover.link, None, :3, 3]
        speed = np.linalg.norm(np.diff(at, axis=0), axis=2) / np.diff(t)[:, None]
        inside = np.all((at > zone.low) & (at < zone.high), axis=2)
        listed = np.any([(s >= v.first - 1e-9) & (s <= v.last + 1e-9) for v in motion.visits], axis=0)
        assert not np.any(inside & ~listed[:, None])
        assert speed[(inside[1:] & inside[:-1])].max(initial=0.0) <= 0.1 + 1e-6
        fastest = max(fastest, float(speed.max()))
    assert fastest > 0.2


def test_home_may_be_left_to_the_model(cell: CellModel) -> None:
    units = {"arm": replace(cell.robots["arm"], home=None)}
    bare = replace(cell, robots=units)
    need = travel(bare, AtHome(), AtHub("left"))
    assert need in plan(bare, need).motions


def test_an_estimate_is_positive_and_grows_with_the_way(cell: CellModel) -> None:
    robots = models(cell)
    near, far = (estimated_duration(travel(cell, AtHub("left"), AtHub(e)), cell, robots) for e in ("left", "right"))
    assert 0.0 < near < far
    assert estimated_duration(fetch(cell, "left", 0.05), cell, robots) > estimated_duration(
        fetch(cell, "left", 0.8), cell, robots
    )


def test_round_parts_are_met_in_the_turn_that_suits_the_arm() -> None:
    cell = small_cell(changes={"shape box (50 mm, 50 mm, 60 mm)": "shape cylinder radius 25 mm length 60 mm"})
    need = fetch(cell, "left")
    assert isinstance(need.end, AtPlace)
    assert need in plan(cell, need).motions
    assert len(Workbench(cell, "arm", models(cell), "gripper").contact_poses(place_stance("left"))) == 16


PANDA = """
robot arm {
  model "panda"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  payload 3 kg
  max_speed 1000 mm/s
}
tool gripper {
  mounted arm
  tcp (0 mm, 0 mm, 120 mm)
  mass 0.7 kg
  shape cylinder radius 30 mm length 90 mm
  grips block
  force 20 N to 60 N
}
part block {
  mass 0.2 kg
  shape box (40 mm, 40 mm, 60 mm)
  grip 30 N
}
fixture left {
  at (450 mm, 200 mm, 0 mm)
  shape box (100 mm, 100 mm, 100 mm)
  holds block
  contains block 1 parts
}
"""


@pytest.mark.slow
def test_an_arm_of_seven_joints_does_the_same_work() -> None:
    cell = compiled(PANDA)
    needs = (fetch(cell, "left"), lift(cell, "left"))
    assert set(plan(cell, *needs).motions) == set(needs)

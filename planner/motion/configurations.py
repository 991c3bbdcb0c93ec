"""Where a robot rests: home, and one hub for each piece of equipment.

A hub is a configuration from which every place of its equipment is served, so motions grow with places and not with pairs of
places. It depends on the cell and on nothing that is asked for, so every process and every later plan finds the same one.

Candidates, in this order: TCP poses over the middle of the places, 120 to 500 mm above the highest part there, moved back
towards the robot by 0 to 800 mm; each hand's TCP or, with several hands, the middle between them pointing against the place's
z (over a changer the flange as it couples, with room for the longest tool); eight turns about it; every branch of the inverse
kinematics with the whole turns that are nearest to home. Taken is the first in order of cost, those of home's branch before
all others, that keeps HUB_CLEARANCE from everything with any tool that is used there and any part in every hand, outside all
zones that are shut to a robot at rest. Cost in s: mean travel time to where the arm can stand at sampled places with either
hand, half the travel time from home, and more near joint limits and singularities. Among several robots, more too near another
one's home, the column over its base, and zones: who waits there is waited for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from cell.changers import Changer
from cell.docking import T_world_flange, length_of
from cell.equipment import PartKind
from cell.geometry import Array, Pose, frozen, height
from cell.grasps import grasps
from cell.home import home_of
from cell.kinematic_chain import JointKind
from cell.model import CellModel, Tool
from cell.steps import AtPlace, Touch
from cell.zones import Zone
from planner.motion.arm import Arm, stacked
from planner.motion.collision import UNCHECKED, Blocker, Collider
from planner.motion.ik_branch import LIMIT_DISTANCE, is_same_branch, is_same_side, least_singular, nearest_turns
from planner.motion.margins import ACCESS_CLEARANCE, COLUMN, CROWDED, CROWDED_COST, HUB_CLEARANCE
from planner.motion.workbench import Workbench

_FLIP = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (math.pi, 0.0, 0.0))
HEIGHTS = (0.12, 0.18, 0.25, 0.33, 0.42, 0.50)
BACKS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
TURNS = 8
SAMPLED_PLACES = 4
MOST_CANDIDATES = 1500  # that are compared by travel time to the places, the nearest to home first
MOST_CHECKED = 600  # that are checked for clearance


def home(arm: Arm) -> Array:
    """Joint positions (n,) of the rule in cell/home.py. Raises ValueError where it does."""
    return np.array(home_of(arm.unit, arm.model))


def shut_zones(cell: CellModel, place: str | None = None) -> tuple[str, ...]:
    """What a motion stays out of, in the order of declaration: keep-out zones, machines' guard zones, zones for
    fewer robots than there are. To serve `place` (or a pocket) it may enter the guard of that machine, and such a zone that holds
    the place."""
    alone = {zone.name for zone in limited_zones(cell)}
    closed = {*alone, *(e.guard for e in cell.equipment.values() if e.guard is not None)}
    if place is not None:
        at = cell.frame_of(place).translation
        inside = {zone for zone in alone if cell.zones[zone].holds(at)}
        closed -= {cell.equipment[cell.equipment_of(place)].guard, *inside}
    return tuple(zone.name for zone in cell.zones.values() if zone.keep_out or zone.name in closed)


def limited_zones(cell: CellModel) -> tuple[Zone, ...]:
    """The zones that take fewer robots at a time than there are."""
    return tuple(z for z in cell.zones.values() if z.is_limited(len(cell.robots)))


def is_served(arm: Arm, cell: CellModel, equipment: str) -> bool:
    """Whether the robot has any business there with its tool: a place for a part that it grips, or that has a path for it; at a
    changer that serves the robot a pocket for it, or a bare flange."""
    if equipment in cell.changers:
        changer = cell.changers[equipment]
        stored = (None, *(pocket.tool for pocket in changer.pockets))
        return arm.unit.name in changer.serves and (arm.tool.name if arm.tool else None) in stored
    kinds = (kind for place in cell.equipment[equipment].places for kind in place.accepts)
    return arm.tool is not None and any(kind in arm.tool.takes or works_on(arm.tool, cell.parts[kind]) for kind in kinds)


def works_on(tool: Tool, part: PartKind) -> bool:
    """Whether the tool does anything that could be asked along a path of the part."""
    return bool(tool.does) and any(feature.points for feature in part.features)


def hub(benches: Sequence[Workbench], equipment: str) -> Array | None:
    """The hub of `equipment` for one robot with any of the tools that it comes there with, one bench for each; None when no
    candidate is clear with all of them, or none is in reach."""
    rooms = [(bench, bench.collider(bench.loads(bench.arm.hands))) for bench in benches]
    checks = [(c, bench.margins(c, None, shut_zones(bench.cell), HUB_CLEARANCE)) for bench, c in rooms]
    candidates = (q for bench, collider in rooms for q in _in_order(bench, equipment, collider))
    clear = (q for q in candidates if all(collider.blocker(q, margins) is None for collider, margins in checks))
    found = next(clear, None)
    return None if found is None else np.array(found)


def hub_blocker(bench: Workbench, equipment: str) -> Blocker | None:
    """What of another robot at home is in the way of the first hub that there would be without it; None where there is none."""
    collider = bench.collider(bench.loads(bench.arm.hands))
    margins = bench.margins(collider, None, shut_zones(bench.cell), HUB_CLEARANCE)
    alone = margins.copy()
    alone[:, [body.what == "robot" for body in collider.standers]] = UNCHECKED
    if np.array_equal(alone, margins):
        return None
    clear = (q for q in _in_order(bench, equipment, collider) if collider.blocker(q, alone) is None)
    return next((collider.blocker(q, margins) for q in clear), None)


def _in_order(bench: Workbench, equipment: str, collider: Collider) -> Array:
    """The candidates (K, n) that are checked, the cheapest first."""
    start = home(bench.arm)
    q = _candidates(bench, equipment, start)
    if len(q) == 0:
        return q
    model = bench.arm.model
    same = is_same_side(model, start, q)
    same[same] = is_same_branch(model, start, q[same], samples=11)
    nearest = np.lexsort((bench.arm.travel_time(start, q), ~same))[:MOST_CANDIDATES]
    q, same = q[nearest], same[nearest]
    cost = _mean_travel(bench, equipment, q, start) + 0.5 * bench.arm.travel_time(start, q)
    to_limit = np.minimum(q - model.position[:, 0], model.position[:, 1] - q).min(axis=1)
    cost += np.clip(math.radians(10.0) - to_limit, 0.0, None) / math.radians(10.0)
    cost += np.clip(0.15 - least_singular(model, q), 0.0, None) / 0.05
    cost += _crowding(bench, collider, q)
    ordered: Array = q[np.lexsort((cost, ~same))[:MOST_CHECKED]]
    return ordered


def _crowding(bench: Workbench, collider: Collider, q: Array) -> Array:
    """Cost in s (K,) of being near what other robots need."""
    cost = np.zeros(len(q))
    for low, high in _needed_by_others(bench):
        cost += CROWDED_COST * np.clip(1.0 - collider.box_gap(q, low, high) / CROWDED, 0.0, None)
    return cost


def _needed_by_others(bench: Workbench) -> Iterator[tuple[Array, Array]]:
    """Boxes: each other robot at home, the column over its base, and every zone, for a text may forbid any to two robots."""
    for robot in bench.cell.robots:
        standing = [body for body in bench.standers if body.what == "robot" and body.owner == robot]
        if standing:
            yield np.min([body.low for body in standing], axis=0), np.max([body.high for body in standing], axis=0)
            foot = standing[0]
            yield foot.low, np.array([*foot.high[:2], foot.low[2] + COLUMN])
    for zone in bench.cell.zones.values() if len(bench.cell.robots) > 1 else ():
        yield np.array(zone.low), np.array(zone.high)


def settled(arm: Arm, hubs: Mapping[str, Array]) -> dict[str, Array]:
    """The same hubs with whole turns chosen so that they lie near each other, for a turn changes no geometry: each joint's
    angles are cut at their widest gap around the circle and moved together to within the limits, near home. Where that would
    part two hubs that were of one branch, all stay as they are."""
    names, q = list(hubs), np.array(list(hubs.values()))
    if len(q) < 2:
        return dict(hubs)
    moved = q.copy()
    for i, joint in enumerate(arm.model.chain.joints):
        if joint.kind is JointKind.REVOLUTE:
            moved[:, i] = _gathered(q[:, i], arm.model.position[i], float(home(arm)[i]))
    before, after = (sum(is_same_branch(arm.model, a, table).sum() for a in table) for table in (q, moved))
    return dict(zip(names, moved if after >= before else q, strict=True))


def _gathered(angles: Array, limits: Array, near: float) -> Array:
    """`angles` (H,) plus whole turns, within `limits` (2,) and over the least range; unchanged where that cannot be."""
    order = np.argsort(angles % math.tau)
    circle = (angles % math.tau)[order]
    gaps = np.diff(np.r_[circle, circle[0] + math.tau])
    first = (int(gaps.argmax()) + 1) % len(circle)
    run = np.r_[circle[first:], circle[:first] + math.tau]
    turns = np.arange(-4, 5) * math.tau
    fits = [t for t in turns if run[0] + t >= limits[0] + LIMIT_DISTANCE and run[-1] + t <= limits[1] - LIMIT_DISTANCE]
    if not fits or np.ptp(run) > np.ptp(angles) - 1e-9:
        return angles
    run += min(fits, key=lambda t: abs(float(run.mean()) + t - near))
    gathered: Array = np.empty_like(run)
    gathered[np.roll(order, -first)] = run
    return gathered


def _candidates(bench: Workbench, equipment: str, start: Array) -> Array:
    arm = bench.arm
    frames = (Pose.identity(),) if equipment in bench.cell.changers else _pointing_frames(arm)
    poses = [arm.base_flange(stacked(_hub_poses(bench, equipment)), frame) for frame in frames]
    q, _ = bench.kinematics.branches_at(np.concatenate(poses))
    return nearest_turns(arm.model, q, start)


def _pointing_frames(arm: Arm) -> tuple[Pose, ...]:
    frames = arm.tcp_frames()
    if len(frames) == 1:
        return frames
    middle = np.mean([frame.translation for frame in frames], axis=0)
    return (*frames, Pose.from_xyz_rpy(tuple(middle)))


def _hub_poses(bench: Workbench, equipment: str) -> tuple[Pose, ...]:
    thing, cell = bench.cell.equipment[equipment], bench.cell
    if equipment in cell.changers:
        return tuple(_over_changer(bench, cell.changers[equipment]))
    spots = [np.asarray(p.frame.translation) for p in thing.places] or [np.asarray(thing.frame.translation)]
    middle = np.array([*np.mean(spots, axis=0)[:2], max(spot[2] for spot in spots)])
    upright = thing.places[0].frame if thing.places else thing.frame
    tallest = max((height(cell.parts[k].shape) for p in thing.places for k in p.accepts), default=0.0)
    back = bench.arm.unit.base.translation[:2] - middle[:2]
    distance = float(np.linalg.norm(back))
    toward = np.array([*(back / distance if distance > 1e-9 else (1.0, 0.0)), 0.0])
    bearing = math.atan2(-toward[1], -toward[0])
    straight = Pose(upright.rotation, Pose.identity().translation)
    return tuple(
        Pose.from_xyz_rpy(tuple(middle + toward * b + upright.rotation[:, 2] * (tallest + h)))
        @ straight
        @ Pose.about_z(bearing + turn * math.tau / TURNS)
        @ _FLIP
        for h in HEIGHTS
        for b in BACKS
        if b == 0.0 or b < distance
        for turn in range(TURNS)
    )


def _over_changer(bench: Workbench, changer: Changer) -> Iterator[Pose]:
    """Flange poses over the middle of the pockets, with room below for the longest tool that is stored or carried there."""
    cell = bench.cell
    flanges = [T_world_flange(cell, pocket) for pocket in changer.pockets]
    middle = np.mean([flange.translation for flange in flanges], axis=0)
    longest = max(length_of(cell.tools[pocket.tool]) for pocket in changer.pockets)
    for h in HEIGHTS:
        for pocket, flange in zip(changer.pockets, flanges, strict=True):
            up = pocket.frame.rotation[:, 2] * (longest + h)
            for turn in range(TURNS):
                yield Pose(flange.rotation, frozen(middle + up)) @ Pose.about_z(turn * math.tau / TURNS)


def _mean_travel(bench: Workbench, equipment: str, q: Array, start: Array) -> Array:
    """Mean over sampled places and hands of the travel time (K,) from each candidate to the nearest way to stand there."""
    times = []
    for stance in sampled_stances(bench, equipment):
        targets = _ways_to_stand(bench, stance, start)
        if len(targets):
            times.append(bench.arm.travel_time(q[:, None], targets[None]).min(axis=1))
    mean: Array = np.mean(times, axis=0) if times else np.zeros(len(q))
    return mean


def sampled_stances(bench: Workbench, equipment: str) -> tuple[AtPlace, ...]:
    """Contact at a few places of `equipment`, with each hand: what stands for all of them. None at a changer."""
    places = bench.cell.equipment[equipment].places
    picks = np.unique(np.linspace(0, max(len(places) - 1, 0), SAMPLED_PLACES).round().astype(int)) if places else ()
    grips = bench.arm.tool.takes if bench.arm.tool else ()
    return tuple(
        AtPlace(places[i].name, hand, kind, grasps(bench.cell.parts[kind].shape)[0])
        for i in picks
        for hand in bench.arm.hands
        for kind in [k for k in places[i].accepts if k in grips][:1]
    )


def _ways_to_stand(bench: Workbench, stance: AtPlace, start: Array) -> Array:
    """Contact configurations that are clear, of home's branch where there are any."""
    poses = stacked(bench.contact_poses(stance)[::2])
    arm = bench.arm
    q, _ = bench.kinematics.branches_at(arm.base_flange(poses, arm.T_flange_tcp(stance.hand)))
    q = nearest_turns(arm.model, q, start)
    same = is_same_branch(arm.model, start, q)
    collider = bench.collider(())
    touch = Touch("fingers and part", stance.place, stance.hand, stance.kind, stance.grasp, "end")
    margins = bench.margins(collider, touch, shut_zones(bench.cell, stance.place), ACCESS_CLEARANCE, in_contact=True)
    for chosen in (q[same], q[~same]):
        clear = [candidate for candidate in chosen if collider.blocker(candidate, margins) is None]
        if clear:
            return np.array(clear)
    return q[:0]

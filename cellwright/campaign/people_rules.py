"""What robots did while somebody was in a zone with a rule, by the simulated world's own record: who moved, who went too fast.

Law: nothing here asks the controller what it believed. Whoever comes as near as an arm reaches, and has their distance measured,
finds every robot standing. A robot has the time to be told and to brake; from then on it stands
still where the rule is `stop`, and no point of its links and no TCP is faster than the limit where the rule is `slow`. A robot
to which there is no link cannot be told, and is counted apart by whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array
from cell.model import CellModel
from cell.robot import RobotModel
from cell.scenario import FrozenState, PersonNears, Scenario
from cell.separation_distance import INTRUSION
from cell.world_record import MotionRecord, Occupation, WorldRecord

SECOND = 1e9
TOLD = 0.03  # s from a detector's word to the brakes: two samples of the arm and one look of the controller
DEAF = 1.6  # s where the detector was frozen: it grows old (0.5 s), and is looked at once a second
STANDING = 1e-3  # rad/s or m/s
ROUNDING = 1.005  # of the limit: differences of positions at 125 Hz


@dataclass(frozen=True, slots=True)
class Watched:
    """`standstill`: s that each robot takes to stand, as its driver declares. `unreachable`: for each robot the spans (ns) in
    which there was no link to it."""

    cell: CellModel
    robots: Mapping[str, RobotModel]
    standstill: Mapping[str, float]
    unreachable: Mapping[str, Sequence[tuple[int, int]]]


def broken_rules(watched: Watched, world: WorldRecord) -> Iterator[str]:
    """In words, one for each robot and stay of somebody."""
    for stay in world.occupations:
        zone = watched.cell.zones[stay.zone]
        if zone.occupied is None or zone.when_occupied is None:
            continue
        for robot in watched.cell.robots:
            since = stay.start + round((_hearing(stay, world.scenario) + watched.standstill[robot]) * SECOND)
            until = world.time if stay.end is None else stay.end
            if zone.when_occupied == "stop":
                yield from _moved(watched, world, robot, stay, since, until)
            elif zone.slow_to is not None:
                yield from _too_fast(watched, world, robot, stay, since, until, zone.slow_to)

    for walk in (d for d in world.scenario.disturbances if isinstance(d, PersonNears)):
        if (near := walk.within(INTRUSION)) is not None:
            yield from _moved_near(watched, world, walk, near)


def _moved_near(watched: Watched, world: WorldRecord, walk: PersonNears, near: tuple[float, float]) -> Iterator[str]:
    stay = Occupation(walk.zone, round(near[0] * SECOND), round(near[1] * SECOND))
    deaf = DEAF if _hearing(stay, world.scenario) == DEAF else 0.0
    for robot in watched.cell.robots:
        yield from _moved(watched, world, robot, stay, stay.start + round(deaf * SECOND), round(near[1] * SECOND))


def _hearing(stay: Occupation, scenario: Scenario) -> float:
    frozen = [d for d in scenario.disturbances if isinstance(d, FrozenState) and d.device in ("people", "signals")]
    start, end = stay.start / SECOND, np.inf if stay.end is None else stay.end / SECOND
    return DEAF if any(d.start <= end and start <= d.end for d in frozen) else TOLD


def _during(
    watched: Watched, world: WorldRecord, robot: str, since: int, until: int
) -> Iterator[tuple[MotionRecord, np.ndarray]]:
    """The motions of the robot with the mask of their samples in (since, until), but for those while nobody reached it."""
    for motion in world.motions:
        if motion.robot != robot or not len(motion.time):
            continue
        inside = (motion.time > since) & (motion.time < until)
        for first, last in watched.unreachable.get(robot, ()):
            inside &= ~((motion.time >= first) & (motion.time <= last))
        if np.any(inside):
            yield motion, inside


def _moved(watched: Watched, world: WorldRecord, robot: str, stay: Occupation, since: int, until: int) -> Iterator[str]:
    for motion, inside in _during(watched, world, robot, since, until):
        moving = inside & (np.abs(motion.qd).max(axis=1) > STANDING)
        if np.any(moving):
            at = float(motion.time[moving][0]) / SECOND
            yield f"{robot} moves at {at:.3f} s, and somebody is in {stay.zone} since {stay.start / SECOND:.3f} s"
            return


def _too_fast(
    watched: Watched, world: WorldRecord, robot: str, stay: Occupation, since: int, until: int, limit: float
) -> Iterator[str]:
    for motion, inside in _during(watched, world, robot, since, until):
        speeds = point_speeds(watched.cell, watched.robots[robot], robot, motion)
        fast = inside[1:] & inside[:-1] & (speeds > limit * ROUNDING)
        if np.any(fast):
            at, speed = float(motion.time[1:][fast][0]) / SECOND, float(speeds[fast].max())
            yield (
                f"{robot} goes at {speed:.3f} m/s at {at:.3f} s, and {limit:g} m/s is allowed: somebody is in {stay.zone} "
                f"since {stay.start / SECOND:.3f} s"
            )
            return


def point_speeds(cell: CellModel, model: RobotModel, robot: str, motion: MotionRecord) -> Array:
    """(N - 1,) m/s: the fastest corner of a link's hull, or TCP, between each two samples."""
    poses = model.chain.link_poses(motion.q)
    seconds = np.diff(motion.time) / SECOND
    fastest = np.zeros(len(motion.time) - 1)
    T_last_flange = model.chain.T_last_flange.matrix
    tcps = [hand.T_flange_tcp.matrix for tool in cell.tools_of(robot) for hand in tool.hands]
    groups = [(k, np.concatenate([hull.vertices for hull in hulls])) for k, hulls in enumerate(model.hulls) if len(hulls)]
    groups += [(poses.shape[1] - 1, (T_last_flange @ T)[None, :3, 3]) for T in tcps]
    for link, points in groups:
        placed = np.einsum("sij,pj->spi", poses[:, link, :3, :3], points) + poses[:, None, link, :3, 3]
        moved = np.linalg.norm(np.diff(placed, axis=0), axis=2).max(axis=1)
        fastest = np.maximum(fastest, moved / np.maximum(seconds, 1e-9))
    return fastest

"""A small cell and recordings made by hand, for the judge's own tests. Nothing of planner or world is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cell.diagnostic import Position, Span
from cell.equipment import Equipment, PartKind, Place
from cell.geometry import Array, Body, Box, Cylinder, Pose, frozen
from cell.model import CellModel, Hand, RobotUnit, Tool
from cell.motion_plan import ContactAllowance, Motion, Segment, ZoneVisit
from cell.steps import AtHome, MotionNeed, Touch
from cell.zones import Zone
from tests.judge.arm import Arm
from tests.judge.recording import AtPlace, InHand, Interval, PartChange, Recording, Run, Track

TICK = 8_000_000
SPAN = Span("made.cell", Position(1, 1), Position(1, 1))
HOME = (0.0, -np.pi / 2, np.pi / 2, -np.pi / 2, -np.pi / 2, 0.0)
ZONE = Zone("door", (0.55, -0.4, 0.0), (1.0, 0.4, 0.8), False, None, False, None, None, None, None, False, SPAN)


def made_cell(
    *bodies: Body, zones: Sequence[Zone] = (), max_speed: float | None = None, home: Sequence[float] = HOME
) -> CellModel:
    """A ur5e with one gripper that ends at its TCP, a block on the fixture `left`, an empty fixture `right`, and
    `bodies` more on a machine called `wall`."""
    robot = RobotUnit("r1", "ur5e", "sim", Pose.identity(), tuple(float(x) for x in home), 5.0, max_speed, None, SPAN, {})
    hand = Hand("a", Pose.from_xyz_rpy((0.0, 0.0, 0.14)))
    shape = Body("grip", Cylinder(0.03, 0.14), Pose.from_xyz_rpy((0.0, 0.0, 0.07)))
    tool = Tool("grip", "r1", (hand,), (shape,), 0.5, ("block",), (), (20.0, 120.0), {}, SPAN, {}, {})
    fixtures = [_fixture(name, y) for name, y in (("left", 0.2), ("right", -0.2))]
    wall = Equipment("machine", "wall", Pose.identity(), tuple(bodies), (), (), (), (), {}, None, SPAN)
    return CellModel(
        robots={"r1": robot},
        tools={"grip": tool},
        parts={"block": PartKind("block", 0.3, Box((0.05, 0.05, 0.06)), 40.0, SPAN)},
        equipment={e.name: e for e in (*fixtures, wall)},
        changers={},
        zones={z.name: z for z in zones},
        people={},
        queues={},
        file="made.cell",
        revision="",
    )


def _fixture(name: str, y: float) -> Equipment:
    body = Body(name, Box((0.12, 0.12, 0.05)), Pose.from_xyz_rpy((0.45, y, 0.025)))
    place = Place(name, name, Pose.from_xyz_rpy((0.45, y, 0.05)), ("block",), 1)
    contains = (("block", 1),) if name == "left" else ()
    frame = Pose.from_xyz_rpy((0.45, y, 0.0))
    return Equipment("fixture", name, frame, (body,), (place,), contains, (), (), {}, None, SPAN)


def rest_to_rest(start: Sequence[float], end: Sequence[float], duration: float) -> Array:
    """(N, n) samples at 125 Hz of the quintic from rest to rest."""
    x = np.arange(round(duration / 0.008) + 1) * 0.008 / duration
    share = x**3 * (10.0 - 15.0 * x + 6.0 * x**2)
    return np.asarray(np.array(start) + share[:, None] * (np.array(end) - np.array(start)))


def through(*legs: Array) -> Array:
    return np.concatenate([legs[0], *(leg[1:] for leg in legs[1:])])


def recorded(
    legs: Sequence[tuple[str, Array]],
    changes: Sequence[PartChange] = (),
    running: Sequence[Interval] = (),
    pause: int = 25,
) -> Recording:
    """`legs` are (motion, samples), one motion after the other with `pause` still samples between; the path parameter runs from
    0 to 1 in each with the sample's number."""
    at, q, s, runs = [], [], [], []
    count = 0
    for number, (motion, samples) in enumerate(legs):
        still = np.repeat(samples[-1:], pause, axis=0)
        q.append(np.concatenate([samples, still]))
        s.append(np.concatenate([np.linspace(0.0, 1.0, len(samples)), np.ones(pause)]))
        runs.append(Run(f"c{number + 1}", motion, count, count + len(samples) + pause))
        count += len(samples) + pause
    at = np.arange(count, dtype=np.int64) * TICK
    positions = np.concatenate(q)
    track = Track("r1", at, positions, positions, np.concatenate(s), tuple(runs))
    spans = {"wall": tuple(running)} if running else {}
    return Recording({"r1": track}, tuple(changes), spans)


def reaching(arm: Arm, xyz: Sequence[float], T_flange_tcp: Array, seed: Sequence[float]) -> Array:
    """Joint positions (n,) that put the TCP at `xyz`, pointing down, near `seed`: Newton's method on pinocchio's Jacobian."""
    q = np.array(seed, dtype=np.float64)
    target = np.diag([1.0, -1.0, -1.0])
    for _ in range(100):
        sweep = arm.sweep(q[None])
        T = sweep.flange()[0] @ T_flange_tcp
        turn = 0.5 * sum(np.cross(T[:3, k], target[:, k]) for k in range(3))
        error = np.concatenate([np.array(xyz) - T[:3, 3], turn])
        if np.abs(error).max() < 1e-10:
            return q
        v, w = sweep.v[0], sweep.w[0]
        jacobian = np.concatenate([(v + np.cross(w, T[:3, 3])).T, w.T])
        q = q + np.clip(np.linalg.lstsq(jacobian, error, rcond=None)[0], -0.3, 0.3)
    raise ValueError(f"no joint positions for {xyz}")


# --- one block from the left fixture to the right one ---

HOME_LIKE = (3.2, -1.5, 1.6, -1.7, -1.57, -1.5)
PICK = ("down", "up", "across", "lower", "leave")


def corners_of(arm: Arm, T_flange_tcp: Array, sink: float = 0.0, slip: float = 0.0) -> dict[str, Array]:
    """Joint positions of the five spots that the block's way has. `sink` m deeper than it should be at the right fixture,
    `slip` m beside the block at the left one."""
    left = reaching(arm, (0.45 + slip, 0.2, 0.11), T_flange_tcp, HOME_LIKE)
    right = reaching(arm, (0.45, -0.2, 0.11 - sink), T_flange_tcp, (2.45, *HOME_LIKE[1:]))
    return {
        "over left": reaching(arm, (0.45 + slip, 0.2, 0.25), T_flange_tcp, left),
        "left": left,
        "over right": reaching(arm, (0.45, -0.2, 0.25), T_flange_tcp, right),
        "right": right,
    }


def block_moved(spots: Mapping[str, Array], running: Sequence[Interval] = (), release_at: str = "right") -> Recording:
    """Down to the block, grip it, lift it, carry it across, set it down, let go, leave. All within the limits."""
    ways = ("over left", "left", "over left", "over right", "right", "over right")
    legs = [(name, rest_to_rest(spots[a], spots[b], 2.0)) for name, a, b in zip(PICK, ways[:-1], ways[1:], strict=True)]
    plain = recorded(legs, running=running)
    runs = plain.tracks["r1"].runs
    grip, release = ((runs[k].last - 12) * TICK for k in (0, 3))
    changes = (
        PartChange(0, "block#1", "block", AtPlace("left")),
        PartChange(grip, "block#1", "block", InHand("grip", "a")),
        PartChange(release, "block#1", "block", AtPlace(release_at)),
    )
    return replace(plain, changes=changes)


def listed(visits: Sequence[ZoneVisit] = (), without: Sequence[str] = (), **change: Any) -> dict[str, Motion]:
    """What a plan for that would list: the contacts of its motions, by their names in `PICK`, but for the motions `without`.
    `change` replaces fields of every listed contact."""
    fingers = {"down": ("left", "end"), "leave": ("right", "start")}
    parts = {"up": ("left", "start"), "lower": ("right", "end")}
    motions = {}
    for name in PICK:
        contacts = []
        for pair, ends in (("fingers and part", fingers), ("part and place", parts)):
            if name in ends and name not in without:
                place, end = ends[name]
                contacts.append(_allowance(pair, end, **{"place": place, **change}))
        need = MotionNeed("r1", AtHome(), AtHome(), (), None, None, (), None)
        line = Segment(frozen([[0.0] * 6, [1.0] * 6]), 1.0)
        motions[name] = Motion(need, (line,), (), tuple(contacts), tuple(visits), 2.0)
    return motions


def _allowance(pair: Any, end: Any, **change: Any) -> ContactAllowance:
    first, last = (0.5, 1.0) if end == "end" else (0.0, 0.5)
    values = {"first": first, "last": last, "speed": 0.5, "force": 40.0, **change}
    touch = Touch(pair, values.pop("place"), values.pop("hand", "grip.a"), "block", 0, end)
    return ContactAllowance(touch, **values)

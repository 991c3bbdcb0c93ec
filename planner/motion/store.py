"""Motions kept by what they answer: the key names robot model, cell geometry, need, seed, and every number of the search.

So a plan for a cell that has not changed finds all its motions here and loads no robot library. What comes out of a store is
not trusted any further: the proof checks it like any other motion.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from cell.codec import CodecError, canonical, digest, from_plain
from cell.docking import T_world_flange, docked_bodies
from cell.equipment import PartKind
from cell.geometry import Array
from cell.home import home_of
from cell.model import CellModel, Tool
from cell.motion_plan import Motion
from cell.robot import RobotModel
from cell.seats import turns
from cell.steps import MotionNeed
from planner.motion.margins import PLANNER_VERSION, as_mapping


class MotionStore(Protocol):
    """Values by key; a key is a hex digest. `get` gives None for what is not there."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, value: bytes) -> None: ...


class MemoryStore:
    """A store for the length of one process: rehearsals and tests."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self._values.get(key)

    def put(self, key: str, value: bytes) -> None:
        self._values[key] = value


def surroundings_digest(cell: CellModel, robot: str, tool: str | None, models: Mapping[str, RobotModel], seed: int) -> str:
    """What every motion of this robot with this tool depends on besides its need; spans, signals, programs and contents are
    not in it."""
    unit = cell.robots[robot]
    others = [_standing(cell, name, models[name]) for name in cell.robots if name != robot]
    return digest(
        (
            PLANNER_VERSION,
            as_mapping(),
            models[robot].content_hash,
            seed,
            (unit.base, unit.home, unit.payload, unit.max_speed, unit.force_limit),
            [bool(r.base.translation[2] < 0.0) for r in cell.robots.values()],
            () if tool is None else _equipped(cell.tools[tool]),
            [_equipped(each) for each in tools] if len(tools := cell.tools_of(robot)) > 1 else (),
            [(p, T_world_flange(cell, p), docked_bodies(cell, p)) for p in cell.pockets.values()],
            [(p.name, p.mass, p.shape, p.grip_force, turns(cell, p.name), _paths(p)) for p in cell.parts.values()],
            [(e.name, e.frame, e.bodies, e.places, e.guard) for e in cell.equipment.values()],
            [(z.name, z.low, z.high, z.keep_out, z.speed_limit) for z in cell.zones.values()],
            *([others, [z.capacity for z in cell.zones.values()]] if others else []),
        )
    )


def _standing(cell: CellModel, robot: str, model: RobotModel) -> tuple[object, ...]:
    unit = cell.robots[robot]
    return robot, model.content_hash, unit.base, home_of(unit, model), [tool.bodies for tool in cell.tools_of(robot)]


def _equipped(tool: Tool) -> tuple[object, ...]:
    return tool.name, tool.hands, tool.bodies, tool.mass, tool.takes, tool.force, bool(tool.does)


def _paths(part: PartKind) -> list[object]:
    return [(path.name, path.points, path.normals) for path in part.features if path.points]


def need_key(surroundings: str, need: MotionNeed) -> str:
    return digest((surroundings, need))


def hubs_key(surroundings: str) -> str:
    return digest((surroundings, "hubs"))


def motion_of(stored: bytes | None, need: MotionNeed) -> Motion | None:
    """The motion that was stored for `need`, None for what is damaged or of an older form."""
    if stored is None:
        return None
    try:
        motion = from_plain(Motion, json.loads(stored))
    except (CodecError, ValueError):
        return None
    return motion if motion.need == need else None


def motion_bytes(motion: Motion) -> bytes:
    return canonical(motion).encode()


def hubs_of(stored: bytes | None) -> dict[str, Array | None] | None:
    """Hub by equipment, None where there is none; None for a table that is damaged or not there."""
    if stored is None:
        return None
    try:
        table = json.loads(stored)
        return {str(name): None if q is None else np.array(q, dtype=np.float64) for name, q in table.items()}
    except (ValueError, AttributeError):
        return None


def hubs_bytes(hubs: Mapping[str, Array | None]) -> bytes:
    return canonical({name: None if q is None else q for name, q in hubs.items()}).encode()

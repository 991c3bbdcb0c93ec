"""What the replay draws, as one JSON document: bodies, robots with their joints over time, tools, parts, what is done when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cell.docking import T_world_flange
from cell.geometry import Pose
from cell.grasps import T_part_tcp
from cell.home import home_of
from cell.kinematic_chain import JointKind
from cell.scene import equipment_bodies, part_body
from cell.seats import seats_ever
from cell.state import CellState, InHand, InPart, InPlace
from cell.steps import Decide
from cellwright.report.course import Course
from cellwright.report.keyframes import Track
from cellwright.report.markup import visible
from cellwright.report.meshes import Meshes, packed, rows
from cellwright.report.record import Ground
from cellwright.report.whereabouts import Spot, mount_at, tools_of
from cellwright.step_account import done_by

HIDDEN, IN_WORLD, ON_ROBOT, ON_PART = range(4)
MOST_STEPS = 20_000  # of which it says what is done
ORIGIN = Pose.identity()


@dataclass(slots=True)
class _Drawn:
    """What is gathered."""

    ground: Ground
    meshes: Meshes = field(default_factory=Meshes)
    poses: list[list[float]] = field(default_factory=list)
    numbers: dict[tuple[float, ...], int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    def pose(self, pose: Pose) -> int:
        written = rows(pose)
        if tuple(written) not in self.numbers:
            self.numbers[tuple(written)] = len(self.poses)
            self.poses.append(written)
        return self.numbers[tuple(written)]

    def part_mesh(self, kind: str) -> int:
        """-1 for a kind that the cell does not know."""
        if kind not in self.kinds:
            is_known = kind in self.ground.cell.parts
            self.kinds[kind] = self.meshes.of(part_body(self.ground.cell, kind, ORIGIN)) if is_known else -1
        return self.kinds[kind]


def scene(
    ground: Ground, course: Course, state: CellState, tracks: Mapping[str, Track], parts: Mapping[str, list[Spot]]
) -> dict[str, Any]:
    drawn, cell = _Drawn(ground), ground.cell
    robots = list(cell.robots)
    mounts = tools_of(cell, state, course)
    things = [{"name": visible(b.owner), "mesh": drawn.meshes.of(b.body)} for b in equipment_bodies(cell)]
    document = {
        "end": round(course.end, 3),
        "things": things,
        "zones": [
            {"name": visible(z.name), "low": z.low, "high": z.high, "people": _people(course, z.name)}
            for z in cell.zones.values()
        ],
        "robots": [_robot(drawn, name, tracks.get(name)) for name in robots],
        "tools": [_tool(drawn, tool, mounts[tool], robots) for tool in cell.tools],
        "parts": _parts(drawn, parts, mounts, robots),
        **_steps(ground, course),
    }
    return {**document, "poses": drawn.poses, "meshes": drawn.meshes.made}


def written(document: dict[str, Any]) -> str:
    """As it may stand in a script element: no `<` in it, and nothing but ASCII."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c").replace("&", "\\u0026")


def _people(course: Course, zone: str) -> list[tuple[float, float]]:
    return [(round(stay.start, 2), round(stay.stop, 2)) for stay in course.people if stay.zone == zone]


def _robot(drawn: _Drawn, name: str, track: Track | None) -> dict[str, Any]:
    unit, model = drawn.ground.cell.robots[name], drawn.ground.robots[name]
    chain = model.chain
    if track is None:
        track = Track(np.zeros(1), np.array([home_of(unit, model)]))
    return {
        "name": visible(name),
        "base": drawn.pose(unit.base),
        "joints": [
            {"pose": drawn.pose(j.T_parent_joint), "axis": [float(x) for x in j.axis], "turns": j.kind is JointKind.REVOLUTE}
            for j in chain.joints
        ],
        "flange": drawn.pose(chain.T_last_flange),
        "links": [[drawn.meshes.of_points(hull.vertices) for hull in link] for link in model.hulls],
        "t": packed(track.time, "<f4"),
        "q": packed(track.q, "<f4"),
    }


def _tool(drawn: _Drawn, tool: str, mounts: list[tuple[float, str]], robots: list[str]) -> dict[str, Any]:
    """At a flange, or where it stands in its pocket."""
    cell = drawn.ground.cell
    pocket = cell.pocket_of(tool)
    stands = drawn.pose(T_world_flange(cell, pocket)) if pocket is not None else -1
    at = [(round(t, 3), robots.index(m) if m in robots else -1, -1 if m in robots else stands) for t, m in mounts]
    return {"name": visible(tool), "meshes": [drawn.meshes.of(body) for body in cell.tools[tool].bodies], "at": at}


def _parts(
    drawn: _Drawn, parts: Mapping[str, list[Spot]], mounts: Mapping[str, list[tuple[float, str]]], robots: list[str]
) -> list[dict[str, Any]]:
    numbers = {part: i for i, part in enumerate(parts)}
    kinds = {part: spots[-1].kind for part, spots in parts.items()}
    return [
        {"name": visible(part), "at": [list(_spot(drawn, spot, kinds, numbers, mounts, robots)) for spot in spots]}
        for part, spots in parts.items()
    ]


def _spot(
    drawn: _Drawn,
    spot: Spot,
    kinds: Mapping[str, str],
    numbers: Mapping[str, int],
    mounts: Mapping[str, list[tuple[float, str]]],
    robots: list[str],
) -> Iterator[float]:
    """Moment, mesh, how it is there, what it is on, and the pose there."""
    cell, mesh = drawn.ground.cell, drawn.part_mesh(spot.kind)
    how, on, pose = HIDDEN, -1, -1
    match spot.location:
        case InPlace(place=place) if place in cell.places:
            how, pose = IN_WORLD, drawn.pose(cell.places[place].frame)
        case InHand(hand=name, grasp=grasp):
            tool, _, hand = name.partition(".")
            mount = mount_at(mounts[tool], spot.at) if tool in mounts else ""
            own = next((h for h in cell.tools[tool].hands if h.name == hand), None) if tool in cell.tools else None
            if mount in robots and own is not None and spot.kind in cell.parts:
                T_flange_part = own.T_flange_tcp @ T_part_tcp(cell.parts[spot.kind].shape, grasp).inverse()
                how, on, pose = ON_ROBOT, robots.index(mount), drawn.pose(T_flange_part)
        case InPart(part=base, seat=seat) if base in numbers and kinds[base] in cell.parts:
            frame = _seat(drawn, kinds[base], seat)
            how, on, pose = (ON_PART, numbers[base], drawn.pose(frame)) if frame is not None else (how, on, pose)
        case _:
            pass
    yield from (round(spot.at, 3), mesh, how if mesh >= 0 else HIDDEN, on, pose)


def _seat(drawn: _Drawn, kind: str, seat: str) -> Pose | None:
    """Of the base's kind at the end or of any of its family: a seat that is taken is none of its kind any more."""
    cell = drawn.ground.cell
    family = cell.parts[kind].family
    kin = [kind, *(name for name, part in cell.parts.items() if part.family == family and family)]
    return next((s.frame for name in kin for s in seats_ever(cell, name) if s.name == seat), None)


def _steps(ground: Ground, course: Course) -> dict[str, Any]:
    """What is done when: each sentence once. `left`: from when on it is not listed, None: all of it is."""
    texts: dict[str, int] = {}
    steps = []
    for run in course.runs[:MOST_STEPS]:
        if not isinstance(run.step.action, Decide) and run.stop > run.start:
            place = f"{run.step.because.span.file}:{run.step.because.span.start.line}"
            said = f"{visible(done_by(run.step, ground.cell))} ({visible(place)})"
            steps.append((round(run.start, 2), round(run.stop, 2), texts.setdefault(said, len(texts))))
    for jogged in course.jogs[:MOST_STEPS]:
        steps.append((round(jogged.start, 2), round(jogged.stop, 2), texts.setdefault(visible(jogged.text), len(texts))))
    steps.sort()
    left = round(course.runs[MOST_STEPS].start, 2) if len(course.runs) > MOST_STEPS else None
    return {"steps": steps, "texts": list(texts), "left": left}

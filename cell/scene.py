"""What a robot may run into: the bodies that stand in the cell, a part in every place that may hold one, a tool in every pocket.

Motions are checked against the fullest cell there can be, so one motion is right whatever the other parts do, and the number
of motions grows with places. Only the place that a motion itself fills is taken as empty, and with it all that would lie upon
what lies there: nothing is put under anything, nor drawn out from under it. Likewise the pocket into or out of which a motion
brings a tool. The other robots stand at home (cell/home.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from cell import later_numpy as np
from cell.dataclass import dataclass
from cell.docking import docked_bodies
from cell.equipment import Place
from cell.geometry import Array, Body, Box, Pose, corners, height
from cell.model import CellModel
from cell.people import PERSON
from cell.steps import Along, Docking, Touch, meets_part

FLOOR_THICKNESS = 0.1
FLOOR_MARGIN = 10.0  # m around all that stands in the cell: further than any arm reaches


@dataclass(frozen=True, slots=True)
class SceneBody:
    """`body` in the world. `owner` is the equipment's name for equipment, the place's name for a part, the pocket's name for a
    tool, the robot's name for a robot, "floor" for the floor; `name` is unique in the scene."""

    name: str
    owner: str
    what: Literal["equipment", "part", "tool", "floor", "robot"]
    body: Body


def has_floor(cell: CellModel) -> bool:
    """Whether z = 0 is a floor: not in a cell with a base below it, where nothing says how deep the floor lies."""
    return all(r.base.translation[2] >= 0.0 for r in cell.robots.values())


def floor(cell: CellModel) -> tuple[SceneBody, ...]:
    """A slab under z = 0 that no arm of the cell reaches beyond; it carries robots, so base links are not held against it."""
    if not has_floor(cell):
        return ()
    low, high = _extents(cell)
    size, centre = high - low + 2.0 * FLOOR_MARGIN, 0.5 * (low + high)
    pose = Pose.from_xyz_rpy((float(centre[0]), float(centre[1]), -FLOOR_THICKNESS / 2))
    slab = Body("floor", Box((float(size[0]), float(size[1]), FLOOR_THICKNESS)), pose)
    return (SceneBody("floor", "floor", "floor", slab),)


def _extents(cell: CellModel) -> tuple[Array, Array]:
    """The least and greatest x and y of robots' bases, equipment and places."""
    equipment = [body.pose.apply(corners(body.shape)) for e in cell.equipment.values() for body in e.bodies]
    bases = [robot.base.translation[None] for robot in cell.robots.values()]
    places = [place.frame.translation[None] for place in cell.places.values()]
    points = np.concatenate([np.zeros((1, 3)), *equipment, *bases, *places])[:, :2]
    return points.min(axis=0), points.max(axis=0)


def equipment_bodies(cell: CellModel) -> tuple[SceneBody, ...]:
    return tuple(SceneBody(f"{e.name}/{b.name}", e.name, "equipment", b) for e in cell.equipment.values() for b in e.bodies)


def resting_parts(cell: CellModel) -> tuple[SceneBody, ...]:
    """One body for each place and each kind that it accepts; heaps hold none, their parts lie below the rim, nothing rests where
    a person takes it over, and what is driven in is flush with its base."""
    return tuple(
        SceneBody(f"{kind} at {place.name}", place.name, "part", part_body(cell, kind, place.frame))
        for place in cell.places.values()
        if place.capacity is not None and not (place.of and place.of.is_driven) and not is_in_passing(cell, place)
        for kind in place.accepts
    )


def is_heap(cell: CellModel, place: Place) -> bool:
    """Whether it takes any number of parts, and nobody takes them out again."""
    return place.capacity is None and cell.kind_of(cell.equipment[place.equipment]).layout == "heap"


def is_in_passing(cell: CellModel, place: Place) -> bool:
    """Whether parts are only handed over there, from hand to hand, so that none ever rests in it."""
    owner = cell.equipment.get(place.equipment)
    return owner is not None and owner.kind == PERSON


def stored_tools(cell: CellModel) -> tuple[SceneBody, ...]:
    """Every tool that has a pocket, in it."""
    return tuple(
        SceneBody(f"{body.name} in {pocket.name}", pocket.name, "tool", body)
        for pocket in cell.pockets.values()
        for body in docked_bodies(cell, pocket)
    )


def part_body(cell: CellModel, kind: str, T_world_part: Pose) -> Body:
    """The body of a part whose frame (centre of the lower face) is at `T_world_part`."""
    shape = cell.parts[kind].shape
    return Body(kind, shape, T_world_part @ Pose.from_xyz_rpy((0.0, 0.0, height(shape) / 2)))


def scene_for(cell: CellModel, touch: Touch | Docking | Along | None) -> tuple[SceneBody, ...]:
    """All bodies for a motion with that touch. A motion that fills a place, or empties it with the part in hand, meets
    it empty; one that comes for a part, or works along it, meets just that kind there.
    Nothing lies upon that place then. One that goes into a seat
    meets the base as it was when it was put down, with what carries the seat on it and what may be in the seats beside. One that
    brings a tool into its pocket, or out, meets the pocket empty."""
    standing, parts, tools = (*floor(cell), *equipment_bodies(cell)), resting_parts(cell), stored_tools(cell)
    if touch is None:
        return (*standing, *parts, *tools)
    if isinstance(touch, Docking):
        return (*standing, *parts, *(tool for tool in tools if not is_taken(tool.what, tool.owner, touch)))
    gone, roots = absent(cell.places, touch.place), standing_roots(cell.places, touch.place)
    own = (body for body in parts if body.owner != touch.place or _is_met(body, touch))
    there = (body for body in own if body.owner not in gone and roots.get(body.owner, body.body.name) == body.body.name)
    return (*standing, *there, *tools)


def is_taken(what: str, owner: str, touch: Docking) -> bool:
    """Whether a body of the scene is that of the tool that a motion with that touch has at the flange, so not in its pocket."""
    return what == "tool" and owner == touch.pocket and touch.pair == "tool and pocket"


def absent(places: Mapping[str, Place], place: str) -> frozenset[str]:
    """The places at which no part is while something goes into `place` or away from it: those upon it, and where it is a seat of
    a base all others of that base but those that carry it and those beside."""
    upon, of = lying_upon(places, place), places[place].of
    if of is None:
        return upon
    there = {place, *places[place].lies_on, *of.beside}
    base = places[place].lies_on[0]
    return upon | {name for name, other in places.items() if other.of is not None and other.lies_on[0] == base} - there


def standing_roots(places: Mapping[str, Place], place: str) -> dict[str, str]:
    """Base's place -> the one kind that stands there while something goes into `place`, where that is a seat."""
    of = places[place].of
    return {} if of is None else {places[place].lies_on[0]: of.root}


def lying_directly_upon(places: Mapping[str, Place]) -> dict[str, tuple[str, ...]]:
    """For each place that carries something the places whose parts rest on its own."""
    found: dict[str, tuple[str, ...]] = {}
    for name, place in places.items():
        for below in place.lies_on:
            found[below] = (*found.get(below, ()), name)
    return found


def lying_under(places: Mapping[str, Place], place: str) -> frozenset[str]:
    """The places whose parts carry what lies in `place`, directly or not."""
    found: set[str] = set()
    open_places = [place]
    while open_places:
        below = [name for name in places[open_places.pop()].lies_on if name not in found]
        found.update(below)
        open_places += below
    return frozenset(found)


def lying_upon(places: Mapping[str, Place], place: str) -> frozenset[str]:
    """The places whose parts rest on what lies in `place`, directly or not."""
    found: set[str] = set()
    for name, other in places.items():  # places stand in the order in which they are filled
        if place in other.lies_on or not found.isdisjoint(other.lies_on):
            found.add(name)
    return frozenset(found)


def _is_met(body: SceneBody, touch: Touch | Along) -> bool:
    return meets_part(touch) and body.body.name == touch.kind

"""What one arm moves in: the bodies that stand in the cell, its places, its zones. Cut to plain values for other processes.

The digest covers all that a geometric certificate depends on besides the motion itself, constants of the proof included.
"""

from __future__ import annotations

from collections.abc import Mapping

from cell.codec import digest
from cell.dataclass import dataclass
from cell.docking import T_world_flange
from cell.equipment import Place
from cell.geometry import Body, Pose
from cell.home import other_robots
from cell.paths import Point
from cell.scene import SceneBody, is_taken, lying_upon, scene_for
from cell.state import PlanningRequest
from cell.steps import Along, Docking, Touch, meets_part
from planner.proof.arm import Arm, arm_of, content_of
from planner.proof.standing import zone_body

RULES = "proof of motions, 9"  # raise it when any check of a single motion changes
CLEARANCE = 0.001  # m, between bodies that are not meant to touch


@dataclass(frozen=True, slots=True)
class ZoneBox:
    """A zone as a body, with the two rules that bind every motion."""

    name: str
    body: Body
    keep_out: bool
    speed_limit: float | None


@dataclass(frozen=True, slots=True)
class Dock:
    """A pocket: where its frame is and where the flange is when it couples to the tool there."""

    name: str
    changer: str
    tool: str
    frame: Pose
    T_world_flange: Pose


@dataclass(frozen=True, slots=True)
class PartPath:
    """A path, or a spot, of the parts of `kind`: points and normals in the part's frame (cell/paths.py)."""

    kind: str
    name: str
    points: tuple[Point, ...]
    normals: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Parting:
    """Body number `mover` of those that move with the arm is too near to number `other` of those that stand where the motion
    begins, and up to the path parameter `until`."""

    mover: int
    other: int
    until: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`bodies` is the fullest scene; `arm` the one that moves in it. `digest` names all of it. `slows`: some
    zone has robots go slower while somebody is in it. `partings` are proved to come apart (coming_apart.py)."""

    arm: Arm
    bodies: tuple[SceneBody, ...]
    places: tuple[Place, ...]
    docks: tuple[Dock, ...]
    zones: tuple[ZoneBox, ...]
    digest: str
    slows: bool = False
    paths: tuple[PartPath, ...] = ()
    partings: tuple[Parting, ...] = ()

    def place(self, name: str) -> Place | None:
        return next((p for p in self.places if p.name == name), None)

    def path(self, kind: str, name: str) -> PartPath | None:
        return next((p for p in self.paths if (p.kind, p.name) == (kind, name)), None)

    def dock(self, name: str) -> Dock | None:
        return next((d for d in self.docks if d.name == name), None)

    def met_by(self, touch: Touch | Docking | Along | None) -> tuple[SceneBody, ...]:
        """The scene of a motion with that touch (cell/scene.py states the rule)."""
        if touch is None:
            return self.bodies
        if isinstance(touch, Docking):
            return tuple(b for b in self.bodies if not is_taken(b.what, b.owner, touch))
        known = {place.name: place for place in self.places}
        upon, seat = lying_upon(known, touch.place), known.get(touch.place)
        # Equipment may bear the name of its one place: only the part that rests there is affected by the touch.
        there = (b for b in self.bodies if b.what != "part" or _is_there(b, touch, upon))
        if seat is None or seat.of is None:
            return tuple(there)
        return tuple(b for b in there if b.what != "part" or _stands_with(b, seat, known))


def _is_there(body: SceneBody, touch: Touch | Along, upon: frozenset[str]) -> bool:
    if body.owner != touch.place:
        return body.owner not in upon
    return meets_part(touch) and body.body.name == touch.kind


def _stands_with(body: SceneBody, seat: Place, known: Mapping[str, Place]) -> bool:
    """Whether the part may be there while something goes into a seat: of the base just the kind that it was put down as, of its
    other seats those beneath and those beside."""
    assert seat.of is not None
    base = seat.lies_on[0]
    if body.owner == base:
        return body.body.name == seat.of.root
    other = known[body.owner]
    is_of_the_same = other.of is not None and other.lies_on[0] == base
    return not is_of_the_same or body.owner in (seat.name, *seat.lies_on, *seat.of.beside)


def surroundings_of(
    request: PlanningRequest, robot: str, tool: str | None, others: tuple[SceneBody, ...] | None = None
) -> Surroundings:
    """What `robot` with `tool` at its flange moves in. `others` are the bodies of the other robots; None: each of them at its
    home, and where else they may be meanwhile is for encounters.py.
    Raises ValueError where a robot has no home (cell/home.py)."""
    cell, model = request.cell, request.robots[robot]
    zones = tuple(ZoneBox(z.name, zone_body(z), z.keep_out, z.speed_limit) for z in cell.zones.values())
    bodies = (*scene_for(cell, None), *(other_robots(cell, robot, request.robots) if others is None else others))
    arm, places = arm_of(cell, robot, model, tool), tuple(cell.places.values())
    docks = tuple(Dock(p.name, p.changer, p.tool, p.frame, T_world_flange(cell, p)) for p in cell.pockets.values())
    paths = tuple(PartPath(k.name, f.name, f.points, f.normals) for k in cell.parts.values() for f in k.features if f.points)
    slows = any(zone.when_occupied == "slow" or zone.distance is not None for zone in cell.zones.values())
    name = digest((RULES, CLEARANCE, *content_of(arm), bodies, places, docks, zones, slows, paths))
    return Surroundings(arm, bodies, places, docks, zones, name, slows, paths)

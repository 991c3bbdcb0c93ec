"""What one arm moves in: the bodies that stand in the cell, its places, its zones. Cut to plain values for other processes.

The digest covers all that a geometric certificate depends on besides the motion itself, constants of the proof included.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.codec import digest
from cell.equipment import Place
from cell.geometry import Body
from cell.home import other_robots
from cell.scene import SceneBody, lying_upon, scene_for
from cell.state import PlanningRequest
from cell.steps import Touch
from planner.proof.arm import Arm, arm_of, content_of
from planner.proof.standing import zone_body

RULES = "proof of motions, 5"  # raise it when any check of a single motion changes
CLEARANCE = 0.001  # m, between bodies that are not meant to touch


@dataclass(frozen=True, slots=True)
class ZoneBox:
    """A zone as a body, with the two rules that bind every motion."""

    name: str
    body: Body
    keep_out: bool
    speed_limit: float | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`bodies` is the fullest scene; `arm` the one that moves in it. `digest` names all of it."""

    arm: Arm
    bodies: tuple[SceneBody, ...]
    places: tuple[Place, ...]
    zones: tuple[ZoneBox, ...]
    digest: str

    def place(self, name: str) -> Place | None:
        return next((p for p in self.places if p.name == name), None)

    def met_by(self, touch: Touch | None) -> tuple[SceneBody, ...]:
        """The scene of a motion with that touch (cell/scene.py states the rule)."""
        if touch is None:
            return self.bodies
        upon = lying_upon({place.name: place for place in self.places}, touch.place)
        # Equipment may bear the name of its one place: only the part that rests there is affected by the touch.
        return tuple(b for b in self.bodies if b.what != "part" or _is_there(b, touch, upon))


def _is_there(body: SceneBody, touch: Touch, upon: frozenset[str]) -> bool:
    if body.owner != touch.place:
        return body.owner not in upon
    return touch.pair == "fingers and part" and body.body.name == touch.kind


def surroundings_of(request: PlanningRequest, robot: str, tool: str | None) -> Surroundings:
    """What `robot` with `tool` at its flange moves in, every other robot of the cell at its home: where else they may be
    meanwhile is for encounters.py.
    Raises ValueError where a robot has no home (cell/home.py)."""
    cell, model = request.cell, request.robots[robot]
    zones = tuple(ZoneBox(z.name, zone_body(z), z.keep_out, z.speed_limit) for z in cell.zones.values())
    bodies = (*scene_for(cell, None), *other_robots(cell, robot, request.robots))
    arm, places = arm_of(cell, robot, model, tool), tuple(cell.places.values())
    name = digest((RULES, CLEARANCE, *content_of(arm), bodies, places, zones))
    return Surroundings(arm, bodies, places, zones, name)

"""What one arm moves in: the bodies that stand in the cell, its places, its zones. Cut to plain values for other processes.

The digest covers all that a geometric certificate depends on besides the motion itself, constants of the proof included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cell.codec import digest
from cell.equipment import Place
from cell.geometry import Body, Box, Pose
from cell.scene import SceneBody, lying_upon, scene_for
from cell.state import InHand, PlanningRequest
from cell.steps import AtHome, AtMeasured, Carried, Touch
from planner.proof.arm import Arm, arm_of, link_bodies

RULES = "proof of motions, 4"  # raise it when any check of a single motion changes
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


def surroundings_of(request: PlanningRequest, robot: str) -> Surroundings | None:
    """What `robot` moves in. Every other robot of the cell stands still where the plan starts; None where that is a stance
    whose joint positions the request does not say."""
    cell, model = request.cell, request.robots[robot]
    others = [_standing(request, name) for name in cell.robots if name != robot]
    if None in others:
        return None
    zones = tuple(ZoneBox(z.name, _box(z.low, z.high), z.keep_out, z.speed_limit) for z in cell.zones.values())
    bodies = (*scene_for(cell, None), *(body for standing in others if standing is not None for body in standing))
    arm, places = arm_of(cell, robot, model), tuple(cell.places.values())
    named = replace(arm, model=None)  # type: ignore[arg-type]  # the model's own hash stands for it
    return Surroundings(arm, bodies, places, zones, digest((RULES, CLEARANCE, model.content_hash, named, bodies, places, zones)))


def _standing(request: PlanningRequest, robot: str) -> tuple[SceneBody, ...] | None:
    """The bodies of a robot that does not move, what it holds included."""
    if robot not in request.robots:
        return None
    arm = arm_of(request.cell, robot, request.robots[robot])
    match request.state.stances.get(robot):
        case AtMeasured(q):
            positions = q
        case AtHome() if arm.home is not None:
            positions = arm.home
        case _:
            return None
    hands = {hand for hand, _ in arm.hands}
    held = tuple(
        Carried(p.location.hand, p.kind, p.location.grasp)
        for p in request.state.parts
        if isinstance(p.location, InHand) and p.location.hand in hands
    )
    poses = arm.model.chain.link_poses(positions)
    placed = ((b, arm.T_world_base @ Pose.from_matrix(poses[b.link])) for b in link_bodies(arm, held))
    return tuple(SceneBody(f"{robot}/{b.name}", robot, "equipment", b.body.moved(T_world_link)) for b, T_world_link in placed)


def _box(low: tuple[float, float, float], high: tuple[float, float, float]) -> Body:
    size = (high[0] - low[0], high[1] - low[1], high[2] - low[2])
    return Body("zone", Box(size), Pose.from_xyz_rpy([(a + b) / 2 for a, b in zip(low, high, strict=True)]))

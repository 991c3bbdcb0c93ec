"""What one arm moves in: the bodies that stand in the cell, its places, its zones. Cut to plain values for other processes.

The digest covers all that a geometric certificate depends on besides the motion itself, constants of the proof included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cell.codec import digest
from cell.equipment import Place
from cell.geometry import Body, Box, Pose
from cell.model import CellModel
from cell.robot import RobotModel
from cell.scene import SceneBody, scene_for
from cell.steps import Touch
from planner.proof.arm import Arm, arm_of

RULES = "proof of motions, 1"  # raise it when any check of a single motion changes
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
        return tuple(b for b in self.bodies if touch is None or b.owner != touch.place or _is_met(b, touch))


def _is_met(body: SceneBody, touch: Touch) -> bool:
    return touch.pair == "fingers and part" and body.body.name == touch.kind


def surroundings_of(cell: CellModel, robot: str, model: RobotModel) -> Surroundings:
    zones = tuple(ZoneBox(z.name, _box(z.low, z.high), z.keep_out, z.speed_limit) for z in cell.zones.values())
    arm, bodies, places = arm_of(cell, robot, model), scene_for(cell, None), tuple(cell.places.values())
    named = replace(arm, model=None)  # type: ignore[arg-type]  # the model's own hash stands for it
    return Surroundings(arm, bodies, places, zones, digest((RULES, CLEARANCE, model.content_hash, named, bodies, places, zones)))


def _box(low: tuple[float, float, float], high: tuple[float, float, float]) -> Body:
    size = (high[0] - low[0], high[1] - low[1], high[2] - low[2])
    return Body("zone", Box(size), Pose.from_xyz_rpy([(a + b) / 2 for a, b in zip(low, high, strict=True)]))

"""Which pairs of bodies a motion keeps apart, and the proof that it does: everything against everything, by exception only.

Not held against one another: what is fixed to the same link of the arm (a tool and its flange, a part and its gripper),
link pairs that the robot model leaves out with its reasons, the base and what it stands on, and the contact that is meant,
inside its interval: fingers and the part, or the part and what carries it at rest, the place's equipment or the parts beneath;
at a changer the tool and what carries it in its pocket, or the flange and the tool; and what a robot that is jogged out of a
contact is too near to at first, which coming_apart.py binds meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.geometry import Pose, height
from cell.motion_plan import Motion
from cell.scene import SceneBody, lying_under
from cell.steps import Along, Docking, Touch, meets_part
from cell.trajectory import Path
from planner.proof.arm import LinkBody
from planner.proof.finding import Finding, Refusal, Slack
from planner.proof.gap import Gauge, placed
from planner.proof.separation import Meets, Pair, check_apart
from planner.proof.surroundings import CLEARANCE, Surroundings

_TOUCHING = 1e-4  # m: nearer than this at rest counts as touching


def check_clearance(motion: Motion, path: Path, bodies: Sequence[LinkBody], around: Surroundings) -> Finding:
    scene = around.met_by(motion.need.touch)
    pairs = (*_against_scene(motion, bodies, scene, around), *_against_itself(bodies, around))
    found = check_apart(around.arm, path, bodies, [s.body for s in scene], pairs)
    if isinstance(found, Meets):
        pair = pairs[found.pair]
        other = scene[pair.other].name if pair.is_fixed else bodies[pair.other].name
        apart, mover = max(0.0, 1e3 * found.distance), bodies[pair.mover].name
        message = f"{mover} is {apart:.2f} mm from {other} at {found.s:.6g} of {path.length:.6g} of the path"
        return Refusal("E686", f"{message}; {1e3 * CLEARANCE:.0f} mm is needed")
    return Slack("clearance", found.closest - CLEARANCE, "m")


def _against_scene(
    motion: Motion, bodies: Sequence[LinkBody], scene: Sequence[SceneBody], around: Surroundings
) -> Iterator[Pair]:
    carriers = {c.touch: carrying(c.touch, scene, around) for c in motion.contacts}
    last = around.arm.model.degrees_of_freedom
    parting = {(p.mover, p.other): ((0.0, p.until),) for p in around.partings if motion.need.touch is None}
    for k, mover in enumerate(bodies):
        if mover.link == 0:
            continue
        for j, other in enumerate(scene):
            meant = tuple((c.first, c.last) for c in motion.contacts if _is_meant(mover, other, c.touch, carriers[c.touch], last))
            yield Pair(k, j, True, CLEARANCE, meant + parting.get((k, j), ()))


def _is_meant(mover: LinkBody, other: SceneBody, touch: Touch | Docking | Along, carriers: frozenset[str], last: int) -> bool:
    """Whether the two are the pair of the touch. The flange is on link `last`."""
    if isinstance(touch, Docking):
        if touch.pair == "tool and pocket":
            return mover.part_of == "tool" and other.name in carriers
        return mover.part_of == "link" and mover.link == last and other.what == "tool" and other.owner == touch.pocket
    if meets_part(touch):
        return mover.part_of == "tool" and other.what == "part" and other.owner == touch.place
    assert isinstance(touch, Touch)
    return mover.part_of == touch.hand and other.name in carriers


def carrying(touch: Touch | Docking | Along, scene: Sequence[SceneBody], around: Surroundings) -> frozenset[str]:
    """The bodies of the place's equipment, and the parts beneath, that a part at rest there touches, by name; those
    of the changer that a tool in its pocket touches."""
    if isinstance(touch, Docking):
        return _carrying_tool(touch, scene, around)
    if isinstance(touch, Along):
        return frozenset()
    place, shape = around.place(touch.place), dict(around.arm.shapes).get(touch.kind)
    if place is None or shape is None:
        return frozenset()
    under = lying_under({p.name: p for p in around.places}, place.name)
    own = [b for b in scene if (b.what == "equipment" and b.owner == place.equipment) or (b.what == "part" and b.owner in under)]
    gauge = Gauge([shape, *(b.body.shape for b in own)])
    rest = place.frame @ Pose.from_xyz_rpy((0.0, 0.0, height(shape) / 2))
    apart = (gauge.measure(0, placed(rest), k + 1, placed(b.body.pose))[0] for k, b in enumerate(own))
    near = CLEARANCE if under else _TOUCHING  # a thin sheet leaves less between a part and what is under the sheet
    return frozenset(b.name for b, distance in zip(own, apart, strict=True) if distance <= near)


def _carrying_tool(touch: Docking, scene: Sequence[SceneBody], around: Surroundings) -> frozenset[str]:
    dock = around.dock(touch.pocket)
    if dock is None or dock.tool != around.arm.tool:
        return frozenset()
    stands = [body.moved(dock.T_world_flange) for body in around.arm.tool_bodies]
    own = [b for b in scene if b.what == "equipment" and b.owner == dock.changer]
    gauge = Gauge([*(b.shape for b in stands), *(b.body.shape for b in own)])
    at = [placed(b.pose) for b in (*stands, *(b.body for b in own))]
    pairs = ((k, len(stands) + j) for k in range(len(stands)) for j in range(len(own)))
    return frozenset(own[j - len(stands)].name for k, j in pairs if gauge.measure(k, at[k], j, at[j])[0] <= _TOUCHING)


def _against_itself(bodies: Sequence[LinkBody], around: Surroundings) -> Iterator[Pair]:
    checked, last = set(around.arm.model.self_collision_pairs), around.arm.model.degrees_of_freedom
    for k, mover in enumerate(bodies):
        for j, other in enumerate(bodies):
            match mover.part_of, other.part_of:
                case "link", "link":
                    is_pair = (other.link, mover.link) in checked
                case "tool", "link":
                    is_pair = other.link < last
                case _, "link":
                    is_pair = mover.part_of != "tool"
                case _, "tool":
                    is_pair = False
                case hand, other_hand:
                    is_pair = hand not in ("link", "tool") and hand < other_hand
            if is_pair:
                yield Pair(k, j, False, CLEARANCE)

"""What the motion stage says when there is no motion: which code, whose declaration, and what would help."""

from __future__ import annotations

import math

import numpy as np

from cell.diagnostic import Diagnostic, Span, error
from cell.equipment import Equipment
from cell.geometry import Array, Pose
from cell.steps import AtHome, AtHub, AtPlace, AtPocket, MotionNeed, Stance, stance_name
from planner.motion.access import NoAccess, target_of
from planner.motion.arm import stacked
from planner.motion.collision import Blocker, Collider
from planner.motion.configurations import hub_blocker, sampled_stances
from planner.motion.free_path import GaveUp
from planner.motion.ik_branch import nearest_turns
from planner.motion.room import better_place, lacking
from planner.motion.workbench import Workbench

FLOOR = "floor"
REACH_STEP = 0.001  # m: how finely the nearest point in reach is looked for


def overweight(bench: Workbench, need: MotionNeed) -> Diagnostic | None:
    arm, cell = bench.arm, bench.cell
    declared, own = arm.unit.payload, arm.model.payload
    limits = [limit for limit in (declared, own) if limit is not None]
    mass = (arm.tool.mass if arm.tool else 0.0) + sum(cell.parts[c.kind].mass for c in need.carried)
    if not limits or mass <= min(limits) + 1e-9:
        return None
    parts = ", ".join(f"{c.kind} {cell.parts[c.kind].mass:g} kg" for c in need.carried) or "no part"
    tool = f"{arm.tool.name} {arm.tool.mass:g} kg" if arm.tool else "no tool"
    spans = [arm.unit.attribute_spans.get("payload", arm.unit.span), *(cell.parts[c.kind].span for c in need.carried)]
    if arm.tool:
        spans.append(arm.tool.attribute_spans.get("mass", arm.tool.span))
    return error(
        "E324",
        f"{arm.unit.name} would carry {mass:g} kg ({tool}, {parts}); its payload is {min(limits):g} kg",
        *spans,
        help=f"Save {mass - min(limits):.3g} kg, carry one part at a time, or take a robot with a payload of {mass:g} kg.",
    )


def no_access(bench: Workbench, need: MotionNeed, stance: AtPlace | AtPocket, found: NoAccess) -> Diagnostic:
    where = stance.place if isinstance(stance, AtPlace) else stance.pocket
    thing = equipment_of(bench, where)
    who, spans = need.robot, (place_span(thing), bench.arm.unit.span, *_home_of(bench, found.blocker))
    if found.reached == 0:
        gap = out_of_reach(bench, stance)
        help_ = f"The nearest point that it reaches is {1e3 * gap:.0f} mm closer to its base." if gap else ""
        return error("E320", f"{where} is out of reach of {who}", *spans, help=help_ or "Move one of the two.")
    inside = next((name for name in need.avoid if _is_inside(bench, stance, name)), None)
    zone = inside or _zone_of(bench, found.blocker)
    if zone is not None:
        code, lies = ("E420", "lies in") if zone == inside else ("E421", "is served only through")
        shut = bench.cell.zones[zone]
        message = f"{where} {lies} {zone}, which {need.robot} must stay out of"
        return error(code, message, spans[0], shut.span, help="Move the place or the zone.")
    pair = f": {found.blocker.mover} and {found.blocker.other}" if found.blocker else ""
    if found.clear == 0:
        help_ = _stance_help(bench, stance, found.blocker)
        return error("E321", f"{who} has no room to stand at {where}{pair}", *spans, help=help_)
    if found.gave_up is not None:
        return _gave_up(bench, f"{who} to {where}", found.gave_up, spans)
    help_ = _way_in_help(bench, stance) if found.blocker is None else _room_help(bench, found.blocker)
    return error("E322", f"{who} has no clear way into {where}{pair}", *spans, help=help_)


def no_hub(bench: Workbench, stance: Stance) -> Diagnostic:
    thing = bench.cell.equipment[stance.equipment] if isinstance(stance, AtHub) else None
    spans = (place_span(thing), bench.arm.unit.span) if thing else (bench.arm.unit.span,)
    gaps = [gap for served in _served(bench, thing.name) if (gap := out_of_reach(bench, served))] if thing else []
    if thing and gaps:
        help_ = f"Bring it {1e3 * max(gaps):.0f} mm closer to the robot's base."
        return error("E320", f"{thing.name} is out of reach of {bench.robot}", *spans, help=help_)
    message = f"{bench.robot} has nowhere to wait near {thing.name if thing else stance_name(stance)}"
    if thing is not None:
        standing = hub_blocker(bench, thing.name)
        if standing is not None:
            return error("E323", message, *spans, *_home_of(bench, standing), help=_room_help(bench, standing))
    return error(
        "E323", message, *spans, help="Leave room above it, or between it and the robot, outside every guard and keep-out zone."
    )


def _served(bench: Workbench, equipment: str) -> tuple[AtPlace | AtPocket, ...]:
    """Where the robot has to get there, a few of many."""
    if equipment in bench.cell.changers:
        return tuple(AtPocket(pocket.name) for pocket in bench.cell.changers[equipment].pockets)
    return sampled_stances(bench, equipment)


def at_rest(
    bench: Workbench, need: MotionNeed, stance: Stance, q: Array, collider: Collider, margins: Array
) -> Diagnostic | None:
    """Whether the robot may stand there: joints within limits, nothing touched, no zone entered that has to be avoided."""
    arm, name = bench.arm, f"{need.robot} at {stance_name(stance)}"
    where = arm.unit.attribute_spans.get("home", arm.unit.span) if isinstance(stance, AtHome) else arm.unit.span
    if len(q) != arm.model.degrees_of_freedom:
        return error(
            "E325", f"{name}: {len(q)} joint positions for {arm.model.degrees_of_freedom} joints", where, help="Give one a joint."
        )
    outside = np.flatnonzero((q < arm.model.position[:, 0]) | (q > arm.model.position[:, 1]))
    if len(outside):
        joint = arm.model.chain.joint_names[int(outside[0])]
        return error("E325", f"{name}: joint {joint} is outside its limits", where, help="Choose positions within them.")
    blocker = collider.blocker(q, margins)
    if blocker is None:
        return None
    zone = _zone_of(bench, blocker)
    if zone is not None:
        return error(
            "E422",
            f"{name} is inside {zone} with {blocker.mover}",
            where,
            bench.cell.zones[zone].span,
            help=_outside(stance, zone),
        )
    message = f"{name}: {blocker.mover} is {1e3 * blocker.distance:.0f} mm from {blocker.other}"
    robot = _robot_of(bench, blocker)
    help_ = "Rest clear of everything by 10 mm." if robot is None else f"Rest clear of {robot} at its home by 10 mm."
    return error("E325", message, where, *_home_of(bench, blocker), help=help_)


def _outside(stance: Stance, zone: str) -> str:
    """A hub is nobody's to move: it follows from where the equipment stands."""
    if not isinstance(stance, AtHub):
        return f"Declare a `home` outside {zone}."
    what = stance.equipment
    return f"That is where it waits before {what}: make {zone} lower or smaller, so that it only holds what is near {what}."


def gave_up(bench: Workbench, need: MotionNeed, budget: GaveUp) -> Diagnostic:
    spans = [bench.arm.unit.span]
    for stance in (need.end, need.start):
        match stance:
            case AtHub(equipment):
                spans.insert(0, place_span(bench.cell.equipment[equipment]))
            case AtPlace(place):
                spans.insert(0, place_span(equipment_of(bench, place)))
            case AtPocket(pocket):
                spans.insert(0, place_span(equipment_of(bench, pocket)))
            case _:
                pass
    return _gave_up(
        bench, f"{need.robot} from {stance_name(need.start)} to {stance_name(need.end)}", budget, tuple(dict.fromkeys(spans))
    )


def _gave_up(bench: Workbench, what: str, budget: GaveUp, spans: tuple[Span, ...]) -> Diagnostic:
    message = f"gave up looking for a way of {what} after {budget.iterations} steps of search"
    robots = sorted({body.owner for body in bench.standers if body.what == "robot"})
    homes = f" It has to pass {' and '.join(robots)} at home." if robots else ""
    return error("E330", message, *spans, help=f"Clear some of the space between the two, or plan with another seed.{homes}")


def unsupported(bench: Workbench, need: MotionNeed) -> Diagnostic:
    message = f"a motion of {need.robot} from {stance_name(need.start)} to {stance_name(need.end)} is not supported"
    return error("E326", message, bench.arm.unit.span, help="Contact is entered and left through the equipment's hub.")


def out_of_reach(bench: Workbench, stance: AtPlace | AtPocket) -> float | None:
    """How far (m) the place would have to come towards the robot's base, level, to be in reach; None if that does not help."""
    target = target_of(bench, stance)
    where = stance.place if isinstance(stance, AtPlace) else stance.pocket
    return beyond_reach(bench, stacked(target.poses), target.T_flange_tcp, bench.cell.frame_of(where).translation)


def beyond_reach(bench: Workbench, poses: Array, frame: Pose, point: Array) -> float | None:
    """The same for any of the `poses` (K, 4, 4) of `frame` in the flange, which move with `point` (3,)."""
    arm = bench.arm
    way = arm.unit.base.translation - point
    distance = float(np.linalg.norm(way[:2]))
    if distance == 0.0:
        return None
    step = np.array([way[0], way[1], 0.0]) / distance

    def is_reached(by: float) -> bool:
        moved = poses.copy()
        moved[:, :3, 3] += by * step
        found, _ = bench.kinematics.branches_at(arm.base_flange(moved, frame))
        return len(nearest_turns(arm.model, found, np.zeros(arm.model.degrees_of_freedom))) > 0

    coarse = next((float(by) for by in np.arange(0.0, distance, 50 * REACH_STEP) if is_reached(float(by))), None)
    if coarse is None:
        return None
    low, high = max(coarse - 50 * REACH_STEP, 0.0), coarse
    while high - low > REACH_STEP:
        middle = (low + high) / 2.0
        low, high = (low, middle) if is_reached(middle) else (middle, high)
    return high


def equipment_of(bench: Workbench, where: str) -> Equipment:
    return bench.cell.equipment[bench.cell.equipment_of(where)]


def place_span(thing: Equipment) -> Span:
    return thing.attribute_spans.get("at", thing.span)


def _zone_of(bench: Workbench, blocker: Blocker | None) -> str | None:
    name = blocker.other.removeprefix("zone ") if blocker and blocker.other.startswith("zone ") else None
    return name if name in bench.cell.zones else None


def _is_inside(bench: Workbench, stance: AtPlace | AtPocket, zone: str) -> bool:
    """Whether a part at rest at the place is in the zone with its TCP; at a pocket the flange."""
    box, tcp = bench.cell.zones[zone], target_of(bench, stance).poses[0]
    return all(low <= x <= high for low, x, high in zip(box.low, tcp.translation, box.high, strict=True))


def _robot_of(bench: Workbench, blocker: Blocker | None) -> str | None:
    """The other robot that is in the way with its home, if it is one."""
    names = {body.name: body.owner for body in bench.standers if body.what == "robot"}
    return None if blocker is None else names.get(blocker.other)


def _home_of(bench: Workbench, blocker: Blocker | None) -> tuple[Span, ...]:
    robot = _robot_of(bench, blocker)
    unit = None if robot is None else bench.cell.robots[robot]
    return () if unit is None else (unit.attribute_spans.get("home", unit.span),)


def _room_help(bench: Workbench, blocker: Blocker | None) -> str:
    if blocker is None:
        return "Move the place away from the edge of the robot's reach."
    robot = _robot_of(bench, blocker)
    if robot is not None:
        return f"{robot} is in the way where it stands at home: declare another `home` for it, or move one of the two."
    return f"Give {blocker.other} more room, or {blocker.mover} a slimmer shape."


def _stance_help(bench: Workbench, stance: AtPlace | AtPocket, blocker: Blocker | None) -> str:
    short = lacking(bench, stance, blocker) if blocker is not None and isinstance(stance, AtPlace) else None
    if short is None or blocker is None or _robot_of(bench, blocker) is not None:
        return _room_help(bench, blocker)
    amount = f"{math.floor(1e3 * short + 1e-6) + 1} mm"  # what keeps its margin and no more is still in the way
    if blocker.other == FLOOR:
        return (
            f"The place is on the floor: lift it by at least {amount} (`at`), or give it a `shape`, for it is on the upper face."
        )
    return f"They lack {amount}: give {blocker.other} that much more room, or {blocker.mover} a slimmer or shorter shape."


def _way_in_help(bench: Workbench, stance: AtPlace | AtPocket) -> str:
    """Of a way in that nothing blocks: it begins out of reach, or where the arm is all but stretched."""
    nearer, lower = better_place(bench, stance)
    ways = [f"{1e3 * by:.0f} mm {how}" for by, how in ((nearer, "nearer to its base"), (lower, "lower")) if by is not None]
    return f"Its straight way in would be within reach {' or '.join(ways)}." if ways else _room_help(bench, None)

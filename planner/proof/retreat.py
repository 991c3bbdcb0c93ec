"""The proof of a retreat: one motion out of where a robot was stopped, and everything else stands still.

Law: what the plan says of itself is derived again from the state and from the one motion; zones, speed and force bind it as they
bound the motion that it was stopped on. It is judged like any other, in the fullest scene, with the other robots where they are
seen to stand, against limits, zones, payload and clearance. Contact is allowed only where the robot stands on the straight way
out of the place or the pocket that it names, or off the path (leaving.py), within the travel that contact may have.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cell.diagnostic import Diagnostic, Outcome, error
from cell.docking import T_world_flange
from cell.geometry import Pose
from cell.grasps import T_part_tcp, grasps
from cell.motion_plan import Motion, MotionPlan
from cell.plan_inputs import Pairs
from cell.released_plan import Obligation, Proof
from cell.retreat import BARELY, RULE, SPEED, retreat_plan
from cell.shelves import is_bin, presentation, stock
from cell.state import PlanningRequest, tool_at
from cell.steps import Along, AtHub, AtMeasured, Because, Docking, MotionNeed, Touch
from planner.proof.certificates import Judge
from planner.proof.contact_way import CONTACT_TRAVEL
from planner.proof.identity import check_identity, check_motions_belong
from planner.proof.standing import arm_at_start, as_observed, held_at_start, standing_robots
from planner.proof.surroundings import surroundings_of

ASIDE = 1e-3  # m off the straight way
TURN = math.radians(0.5)
STILL = "parts lie, machines and the other robots stand as they are observed, and nothing but this robot moves meanwhile"


def prove_retreat(
    plan: MotionPlan,
    need: MotionNeed,
    request: PlanningRequest,
    versions: Pairs | None,
    judged: Judge,
) -> Outcome[Proof]:
    found = (*check_identity(plan, request, versions), *check_motions_belong(plan))
    found = found or tuple(_refused(plan, need, what, request) for what in _wrong(plan, need, request))
    if found:
        return Outcome(None, found)
    around = surroundings_of(request, need.robot, need.tool, standing_robots(request, need.robot))
    verdicts = judged([(key, m, around) for key, m in plan.motions.items()])
    (verdict,) = verdicts.values()
    if verdict.refusals:
        first = verdict.refusals[0]
        return Outcome(
            None, (error(first.code, f"retreat of {need.robot}: {first.message}", request.cell.robots[need.robot].span),)
        )
    slack = ", ".join(f"{s.claim} {s.margin:.3g} {s.unit}" for s in verdict.slacks if math.isfinite(s.margin))
    span = request.cell.robots[need.robot].span
    claim = f"{need.robot} comes out clear of all that stands, and stops"
    proved = Obligation("retreat", "clearance", claim, "for all durations", f"judged as a motion: {slack}", None, (span,))
    fastest = {key: v.fastest for key, v in verdicts.items() if v.fastest is not None}
    return Outcome(Proof((proved,), (STILL, *_presented(need, request)), fastest))


def _refused(plan: MotionPlan, need: MotionNeed, what: str, request: PlanningRequest) -> Diagnostic:
    unit = request.cell.robots.get(need.robot)
    return error("E683", f"retreat of {need.robot}: {what}", *(() if unit is None else (unit.span,)))


def _wrong(plan: MotionPlan, need: MotionNeed, request: PlanningRequest) -> Iterator[str]:
    cell, state = request.cell, request.state
    if need.robot not in cell.robots:
        yield "the cell has no such robot"
        return
    asked = next((stopped for stopped in request.stopped if stopped.robot == need.robot), None)
    if asked is None:
        yield "nobody has asked for it"
        return
    (motion,) = plan.motions.values()
    because = Because(cell.robots[need.robot].span, RULE)
    wanted = retreat_plan(need, because, motion.duration, request.seed)
    (step,) = plan.tasks.steps
    if replace(plan.tasks, steps=(replace(step, motion=None),)) != wanted:
        yield "the plan says more or less than that"
    if state.stances.get(need.robot) != need.start:
        yield "it does not stand there"
    for name in cell.robots:
        if name != need.robot and not _is_known(name, request):
            yield f"nobody says in which joint positions {name} stands, so nobody can say what is clear of it"
    tool = tool_at(cell, state, need.robot)
    if need.tool != (None if tool is None else tool.name):
        yield "it has another tool at its flange"
    if sorted(need.carried) != sorted(held_at_start(request, need.robot)):
        yield "its hands hold something else"
    if not isinstance(need.end, AtHub) or need.end.equipment not in cell.equipment:
        yield "it does not end at a hub"
    slow = SPEED if asked.speed_limit is None else min(SPEED, asked.speed_limit)
    if need.speed_limit is None or not need.speed_limit <= slow:
        yield f"it is not bound to {slow:g} m/s"
    if need.force_limit != asked.force_limit:
        yield f"its contact may take {asked.force_limit} N, not {need.force_limit}"
    if set(need.avoid) != set(asked.avoid):
        yield "it may come into zones that are closed"
    match need.touch:
        case Touch():
            yield from _beside(need, request, _is_barely(motion))
        case Docking() as touch:
            yield from _beside_pocket(need, touch, request, _is_barely(motion))
        case Along() as touch:
            yield from _beside_path(need, touch, request)
        case None:
            pass


def _presented(need: MotionNeed, request: PlanningRequest) -> Iterator[str]:
    """What is taken for granted of the bin out of which it lifts its part: as of a plan that takes one from there."""
    touch = need.touch
    if isinstance(touch, Touch) and touch.pair == "part and place" and is_bin(request.cell, touch.place):
        yield presentation(touch.place)


def _is_barely(motion: Motion) -> bool:
    """Whether it is out of contact already: what it says of contact only tells which place is empty."""
    return all(contact.first == 0.0 and contact.last <= BARELY for contact in motion.contacts)


def _is_known(robot: str, request: PlanningRequest) -> bool:
    q = as_observed(request, robot)
    return q is not None and q.shape == (request.robots[robot].degrees_of_freedom,)


def _beside_pocket(need: MotionNeed, touch: Docking, request: PlanningRequest, is_barely: bool) -> Iterator[str]:
    """The judge looks whether the tool is the pocket's; here, where the flange is."""
    pocket, arm = request.cell.pockets.get(touch.pocket), arm_at_start(request, need.robot)
    if pocket is None or touch.end != "start" or not isinstance(need.start, AtMeasured):
        yield "contact is not that of a pocket which it leaves"
        return
    if (touch.pair == "tool and pocket") is not (need.tool == pocket.tool):
        yield f"{pocket.tool} is {'not ' if touch.pair == 'tool and pocket' else ''}at its flange"
        return
    if is_barely:
        return
    there = T_world_flange(request.cell, pocket)
    flange = arm.T_world_base @ Pose.from_matrix(arm.model.chain.flange_pose(np.array(need.start.q)))
    offset, away = flange.translation - there.translation, pocket.frame.rotation[:, 2]
    height, turn = float(offset @ away), float(np.trace(there.rotation.T @ flange.rotation) - 1.0) / 2.0
    aside = float(np.linalg.norm(offset - height * away))
    if not -ASIDE <= height <= CONTACT_TRAVEL or aside > ASIDE or math.acos(min(1.0, max(-1.0, turn))) > TURN:
        yield f"it does not stand on the straight way out of {touch.pocket}"


def _beside_path(need: MotionNeed, touch: Along, request: PlanningRequest) -> Iterator[str]:
    """The judge looks where on its way off the path the tool is."""
    place, kind = request.cell.places.get(touch.place), request.cell.parts.get(touch.kind)
    if place is None or kind is None or kind.path(touch.feature) is None or touch.kind not in place.accepts:
        yield f"the cell has no {touch.feature} of a {touch.kind} at {touch.place}"
    elif need.end != AtHub(place.equipment):
        yield f"it does not end before {place.equipment}"


def _beside(need: MotionNeed, request: PlanningRequest, is_barely: bool) -> Iterator[str]:
    """Whether the contact that it may have is that of where it stands."""
    touch, arm = need.touch, arm_at_start(request, need.robot)
    place = request.cell.places.get(touch.where) if isinstance(touch, Touch) else None
    if not isinstance(touch, Touch) or place is None or touch.end != "start" or touch.hand not in dict(arm.hands):
        yield "contact is not that of a place which it leaves"
        return
    shape = dict(arm.shapes).get(touch.kind)
    if shape is None or touch.grasp not in grasps(shape) or not isinstance(need.start, AtMeasured):
        yield f"nothing is gripped so at {touch.place}"
        return
    has_it = any((c.hand, c.kind, c.grasp) == (touch.hand, touch.kind, touch.grasp) for c in need.carried)
    if has_it is not (touch.pair == "part and place"):
        yield f"the hand {'holds' if has_it else 'does not hold'} the part of its contact"
    is_full = place.capacity is not None and len(stock(request.state.parts, place.name)) >= place.capacity
    if has_it and is_full:  # of a bin the next one comes to the front when this one is out
        yield f"something lies at {touch.place}, where the part in its hand would be"
    if is_barely:
        return
    T_world_flange_now = arm.T_world_base @ Pose.from_matrix(arm.model.chain.flange_pose(np.array(need.start.q)))
    T = place.frame.inverse() @ T_world_flange_now @ arm.T_flange_tcp(touch.hand) @ T_part_tcp(shape, touch.grasp).inverse()
    height, aside = float(T.translation[2]), float(np.linalg.norm(T.translation[:2]))
    tilt = math.acos(min(1.0, max(-1.0, float(T.rotation[2, 2]))))
    if not -ASIDE <= height <= CONTACT_TRAVEL or aside > ASIDE or tilt > TURN:
        yield f"it does not stand on the straight way out of {touch.place}"

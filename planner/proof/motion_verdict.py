"""One motion against everything that binds it by itself: smoothness, limits, speeds, stances, payload, contact, clearance, zones.

Pure and self-contained, so a pool of processes can share the work; the order of the checks goes from cheap to dear, and a
motion whose form is broken is not measured.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

import numpy as np

from cell.dataclass import dataclass
from cell.motion_plan import Motion
from cell.steps import Along, Docking, Touch
from cell.trajectory import Law, Path
from planner.proof.arm import link_bodies
from planner.proof.clearance import check_clearance
from planner.proof.contact import check_contact
from planner.proof.contact_way import tcp_points
from planner.proof.finding import Finding, Refusal, Slack, refusals
from planner.proof.limits import check_joins, check_joint_motion, check_law, check_path
from planner.proof.point_speed import Points, bound_speed, highest_speed
from planner.proof.stances import check_payload, check_stances
from planner.proof.surroundings import Surroundings
from planner.proof.time_law import JointMotion, Pieces, joint_motion, pieces_of
from planner.proof.zone_rules import check_zone_speeds, check_zones

# Beyond these nothing can be a motion; within them no figure of the proof overflows.
_SHORTEST, _LONGEST, _HARDEST = 1e-6, 1e5, 1e9


@dataclass(frozen=True, slots=True)
class MotionVerdict:
    """`refusals` is empty for a motion that is proved; then `slacks` has the least slack of each claim, and
    `fastest` m/s is what no point of links, tool and load and no TCP exceeds, None where nobody asks."""

    refusals: tuple[Refusal, ...]
    slacks: tuple[Slack, ...]
    fastest: float | None = None


def judge(motion: Motion, around: Surroundings) -> MotionVerdict:
    if wrong := _broken_form(motion, around):
        return MotionVerdict((wrong,), ())
    path, law = Path.of(motion.segments), Law.of(motion.phases)
    shape = (*check_path(path, around.arm.model), *check_law(motion, path, law, around.arm.model))
    if refused := refusals(shape):
        return MotionVerdict(refused, ())
    pieces = pieces_of(path, law)
    joints = joint_motion(path, pieces)
    found = (
        *shape,
        *check_joins(path, pieces, around.arm.model),
        *check_joint_motion(joints, around.arm.model),
        *check_stances(motion, path, around),
        *check_payload(motion, around),
    )
    if not refusals(found):
        found = (*found, *_geometry(motion, path, pieces, joints, around))
    if refused := refusals(found):
        return MotionVerdict(refused, ())
    fastest = fastest_point(motion, path, pieces, joints, around) if around.slows else None
    return MotionVerdict((), _least(found), fastest)


def fastest_point(motion: Motion, path: Path, pieces: Pieces, joints: JointMotion, around: Surroundings) -> float:
    """m/s that no point of links, tool and load and no TCP exceeds on the motion as planned: the controller takes its share."""
    bodies = link_bodies(around.arm, motion.need.carried)
    links = sorted({b.link for b in bodies} - {0})
    moved = [Points(link, np.concatenate([b.corners for b in bodies if b.link == link])) for link in links]
    points = [*moved, *_tcps(around)]
    return max((highest_speed(around.arm.model, path, pieces, joints, each) for each in points), default=0.0)


def _tcps(around: Surroundings) -> list[Points]:
    """Of every hand, also of one that holds nothing: its TCP may lie in the air before its fingers. The flange without a tool."""
    return [tcp_points(around, hand) for hand, _ in around.arm.hands] or [tcp_points(around, None)]


def _geometry(motion: Motion, path: Path, pieces: Pieces, joints: JointMotion, around: Surroundings) -> tuple[Finding, ...]:
    bodies = link_bodies(around.arm, motion.need.carried)
    quick = (
        *check_tcp_speed(motion, path, pieces, joints, around),
        *check_contact(motion, path, pieces, joints, around),
    )
    if refusals(quick):
        return quick
    zones = check_zones(motion, path, bodies, around)
    if not refusals(zones):
        zones = (*zones, *check_zone_speeds(motion, path, pieces, joints, bodies, around))
    return (*quick, *zones, check_clearance(motion, path, bodies, around))


def check_tcp_speed(motion: Motion, path: Path, pieces: Pieces, joints: JointMotion, around: Surroundings) -> tuple[Finding, ...]:
    """Every hand's TCP (the flange without a tool) below the need's limit and the robot's own."""
    limits = [limit for limit in (motion.need.speed_limit, around.arm.max_speed) if limit is not None]
    if not limits:
        return ()
    limit, model, fastest = min(limits), around.arm.model, 0.0
    for points in _tcps(around):
        bound = bound_speed(model, path, pieces, joints, points, limit * (1.0 + 1e-6))
        if bound.at is not None:
            return (Refusal("E685", f"the TCP moves at {bound.speed:.4f} m/s at {bound.at:.3f} s; {limit:.4g} m/s is allowed"),)
        fastest = max(fastest, bound.speed)
    return (Slack("TCP speed", limit - fastest, "m/s"),)


def _broken_form(motion: Motion, around: Surroundings) -> Refusal | None:
    n = around.arm.model.degrees_of_freedom
    if not motion.segments or not motion.phases:
        return Refusal("E684", "the motion has no segments or no phases")
    for segment in motion.segments:
        if segment.control.ndim != 2 or segment.control.shape[1] != n or not 2 <= len(segment.control) <= 6:
            return Refusal("E684", f"a segment has control points of shape {segment.control.shape}; {n} joints move")
        if not float(np.abs(segment.control).max()) <= _LONGEST:
            return Refusal("E684", "a segment leaves every range that a joint can have")
        if not _SHORTEST <= segment.length <= _LONGEST:
            return Refusal("E684", f"a segment has the length {segment.length}")
    if not all(0.0 < p.duration <= _LONGEST and abs(p.jerk) <= _HARDEST for p in motion.phases):
        return Refusal("E684", "a phase of the time law lasts no time, or longer or harder than any can")
    if sum(s.length for s in motion.segments) > _LONGEST or sum(p.duration for p in motion.phases) > _LONGEST:
        return Refusal("E684", "the path or its time law is longer than any can be")
    if motion.need.robot != around.arm.robot:
        return Refusal("E684", f"the motion is for {motion.need.robot}")
    hands, kinds = dict(around.arm.hands), dict(around.arm.shapes)
    for carried in motion.need.carried:
        if carried.hand not in hands or carried.kind not in kinds:
            return Refusal("E684", f"{motion.need.robot} cannot carry {carried.kind} in {carried.hand}")
    if len({c.hand for c in motion.need.carried}) != len(motion.need.carried):
        return Refusal("E684", "two parts in one hand")
    if motion.need.tool != around.arm.tool:
        return Refusal("E684", f"the motion is for {motion.need.tool or 'a bare flange'}")
    if (touch := motion.need.touch) is not None and (wrong := _no_touch(touch, hands.keys(), around)):
        return wrong
    return None if np.isfinite(motion.duration) else Refusal("E684", "the motion has no duration")


def _no_touch(touch: Touch | Docking | Along, hands: Collection[str], around: Surroundings) -> Refusal | None:
    """Why the arm cannot touch so: it has no such hand, or not that tool at its flange."""
    match touch:
        case Touch(hand=hand) | Along(hand=hand):
            return None if hand in hands else Refusal("E684", f"{around.arm.robot} has no hand {hand}")
        case Docking(pair=pair, pocket=pocket):
            dock = around.dock(pocket)
            wanted = None if pair == "flange and tool" or dock is None else dock.tool
            is_so = dock is not None and around.arm.tool == wanted
            return None if is_so else Refusal("E684", f"with {around.arm.tool or 'a bare flange'} there is no {pair} at {pocket}")
    assert_never(touch)


def _least(findings: tuple[Finding, ...]) -> tuple[Slack, ...]:
    least: dict[str, Slack] = {}
    for finding in findings:
        if isinstance(finding, Slack) and (finding.claim not in least or finding.margin < least[finding.claim].margin):
            least[finding.claim] = finding
    return tuple(least.values())

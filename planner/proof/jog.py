"""The proof of a jog: one motion from where a robot is measured, along one axis, and everything else stands still.

Law: nothing of the plan is taken on trust. The motion is judged like any other, in the fullest scene with the other robots where
they are measured; no point of links, tool and load goes faster than was asked, nor than the manual reduced speed; it goes along
the axis that was asked for and nowhere else. There is no contact that it may have but the one that it stands in, out of which it
goes slowly and straight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cell.diagnostic import Diagnostic, Outcome, error
from cell.geometry import Array, Pose
from cell.jog import AXES, FASTEST, LONGEST, OUT_OF_CONTACT, RULE, Jog, jog_plan, objection
from cell.motion_plan import Motion, MotionPlan
from cell.plan_inputs import Pairs
from cell.released_plan import Obligation, ObligationKind, Proof
from cell.state import PlanningRequest, tool_at
from cell.steps import AtMeasured, Because, MotionNeed
from cell.trajectory import Law, Path
from planner.proof.arm import Arm, arm_of, link_bodies
from planner.proof.certificates import Judge
from planner.proof.coming_apart import check_coming_apart, close_at, parted
from planner.proof.finding import Refusal
from planner.proof.gap import Gauge, placed
from planner.proof.identity import check_identity, check_motions_belong
from planner.proof.point_speed import Points, bound_speed
from planner.proof.standing import held_at_start, standing_robots
from planner.proof.surroundings import Parting, Surroundings, surroundings_of
from planner.proof.time_law import joint_motion, pieces_of

ASIDE = 2e-3  # m off the axis, or at 0.1 m from the TCP by turning
ROUNDING = 1e-9  # rad or m, of control points where a path was cut
LOOKS = 8001  # of the way, where it is no straight line of joints
STILL = "parts lie and machines stand as they are observed, and nothing but this robot moves meanwhile"


def prove_jog(
    plan: MotionPlan, need: MotionNeed, request: PlanningRequest, versions: Pairs | None, judged: Judge
) -> Outcome[Proof]:
    found: tuple[Diagnostic, ...] = (*check_identity(plan, request, versions), *check_motions_belong(plan))
    found = found or tuple(_refused("E683", what, need, request) for what in _wrong(plan, need, request))
    if found:
        return Outcome(None, found)
    ((key, motion),) = plan.motions.items()
    around = surroundings_of(request, need.robot, need.tool, standing_robots(request, need.robot))
    comes = _comes_apart(motion, around)
    if isinstance(comes, Refusal):
        return Outcome(None, (_refused(comes.code, comes.message, need, request),))
    around = parted(around, comes)
    (verdict,) = judged([(key, motion, around)]).values()
    if verdict.refusals:
        return Outcome(None, tuple(_refused(first.code, first.message, need, request) for first in verdict.refusals[:1]))
    if (fast := _too_fast(motion, around)) is not None:
        return Outcome(None, (_refused("E685", fast, need, request),))
    slacks = {slack.claim: slack for slack in verdict.slacks}
    near = _room_at_end(motion, around)
    span, evidence = request.cell.robots[need.robot].span, f"judged as a motion: {', '.join(sorted(slacks))}"
    assert request.jog is not None
    rows: tuple[tuple[str, ObligationKind, str, float | None], ...] = (
        ("room", "clearance", f"{need.robot} stays clear of all that stands; the margin is what is left at the end", near),
        ("reach", "limits", f"{request.jog.jog.text}, and no point faster than {need.speed_limit:g} m/s", _reach(motion)),
    )
    if comes:
        bodies = link_bodies(around.arm, need.carried)
        pairs = ", ".join(f"{bodies[p.mover].name} and {around.bodies[p.other].name}" for p in comes)
        rows = (*rows, ("apart", "clearance", f"what is too near where {need.robot} stands only comes apart: {pairs}", None))
    proved = tuple(
        Obligation(name, kind, claim, "for all durations", evidence, margin, (span,)) for name, kind, claim, margin in rows
    )
    fastest = {key: verdict.fastest} if verdict.fastest is not None else {}
    return Outcome(Proof(proved, (STILL,), fastest))


def _refused(code: str, what: str, need: MotionNeed, request: PlanningRequest) -> Diagnostic:
    unit = request.cell.robots.get(need.robot)
    return error(code, f"jog of {need.robot}: {what}", *(() if unit is None else (unit.span,)))


def _room_at_end(motion: Motion, around: Surroundings) -> float | None:
    """m to the nearest body but itself where the way ends, from below; None where nothing stands in the cell."""
    moved = [body for body in link_bodies(around.arm, motion.need.carried) if body.link > 0]
    poses = around.arm.model.chain.link_poses(motion.segments[-1].control[-1])
    at = [placed(around.arm.T_world_base @ Pose.from_matrix(poses[b.link]) @ b.body.pose) for b in moved]
    gauge = Gauge([*(b.body.shape for b in moved), *(b.body.shape for b in around.bodies)])
    stands = [placed(b.body.pose) for b in around.bodies]
    pairs = ((k, j) for k in range(len(moved)) for j in range(len(stands)))
    return min((gauge.measure(k, at[k], len(moved) + j, stands[j])[0] for k, j in pairs), default=None)


def _reach(motion: Motion) -> float:
    """m or rad along the axis: the path parameter is that, which `_wrong` has seen to."""
    return sum(segment.length for segment in motion.segments)


def _comes_apart(motion: Motion, around: Surroundings) -> tuple[Parting, ...] | Refusal:
    bodies = link_bodies(around.arm, motion.need.carried)
    close = close_at(around, bodies, np.array(motion.segments[0].control[0]))
    if not close:
        return ()
    assert motion.need.speed_limit is not None
    if motion.need.speed_limit > OUT_OF_CONTACT:
        pair = f"{bodies[close[0].mover].name} touches {around.bodies[close[0].other].name}"
        return Refusal("E685", f"{pair}: {1e3 * OUT_OF_CONTACT:g} mm/s is the most on the way out of it")
    return check_coming_apart(around, bodies, Path.of(motion.segments), close)


# --- what it is --------------------------------------------------------------------------------------------------------


def _wrong(plan: MotionPlan, need: MotionNeed, request: PlanningRequest) -> Iterator[str]:
    cell, state, wanted = request.cell, request.state, request.jog
    if wanted is None or wanted.jog.robot != need.robot or need.robot not in cell.robots:
        yield "nobody has asked for it"
        return
    model = request.robots[need.robot]
    if (what := objection(wanted.jog, {need.robot: model.degrees_of_freedom})) is not None:
        yield what
        return
    (motion,) = plan.motions.values()
    (step,) = plan.tasks.steps
    if not step.because.rule.startswith(RULE):
        yield "the plan says more or less than that"
    because = Because(cell.robots[need.robot].span, step.because.rule)
    if replace(plan.tasks, steps=(replace(step, motion=None),)) != jog_plan(need, because, motion.duration, request.seed):
        yield "the plan says more or less than that"
    if state.stances.get(need.robot) != need.start or not isinstance(need.start, AtMeasured):
        yield "it does not stand there"
    away = [name for name in cell.robots if not isinstance(state.stances.get(name), AtMeasured)]
    if away:
        yield f"nobody sees where {away[0]} stands"
        return
    tool = tool_at(cell, state, need.robot)
    if need.tool != (None if tool is None else tool.name):
        yield "it has another tool at its flange"
    if sorted(need.carried) != sorted(held_at_start(request, need.robot)):
        yield "its hands hold something else"
    if need.speed_limit is None or not need.speed_limit <= min(wanted.jog.speed, FASTEST):
        yield f"it is not bound to {min(wanted.jog.speed, FASTEST):g} m/s"
    if need.touch is not None or motion.contacts:
        yield "it may have no contact"
    if set(need.avoid) != set(wanted.avoid):
        yield "it may come into zones that are closed"
    if motion.duration > (most := min(wanted.lasts, LONGEST)) * (1.0 + 1e-9):
        yield f"it lasts {motion.duration:.3g} s, and {most:.3g} s is the most"
    arm = arm_of(cell, need.robot, model, need.tool)
    yield from _beside(motion, wanted.jog, arm)


def _beside(motion: Motion, jog: Jog, arm: Arm) -> Iterator[str]:
    """Whether it goes along the axis, forward all the way, by as much as its path parameter says."""
    n = arm.model.degrees_of_freedom
    if any(s.control.ndim != 2 or s.control.shape[1] != n or s.length <= 0.0 for s in motion.segments) or not motion.segments:
        yield "it has no path"
        return
    if jog.joint is not None:
        control = np.concatenate([segment.control for segment in motion.segments])
        others = np.delete(control, jog.joint, axis=1)
        along = jog.sign * np.diff(control[:, jog.joint])
        way = jog.sign * (control[-1, jog.joint] - control[0, jog.joint])
        if np.abs(others - others[0]).max(initial=0.0) > ROUNDING or along.min() < -ROUNDING or abs(way - _reach(motion)) > 1e-6:
            yield f"it does not go along {jog.text}"
        return
    path = Path.of(motion.segments)
    off = _off(path, jog, arm)
    if not off <= ASIDE:
        yield f"it is {1e3 * off:.2f} mm beside {jog.text}"


def _off(path: Path, jog: Jog, arm: Arm) -> float:
    """The most (m) by which the TCP, or the corners of its frame at 0.1 m, are from where they should be at s; with what they can
    move by from one look to the next."""
    s = np.linspace(0.0, path.length, LOOKS)
    q = path.at(s).q
    T_flange_tcp = arm.hands[0][1].matrix if arm.hands else np.eye(4)
    poses = arm.T_world_base.matrix @ arm.model.chain.flange_pose(q) @ T_flange_tcp
    wanted = _wanted(poses[0], s, jog, arm)
    corners = np.concatenate([np.zeros((1, 3)), 0.1 * np.eye(3)])
    here, there = (np.einsum("nij,mj->nmi", T[:, :3, :3], corners) + T[:, None, :3, 3] for T in (poses, wanted))
    at_flange = corners @ T_flange_tcp[:3, :3].T + T_flange_tcp[:3, 3]
    local = arm.model.T_last_flange.apply(at_flange)
    radii = arm.model.chain.displacement_radii(arm.model.degrees_of_freedom, local, arm.model.position)
    steps = float((np.abs(np.diff(q, axis=0)) @ radii).max()) + path.length / (LOOKS - 1)
    return float(np.linalg.norm(here - there, axis=-1).max()) + 0.5 * steps


def _wanted(first: Array, s: Array, jog: Jog, arm: Arm) -> Array:
    """Where the TCP is to be (N, 4, 4) at the ways `s` (N,)."""
    number = AXES.index(jog.axis)
    frame = arm.T_world_base.rotation if jog.frame == "base" else first[:3, :3]
    axis = jog.sign * frame[:, number % 3]
    wanted = np.broadcast_to(first, (len(s), 4, 4)).copy()
    if number < 3:
        wanted[:, :3, 3] += s[:, None] * axis
        return wanted
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turned = np.eye(3) + np.sin(s)[:, None, None] * cross + (1.0 - np.cos(s))[:, None, None] * (cross @ cross)
    wanted[:, :3, :3] = turned @ first[:3, :3]
    return wanted


def _too_fast(motion: Motion, around: Surroundings) -> str | None:
    """Every point of links, tool and load, elbows included, bounded between samples."""
    assert motion.need.speed_limit is not None
    path = Path.of(motion.segments)
    pieces = pieces_of(path, Law.of(motion.phases))
    joints, bodies, limit = joint_motion(path, pieces), link_bodies(around.arm, motion.need.carried), motion.need.speed_limit
    for link in sorted({body.link for body in bodies} - {0}):
        points = Points(link, np.concatenate([body.corners for body in bodies if body.link == link]))
        bound = bound_speed(around.arm.model, path, pieces, joints, points, limit * (1.0 + 1e-6))
        if bound.at is not None:
            return f"link {link} moves at {bound.speed:.4f} m/s at {bound.at:.3f} s; {limit:.4g} m/s is allowed"
    return None

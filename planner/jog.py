"""The way of a jog, as a plan of one motion: from where the robot is measured, as far along its axis as nothing stands. Unproved.

It ends a little before whatever is in the way, and says what that is; so it is known to its end before any of it is gone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cell.diagnostic import Outcome, error
from cell.geometry import Array
from cell.jog import ALONE, FASTEST, LONGEST, OUT_OF_CONTACT, RULE, Jog, jog_plan
from cell.motion_plan import Motion, MotionPlan, Segment
from cell.state import PlanningRequest, tool_at
from cell.steps import AtMeasured, Because, Carried, MotionNeed
from cell.trajectory import Path
from planner.assembled import Versions, assembled
from planner.motion.access import Check
from planner.motion.bodies import stander
from planner.motion.collision import CLEAR, UNCHECKED, Blocker, Collider
from planner.motion.coming_out import lifted, too_near, way_out
from planner.motion.curves import between, length
from planner.motion.jog_path import LEAST, jog_path
from planner.motion.plan_motions import bench_for
from planner.motion.solve import Solver
from planner.motion.timing import SpeedCap
from planner.motion.workbench import Workbench
from planner.motion.zones_along import bodies_of
from planner.proof.standing import held_at_start, standing_robots

STAND_OFF = 0.012  # m that is kept from what stands in the way: a plan goes on from there (margins.FREE_CLEARANCE)
CLOSER = 0.0015  # m, where the robot stands nearer than that already: the proof asks for 1 mm
LOOK = 0.002  # m that anything moves between two looks at the way, at most
LOOK_OUT = 5e-4  # the same on the way out of a contact
MOST_LOOKS = 4000
GUESSES = 17  # looks at how far points go
LEFT = f"it goes on when its link is lost, and then {1e3 * ALONE:g} mm are the most"
SURELY = 0.88  # of the time that a way may last: the rest goes by in speeding up and slowing down


def plan_jog(request: PlanningRequest, versions: Versions) -> Outcome[MotionPlan]:
    """The way for `request.jog`, or why there is none."""
    wanted, cell, state = request.jog, request.cell, request.state
    assert wanted is not None
    jog = wanted.jog
    unit, stance = cell.robots[jog.robot], state.stances.get(jog.robot)
    if not isinstance(stance, AtMeasured):
        return Outcome(None, (error("E685", f"nobody sees {jog.robot} stand still", unit.span),))
    if jog.joint is not None and not 0 <= jog.joint < request.robots[jog.robot].degrees_of_freedom:
        return Outcome(None, (error("E685", f"{jog.robot} has no joint {jog.axis}", unit.span),))
    tool = tool_at(cell, state, jog.robot)
    name = None if tool is None else tool.name
    bench = bench_for(cell, jog.robot, name, request.robots, request.seed)
    q, carried = np.array(stance.q), held_at_start(request, jog.robot)
    path = jog_path(bench.arm, bench.kinematics, q, jog)
    if not path.segments:
        return Outcome(None, (error("E685", f"{jog.text}: {path.ends_because}", unit.span),))
    check = _among(bench, request, carried, wanted.avoid)
    near = too_near(check.collider, q, check.line)
    if near and jog.speed > OUT_OF_CONTACT:
        most = f"{1e3 * OUT_OF_CONTACT:g} mm/s is the most on the way out of it"
        return Outcome(None, (error("E685", f"{jog.text}: {near[0].mover} touches {near[0].other}: {most}", unit.span),))
    way, blocker = _clear(check, path.segments, near)
    if length(way) < LEAST:
        assert blocker is not None
        code = "E687" if blocker.other.startswith("zone ") else "E686"
        return Outcome(None, (error(code, f"{jog.text}: {_in_the_way(blocker, near)}", unit.span),))
    because = path.ends_because if blocker is None else _in_the_way(blocker, near)
    need = MotionNeed(jog.robot, stance, stance, carried, None, _speed(jog), wanted.avoid, name)
    motion, is_cut = _timed(Solver(bench, {}, request.seed, lambda tool: bench), need, way, check, wanted.lasts)
    if is_cut:
        because = LEFT if wanted.lasts < LONGEST else ""
    rule = f"{RULE}: {because}" if because else RULE
    tasks = jog_plan(motion.need, Because(unit.span, rule), motion.duration, request.seed)
    return Outcome(assembled(tasks, {motion.need: motion}, request, versions))


def _speed(jog: Jog) -> float:
    return min(jog.speed, FASTEST)


def _among(bench: Workbench, request: PlanningRequest, carried: tuple[Carried, ...], avoid: tuple[str, ...]) -> Check:
    """The cell with the other robots where they stand, and not at home."""
    movers = bench.collider(carried).movers
    standers = [s for s in bench.standers if s.what != "robot"]
    others = [stander(body) for body in standing_robots(request, bench.robot)]
    collider = Collider(bench.arm, movers, (*standers, *others))
    shut = sorted({*avoid, *(zone.name for zone in bench.cell.zones.values() if zone.keep_out)})
    far, near = (bench.margins(collider, None, shut, margin) for margin in (STAND_OFF, CLOSER))
    columns = [column for column, body in enumerate(collider.standers) if body.what == "robot"]
    for table, margin in ((far, STAND_OFF), (near, CLOSER)):  # a bench keeps more from where robots park
        table[:, columns] = np.minimum(table[:, columns], margin)
    return Check(collider, far, near, near)


def _clear(check: Check, path: tuple[Segment, ...], near: tuple[Blocker, ...]) -> tuple[tuple[Segment, ...], Blocker | None]:
    """As much of the path as stays clear, and what stands in the way of the rest. `near`: what is too near where it begins, and
    only comes apart."""
    s = _looks(check.collider, path, LOOK_OUT if near else LOOK)
    q = Path.of(path).at(s).q
    out = way_out(check.collider, q, check.line, near)
    count, blocker = _clear_beside(check, q[: out.most], check.free, near, out.free)
    if count == 0:
        count, blocker = _clear_beside(check, q[: out.most], check.line, near, out.free)
    blocker = blocker or out.blocker
    if blocker is None:
        return path, None
    return (between(path, 0.0, float(s[count - 1])) if count > 1 else ()), blocker


def _clear_beside(check: Check, q: Array, margins: Array, near: tuple[Blocker, ...], free: int) -> tuple[int, Blocker | None]:
    """As `_clear_looks`, but that those which are too near at first are looked at from look `free` on."""
    collider = check.collider
    count, blocker = _clear_looks(collider, q, lifted(collider, margins, near, UNCHECKED))
    if near and count > free:
        behind, later = _clear_looks(collider, q[free:count], lifted(collider, margins, near, CLOSER))
        count, blocker = (count, blocker) if later is None else (free + behind, later)
    return count, blocker


def _clear_looks(collider: Collider, q: Array, margins: Array) -> tuple[int, Blocker | None]:
    """How many of the looks (N, n) are clear before the first that is not, and what is in the way there."""
    count, blocker = len(q), None
    while count:
        verdicts, found = collider.verdicts(q[:count], np.zeros_like(q[:count]), margins)
        if found is None:
            break
        blocker, count = found, int(np.flatnonzero(verdicts != CLEAR)[0])
    return count, blocker


def _looks(collider: Collider, path: tuple[Segment, ...], most: float) -> Array:
    """Path parameters so near to each other that nothing moves by more than `most` m between them."""
    end = length(path)
    coarse = Path.of(path).at(np.linspace(0.0, end, 65)).q
    radii = np.stack([mover.radii for mover in collider.movers], axis=1)
    moved = float((np.abs(np.diff(coarse, axis=0)) @ radii).sum(axis=0).max())
    return np.linspace(0.0, end, min(MOST_LOOKS, max(2, int(moved / most) + 2)))


def _timed(solver: Solver, need: MotionNeed, way: tuple[Segment, ...], check: Check, most: float) -> tuple[Motion, bool]:
    """The motion, cut where it would last more than `most` s, and whether it was. No point of links, tool and load is faster than
    asked."""
    short = _gone_within(check.collider, way, SURELY * most * (need.speed_limit or FASTEST))
    is_cut, way = length(short) < length(way), short
    motion = _law(solver, need, way, check)
    while (
        motion.duration > most and length(way) > LEAST
    ):  # what speeds up all the way lasts as the root of its length, or the third root
        is_cut, way = True, between(way, 0.0, 0.98 * length(way) * (most / motion.duration) ** 2)
        motion = _law(solver, need, way, check)
    return motion, is_cut


def _law(solver: Solver, need: MotionNeed, way: tuple[Segment, ...], check: Check) -> Motion:
    assert need.speed_limit is not None
    end = AtMeasured(tuple(float(x) for x in way[-1].control[-1]))
    cap = SpeedCap(0.0, length(way), need.speed_limit, _by_link(check.collider))
    return solver.timed(replace(need, end=end), way, check, (), (cap,))


def _gone_within(collider: Collider, way: tuple[Segment, ...], most: float) -> tuple[Segment, ...]:
    """As much of the way as the fastest point goes `most` m on: a first guess, so that the law is mostly made once."""
    s = np.linspace(0.0, length(way), GUESSES)
    links = collider.arm.T_world_links(Path.of(way).at(s).q)
    gone = np.zeros(GUESSES - 1)
    for link, points, _ in bodies_of(collider):
        at = np.einsum("nij,mj->nmi", links[:, link, :3, :3], points) + links[:, link, None, :3, 3]
        gone = np.maximum(gone, np.linalg.norm(np.diff(at, axis=0), axis=-1).max(axis=1))
    passed = np.concatenate([[0.0], np.cumsum(gone)])
    return way if passed[-1] <= most else between(way, 0.0, float(np.interp(most, passed, s)))


def _by_link(collider: Collider) -> tuple[tuple[int, Array, Array], ...]:
    """What moves, all of a link as one: whoever holds a key waits for it."""
    found: dict[int, tuple[Array, Array]] = {}
    for link, points, radii in bodies_of(collider):
        known = found.get(link)
        found[link] = (points, radii) if known is None else (np.concatenate([known[0], points]), np.maximum(known[1], radii))
    return tuple((link, points, radii) for link, (points, radii) in found.items())


def _in_the_way(blocker: Blocker, near: tuple[Blocker, ...]) -> str:
    if any((blocker.mover, blocker.other) == (pair.mover, pair.other) for pair in near):
        return f"{blocker.mover} touches {blocker.other}, or nearly, and may only be moved straight away from it"
    if blocker.other.startswith("zone "):
        return f"{blocker.mover} would come into {blocker.other}, which it must stay out of"
    return f"{blocker.mover} would come too near to {blocker.other}"

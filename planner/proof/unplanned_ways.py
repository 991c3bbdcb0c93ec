"""How long the ways between hubs take at least: as quick as the quickest that the plan has between them; where it has none, no
quicker than the joints and the TCP of a robot allow that the plan has at both.

From rest to rest with bounded speed and acceleration a joint needs at least d/v + v/a, or 2 sqrt(d/a) where it does not come to
v (Bryson and Ho, Applied Optimal Control, 1975, 3.9); a hand goes at least the straight line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf

import numpy as np

from cell.geometry import Array
from cell.motion_plan import Motion
from cell.state import PlanningRequest
from cell.steps import AtHub, MotionNeed, Move, Step

MOST_HUBS = 20  # with more of them no way is counted
Ways = dict[tuple[str, str], float]
_Robot = tuple[str, str | None]


def least_ways(planned: Ways, steps: Sequence[Step], motions: Mapping[str, Motion], request: PlanningRequest) -> Ways:
    """Seconds by (from, to)."""
    needs = [step.action.need for step in steps if isinstance(step.action, Move)]
    visited: dict[_Robot, dict[str, Array | None]] = {}
    for need in needs:
        visited.setdefault((need.robot, need.tool), {}).update((hub, None) for hub, _ in _hubs(need))
    hubs = {hub for at in visited.values() for hub in at}
    if len(hubs) > MOST_HUBS:
        return {}
    for motion in motions.values():
        for hub, end in _hubs(motion.need):
            if motion.segments:
                visited.setdefault((motion.need.robot, motion.need.tool), {})[hub] = motion.segments[end].control[end]
    speeds = {who: _highest(need.speed_limit for need in needs if (need.robot, need.tool) == who) for who in visited}
    ways = dict(planned)
    for a in hubs:
        for b in hubs - {a}:
            if (a, b) not in ways:
                both = [(who, at[a], at[b]) for who, at in visited.items() if a in at and b in at]
                ways[a, b] = min((_least(request, who, p, q, speeds[who]) for who, p, q in both), default=0.0)
    return ways


def _hubs(need: MotionNeed) -> Iterator[tuple[str, int]]:
    """The hubs at its start, 0, and at its end, -1."""
    for end, stance in ((0, need.start), (-1, need.end)):
        if isinstance(stance, AtHub):
            yield stance.equipment, end


def _highest(limits: Iterator[float | None]) -> float:
    return max((inf if limit is None else limit for limit in limits), default=inf)


def _least(request: PlanningRequest, who: _Robot, start: Array | None, end: Array | None, speed: float) -> float:
    model, tool = request.robots.get(who[0]), None if who[1] is None else request.cell.tools.get(who[1])
    if model is None or start is None or end is None or not start.shape == end.shape == model.velocity.shape:
        return 0.0
    way = np.abs(end - start)
    moved = way > 0.0
    reached = np.minimum(model.velocity, np.sqrt(way * model.acceleration))[moved]
    joints = float((way[moved] / reached + reached / model.acceleration[moved]).max(initial=0.0))
    top = min(speed, request.cell.robots[who[0]].max_speed or inf)
    if tool is None or top == inf:
        return joints
    poses = model.chain.flange_pose(np.stack([start, end]))
    straight = [(poses @ hand.T_flange_tcp.matrix)[:, :3, 3] for hand in tool.hands]
    return max(joints, *(float(np.linalg.norm(points[1] - points[0])) / top for points in straight))

"""Motions and arms made by hand, without any planner: what the proof is tried on before it meets real plans."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from cell.geometry import Array, Body, Cylinder, Pose, frozen
from cell.motion_plan import Motion, Phase, Segment
from cell.robot import RobotModel
from cell.steps import AtMeasured, MotionNeed
from cellwright.robot_models import load_robot_model
from planner.proof.arm import Arm

HOME = np.radians([0.0, -90.0, 90.0, -90.0, -90.0, 0.0])


@cache
def ur10e() -> RobotModel:
    return load_robot_model("ur10e", Path(), None).expect()


def arm(tool: bool = True) -> Arm:
    """A UR10e at the origin, with a slim cylinder as its tool; its TCP is 35 mm beyond the tool's end."""
    bodies = (Body("body", Cylinder(0.03, 0.115), Pose.from_xyz_rpy((0.0, 0.0, 0.0575))),) if tool else ()
    hands = (("grip.a", Pose.from_xyz_rpy((0.0, 0.0, 0.15))),) if tool else ()
    return Arm("r1", ur10e(), Pose.identity(), "grip" if tool else None, bodies, 1.0, hands, (), (), (), 10.0, None, None, None)


def line(start: Array, end: Array, length: float = 1.0) -> Segment:
    """A straight joint line as a curve of degree 5."""
    return Segment(frozen([start + (end - start) * k / 5 for k in range(6)]), length)


def rest_to_rest(length: float, duration: float) -> tuple[Phase, ...]:
    """Four phases of one jerk: 2 j (T/4)³ is the length."""
    t = duration / 4.0
    jerk = length / (2.0 * t**3)
    return Phase(t, jerk), Phase(t, -jerk), Phase(t, -jerk), Phase(t, jerk)


def motion(segments: tuple[Segment, ...], duration: float) -> Motion:
    """Between measured configurations, with nothing carried and nothing touched."""
    first, last = segments[0].control[0], segments[-1].control[-1]
    ends = [AtMeasured(tuple(float(x) for x in q)) for q in (first, last)]
    need = MotionNeed("r1", ends[0], ends[1], (), None, None, (), "grip")
    phases = rest_to_rest(sum(s.length for s in segments), duration)
    return Motion(need, segments, phases, (), (), duration)


def wavy(seed: int, count: int = 4) -> tuple[Segment, ...]:
    """Segments that join in q, dq/ds and d²q/ds²: a cubic B-spline around home, cut into Bézier curves of degree 3."""
    knots = HOME + np.random.default_rng(seed).normal(size=(count + 3, 6)) * 0.25
    segments = []
    for k in range(count):
        a, b, c, d = knots[k : k + 4]
        control = np.array([(a + 4 * b + c) / 6, (2 * b + c) / 3, (b + 2 * c) / 3, (b + 4 * c + d) / 6])
        segments.append(Segment(frozen(control), 0.7))
    return tuple(segments)

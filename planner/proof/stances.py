"""Where a motion starts and ends is where its stances say: home as declared, as measured, or with the TCP on the part."""

from __future__ import annotations

import math
from typing import assert_never

import numpy as np

from cell.geometry import Array, Box, ConvexHull, Cylinder, Pose, Shape, Sphere
from cell.grasps import T_part_tcp, grasps, symmetries
from cell.motion_plan import Motion
from cell.steps import AtHome, AtHub, AtMeasured, AtPlace, AtPocket, Stance, stance_name
from cell.trajectory import Path
from planner.proof.finding import Finding, Refusal, Slack
from planner.proof.surroundings import Surroundings

PLACE_TOLERANCE = 1e-4  # m
TURN_TOLERANCE = math.radians(0.1)
SAME_CONFIGURATION = 1e-9  # rad or m


def check_stances(motion: Motion, path: Path, around: Surroundings) -> tuple[Finding, ...]:
    ends = ((motion.need.start, path.control[0, 0]), (motion.need.end, path.control[-1, -1]))
    return tuple(finding for stance, q in ends for finding in _check(stance, q, around))


def check_payload(motion: Motion, around: Surroundings) -> tuple[Finding, ...]:
    """Tool and everything carried against what the robot may carry. The part that is picked or placed here counts."""
    arm, masses = around.arm, dict(around.arm.masses)
    mass = arm.tool_mass + sum(masses[c.kind] for c in motion.need.carried)
    if arm.payload is None:
        return (Refusal("E685", f"{arm.robot} carries {mass:.3g} kg, and neither cell nor model says what it may carry"),)
    if mass > arm.payload:
        return (Refusal("E685", f"{arm.robot} carries {mass:.3g} kg; {arm.payload:.3g} kg is its payload"),)
    return (Slack("payload", arm.payload - mass, "kg"),)


def _check(stance: Stance, q: Array, around: Surroundings) -> tuple[Finding, ...]:
    match stance:
        case AtHome():
            if around.arm.home is None:
                return (Refusal("E684", f"{around.arm.robot} has no declared home"),)
            return _same(stance, q, around.arm.home)
        case AtMeasured(measured):
            return _same(stance, q, measured)
        case AtHub():
            return ()  # which configuration is free, that all motions agree on it is not: see configurations.py
        case AtPlace():
            return _at_place(stance, q, around)
        case AtPocket():
            return _at_pocket(stance, q, around)
    assert_never(stance)


def _same(stance: Stance, q: Array, wanted: tuple[float, ...]) -> tuple[Finding, ...]:
    if len(wanted) != len(q) or float(np.abs(q - np.array(wanted)).max()) > SAME_CONFIGURATION:
        return (Refusal("E684", f"the motion does not begin or end at {stance_name(stance)}"),)
    return ()


def _at_place(stance: AtPlace, q: Array, around: Surroundings) -> tuple[Finding, ...]:
    place, arm = around.place(stance.place), around.arm
    shape = dict(arm.shapes).get(stance.kind)
    if place is None or shape is None or stance.hand not in dict(arm.hands) or stance.kind not in place.accepts:
        return (Refusal("E684", f"the cell has no {stance_name(stance)}"),)
    if stance.grasp not in grasps(shape):
        return (Refusal("E684", f"{stance.kind} has no grasp number {stance.grasp}"),)
    T_world_flange = arm.T_world_base @ Pose.from_matrix(arm.model.chain.flange_pose(q))
    T_world_tcp = T_world_flange @ arm.T_flange_tcp(stance.hand)
    off, turn = deviation(T_world_tcp, place.frame, shape, stance.grasp, stance.kind in arm.one_way)
    if off > PLACE_TOLERANCE or turn > TURN_TOLERANCE:
        message = f"the TCP is {1e3 * off:.3f} mm and {math.degrees(turn):.3f} deg from {stance_name(stance)}"
        return (Refusal("E684", message),)
    return (Slack("position at places", PLACE_TOLERANCE - off, "m"),)


def _at_pocket(stance: AtPocket, q: Array, around: Surroundings) -> tuple[Finding, ...]:
    """The flange on the coupling of the tool, as it stands in its pocket; its turn counts, for a coupling has one."""
    dock, arm = around.dock(stance.pocket), around.arm
    if dock is None:
        return (Refusal("E684", f"the cell has no {stance_name(stance)}"),)
    T_dock_flange = dock.T_world_flange.inverse() @ arm.T_world_base @ Pose.from_matrix(arm.model.chain.flange_pose(q))
    off = float(np.linalg.norm(T_dock_flange.translation))
    turn = _angle((np.trace(T_dock_flange.rotation) - 1.0) / 2.0)
    if off > PLACE_TOLERANCE or turn > TURN_TOLERANCE:
        message = f"the flange is {1e3 * off:.3f} mm and {math.degrees(turn):.3f} deg from {stance_name(stance)}"
        return (Refusal("E684", message),)
    return (Slack("position at places", PLACE_TOLERANCE - off, "m"),)


def deviation(T_world_tcp: Pose, T_world_place: Pose, shape: Shape, grasp: int, is_one_way: bool) -> tuple[float, float]:
    """How far (m, rad) the part that the TCP grasps is from resting at the place, the symmetry of its shape taken out unless the
    part goes there one way only."""
    T_place_part = T_world_place.inverse() @ T_world_tcp @ T_part_tcp(shape, grasp).inverse()
    off = float(np.linalg.norm(T_place_part.translation))
    tilt = _angle(T_place_part.rotation[2, 2])
    if is_one_way:
        return off, _angle((np.trace(T_place_part.rotation) - 1.0) / 2.0)
    match shape:
        case Cylinder() | Sphere():
            return off, tilt
        case Box() | ConvexHull():
            turns = (Pose.about_z(-turn).rotation @ T_place_part.rotation for turn in symmetries(shape))
            return off, min(_angle((np.trace(turned) - 1.0) / 2.0) for turned in turns)
    assert_never(shape)


def _angle(cosine: float) -> float:
    return math.acos(min(1.0, max(-1.0, float(cosine))))

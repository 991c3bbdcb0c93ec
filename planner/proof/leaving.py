"""Contact of a tool that was stopped along a path of a part, or on its straight way to it or from it, and comes off: straight
along the normal of where it stands, over no more travel than any contact has, slowly, without pressing or doing anything.

The tip has to stand on the normal of some point of the path, ASIDE of it at most and no deeper than ASIDE, its axis against it.
Any point of the path gives a bound; a bad one only makes the proof fail. From there on the plane across the normal parts the two
bodies, as in tracing.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from cell.geometry import Pose
from cell.motion_plan import ContactAllowance, Motion
from cell.paths import CurvePoints, runs_of, spot_of
from cell.retreat import left
from cell.steps import Along
from cell.trajectory import Path
from planner.proof.contact_way import CONTACT_TRAVEL, check_straight, tcp_points, way_of
from planner.proof.finding import Finding, Refusal, Slack
from planner.proof.point_speed import bound_speed
from planner.proof.surroundings import PartPath, Surroundings
from planner.proof.time_law import JointMotion, Pieces
from planner.proof.tracing import CONTACT_SPEED, check_planes

ASIDE = 1e-3  # m off the normal, or beneath the path
TURN = math.radians(0.5)
_LOOKS = 4001  # points of each run


def check_leaving(
    contact: ContactAllowance, touch: Along, motion: Motion, path: Path, pieces: Pieces, joints: JointMotion, around: Surroundings
) -> tuple[Finding, ...]:
    feature, place = around.path(touch.kind, touch.feature), around.place(touch.place)
    if feature is None or place is None:
        return (Refusal("E688", f"the cell has no {touch.feature} of a {touch.kind} at {touch.place}"),)
    if touch != left(touch) or contact.force != 0.0:
        return (Refusal("E688", f"a tool that comes off {touch.feature} does nothing else and does not press"),)
    if contact.first != 0.0 or not 0.0 < contact.last <= path.length:
        return (
            Refusal("E688", f"contact from {contact.first:.6g} to {contact.last:.6g} of {path.length:.6g} is not at the start"),
        )
    if not 0.0 < contact.speed <= CONTACT_SPEED:
        return (Refusal("E688", f"contact at {contact.speed:.4g} m/s; {CONTACT_SPEED} m/s is the most"),)
    found = (*check_planes(feature, touch, around), *_straight(contact, touch, feature, place.frame, path, around))
    if any(isinstance(f, Refusal) for f in found):
        return found
    return (*found, _speed(contact, touch, path, pieces, joints, around))


def _straight(
    contact: ContactAllowance, touch: Along, feature: PartPath, frame: Pose, path: Path, around: Surroundings
) -> Iterator[Finding]:
    way = way_of(contact.first, contact.last, touch.hand, path, around)
    tip, axis = way.tcp[0, :3, 3], way.tcp[0, :3, 2]
    curve = _points(feature, frame)
    height = np.einsum("ni,ni->n", tip - curve.points, curve.normals)
    aside = np.linalg.norm(tip - curve.points - height[:, None] * curve.normals, axis=1)
    tilt = 2.0 * np.arcsin(np.minimum(1.0, 0.5 * np.linalg.norm(curve.normals + axis, axis=1)))
    fits = (aside <= ASIDE) & (height >= -ASIDE) & (height <= CONTACT_TRAVEL) & (tilt <= TURN)
    if not fits.any():
        yield Refusal("E688", f"the tool does not stand on the straight way off {touch.feature}")
        return
    k = int(np.where(fits, aside, np.inf).argmin())
    yield from check_straight(way, curve.normals[k], is_inward=False)


def _points(feature: PartPath, frame: Pose) -> CurvePoints:
    """All along the path, in the world; the one point of a spot."""
    runs = [run.moved(frame) for run in runs_of(feature)]
    if not runs:
        spot = spot_of(feature)
        return CurvePoints(frame.apply(spot.points), spot.tangents, spot.normals @ frame.rotation.T)
    looked = [run.at(np.linspace(0.0, run.length, _LOOKS)) for run in runs]
    return CurvePoints(*(np.concatenate([getattr(one, name) for one in looked]) for name in ("points", "tangents", "normals")))


def _speed(
    contact: ContactAllowance, touch: Along, path: Path, pieces: Pieces, joints: JointMotion, around: Surroundings
) -> Finding:
    bound = bound_speed(
        around.arm.model, path, pieces, joints, tcp_points(around, touch.hand), contact.speed * (1.0 + 1e-6),
        (contact.first, contact.last),
    )  # fmt: skip
    if bound.at is not None:
        return Refusal("E688", f"the TCP moves at {bound.speed:.4f} m/s in contact; {contact.speed:.4f} m/s is allowed")
    return Slack("contact speed", contact.speed - bound.speed, "m/s")

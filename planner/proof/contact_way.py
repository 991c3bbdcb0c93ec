"""The way of the TCP while contact is allowed: short, straight along the place's normal, outwards of contact, without turning.

A pair that may touch is not kept apart by distance, so the way itself bounds how deep it can go. The interval is cut into
stretches h of a parameter x over which q is one polynomial. With |p''| <= B for the TCP p(x), p stays within h² B/8 of the chord
between two samples, and |p' - chord/h| <= h B/2, so a stretch is at most its chord plus h² B/2 long. B follows from the
hodographs: sum_i r_i |q''_i| + sum_ij r_max(i,j) |q'_i||q'_j|, with the radii of point_speed.py.
"""

from __future__ import annotations

import math

import numpy as np

from cell.dataclass import dataclass
from cell.geometry import Array, Pose
from cell.kinematic_chain import JointKind
from cell.motion_plan import ContactAllowance
from cell.steps import Along, Docking, Touch
from cell.trajectory import Path
from planner.proof.bernstein import restricted, value
from planner.proof.finding import Finding, Refusal, Slack
from planner.proof.point_speed import Points
from planner.proof.surroundings import Surroundings

CONTACT_TRAVEL = 0.04  # m of the TCP within which contact is allowed
_ASIDE = 1e-4  # m off the normal through contact
_BELOW = 1e-5  # m beyond contact, or back on the way
_TURN = math.radians(0.5)
_STRETCHES = 128  # of each segment


@dataclass(frozen=True, slots=True)
class Way:
    """`tcp` (N, 4, 4) in the world; between two samples it strays by `sag` m and `turn` rad at most; `length` m bounds all."""

    tcp: Array
    sag: float
    turn: float
    length: float


def check_way(contact: ContactAllowance, path: Path, around: Surroundings) -> tuple[Finding, ...]:
    touch = contact.touch
    assert not isinstance(touch, Along)
    frame = _frame(touch, around)
    if frame is None:
        return (Refusal("E688", f"the cell has no {touch.where} to touch"),)
    way = way_of(contact.first, contact.last, hand_of(touch), path, around)
    return check_straight(way, frame.rotation[:, 2], touch.end == "end")


def check_straight(way: Way, away: Array, is_inward: bool) -> tuple[Finding, ...]:
    """`away` (3,): the unit vector out of contact; `is_inward`: contact is at the end of the way."""
    tcp = way.tcp[::-1] if is_inward else way.tcp
    offset = tcp[:, :3, 3] - tcp[0, :3, 3]
    height = offset @ away
    aside = float(np.linalg.norm(offset - np.outer(height, away), axis=1).max()) + way.sag
    below = float(max(-height.min(), (-np.diff(height)).max())) + way.sag
    turn = float(_angles(tcp[:, :3, :3], tcp[0, :3, :3]).max()) + way.turn
    found: list[Finding] = []
    if way.length > CONTACT_TRAVEL:
        found.append(
            Refusal("E688", f"contact is allowed over {1e3 * way.length:.1f} mm; {1e3 * CONTACT_TRAVEL:.0f} mm is the most")
        )
    if below > _BELOW:
        found.append(Refusal("E688", f"in contact the TCP goes {1e3 * below:.3f} mm the wrong way, towards or below the place"))
    if aside > _ASIDE:
        found.append(Refusal("E688", f"in contact the TCP is {1e3 * aside:.3f} mm off the straight way out of the place"))
    if turn > _TURN:
        found.append(Refusal("E688", f"in contact the TCP turns by {math.degrees(turn):.2f} deg"))
    return tuple(found) or (Slack("contact travel", CONTACT_TRAVEL - way.length, "m"),)


def way_of(first_s: float, last_s: float, hand: str | None, path: Path, around: Surroundings) -> Way:
    """The way of the TCP of `hand` (None: the flange) over path parameters [first_s, last_s]."""
    model, points = around.arm.model, tcp_points(around, hand)
    inside = path.starts[(path.starts > first_s) & (path.starts < last_s)]
    edges = np.array([first_s, *inside, last_s])
    k = np.clip(np.searchsorted(path.starts, 0.5 * (edges[:-1] + edges[1:]), side="right") - 1, 0, len(path.control) - 1)
    low, high = ((edge - path.starts[k]) / np.diff(path.starts)[k] for edge in (edges[:-1], edges[1:]))
    control = restricted(np.swapaxes(path.control, 1, 2)[k], low[:, None], high[:, None])
    x = np.linspace(0.0, 1.0, _STRETCHES + 1)
    q = value(control[:, None], x[None, :, None]).reshape(-1, control.shape[1])
    tcp: Array = around.arm.T_world_base.matrix @ model.chain.flange_pose(q) @ T_flange_point(around, hand).matrix
    first = 5.0 * np.abs(np.diff(control, axis=-1)).max(axis=-1)
    second = 20.0 * np.abs(np.diff(control, 2, axis=-1)).max(axis=-1)
    r = model.chain.displacement_radii(points.link, points.local, model.position)
    i = np.arange(len(r))
    # Joints beyond the link move nothing; their radius is 0.
    first, second = first * (r > 0.0), second * (r > 0.0)
    bend = (second @ r + np.einsum("pi,ij,pj->p", first, r[np.maximum(i[:, None], i)], first)) / _STRETCHES**2
    turns = np.array([joint.kind is JointKind.REVOLUTE for joint in model.chain.joints])
    chords = float(np.linalg.norm(np.diff(tcp[:, :3, 3], axis=0), axis=1).sum())
    return Way(
        tcp=tcp,
        sag=float(bend.max()) / 8.0,
        turn=float((np.abs(np.diff(control, axis=-1)).max(axis=-1) * 5.0 @ turns).max()) / _STRETCHES,
        length=chords + float(bend.sum()) * _STRETCHES / 2.0,
    )


def _angles(rotations: Array, to: Array) -> Array:
    """By the sine of half the angle: exact for small angles, where the cosine is not."""
    apart = np.linalg.norm(rotations - to, axis=(1, 2)) / (2.0 * math.sqrt(2.0))
    angles: Array = 2.0 * np.arcsin(np.minimum(apart, 1.0))
    return angles


def hand_of(touch: Touch | Docking) -> str | None:
    """Whose TCP counts; None for the flange itself, which couples."""
    return touch.hand if isinstance(touch, Touch) else None


def T_flange_point(around: Surroundings, hand: str | None) -> Pose:
    return Pose.identity() if hand is None else around.arm.T_flange_tcp(hand)


def _frame(touch: Touch | Docking, around: Surroundings) -> Pose | None:
    """Of the place or the pocket."""
    found = around.place(touch.place) if isinstance(touch, Touch) else around.dock(touch.pocket)
    return None if found is None else found.frame


def tcp_points(around: Surroundings, hand: str | None) -> Points:
    """The TCP of a hand as a point on the last link; the flange for None."""
    model = around.arm.model
    point: Array = (model.T_last_flange @ T_flange_point(around, hand)).translation
    return Points(model.degrees_of_freedom, point.reshape(1, 3))

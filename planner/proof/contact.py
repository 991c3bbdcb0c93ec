"""Contact that is meant: exactly the touch that the need asks for, short, at its end of the path, slow and gentle enough."""

from __future__ import annotations

from cell.model import FORCE_LIMIT
from cell.motion_plan import ContactAllowance, Motion
from cell.steps import Along, Touch, leaves_path
from cell.trajectory import Path
from planner.proof.contact_way import check_way, hand_of, tcp_points
from planner.proof.finding import Finding, Refusal, Slack
from planner.proof.leaving import check_leaving
from planner.proof.point_speed import bound_speed
from planner.proof.surroundings import Surroundings
from planner.proof.time_law import JointMotion, Pieces
from planner.proof.tracing import CONTACT_SPEED, check_tracing

_SAME = 1e-9


def check_contact(motion: Motion, path: Path, pieces: Pieces, joints: JointMotion, around: Surroundings) -> tuple[Finding, ...]:
    touch = motion.need.touch
    if touch is None:
        return tuple(Refusal("E688", "the motion lists a contact that nobody asked for") for _ in motion.contacts)
    is_followed = isinstance(touch, Along) and not leaves_path(motion.need)
    if len(motion.contacts) != 1 or motion.contacts[0].touch != touch or (motion.contacts[0].between is None) is is_followed:
        return (Refusal("E688", "the motion does not list exactly the contact that its need asks for"),)
    contact = motion.contacts[0]
    if isinstance(touch, Along):
        check = check_tracing if is_followed else check_leaving
        return check(contact, touch, motion, path, pieces, joints, around)
    force = _force(contact, motion.need.force_limit, around)
    return (*_interval(contact, path, around), *_speed(contact, path, pieces, joints, around), *force)


def _interval(contact: ContactAllowance, path: Path, around: Surroundings) -> tuple[Finding, ...]:
    assert not isinstance(contact.touch, Along)
    at_end = contact.touch.end == "end"
    near, far = (contact.last, path.length) if at_end else (contact.first, 0.0)
    if not 0.0 <= contact.first < contact.last <= path.length or abs(near - far) > _SAME:
        where = "end" if at_end else "start"
        return (
            Refusal("E688", f"contact from {contact.first:.6g} to {contact.last:.6g} of {path.length:.6g} is not at the {where}"),
        )
    return check_way(contact, path, around)


def _speed(
    contact: ContactAllowance, path: Path, pieces: Pieces, joints: JointMotion, around: Surroundings
) -> tuple[Finding, ...]:
    if not 0.0 < contact.speed <= CONTACT_SPEED:
        return (Refusal("E688", f"contact at {contact.speed:.4g} m/s; {CONTACT_SPEED} m/s is the most"),)
    assert not isinstance(contact.touch, Along)
    bound = bound_speed(
        around.arm.model, path, pieces, joints, tcp_points(around, hand_of(contact.touch)), contact.speed * (1.0 + 1e-6),
        (contact.first, contact.last),
    )  # fmt: skip
    if bound.at is not None:
        return (Refusal("E688", f"the TCP moves at {bound.speed:.4f} m/s in contact; {contact.speed:.4f} m/s is allowed"),)
    return (Slack("contact speed", contact.speed - bound.speed, "m/s"),)


def _force(contact: ContactAllowance, limit: float | None, around: Surroundings) -> tuple[Finding, ...]:
    """No more than the part is gripped with, nor than the robot may push, nor than its line allows."""
    gripped = dict(around.arm.forces).get(contact.touch.kind) if isinstance(contact.touch, Touch) else None
    most = around.arm.force_limit if around.arm.force_limit is not None else FORCE_LIMIT
    most = most if gripped is None else min(most, gripped)
    most = most if limit is None else min(most, limit)
    if not 0.0 < contact.force <= most:
        return (Refusal("E688", f"contact with {contact.force:.4g} N; {most:.4g} N is the most"),)
    return (Slack("contact force", most - contact.force, "N"),)

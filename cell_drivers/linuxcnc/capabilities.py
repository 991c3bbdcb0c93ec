"""What LinuxCNC can do, as this driver uses it. Each figure was measured: decision 0132."""

from __future__ import annotations

from cell.device import Capabilities, JointLimits
from cell.robot import RobotModel

START_TOLERANCE = 1e-3
"""rad."""
STANDSTILL = 0.3
"""s from any stop to standstill; measured 0.05."""
MAX_AGE = 0.5
"""s."""
RATE = 50.0
"""Samples a second, at least; twice as many where nobody is in the way."""
VERIFIED_AGAINST = (
    "LinuxCNC 2.9.0~pre1+git20230208.f1270d6ed7-1+deb12u2 (Debian 12), trivkins with six angular joints that follow at once, "
    "without real-time scheduling",
)


def capabilities_of(device: str, model: RobotModel) -> Capabilities:
    """The joints are the model's; the controller's own ini file may be stricter, which `prepare` tells."""
    names, rows = model.chain.joint_names, (model.velocity, model.acceleration, model.jerk)
    joints = tuple(
        JointLimits(name, float(low), float(high), float(v), float(a), float(j))
        for name, (low, high), v, a, j in zip(names, model.position, *rows, strict=True)
    )
    return Capabilities(
        device=device,
        joints=joints,
        feeding="buffered",
        rate=RATE,
        look_ahead=None,
        standstill={"hold": STANDSTILL, "quick": STANDSTILL, "power": STANDSTILL},
        start_tolerance=START_TOLERANCE,
        max_age=MAX_AGE,
        on_link_loss="finishes its buffer",
        command_status=True,
        speed_scaling=True,
        device_clock=True,
        io_points=(),
        verified_against=VERIFIED_AGAINST,
    )

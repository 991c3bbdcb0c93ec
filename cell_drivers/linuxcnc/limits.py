"""What the controller's own ini file allows, and whether it drives the robot that the cell means.

The shell cannot read the ini file, but a program can: `#<_ini[JOINT_0]MAX_VELOCITY>`, shown by a debug message. Joint k of the
controller is joint k of the robot model, in degrees; trivkins makes axis k of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array
from cell.robot import RobotModel

AXES = "XYZABC"
JOINTS = len(AXES)
"""The shell tells the state of six joints, whatever there are; so six is what this driver drives."""
KNOWN_VERSION = 2.9
ROOM = 1e-3
"""rad by which a range may be wider than the model's: rounding of an ini file."""
FASTER = 1.05
"""By how much the controller's velocity limit may exceed the model's: room between two points of a program."""
NARROW = np.radians(4.1 * np.pi)
"""rad: a range in degrees that is narrower was written in radians, of which a joint has at most two turns."""
FIELDS = ("MIN_LIMIT", "MAX_LIMIT", "MAX_VELOCITY", "MAX_ACCELERATION")


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """(n,) in rad and s, the tighter of [JOINT_k] and [AXIS_L]."""

    low: Array
    high: Array
    velocity: Array
    acceleration: Array


MACHINE = ("#<_vmajor>", "#<_ini[KINS]JOINTS>")
STANDING = tuple(f"#{5420 + k}" for k in range(JOINTS))
"""Where its axes stand, offsets and all: what a program of ours compares with the start of its motion."""
APART = 0.1
"""degrees from a joint to the axis that moves it, at rest."""


def questions(joint: int) -> tuple[str, ...]:
    """What a program writes for the limits of joint `joint`, as FIELDS for the joint and then for the axis."""
    return tuple(f"#<_ini[{section}]{field}>" for section in (f"JOINT_{joint}", f"AXIS_{AXES[joint]}") for field in FIELDS)


def limits_of(told: Sequence[Sequence[float]]) -> Limits:
    """From the answers to `questions` of each joint, in degrees. Raises ValueError naming what the ini file lacks."""
    for joint, row in enumerate(told):
        for value, question in zip(row, questions(joint), strict=True):
            if np.isnan(value):
                raise ValueError(f"its ini file does not tell {question[6:-1]}")
    rows = np.radians(np.asarray(told, dtype=np.float64)).reshape(len(told), 2, len(FIELDS))
    low, high = rows[:, :, 0].max(axis=1), rows[:, :, 1].min(axis=1)
    return Limits(low, high, rows[:, :, 2].min(axis=1), rows[:, :, 3].min(axis=1))


def not_identical(axes_at: Sequence[float], joints_at: Sequence[float]) -> Iterator[str]:
    """Why its axes are not its joints, from where they stand, in degrees: what is commanded would not be what was proved."""
    for k, (axis, joint) in enumerate(zip(axes_at, joints_at, strict=False)):
        if not abs(axis - joint) <= APART:  # what is no number is nowhere
            yield (
                f"its joint {k} stands at {joint:.4g} degrees and its axis {AXES[k]} at {axis:.4g}: another order of joints, "
                "kinematics of its own, an offset, or another unit"
            )
            return


def findings(model: RobotModel, limits: Limits, version: float, joints: float) -> Iterator[str]:
    """Why this is not the robot of the cell, or not a controller that we know. `joints` is how many its ini file says it has."""
    if joints != model.degrees_of_freedom:
        yield f"it has {joints:g} joints, {model.name} has {model.degrees_of_freedom}"
    if abs(version - KNOWN_VERSION) > 1e-6:
        yield f"it is LinuxCNC {version:g}; this driver knows {KNOWN_VERSION:g}"
    for k, name in enumerate(model.chain.joint_names):
        low, high = model.position[k]
        if limits.low[k] < low - ROOM or limits.high[k] > high + ROOM:
            yield (
                f"its joint {k} goes from {limits.low[k]:.4g} to {limits.high[k]:.4g} rad, {name} of {model.name} from {low:.4g} "
                f"to {high:.4g}: another robot, or another order of joints"
            )
        if limits.high[k] - limits.low[k] < NARROW:
            yield f"its joint {k} has a range of {np.degrees(limits.high[k] - limits.low[k]):.3g} degrees: radians for degrees?"
        if limits.velocity[k] > FASTER * model.velocity[k]:
            yield f"its joint {k} runs at up to {limits.velocity[k]:.4g} rad/s, {name} of {model.name} at {model.velocity[k]:.4g}"

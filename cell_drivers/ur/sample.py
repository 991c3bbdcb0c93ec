"""One RTDE sample, read and refused where it cannot be true.

Law: the controller's own time strictly increases; what is not newer than what is there is not accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import cast

import numpy as np

from cell.device import ProtectiveState
from cell.geometry import Array, frozen
from cell_drivers.ur.malformed import Malformed
from cell_drivers.ur.registers import Report
from cell_drivers.ur.rtde import Values

NANOSECONDS = 1e9
DRIFT = 1e-3
"""s in a second by which a controller's clock may run slower than ours, and its samples are no older for it."""
LONGEST_LIFE = 1e9
"""s since a controller was switched on: thirty years."""


class RobotMode(IntEnum):
    NO_CONTROLLER = -1
    DISCONNECTED = 0
    CONFIRM_SAFETY = 1
    BOOTING = 2
    POWER_OFF = 3
    POWER_ON = 4
    IDLE = 5
    BACKDRIVE = 6
    RUNNING = 7
    UPDATING_FIRMWARE = 8


class Safety(IntEnum):
    NORMAL = 1
    REDUCED = 2
    PROTECTIVE_STOP = 3
    RECOVERY = 4
    SAFEGUARD_STOP = 5
    SYSTEM_EMERGENCY_STOP = 6
    ROBOT_EMERGENCY_STOP = 7
    VIOLATION = 8
    FAULT = 9
    VALIDATE_JOINT_ID = 10
    UNDEFINED = 11
    AUTOMATIC_MODE_SAFEGUARD_STOP = 12
    SYSTEM_THREE_POSITION_ENABLING_STOP = 13

    @property
    def protective(self) -> ProtectiveState | None:
        """None for states that say nothing of a stop."""
        match self:
            case Safety.NORMAL:
                return "normal"
            case Safety.REDUCED:
                return "reduced"
            case Safety.SYSTEM_EMERGENCY_STOP | Safety.ROBOT_EMERGENCY_STOP:
                return "emergency stop"
            case Safety.VALIDATE_JOINT_ID | Safety.UNDEFINED:
                return None
            case _:
                return "protective stop"

    @property
    def lets_move(self) -> bool:
        return self in (Safety.NORMAL, Safety.REDUCED)


class Runtime(IntEnum):
    STOPPING = 0
    STOPPED = 1
    PLAYING = 2
    PAUSING = 3
    PAUSED = 4
    RESUMING = 5


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """`time` in ns of the controller's clock; in ns of ours `came`, and `received`, when it would have come on the quickest way.
    `q`, `qd`, `target` (6,) in rad and s; `temperature` (6,) in °C. `tcp` (6,) is the pose of the TCP in the robot's base,
    `offset` (6,) that of the TCP in the flange: m and rotation vectors. `force` (3,) in N acts on the TCP, in the base, without
    what the declared payload weighs. `scaling`: the share of full speed that the controller allows."""

    time: int
    came: int
    received: int
    q: Array
    qd: Array
    target: Array
    temperature: Array
    tcp: Array
    offset: Array
    force: Array
    mode: RobotMode
    safety: Safety
    runtime: Runtime
    scaling: float
    report: Report

    @property
    def is_powered(self) -> bool:
        return self.mode is RobotMode.RUNNING and self.safety.lets_move


def sample_of(values: Values, came: int, before: Sample | None) -> Sample:
    """Raises Malformed: a word of a state that the controller does not have, a scaling outside 0..1, time that does not go on."""
    told = _number(values, "timestamp")
    if not 0.0 <= told <= LONGEST_LIFE:
        raise Malformed("rtde", f"a time of {told} s")
    time = round(told * NANOSECONDS)
    if before is not None and time <= before.time:
        raise Malformed("rtde", f"time does not go on: {time} ns after {before.time} ns")
    scaling = _number(values, "speed_scaling"), _number(values, "target_speed_fraction")
    if not all(0.0 <= share <= 1.0 + 1e-6 for share in scaling):
        raise Malformed("rtde", f"speed scaling {scaling} is not in 0..1")
    try:
        mode, safety = RobotMode(_integer(values, "robot_mode")), Safety(_integer(values, "safety_status"))
        runtime, report = Runtime(_integer(values, "runtime_state")), Report.read(values)
    except ValueError as why:
        raise Malformed("rtde", str(why)) from why
    return Sample(
        time=time,
        came=came,
        received=_on_the_quickest_way(time, came, before),
        q=_vector(values, "actual_q"),
        qd=_vector(values, "actual_qd"),
        target=_vector(values, "target_q"),
        temperature=_vector(values, "joint_temperatures"),
        tcp=_vector(values, "actual_TCP_pose"),
        offset=_vector(values, "tcp_offset"),
        force=frozen(_vector(values, "actual_TCP_force")[:3]),
        mode=mode,
        safety=safety,
        runtime=runtime,
        scaling=min(1.0, *scaling),
        report=report,
    )


def _on_the_quickest_way(time: int, came: int, before: Sample | None) -> int:
    """A line that is too narrow gives one sample after the other, each older than the one before: two clocks alone tell, of which
    the controller's may lose DRIFT."""
    if before is None:
        return came
    return min(came, before.received + time - before.time + round(DRIFT * (time - before.time)))


def _number(values: Values, name: str) -> float:
    return float(cast(float, values[name]))


def _integer(values: Values, name: str) -> int:
    return int(cast(int, values[name]))


def _vector(values: Values, name: str) -> Array:
    return frozen(np.asarray(values[name], dtype=np.float64))

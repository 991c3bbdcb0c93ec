"""What our program on the controller and its driver tell each other, and in which registers. The controller is their post box.

Law: a program runs only while `permit` is its own number and `heartbeat` changes; so a link that is cut, a driver that is gone
and one that has connected anew all end it, and a program that arrives late never begins. What became of the last command stays in
the output registers when its program, and the link, are gone. Both directions are written in one go: no reader sees half of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, cast

from cell_drivers.ur.rtde import Values

FIRST: Final = 36
"""Registers 24 to 47 are for clients of RTDE; the eight from here on are those that ur_rtde can read too."""

HEARTBEAT, PERMIT, STOP = FIRST, FIRST + 1, FIRST + 2
"""Input integers."""
RATE = FIRST
"""Input double: the share of full speed at which trajectory time shall run, 0..1."""
ID_HIGH, ID_LOW, STATE, WHY = FIRST, FIRST + 1, FIRST + 2, FIRST + 3
"""Output integers."""
ALONG, RUNS_AT = FIRST, FIRST + 1
"""Output doubles: path parameter s, and the share of full speed at which trajectory time runs."""


class State(IntEnum):
    NONE = 0
    RUNNING = 1
    DONE = 2
    ABORTED = 3


class Why(IntEnum):
    """What ended a program before its end; of the first three the harder one wins."""

    NOTHING = 0
    HOLD = 1
    QUICK = 2
    LINK = 3
    START = 4
    NOT_SETTLED = 5


WORDS: Final = {
    Why.NOTHING: "the program was ended at the controller",
    Why.HOLD: "hold stop",
    Why.QUICK: "quick stop",
    Why.LINK: "the link was lost",
    Why.START: "the robot did not stand at the start",
    Why.NOT_SETTLED: "the robot did not settle",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A command's id as two signed 32 bit integers. `low` is never 0 and is the number of its program."""

    high: int
    low: int

    @classmethod
    def of(cls, command: str) -> Mark:
        digest = hashlib.blake2b(command.encode("utf-8"), digest_size=8).digest()
        low = int.from_bytes(digest[4:], "big", signed=True)
        return cls(int.from_bytes(digest[:4], "big", signed=True), low or 1)


NOBODY: Final = Mark(0, 0)


@dataclass(frozen=True, slots=True)
class Report:
    """What the registers tell of the last command."""

    mark: Mark
    state: State
    why: Why
    s: float
    rate: float

    @classmethod
    def read(cls, values: Values) -> Report:
        """Raises ValueError for a state or a cause that our program never writes."""
        registers = (ID_HIGH, ID_LOW, STATE, WHY)
        high, low, state, why = (int(cast(int, values[f"output_int_register_{number}"])) for number in registers)
        s, rate = (float(cast(float, values[f"output_double_register_{number}"])) for number in (ALONG, RUNS_AT))
        return cls(Mark(high, low), State(state), Why(why), s, rate)


@dataclass(frozen=True, slots=True)
class Instruction:
    """What the driver writes. `permit` is the number of the program that may run, 0 for none; `slider` the speed slider, None to
    leave it as it is."""

    heartbeat: int
    permit: int
    stop: Why
    rate: float
    slider: float | None

    def values(self) -> Values:
        return {
            f"input_int_register_{HEARTBEAT}": self.heartbeat,
            f"input_int_register_{PERMIT}": self.permit,
            f"input_int_register_{STOP}": int(self.stop),
            f"input_double_register_{RATE}": self.rate,
            "speed_slider_mask": 0 if self.slider is None else 1,
            "speed_slider_fraction": 1.0 if self.slider is None else self.slider,
        }


INPUTS: Final = (
    (f"input_int_register_{HEARTBEAT}", "INT32"),
    (f"input_int_register_{PERMIT}", "INT32"),
    (f"input_int_register_{STOP}", "INT32"),
    (f"input_double_register_{RATE}", "DOUBLE"),
    ("speed_slider_mask", "UINT32"),
    ("speed_slider_fraction", "DOUBLE"),
)

OUTPUTS: Final = (
    ("timestamp", "DOUBLE"),
    ("actual_q", "VECTOR6D"),
    ("actual_qd", "VECTOR6D"),
    ("target_q", "VECTOR6D"),
    ("joint_temperatures", "VECTOR6D"),
    ("actual_TCP_pose", "VECTOR6D"),
    ("actual_TCP_force", "VECTOR6D"),
    ("tcp_offset", "VECTOR6D"),
    ("robot_mode", "INT32"),
    ("safety_status", "INT32"),
    ("runtime_state", "UINT32"),
    ("speed_scaling", "DOUBLE"),
    ("target_speed_fraction", "DOUBLE"),
    *((f"output_int_register_{number}", "INT32") for number in (ID_HIGH, ID_LOW, STATE, WHY)),
    *((f"output_double_register_{number}", "DOUBLE") for number in (ALONG, RUNS_AT)),
)

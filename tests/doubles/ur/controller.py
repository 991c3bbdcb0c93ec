"""The controller and its arm, a period at a time: power, brakes, safety, registers, one program, joints that follow with a lag.

Nothing here reads a clock: whoever owns it lets time pass. `steps` records every setpoint that went to the joints, for the judge.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from cell.geometry import Array
from cell.robot import RobotModel
from tests.doubles.ur.urscript import ScriptError, Value, is_whole, parse

LAG = 0.004
"""s, the time constant of tracking."""
POWER_UP = 0.2
"""s for each of power and brakes; a real robot takes ten."""
POWER_OFF, IDLE, RUNNING = 3, 5, 7
NORMAL, REDUCED, PROTECTIVE, EMERGENCY = 1, 2, 3, 7
STOPPED, PLAYING, PAUSED = 1, 2, 4


@dataclass(eq=False)
class Controller:
    """`version` and `model_name` as it tells them. `tool` (6,) is its TCP offset."""

    model: RobotModel
    q: Array
    version: tuple[int, int, int, int] = (5, 15, 0, 0)
    model_name: str = "UR5"
    serial: str = "20265000001"
    is_remote: bool = True
    tool: Array = field(default_factory=lambda: np.array([0.0, 0.0, 0.14, 0.0, 0.0, 0.0]))
    records: bool = True

    def __post_init__(self) -> None:
        self.period = 0.002 if self.version[0] >= 5 else 0.008
        self.q = np.array(self.q, dtype=np.float64)
        self.force = np.zeros(6)
        self.target = self.q.copy()
        self.qd = np.zeros(6)
        self.tick, self.slept = 0, 0
        """Periods that it has gone through, and those that its clock went on without it."""
        self.mode, self.safety, self.runtime = POWER_OFF, NORMAL, STOPPED
        self.slider, self.limiter = 1.0, 1.0
        self.in_int, self.in_double = [0] * 48, [0.0] * 48
        self.out_int, self.out_double = [0] * 48, [0.0] * 48
        self.steps: list[Array] = []
        self.programs: list[str] = []
        """The texts that were taken, in order: what is there twice was replayed."""
        self.errors: list[str] = []
        self.tampers: dict[str, Callable[[Value | Array], Value | Array]] = {}
        self._program: Iterator[None] | None = None
        self._rising = 0.0
        self._reached: tuple[Array, Array] | None = None
        self._decay = math.exp(-self.period / LAG)

    @property
    def time(self) -> float:
        return (self.tick + self.slept) * self.period

    @property
    def is_standing(self) -> bool:
        return bool(np.abs(self.qd).max() < 1e-3)

    # --- time ---

    def step(self) -> None:
        self.tick += 1
        self._power()
        before = self.target
        if self._program is not None and self.runtime == PLAYING:
            self._go_on()
        if self.records and self.target is not before:
            self.steps.append(self.target - before)
        followed = self.target + (self.q - self.target) * self._decay
        self.qd, self.q = (followed - self.q) / self.period, followed

    def _go_on(self) -> None:
        assert self._program is not None
        try:
            next(self._program)
        except StopIteration:
            self.end_program()
        except (ScriptError, KeyError, IndexError, TypeError, ZeroDivisionError) as cause:
            self.errors.append(f"{type(cause).__name__}: {cause}")
            self.end_program()

    def end_program(self) -> None:
        self._program, self.runtime = None, STOPPED
        self.target = self.target.copy()

    def _power(self) -> None:
        if self._rising <= 0.0:
            return
        self._rising -= self.period
        if self._rising <= 0.0:
            self.mode = IDLE if self.mode == POWER_OFF else RUNNING

    # --- what comes from outside ---

    def take_script(self, text: str) -> None:
        """A program replaces the one that runs; one that cannot be read is told and ends it, as on a real controller."""
        assert is_whole(text)
        if not self.is_remote or self.mode != RUNNING or self.safety not in (NORMAL, REDUCED):
            self.errors.append("a program was not taken")
            return
        self.programs.append(text)
        try:
            script = parse(text)
        except ScriptError as cause:
            self.errors.append(str(cause))
            return
        self._program = script.run(self._functions(), {"servoj": self._servoj, "stopj": self._stopj, "sync": lambda: True})
        self.runtime = PLAYING

    def power_on(self) -> bool:
        return self._rise(POWER_OFF)

    def brake_release(self) -> bool:
        return self.mode == RUNNING or self._rise(IDLE)

    def _rise(self, mode: int) -> bool:
        if self.safety not in (NORMAL, REDUCED) or not self.is_remote:
            return False
        if self.mode == mode and self._rising <= 0.0:
            self._rising = POWER_UP
        return True

    def power_off(self) -> None:
        self.end_program()
        self.mode, self._rising = POWER_OFF, 0.0

    def protective_stop(self) -> None:
        self.safety = PROTECTIVE
        if self.runtime == PLAYING:
            self.runtime = PAUSED

    def emergency_stop(self) -> None:
        self.safety = EMERGENCY
        self.power_off()

    def unlock(self) -> bool:
        if self.safety == PROTECTIVE:
            self.safety = NORMAL
        return self.safety in (NORMAL, REDUCED)

    def forget(self) -> None:
        """As after switching it off and on."""
        self.power_off()
        self.out_int, self.out_double = [0] * 48, [0.0] * 48

    # --- what a program may call ---

    def _functions(self) -> dict[str, Callable[..., Value]]:
        return {
            "read_input_integer_register": lambda n: self.in_int[n],
            "read_input_float_register": lambda n: self.in_double[n],
            "write_output_integer_register": lambda n, value: _put(self.out_int, n, int(value)),
            "write_output_float_register": lambda n, value: _put(self.out_double, n, float(value)),
            "get_actual_joint_positions": lambda: self.q.tolist(),
        }

    def _servoj(self, q: list[float], a: float, v: float, t: float, lookahead: float, gain: float) -> bool:
        self.target = np.array(q)
        return True

    def _stopj(self, acceleration: float) -> bool:
        return self.is_standing

    # --- what it tells ---

    def flange(self) -> Array:
        T: Array = np.array(self.model.chain.flange_pose(self.q))
        return T

    def value(self, name: str) -> Value | Array:
        found = self._value(name)
        return self.tampers[name](found) if name in self.tampers else found

    def _value(self, name: str) -> Value | Array:
        kind, _, number = name.rpartition("_")
        match kind:
            case "output_int_register":
                return self.out_int[int(number)]
            case "output_double_register":
                return self.out_double[int(number)]
        return VALUES[name][1](self)


def _put(registers: list[int] | list[float], number: int, value: float) -> bool:
    registers[number] = value  # type: ignore[call-overload]
    return True


def _tcp(c: Controller) -> Array:
    if c._reached is not None and float(np.abs(c._reached[0] - c.q).max()) < 1e-9:
        return c._reached[1]
    reached = c.flange()
    reached[:3, 3] += reached[:3, :3] @ c.tool[:3]  # the offset of the double's tool turns nothing
    turned: Array = np.concatenate([reached[:3, 3], _rotation_vector(reached[:3, :3])])
    c._reached = (c.q, turned)
    return turned


def _rotation_vector(R: Array) -> Array:
    """By the quaternion, whose largest component is not lost in rounding: Shepperd, J. Guidance and Control 1 (1978) 223."""
    trace = float(np.trace(R))
    squares = np.array([trace, *np.diag(R)])
    k = int(np.argmax(squares))
    odd = np.array([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]])
    if k == 0:
        w, v = 1.0 + trace, odd
    else:
        i = k - 1
        v = R[i] + R[:, i]
        v[i] = 1.0 + 2.0 * R[i, i] - trace
        w = odd[i]
    if w < 0.0:
        w, v = -w, -v
    length = float(np.linalg.norm(v))
    turned: Array = np.zeros(3) if length == 0.0 else v / length * 2.0 * math.atan2(length, w)
    return turned


VALUES: dict[str, tuple[str, Callable[[Controller], Value | Array]]] = {
    "timestamp": ("DOUBLE", lambda c: c.time),
    "actual_q": ("VECTOR6D", lambda c: c.q),
    "actual_qd": ("VECTOR6D", lambda c: c.qd),
    "target_q": ("VECTOR6D", lambda c: c.target),
    "joint_temperatures": ("VECTOR6D", lambda c: np.full(6, 31.5)),
    "actual_TCP_pose": ("VECTOR6D", _tcp),
    "actual_TCP_force": ("VECTOR6D", lambda c: c.force),
    "tcp_offset": ("VECTOR6D", lambda c: c.tool),
    "robot_mode": ("INT32", lambda c: c.mode),
    "safety_mode": ("INT32", lambda c: c.safety),
    "safety_status": ("INT32", lambda c: c.safety),
    "robot_status_bits": ("UINT32", lambda c: (c.mode == RUNNING) | (c.runtime == PLAYING) << 1),
    "safety_status_bits": ("UINT32", lambda c: (c.safety == NORMAL) | (c.safety == PROTECTIVE) << 2),
    "runtime_state": ("UINT32", lambda c: c.runtime),
    "speed_scaling": ("DOUBLE", lambda c: c.limiter),
    "target_speed_fraction": ("DOUBLE", lambda c: c.slider),
}

"""A LinuxCNC of our own, as far as its shell shows: readings, the few requests that the driver makes, the programs that it
writes.

Time is virtual: it passes when somebody waits. What runs is read from the program's text, line by line. That it answers as the
real one is established by the tests that run on both (tests/peers/linuxcnc).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cell.robot import RobotModel
from cell_drivers.linuxcnc.limits import AXES

SECOND = 1_000_000_000
BRAKING = 0.05
"""s from an abort to standstill."""
_GUARD = re.compile(r"ABS\[#54(\d\d)-\[([^\]]+)\]\] GT ([0-9.]+)")


@dataclass(slots=True)
class Time:
    ns: int = 5 * SECOND

    def now(self) -> int:
        return self.ns

    def wait(self, seconds: float) -> None:
        self.ns += round(seconds * SECOND)


@dataclass(slots=True)
class Run:
    """Knots (N + 1, n) in degrees, each reached a `period` s after the one before, and the line of the first move."""

    knots: np.ndarray
    period: float
    first: int
    number: int
    done: float = 0.0
    stops: float | None = None


@dataclass(slots=True)
class LinuxcncDouble:
    """`edit` may change an answer on its way; None swallows it. `starts` counts programs that began to move. `ini` are answers to
    `#<_ini[…]…>` beside those of `model`. `piece` is how many bytes a single look at the link gets, `stall` s for how long the
    next one is kept from looking, and then does. `is_hushed`: what it answers comes once that is over. `axes`: which joint each
    axis moves; `offset` degrees of its coordinates. `reads_ahead` s: for so long it tells the line that it has read up to, not
    that of the motion."""

    model: RobotModel
    home: Sequence[float]
    time: Time = field(default_factory=Time)
    version: str = "2.9"
    shell_version: str = "1.1"
    joints: int = 6
    ini: dict[str, float] = field(default_factory=dict)
    axes: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    offset: float = 0.0
    reads_ahead: float = 0.0
    edit: Callable[[str], str | None] = lambda line: line
    is_homed: bool = True
    is_on: bool = False
    is_estopped: bool = True
    mode: str = "MANUAL"
    feed: int = 100
    program: str = ""
    errors: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    memory: dict[int, int] = field(default_factory=dict)
    starts: int = 0
    is_reachable: bool = True
    is_hushed: bool = False
    piece: int = 65536
    stall: float = 0.0
    requests: list[str] = field(default_factory=list)
    run: Run | None = None
    controlled_by: "DoubleLink | None" = None
    q: np.ndarray = field(init=False)
    _links: list["DoubleLink"] = field(default_factory=list)
    _passed: int = field(init=False)
    _told_time: int = 0

    def __post_init__(self) -> None:
        self.q = np.degrees(np.asarray(self.home, dtype=np.float64))
        self._passed = self.time.ns

    @property
    def axes_at(self) -> "np.ndarray":
        """Where its programs see its axes, degrees."""
        return self.q[list(self.axes)] + self.offset

    # --- the link ---

    def dial(self) -> "DoubleLink":
        if not self.is_reachable:
            raise ConnectionRefusedError("nobody listens")
        link = DoubleLink(self)
        self._links.append(link)
        return link

    def cut(self) -> None:
        """Every link is lost, and nobody gets another until `is_reachable` is True again."""
        self.is_reachable = False
        for link in self._links:
            link.is_cut = True

    # --- time ---

    def catch_up(self) -> None:
        seconds = (self.time.ns - self._passed) / SECOND
        self._passed = self.time.ns
        run = self.run
        if run is None:
            return
        share = self.feed / 100.0
        run.done += seconds * share
        if run.stops is not None:
            run.done, run.stops = min(run.done, run.stops), run.stops
        at = run.done / run.period
        k = min(int(at), len(run.knots) - 2)
        self.q = run.knots[k] + min(at - k, 1.0) * (run.knots[k + 1] - run.knots[k])
        if run.stops is not None and run.done >= run.stops:
            self.run = None
        elif at >= len(run.knots) - 1:
            self.q, self.run = run.knots[-1].copy(), None
            self.memory[4002] = run.number

    # --- requests ---

    def answer(self, request: str, link: "DoubleLink | None" = None) -> str | None:
        """The line that answers to `link` (None: to an operator who has control), with its end; None: nothing is said."""
        self.catch_up()
        self.requests.append(request)
        verb, _, rest = request.partition(" ")
        subject, _, argument = rest.partition(" ")
        if verb == "hello":
            line = f"HELLO ACK EMCNETSVR {self.shell_version}"
        elif verb == "get":
            line = f"{subject.upper()} {self._told(subject, link)}"
        elif subject == "enable":
            self.controlled_by, line = link, "SET ENABLE ACK"
        else:
            is_free = subject in ("verbose", "echo") or link is None or self.controlled_by is link
            line = f"SET {subject.upper()} {'ACK' if is_free and self._does(subject, argument) else 'NAK'}"
        edited = self.edit(line)
        return None if edited is None else f"{edited}\r\n"

    def _told(self, subject: str, link: "DoubleLink | None" = None) -> str:
        joints = len(self.q)
        match subject:
            case "time":
                self._told_time = max(self._told_time + 1, self.time.ns // 1000)  # its own runs on between two answers
                return f"{1e9 + self._told_time / 1e6:.6f}"
            case "joint_pos" | "abs_cmd_pos":
                return " ".join(f"{value:.6f}" for value in self.q)
            case "program_status":
                return "RUNNING" if self.run is not None else "IDLE"
            case "program_line":
                return str(self._line(self.run) if self.run is not None else 0)
            case "program":
                return self.program or "NONE"
            case "mode":
                return self.mode
            case "machine":
                return "ON" if self.is_on else "OFF"
            case "estop":
                return "ON" if self.is_estopped else "OFF"
            case "joint_homed":
                return " ".join(["YES" if self.is_homed else "NO"] * joints)
            case "feed_override":
                return str(self.feed)
            case "enable":
                return "ON" if self.controlled_by is link else "OFF"
            case "error":
                return self.errors.pop(0) if self.errors else "OK"
            case "operator_display":
                return f" {self.shown.pop(0)}" if self.shown else "OK"
            case _:
                return "NAK"

    def _line(self, run: Run) -> int:
        piece = int(run.done / run.period) if run.done >= self.reads_ahead else len(run.knots) - 2
        return run.first + piece

    def _does(self, subject: str, argument: str) -> bool:
        match subject:
            case "estop":
                self.is_estopped = argument == "on"
            case "machine":
                self.is_on = argument == "on" and not self.is_estopped
                self.run = self.run if self.is_on else None
            case "mode" if self.run is None:
                self.mode = argument.upper()
            case "open":
                self.program = argument
            case "feed_override":
                self.feed = int(argument)
            case "abort":
                if self.run is not None:
                    self.run.stops = self.run.done + BRAKING
            case "mdi" if self.is_on:
                self._single(argument)
            case "run" if self.is_on:
                self._begin()
            case "verbose" | "echo":
                pass
            case _:
                return False
        return True

    def _single(self, line: str) -> None:
        if self.mode != "MDI":
            self.errors.append("must be in MDI mode to issue an MDI command")
        elif line.startswith("(debug, "):
            asked = line.removeprefix("(debug, ").rstrip(")")
            self.shown.append(re.sub(r"#(\S+)", lambda found: self._parameter(found[1]), asked))
        else:
            number, _, value = line.removeprefix("#").partition("=")
            self.memory[int(number)] = int(value)

    def _parameter(self, name: str) -> str:
        if name == "<_vmajor>":
            return f"{float(self.version):.6f}"
        if name.isdigit() and 0 <= int(name) - 5420 < len(self.q):
            return f"{self.axes_at[int(name) - 5420]:.6f}"
        if name.isdigit():
            return f"{self.memory.get(int(name), 0):.6f}"
        if name == "<_ini[KINS]JOINTS>":
            return f"{self.joints:.6f}"
        section, field_name = name.removeprefix("<_ini[").rstrip(">").split("]")
        value = self.ini.get(f"[{section}]{field_name}", self._limit(section, field_name))
        return "######" if np.isnan(value) else f"{value:.6f}"

    def _limit(self, section: str, name: str) -> float:
        k = AXES.index(section[-1]) if section.startswith("AXIS") else int(section[-1])
        low, high = np.degrees(self.model.position[k])
        values = {"MIN_LIMIT": low, "MAX_LIMIT": high, "MAX_VELOCITY": np.degrees(self.model.velocity[k])}
        return float(values.get(name, 10_000.0))

    def _begin(self) -> None:
        if self.mode != "AUTO":
            self.errors.append(f"can't do that (EMC_TASK_PLAN_RUN:507) in {self.mode} mode")
            return
        lines = Path(self.program).read_text(encoding="ascii").splitlines()
        number = next(int(line.split()[4].rstrip("]")) for line in lines if line.startswith("o1 if"))
        apart = [abs(self.q[int(k) - 20] - float(value)) - float(most) for k, value, most in _GUARD.findall("\n".join(lines))]
        if self.memory.get(4001) == number or max(apart) > 0.0:
            return
        self.memory[4001] = number
        moves = [k for k, line in enumerate(lines) if line.startswith("G1 ")]
        words = [{word[0]: float(word[1:]) for word in lines[k].partition(" (")[0].split()[1:]} for k in moves]
        knots = np.array([self.q, *([word[axis] for axis in AXES[: len(self.q)]] for word in words)])
        self.run = Run(knots, 60.0 / words[0]["F"], moves[0] + 1, number)
        self.starts += 1


class DoubleLink:
    """A `Link` whose waiting lets virtual time pass."""

    def __init__(self, double: LinuxcncDouble) -> None:
        self._double = double
        self._answers = b""
        self.is_cut = False

    @property
    def awaits(self) -> str:
        return "nothing"

    def is_connected(self) -> bool:
        return True

    def send(self, data: bytes) -> None:
        if self.is_cut:
            raise ConnectionResetError("cut")
        for line in data.decode().split("\r\n"):
            if line and (answer := self._double.answer(line, self)) is not None:
                self._answers += answer.encode()

    def receive(self, patience: float) -> bytes:
        if self.is_cut:
            raise ConnectionResetError("cut")
        if self._double.stall:
            self._double.time.wait(self._double.stall)
            self._double.stall = 0.0
            return b""
        if not self._answers or self._double.is_hushed:
            self._double.time.wait(patience)
        if self._double.is_hushed:
            return b""
        answers, self._answers = self._answers[: self._double.piece], self._answers[self._double.piece :]
        return answers

    def close(self) -> None:
        self.is_cut = True

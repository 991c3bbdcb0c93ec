"""A trajectory as a program that LinuxCNC buffers, and where on the trajectory the robot is. Pure.

The path is cut at equal times into straight joint moves, each with its time (G93) and all of them blended (G64). LinuxCNC blends
moves of rotary axes by letting the next begin while the last one brakes, each at half of its acceleration limit a, so a motion at
joint velocity v is followed in time where a piece lasts at least 2 v / a; shorter ones are run too slowly. What is left is the
sag of a piece below its arc, which is bounded here (decision 0132).

Law: the controller runs a program once. It begins by refusing where its number has begun already or the robot stands elsewhere;
then it writes its number down (#4001), and again when all has been run (#4002). So the controller itself tells what became of a
command after any loss, and a start that comes late or twice moves nothing.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass

import numpy as np

from cell.device import Trajectory
from cell.driver_errors import Refusal
from cell.geometry import Array
from cell.robot import RobotModel
from cell.trajectory import Law, Path, combined
from cell.trajectory_check import Finding, in_order, trajectory_finding
from cell_drivers.linuxcnc.limits import AXES, Limits

LEAST = 0.012
"""s that a piece lasts at least: twelve periods of the controller's servo thread."""
BLENDING = 2.2
"""v / a times this is the least time of a piece."""
SAG = 4e-3
"""rad (of all joints together) by which a piece may leave the path."""
GUARD = 0.1
"""degrees by which a joint may be away from where the program begins."""
FINE = 8
"""Points of the track on each piece."""
BEGUN, FINISHED = 4001, 4002
"""The numbered parameters in which the controller keeps which program began last, and which was finished last."""
HEAD = 12
"""Lines before the first move."""
_GUARD = re.compile(r"ABS\[#54\d\d-\[([-0-9.]+)\]\]")
_MOVE = re.compile(r"^G1 (.+) F([0-9.]+) \(s ([-+0-9.e]+)\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Points (M, n) in rad along the trajectory and their path parameters (M,), `fine` for each piece."""

    q: Array
    s: Array
    fine: int = FINE

    @property
    def length(self) -> float:
        return float(self.s[-1])

    def parameter(self, q: Array, line: int | None, share: float = 1.0) -> float:
        """The path parameter of the point nearest to `q` (n,) in the first `share` of the time that the way takes; where it comes
        there more than once, near the piece of program line `line`, else the first time. A line that is far from `q` is not that
        of the motion: before one begins, and when it is broken off, the controller tells the one that it has read up to."""
        last = min(len(self.q) - 1, max(1, math.ceil(share * (len(self.q) - 1))))
        a, b = self.q[:last], self.q[1 : last + 1]
        along = np.einsum("mn,mn->m", q - a, b - a) / np.maximum(np.einsum("mn,mn->m", b - a, b - a), 1e-24)
        u = np.clip(along, 0.0, 1.0)
        off = np.linalg.norm(a + u[:, None] * (b - a) - q, axis=1)
        k = self._visit(off, line)
        return float(self.s[k] + u[k] * (self.s[k + 1] - self.s[k]))

    def _visit(self, off: Array, line: int | None) -> int:
        """Which stretch, of those that are `off` (M,) rad from where it stands."""
        near = off <= float(off.min()) + SAG
        if line is not None and line > HEAD:
            first = max(0, (line - HEAD - 5) * self.fine)
            window = slice(first, (line - HEAD + 4) * self.fine)
            if near[window].any():
                return first + int(np.argmin(off[window]))
        begins = int(np.argmax(near))
        ends = begins + int(np.argmin(near[begins:])) if not near[begins:].all() else len(near)
        return begins + int(np.argmin(off[begins:ends]))


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """`number` stands for the command in the controller's memory. `sag` rad: how far its pieces leave the path."""

    number: int
    file: str
    text: str
    track: Track
    duration: float
    sag: float


def number_of(command: str) -> int:
    """From 1 to 10^11: exact in the controller's floating-point parameters, with the six digits that it shows."""
    return 1 + int.from_bytes(hashlib.sha256(command.encode()).digest()[:8], "big") % 10**11


def file_of(command: str) -> str:
    """The file name of a command's program. Carries the command id as far as a file name can, and its number."""
    return f"{re.sub('[^A-Za-z0-9]+', '_', command)[-60:]}-{number_of(command)}.ngc"


def checked_program(command: str, trajectory: Trajectory, model: RobotModel, limits: Limits) -> Program | Finding:
    """The program, or why this robot or this controller cannot run `trajectory`."""
    if trajectory.process is not None:
        return Refusal.NOT_OFFERED, f"it cannot {trajectory.process.verb} on its path"
    return trajectory_finding(trajectory, model) or program_of(command, trajectory, model.chain.joint_names, limits)


def program_of(command: str, trajectory: Trajectory, joints: tuple[str, ...], limits: Limits) -> Program | Finding:
    """The program, or why this controller cannot follow `trajectory`."""
    path, law = Path.of(in_order(trajectory, joints)), Law.of(trajectory.phases)
    pieces = _pieces(path, law, limits)
    knots = combined(path, law, np.linspace(0.0, law.duration, pieces + 1)).q
    knots[-1] = path.control[-1, -1]
    t = np.linspace(0.0, law.duration, pieces * FINE + 1)
    track = Track(combined(path, law, t).q, law.at(t).s)
    sag = _sag(knots, track)
    finding = _finding(knots, law.duration / pieces, sag, limits, joints)
    if finding is not None:
        return finding
    number = number_of(command)
    return Program(
        number, file_of(command), _text(command, number, knots, track.s[::FINE], law.duration / pieces), track, law.duration, sag
    )


def read_program(text: str, file: str) -> Program:
    """A program that `program_of` wrote. Its track has only the knots. Raises ValueError for another text."""
    guard, moves = _GUARD.findall(text), _MOVE.findall(text)
    number = re.search(rf"#{BEGUN}=(\d+)", text)
    if not moves or not guard or number is None:
        raise ValueError(f"{file} is no program of this driver")
    knots = [[float(value) for value in guard], *([float(word[1:]) for word in words.split()] for words, _, _ in moves)]
    track = Track(np.radians(np.array(knots)), np.array([0.0, *(float(at) for _, _, at in moves)]), 1)
    return Program(int(number[1]), file, text, track, len(moves) * 60.0 / float(moves[0][1]), 0.0)


def _pieces(path: Path, law: Law, limits: Limits) -> int:
    t = np.linspace(0.0, law.duration, max(2, int(law.duration / 0.004)))
    least = BLENDING * float(np.max(np.abs(combined(path, law, t).qd) / limits.acceleration))
    return max(1, int(law.duration / max(LEAST, least)))


def _sag(knots: Array, track: Track) -> float:
    """The largest distance from a point of the track to its piece, square to it."""
    chord = np.repeat(np.diff(knots, axis=0), FINE, axis=0)
    beside = track.q[:-1] - np.repeat(knots[:-1], FINE, axis=0)
    along = np.einsum("mn,mn->m", beside, chord) / np.maximum(np.einsum("mn,mn->m", chord, chord), 1e-24)
    return float(np.linalg.norm(beside - along[:, None] * chord, axis=1).max())


def _finding(knots: Array, period: float, sag: float, limits: Limits, joints: tuple[str, ...]) -> Finding | None:
    outside = np.maximum(knots.max(axis=0) - limits.high, limits.low - knots.min(axis=0))
    if outside.max() > 1e-6:
        return Refusal.POSITION_LIMIT, f"{joints[int(np.argmax(outside))]} leaves the range in the controller's ini file"
    fast = np.abs(np.diff(knots, axis=0)).max(axis=0) / period / limits.velocity
    if fast.max() > 1.0 + 1e-6:
        return Refusal.VELOCITY_LIMIT, f"{joints[int(np.argmax(fast))]} needs {fast.max():.4g} times MAX_VELOCITY of its ini file"
    if sag > SAG:
        return Refusal.ACCELERATION_LIMIT, (
            f"pieces of {period:.3f} s, as long as MAX_ACCELERATION of the controller's ini file calls for, leave the path by "
            f"{sag:.2g} rad, and {SAG:g} is allowed"
        )
    return None


def _text(command: str, number: int, knots: Array, s: Array, period: float) -> str:
    """`s` (N,) are the path parameters of the knots (N, n): whoever reads the program finds its track again."""
    degrees = np.degrees(knots)
    stands = " OR ".join(f"[ABS[#{5420 + k}-[{value:.6f}]] GT {GUARD}]" for k, value in enumerate(degrees[0]))
    head = [
        f"(cellwright {re.sub('[^A-Za-z0-9 _./:-]', '_', command)[-80:]})",
        f"o1 if [#{BEGUN} EQ {number}]",
        "M2",
        "o1 endif",
        f"o2 if [{stands}]",
        "M2",
        "o2 endif",
        f"#{BEGUN}={number}",
        "G21 G90 G40 G49 G54 G17",
        "G92.1",
        "G64",
        "G93",
    ]
    assert len(head) == HEAD
    feed = f"F{60.0 / period:.6f}"
    words = (" ".join(f"{a}{v:.6f}" for a, v in zip(AXES, row, strict=True)) for row in degrees[1:])
    moves = [f"G1 {word} {feed} (s {at!r})" for word, at in zip(words, s.tolist()[1:], strict=True)]
    tail = ["M66 P0 L0", f"#{FINISHED}={number}", "G94", "M2"]  # M66 waits until all has been run
    return "\n".join([*head, *moves, *tail]) + "\n"

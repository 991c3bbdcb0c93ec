"""A UR over a bad link, seed by seed: `python -m tests.chaos.ur --seeds 1000 [--first 0]`.

The wires are of memory, and time is their own: a seed is a fraction of a second and finds again what it found. What has to hold:
- no setpoint step is larger than a velocity limit times the period;
- no sample is accepted that is not newer than the one before, and none that the controller did not say; one that was longer on
  its way than the quickest is told as older;
- no program moves the robot twice, and nothing moves after a reconnect that was not asked for since;
- what its command came to is where the robot stands;
- a robot whose link is gone stands still in the declared time;
- each run ends done, stopped or held, and never with a robot that moves.
"""

import argparse
import math
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Literal

import numpy as np

from cell.device import CommandStatus, StopKind
from cell.driver_errors import DriverError
from cell.geometry import Array
from cell.robot import RobotModel
from cell_drivers.ur.registers import Mark
from cell_drivers.ur.sample import DRIFT, Sample
from cellwright.robot_models import load_robot_model
from tests.doubles.chaos_schedule import Chaos, CloseInside, Cut, Delay, Drop, Duplicate, HalfOpen, Mix, Reorder, Trickle
from tests.doubles.ur.wired import CHANNELS, HOME, SECOND, Wire, Wired, cb3

MIX = Mix(0.0002, 0.0002, 0.0002, 0.01, 0.002, 0.0002, 0.0001, 0.0001, longest=0.3)
"""Of each message: also what no network does to TCP, lost and doubled ones, since a serial gateway does."""
MOTIONS = 3
HERE = 1e-3
"""rad, within which a robot stands where its command says."""
STOPS: tuple[StopKind, ...] = ("hold", "quick", "power")
End = Literal["done", "stopped", "held"]


CALM = Chaos(0, Mix())


@dataclass(slots=True)
class BadWire(Wire):
    """A wire whose every message meets what the schedule has for it."""

    chaos: Chaos = CALM
    connection: int = 0
    direction: Literal["to device", "to client"] = "to device"
    period: float = 0.008
    closes: bool = False
    unit: int = 0
    held: bytes | None = None
    late: int = 0

    def put(self, data: bytes, now: int) -> None:
        if not data or self.is_dead or self.closes:
            return
        act = self.chaos.act_on(self.connection, self.direction, self.unit)
        self.unit += 1
        due = max(self.late, now)
        match act:
            case Drop():
                return
            case Duplicate():
                data = data + data
            case Reorder():
                self.held, data = data, self.held or b""
            case Delay(seconds=seconds) | Trickle(gap=seconds):
                due += round(seconds / self.period)
            case Cut():
                self.closes = True
                return
            case HalfOpen():
                self.is_dead = True
                return
            case CloseInside(fraction=fraction):
                self.closes, data = True, data[: int(fraction * len(data))]
        if self.held is not None and not isinstance(act, Reorder):
            data, self.held = data + self.held, None
        self.late = due
        self._way.append((due, data))


class BadLink(Wired):
    """`accepted`: each sample that was taken, the newest of every step; `numbered`: that of the newest that was gathered; `said`:
    where the controller stood, by its time, for each that it sent. `way` s is the quickest on which one came since the link was
    made, as far as the controller's clock can be trusted."""

    def __init__(self, model: RobotModel, seed: int) -> None:
        older, controller = cb3(model)
        super().__init__(older, controller)
        self.seed, self.connections = seed, 0
        self.accepted: list[Sample] = []
        self.numbered = 0
        self.said: dict[int, Array] = {}
        self.way = math.inf
        self.moved: dict[tuple[int, int], int] = {}
        self._program: object = None
        self._is_moving = False
        self.declared = self.robot.capabilities().standstill_on_link_loss or 0.0
        self.lost: int | None = None

    def connect(self) -> None:
        for channel, number in zip(CHANNELS, range(3), strict=True):
            chaos = Chaos(self.seed * 3 + number, MIX)
            bad = partial(BadWire, chaos=chaos, connection=self.connections, period=self.controller.period)
            self.up[channel], self.down[channel] = bad(direction="to device"), bad(direction="to client")
        self.connections += 1
        self.way = math.inf
        super().connect()

    def step(self) -> None:
        super().step()
        closed = any(isinstance(w, BadWire) and w.closes and not w._way for w in (*self.up.values(), *self.down.values()))
        if closed and self.robot.connection.stage in ("greeting", "up"):
            self.cut("reset")
        self._look()

    def _look(self) -> None:
        c, robot = self.controller, self.robot
        self.said[round(c.time * SECOND)] = c.q.copy()
        if robot.sample is not None and (not self.accepted or robot.sample is not self.accepted[-1]):
            self._look_at_sample(robot.sample)
        self._look_at_readback()
        mark = (c.out_int[36], c.out_int[37])
        if c._program is not self._program:
            self._program, self._is_moving = c._program, False
        if c._program is not None and not self._is_moving and c.out_double[36] > 1e-3 and c.out_int[38] == 1:
            self._is_moving = True
            self.moved[mark] = self.moved.get(mark, 0) + 1
        self._look_at_loss()

    def _look_at_readback(self) -> None:
        for block in self.robot.readback():
            for seq in range(block.first_seq, block.first_seq + len(block.time)):
                assert seq > self.numbered, "a sample was gathered that is no newer than the one before"
                self.numbered = seq

    def _look_at_sample(self, sample: Sample) -> None:
        assert not self.accepted or sample.time > self.accepted[-1].time, "an older sample was accepted, or the same again"
        assert np.array_equal(self.said.get(sample.time, np.zeros(0)), sample.q), "a sample that the controller did not say"
        since = sample.time - self.accepted[-1].time if self.accepted else 0
        self.accepted.append(sample)
        age = self.controller.time - sample.time / SECOND
        self.way = min(self.way + DRIFT * since / SECOND, age)
        assert age - self.way < (self.now - sample.received) / SECOND + 1e-4, f"{age:.2f} s old, and told as younger"

    def _look_at_loss(self) -> None:
        if self.robot.connection.is_up:
            self.lost = None
        elif self.lost is None:
            self.lost = self.now
        if self.lost is not None and self.now - self.lost > self.declared * SECOND:
            assert self.controller.is_standing, "it moves, and its link is gone"


def run(seed: int, motions: int = MOTIONS) -> End:
    """So many motions, one behind the other, as far as the link lets them. Raises AssertionError for what must not happen."""
    chance = random.Random(seed)
    link = BadLink(model(), seed)
    if not _until(link, lambda: _is_ready(link), 60.0):
        end: End = "held"
    else:
        end = _moves(link, chance, motions)
    link.wait(2.5)
    assert link.controller.is_standing, "it moves at the end"
    assert link.worst_step() <= 1.0 + 1e-6, f"a step of {link.worst_step():.3f} times what the velocity allows"
    assert all(times == 1 for times in link.moved.values()), f"a program moved it twice: {link.moved}"
    return end


def _moves(link: BadLink, chance: random.Random, motions: int) -> End:
    for number in range(motions):
        change = np.array([chance.uniform(-0.4, 0.4) for _ in range(6)])
        stop = chance.choice(STOPS) if chance.random() < 0.2 else None
        if chance.random() < 0.3:
            _asked(link, partial(link.robot.scale_speed, link.id(), chance.choice((0.2, 0.5, 1.0))))
        command = f"seed {link.seed}/motion {number}"
        start, change = link.controller.q.copy(), _within(link.controller.q, change)
        if not _asked(link, partial(link.begin, change, command)):
            return "held"
        status = _ended(link, command, stop, chance.uniform(0.0, 1.0))
        _is_true(link, command, status, start, change)
        if status.state != "done":
            return "stopped" if stop is not None else "held"
    return "done"


def _ended(link: BadLink, command: str, stop: StopKind | None, after: float) -> CommandStatus:
    if stop is not None:
        link.wait(after)
        _asked(link, partial(link.robot.stop, stop))
    _until(link, lambda: link.robot.status(command).is_final, 25.0)
    return link.robot.status(command)


def _is_true(link: BadLink, command: str, status: CommandStatus, start: Array, change: Array) -> None:
    """Done and aborted are said of a robot that stands where they say, and done only of what was sent."""
    sent = any(f"= {Mark.of(command).low}\n" in text for text in link.controller.programs)
    assert status.state != "done" or sent, "done, and it was never sent"
    if status.is_final and _until(link, lambda: link.controller.is_standing, link.declared):
        went = link.controller.q - start
        if status.state == "done":
            assert np.abs(went - change).max() < HERE, "done, and it is not at its end"
        elif status.at is not None:
            assert abs(float(np.abs(went).max()) - status.at) < HERE, f"aborted at {status.at:.4f}, and it stands elsewhere"


def _asked(link: BadLink, call: Callable[[], object]) -> bool:
    """Whether the driver took it; while the link is down it does not."""
    try:
        call()
    except DriverError:
        return False
    return True


def _is_ready(link: BadLink) -> bool:
    sample = link.robot.sample
    if link.robot.connection.is_up and sample is not None and not sample.is_powered and link.controller.tick % 500 == 0:
        _asked(link, lambda: link.robot.activate(link.id()))
    return link.robot.connection.is_up and sample is not None and sample.is_powered


def _until(link: BadLink, holds: Callable[[], bool], longest: float) -> bool:
    for _ in range(round(longest / link.controller.period)):
        if holds():
            return True
        link.step()
    return False


def _within(q: Array, change: Array) -> Array:
    """Back towards home where it would lead too far from there."""
    away = q + change - HOME
    kept: Array = np.where(np.abs(away) > 1.2, -change, change)
    return kept


@cache
def model() -> RobotModel:
    return load_robot_model("ur5e", Path(), None).expect()


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seeds", type=int, default=1000)
    asked.add_argument("--first", type=int, default=0)
    given = asked.parse_args()
    ends: dict[str, int] = {}
    broken = 0
    for seed in range(given.first, given.first + given.seeds):
        try:
            end: str = run(seed)
        except AssertionError as why:
            broken += 1
            sys.stdout.write(f"seed {seed}: {why}\n")
            end = "broken"
        ends[end] = ends.get(end, 0) + 1
    sys.stdout.write(f"{given.seeds} seeds: {', '.join(f'{count} {end}' for end, count in sorted(ends.items()))}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

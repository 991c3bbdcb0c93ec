"""A real LinuxCNC over a bad link, seed by seed: `python -m tests.chaos.linuxcnc --seeds 1000 [--first 0]`.

A relay acts out what the seed says; LinuxCNC keeps its own record of where it stood, a thousand rows a second. What has to hold:
- no step of a joint is larger than its velocity limit times the period;
- no sample is accepted that is not newer than the one before, and none that says what LinuxCNC's record does not;
- a motion is carried out at most once, and what its command came to is where the robot stands;
- each seed ends done, stopped or held, and never with a robot that moves.
"""

import argparse
import random
import sys
import time
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cell.device import CommandStatus, ReadbackBlock, StopKind
from cell.driver_errors import DriverError
from cell.geometry import Array
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import Chaos, Mix
from tests.doubles.linuxcnc_arm import HOME, VELOCITY, arm_model, somewhere, way
from tests.doubles.linuxcnc_bench import Bench, beside_real
from tests.peers.linuxcnc.controller import PERIOD, Controller, Record

MIX = Mix(0.002, 0.002, 0.002, 0.05, 0.01, 0.004, 0.002, 0.004, calm_from=4, longest=0.2)
"""Of what one read gives: also what no network does to TCP, lost and doubled, since a serial gateway does."""
DURATION = 0.3
ENDS = (HOME, tuple(somewhere(0.06)))
STOPS: tuple[StopKind, ...] = ("hold", "quick", "power")
PATIENCE = 10.0
"""s until a link that is calm by then has told everything."""
End = Literal["done", "stopped", "held"]


@dataclass(slots=True)
class Seed:
    """One motion under one seed's link. `blocks` are the samples that the driver accepted."""

    number: int
    bench: Bench
    blocks: list[ReadbackBlock]

    def look(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.bench.poll()
            self.blocks.extend(self.bench.robot.readback())

    def ended(self, command: str) -> CommandStatus:
        until = time.monotonic() + PATIENCE
        while not self.bench.robot.status(command).is_final and time.monotonic() < until:
            self.look(0.02)
        return self.bench.robot.status(command)


def run(controller: Controller, number: int) -> End:
    """Raises AssertionError for what must not happen."""
    start, end = ENDS[number % 2], ENDS[1 - number % 2]
    mark = _standing(controller, start)
    with ChaosRelay(("127.0.0.1", controller.port), Chaos(number, MIX)) as relay:
        seed = Seed(number, beside_real(arm_model(), controller.programs, relay.port), [])
        try:
            came_to = _moved(seed, end)
        finally:
            seed.bench.robot.close()
    record = controller.settled(mark)
    assert not record.moving[-100:].any(), "it moves at the end"
    _look_at(record, seed.blocks, np.array(start), np.array(end))
    if came_to.state == "done":
        assert np.abs(record.q[-1] - end).max() < 1e-5, "done, and it is not at its end"
    if came_to.state == "aborted" and came_to.at is not None:
        there = np.array(start) + came_to.at * (np.array(end) - np.array(start))
        assert np.abs(record.q[-1] - there).max() < 5e-3, f"aborted at {came_to.at:.3f}, and it stands elsewhere"
    return "done" if came_to.state == "done" else "stopped" if "stop" in came_to.why else "held"


def _standing(controller: Controller, start: tuple[float, ...]) -> int:
    """Where its record goes on once it stands at `start`."""
    mark = controller.mark()
    controller.go_to(start)
    record = controller.settled(mark)
    assert not record.moving[-100:].any()
    return controller.mark()


def _moved(seed: Seed, end: tuple[float, ...]) -> CommandStatus:
    """What the motion came to; `unknown` where it was never asked for."""
    robot, chance = seed.bench.robot, random.Random(seed.number)
    command, held = f"chaos {seed.number} {time.monotonic_ns()}", CommandStatus("unknown")
    if not _ready(seed):
        return held
    try:
        robot.start(robot.prepare(command, way(robot.state().q, end, DURATION)))
    except DriverError:
        return robot.status(command) if robot.status(command).is_final else held
    if chance.random() < 0.3:
        seed.look(chance.uniform(0.0, 2.0 * DURATION))
        robot.stop(chance.choice(STOPS))
    return seed.ended(command)


def _ready(seed: Seed) -> bool:
    """Open and activated, with a try for each link that is lost meanwhile."""
    for attempt in range(8):
        try:
            seed.bench.robot.open()
            seed.bench.robot.activate(f"activate {seed.number} {attempt} {time.monotonic_ns()}")
        except DriverError:
            continue
        seed.look(0.1)
        until = time.monotonic() + PATIENCE
        while seed.bench.robot._session.is_busy and time.monotonic() < until:
            seed.look(0.02)
        if seed.bench.robot._limits is not None:
            return True
    return False


def _look_at(record: Record, blocks: list[ReadbackBlock], start: Array, end: Array) -> None:
    step = np.abs(np.diff(record.q, axis=0)).max(initial=0.0)
    assert step <= 1.02 * VELOCITY * PERIOD, f"a step of {step / PERIOD / VELOCITY:.3f} times what the velocity allows"
    rows = np.nonzero(record.moving)[0]
    assert len(rows) == 0 or np.abs(record.q[rows[0]] - start).max() < 1e-4, "it set out from elsewhere"
    # No pause tells: a busy machine lets its interpreter starve between two pieces of a program, and it goes on afterwards.
    travelled = np.abs(np.diff(record.q, axis=0)).sum(axis=0)
    assert (travelled <= np.abs(end - start) + 5e-3).all(), "it went further than once along its way"
    seen, newest = np.concatenate([record.q[:1], record.q]), (0, 0)
    for block in blocks:
        for k, (at, q) in enumerate(zip(block.time.tolist(), block.q, strict=True)):
            assert (block.first_seq + k, at) > newest, "a sample that is no newer than the one before"
            assert at > newest[1], "a sample that is no newer than the one before"
            newest = (block.first_seq + k, at)
            assert np.abs(seen - q).max(axis=1).min() < 2e-3, "a sample that LinuxCNC's record does not have"


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seeds", type=int, default=1000)
    asked.add_argument("--first", type=int, default=0)
    given = asked.parse_args()
    ends: dict[str, int] = {}
    with Controller(arm_model(), HOME) as controller:
        for number in range(given.first, given.first + given.seeds):
            try:
                end: str = run(controller, number)
            except AssertionError as why:
                sys.stdout.write(f"seed {number}: {why}\n")
                end = "broken"
            ends[end] = ends.get(end, 0) + 1
            sys.stdout.flush()
    sys.stdout.write(f"{given.seeds} seeds: {', '.join(f'{count} {end}' for end, count in sorted(ends.items()))}\n")
    return 1 if ends.get("broken") else 0


if __name__ == "__main__":
    sys.exit(main())

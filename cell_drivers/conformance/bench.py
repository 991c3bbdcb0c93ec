"""What a driver's author hands to the kit: how to make the devices, how far they move, what only the author can bring about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from cell.driver import Assembly, DriverFactory, DriverSet
from cell.geometry import Array

Nonsense = Literal["not finite", "back in time"]
"""What no device can mean: a number that is none; a sample whose time is before that of the one before it."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Each gets the drivers and a device's name. None: it cannot be brought about, and the laws that need it stay untested.

    `cut` takes the link to the device away, and what it gives back restores it: on the network's side, by a relay or the double,
    and never by a call of the driver, which has to come back by itself. `fault` makes the device fault, with a cause that
    is gone at once, and gives the fault's name. `between` puts a part between the jaws of a hand, or takes it from there. `part`
    puts a part into a machine or station, or takes it out; where there is a clamp the kit clamps it. The kit gives a driver its
    declared `max_age` to see a fault or a part. `nonsense` makes the device itself, not its driver, say what it cannot mean, in
    every sample from now on; what it gives back ends that. For the device `signals` that is one signal of them. `astray` has a
    robot's joints, or what its own sensors say of them, so many rad or m from where its controller tells them to be, until what
    it gives back ends that; where it is told to be does not change. `hush` has the device fall silent on a link that stays:
    nothing that it says arrives, what is sent to it is taken, nobody is told and nothing is closed; what it gives back lets go,
    and what was kept back then comes. What is sent meanwhile counts at once, or the device does nothing at all as long.
    Two bring nothing about: `executions` tells how many motions a robot has begun so far by its own count, not by its driver's,
    and `shown` whether a person is asked something at this moment, by their own screen. All but `cut` and `between` raise
    KeyError for what they cannot do with a device."""

    cut: Callable[[DriverSet, str], Callable[[], None]] | None = None
    fault: Callable[[DriverSet, str], str] | None = None
    between: Callable[[DriverSet, str, str, bool], None] | None = None
    part: Callable[[DriverSet, str, bool], None] | None = None
    nonsense: Callable[[DriverSet, str, Nonsense], Callable[[], None]] | None = None
    astray: Callable[[DriverSet, str, float], Callable[[], None]] | None = None
    hush: Callable[[DriverSet, str], Callable[[], None]] | None = None
    executions: Callable[[DriverSet, str], int] | None = None
    shown: Callable[[DriverSet, str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """`driver` makes the drivers anew for each law. Every robot moves between where it first stood and at most `travel` (rad or
    m, each joint) towards the middle of its range, at `speed` (0..1) of its limits at most. `stays`: a second set meets the very
    same devices, so a reconnect is tried with one. `series` begins every command id: devices that remember ids from run to run
    need another one each time. `is_ideal`: robots are simulated, and so that their joints may be where they are told to be to the
    last digit, and their clock may be ours. No real one is, and of who says so without it the kit believes neither."""

    driver: DriverFactory
    assembly: Assembly
    travel: float = 0.1
    speed: float = 0.5
    hooks: Hooks = Hooks()
    stays: bool = False
    series: str = "kit"
    is_ideal: bool = False
    origins: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)
    """Where each robot first stood, kept from law to law."""
    alive: Callable[[DriverSet], None] = field(default=lambda drivers: None, repr=False, compare=False)
    """Is called with the drivers of the moment whenever a call of theirs has come back: who hangs does not."""

    def make(self) -> DriverSet:
        return self.driver(self.assembly)

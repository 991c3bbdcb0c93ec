"""Our driver and the double on the bench of the conformance kit, in virtual time: every law is tried on wires of memory."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cell.device import DeviceEvent
from cell.diagnostic import Position, Span
from cell.driver import Assembly, DriverSet
from cell.geometry import Pose
from cell.model import CellModel, RobotUnit
from cell.no_devices import NO_PEOPLE, NO_SIGNALS
from cell.robot import RobotModel
from cell.scenario import Scenario
from cell_drivers.conformance import Bench, Hooks
from cell_drivers.conformance.bench import Nonsense
from cell_drivers.ur.robot import UrRobot
from tests.doubles.ur.controller import Controller
from tests.doubles.ur.wired import HOME, SECOND, Wired

SPAN = Span("ur.cell", Position(1, 1), Position(1, 1))


class WiredSet:
    """A `DriverSet` of one robot, whose time is that of its wires."""

    def __init__(self, wired: Wired) -> None:
        self.wired = wired
        self.motion: Mapping[str, UrRobot] = {"arm": wired.renew()}
        self.grippers: Mapping[str, Any] = {}
        self.couplings = self.machines = self.stations = self.supplies = self.persons = self.grippers
        self.signals, self.people, self.virtual = NO_SIGNALS, NO_PEOPLE, self

    def open(self) -> None:
        self.motion["arm"].open()

    def close(self) -> None:
        self.motion["arm"].close()

    def poll(self) -> tuple[DeviceEvent, ...]:
        return self.motion["arm"].poll()

    def now(self) -> int:
        return self.wired.now

    def next_event_time(self) -> int:
        return self.wired.now + round(self.wired.controller.period * SECOND)

    def advance_to(self, time: int) -> None:
        while self.wired.now < time:
            self.wired.step()


def bench(model: RobotModel, controller: Controller | None = None) -> Bench:
    """One controller for all laws, and a driver that knows nothing for each."""
    wired = Wired(model, controller)
    wired.polls = False  # the kit polls
    unit = RobotUnit("arm", "ur5e", "ur", Pose.identity(), tuple(HOME), 5.0, None, None, SPAN, {})
    cell = CellModel({"arm": unit}, {}, {}, {}, {}, {}, {}, {}, "ur.cell", "0" * 64)
    assembly = Assembly(cell, {"arm": model}, Scenario(), frozenset({"arm"}))
    hooks = Hooks(cut=cut, fault=fault, nonsense=nonsense, astray=astray, hush=hush)
    return Bench(lambda given: WiredSet(wired), assembly, travel=0.3, speed=0.9, hooks=hooks, stays=True)


def cut(drivers: DriverSet, device: str) -> Callable[[], None]:
    """Both ends are told, and nobody can connect until it is restored."""
    wired = _wired(drivers)
    wired.accepts = False
    wired.cut()

    def restore() -> None:
        wired.accepts = True
        wired.until(lambda: wired.robot.connection.is_up)

    return restore


def hush(drivers: DriverSet, device: str) -> Callable[[], None]:
    """Its wires to us are held, those of a link that is made meanwhile too."""
    down = _wired(drivers).down.values()
    for wire in down:
        wire.is_held = True

    def let_go() -> None:
        for wire in down:
            wire.is_held = False

    return let_go


def fault(drivers: DriverSet, device: str) -> str:
    """A protective stop."""
    wired = _wired(drivers)
    wired.controller.protective_stop()
    wired.wait(0.1)
    return "protective stop"


def nonsense(drivers: DriverSet, device: str, what: Nonsense) -> Callable[[], None]:
    """The controller tells one joint as no number, or a time that runs back from sample to sample."""
    tampers = _wired(drivers).controller.tampers
    field, tell = {
        "not finite": ("actual_q", lambda q: np.where(np.arange(6) == 3, np.nan, q)),
        "back in time": ("timestamp", lambda seconds: 1e6 - seconds),
    }[what]
    tampers[field] = tell

    def end() -> None:
        del tampers[field]

    return end


def astray(drivers: DriverSet, device: str, by: float) -> Callable[[], None]:
    """The encoders tell every joint further on than it is told to be."""
    tampers = _wired(drivers).controller.tampers
    tampers["actual_q"] = lambda q: np.asarray(q) + by

    def end() -> None:
        del tampers["actual_q"]

    return end


def _wired(drivers: DriverSet) -> Wired:
    assert isinstance(drivers, WiredSet)
    return drivers.wired

"""Drivers of several packages in one cell: each device is its own driver's, and what it says comes in order of time."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from cell.device import CommandChanged, CommandStatus, DeviceEvent, SignalChanged, SignalSample
from cell.devices import devices_of
from cell.driver import Assembly
from cell.driver_errors import Refused
from cell.model import CellModel
from cell.no_devices import NO_PEOPLE, NO_SIGNALS
from cell.scenario import Scenario
from cell_drivers.composed import ComposedSet, Share
from cell_drivers.simulated import SimulatedCell, driver
from tests.cell_drivers.gantry import gantry_cell, gantry_model

CELL = gantry_cell()
ROBOT = frozenset({"g1"})
REST = frozenset(devices_of(CELL)) - ROBOT


def simulated(devices: frozenset[str]) -> SimulatedCell:
    return driver(Assembly(CELL, {"g1": gantry_model()}, Scenario(), devices))


def composed() -> tuple[ComposedSet, SimulatedCell, SimulatedCell]:
    robot, rest = simulated(ROBOT), simulated(REST)
    return ComposedSet(CELL, (Share("one", ROBOT, robot), Share("two", REST, rest))), robot, rest


@dataclass
class Told:
    """A set that says what it is given, and counts."""

    inner: SimulatedCell
    events: tuple[DeviceEvent, ...] = ()
    fails: bool = False
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def poll(self) -> tuple[DeviceEvent, ...]:
        return self.events

    def open(self) -> None:
        self.calls.append("open")
        if self.fails:
            raise OSError("no route to it")

    def close(self) -> None:
        self.calls.append("close")


def test_the_simulated_driver_offers_only_the_devices_that_it_is_given() -> None:
    robot, rest = simulated(ROBOT), simulated(REST)
    assert (list(robot.motion), list(robot.grippers), list(robot.machines), robot.signals.signals) == (["g1"], [], [], ())
    assert list(rest.motion) == []
    assert list(rest.grippers) == ["grip"]
    assert set(rest.signals.signals) >= {"grip.holding", "lathe.door", "scanner.aisle"}


def test_each_device_comes_from_its_own_driver() -> None:
    whole, robot, rest = composed()
    assert whole.motion["g1"] is robot.motion["g1"]
    assert whole.grippers["grip"] is rest.grippers["grip"]
    assert whole.machines["lathe"] is rest.machines["lathe"]
    assert set(whole.signals.signals) == set(rest.signals.signals)
    whole.open()
    assert whole.signals.read("lathe.door").value == "closed"
    assert whole.people.zones == rest.people.zones or set(whole.people.zones) >= set(rest.people.zones)
    assert not whole.people.is_occupied("aisle", 0)


def test_a_device_that_a_driver_was_not_given_is_not_taken_from_it() -> None:
    greedy = simulated(ROBOT | REST)
    whole = ComposedSet(CELL, (Share("one", ROBOT, greedy), Share("two", frozenset(), greedy)))
    assert (list(whole.motion), list(whole.grippers), list(whole.machines)) == (["g1"], [], [])


def test_events_come_in_order_of_time_and_only_of_a_drivers_own_devices() -> None:
    def at(time: int, device: str) -> CommandChanged:
        return CommandChanged(device, time, f"c{time}", CommandStatus("done"))

    foreign = SignalChanged("signals", 5, SignalSample("grip.holding", "yes", 5, None))
    own = SignalChanged("signals", 6, SignalSample("lathe.door", "closed", 6, None))
    first = Told(simulated(ROBOT), (at(1, "g1"), at(2, "lathe"), foreign, at(9, "g1")))
    second = Told(simulated(REST), (at(3, "grip"), own, at(7, "lathe")))
    whole = ComposedSet(CELL, (Share("one", ROBOT, first), Share("two", REST, second)))
    assert [(e.time, e.device) for e in whole.poll()] == [
        (1, "g1"), (3, "grip"), (6, "signals"), (7, "lathe"), (9, "g1")
    ]  # fmt: skip


def test_time_is_virtual_only_where_all_have_the_very_same() -> None:
    whole, robot, _ = composed()
    assert whole.virtual is None
    assert ComposedSet(CELL, (Share("one", ROBOT, robot), Share("two", REST, robot))).virtual is robot.virtual


def test_all_are_opened_or_none() -> None:
    first, second = Told(simulated(ROBOT)), Told(simulated(REST), fails=True)
    whole = ComposedSet(CELL, (Share("one", ROBOT, first), Share("two", REST, second)))
    with pytest.raises(OSError, match="no route"):
        whole.open()
    assert (first.calls, second.calls) == (["open", "close"], ["open"])


def test_a_set_without_signals_and_detectors_says_nothing_and_calls_unwatched_zones_occupied() -> None:
    assert (NO_SIGNALS.signals, NO_PEOPLE.zones, NO_SIGNALS.poll()) == ((), (), ())
    assert NO_PEOPLE.is_occupied("aisle", 0)
    with pytest.raises(Refused):
        NO_SIGNALS.read("lathe.door")


@pytest.mark.parametrize(
    ("cell", "names"),
    [(CELL, {"g1", "grip", "lathe", "gauge", "aisle"}), (replace(CELL, zones={}), {"g1", "grip", "lathe", "gauge"})],
)
def test_devices_are_what_can_be_commanded_or_read(cell: CellModel, names: set[str]) -> None:
    assert {d for d in devices_of(cell) if d not in CELL.people} == names

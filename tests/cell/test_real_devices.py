"""A set of real devices opens all or none, closes each once, and tells what is new in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from cell.device import DeviceEvent, FaultCleared
from cell.driver import GripperDriver, MachineDriver, MotionDriver, StationDriver
from cell.driver_errors import LinkLost
from cell.real_devices import RealDevices


@dataclass
class Told:
    """A device that keeps what it was asked."""

    name: str
    log: list[str]
    times: tuple[int, ...] = ()
    is_there: bool = True

    def open(self) -> None:
        self.log.append(f"open {self.name}")
        if not self.is_there:
            raise LinkLost(self.name, None, 0, "nobody answers")

    def close(self) -> None:
        self.log.append(f"close {self.name}")

    def poll(self) -> tuple[DeviceEvent, ...]:
        return tuple(FaultCleared(self.name, time, "f") for time in self.times)


def test_where_one_cannot_be_opened_all_are_closed() -> None:
    log: list[str] = []
    arm, hand = cast(MotionDriver, Told("arm", log)), cast(GripperDriver, Told("hand", log, is_there=False))
    with pytest.raises(LinkLost):
        RealDevices(motion={"arm": arm}, grippers={"hand": hand}).open()
    assert log == ["open arm", "open hand", "close arm", "close hand"]


def test_what_is_machine_and_station_at_once_is_opened_and_polled_once() -> None:
    log: list[str] = []
    press = Told("press", log, (1,))
    both = RealDevices(machines={"press": cast(MachineDriver, press)}, stations={"press": cast(StationDriver, press)})
    both.open()
    assert log == ["open press"]
    assert len(both.poll()) == 1


def test_news_of_several_devices_comes_in_order_of_time() -> None:
    one, other = cast(MotionDriver, Told("a", [], (3, 5))), cast(MotionDriver, Told("b", [], (1, 4)))
    assert [event.time for event in RealDevices(motion={"a": one, "b": other}).poll()] == [1, 3, 4, 5]

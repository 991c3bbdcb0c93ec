"""What a look may say, and what nobody believes."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from cell.device import (
    CommandChanged,
    CommandStatus,
    GripChanged,
    GripperState,
    LinkChanged,
    ReadbackBlock,
    RobotState,
    SignalSample,
)
from cell.devices import devices_of
from cell.driver import Assembly
from cell.scenario import Scenario
from cell_drivers.hosted.credible import AHEAD, incredible
from cell_drivers.hosted.desk import MAPPINGS, Defective, Desk
from cell_drivers.hosted.pace import Pace
from cell_drivers.hosted.wire import Hello, Seen, Stop
from cell_drivers.simulated import SimulatedCell
from tests.cell_drivers.gantry import gantry_cell, gantry_model

NOW = 5_000_000_000
FOUR = np.zeros(4)
STATE = RobotState("g1", 1, NOW, NOW, FOUR, FOUR, FOUR, None, None, "idle", "normal", 1.0, None, None, ())
ROWS = np.zeros((2, 4))
BLOCK = ReadbackBlock("g1", "c1", "m", 0, np.array([1, 2]), ROWS, ROWS, ROWS, np.zeros(2), np.ones(2))
HAND = GripperState("grip", "a", NOW, "open", None, None)


@pytest.fixture
def cell() -> SimulatedCell:
    model = gantry_cell()
    return SimulatedCell(Assembly(model, {"g1": gantry_model()}, Scenario(), frozenset(devices_of(model))))


@pytest.fixture
def hello(cell: SimulatedCell) -> Hello:
    return Desk(cell, {}, Pace(0)).hello(0.02)


def found(hello: Hello, seen: Seen) -> str | None:
    return incredible(seen, hello, lambda command: command == "c1")


SOUND = Seen(NOW, (CommandChanged("g1", NOW, "c1", CommandStatus("done")),), (STATE,), (HAND,), readback=(BLOCK,))


def test_what_is_so_is_believed(hello: Hello) -> None:
    assert found(hello, SOUND) is None
    assert found(hello, replace(SOUND, robots=(replace(STATE, received=NOW + AHEAD, effort=FOUR),))) is None


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (Seen(NOW, (LinkChanged("another", NOW, True),)), "it speaks of 'another'"),
        (Seen(NOW, robots=(replace(STATE, device="another"),)), "it speaks of 'another'"),
        (Seen(NOW, readback=(replace(BLOCK, device="another"),)), "it speaks of 'another'"),
        (Seen(NOW, (CommandChanged("g1", NOW, "c2", CommandStatus("done")),)), "command 'c2', which nobody gave it"),
        (Seen(NOW, robots=(replace(STATE, q=np.zeros(6)),)), "g1 tells q with shape (6,), it has 4 joints"),
        (Seen(NOW, robots=(replace(STATE, qd=np.zeros((4, 1))),)), "g1 tells qd with shape (4, 1)"),
        (Seen(NOW, robots=(replace(STATE, effort=np.zeros(3)),)), "g1 tells effort with shape (3,)"),
        (Seen(NOW, readback=(replace(BLOCK, q=np.zeros((2, 3))),)), "reads q back with shape (2, 3), expected (2, 4)"),
        (Seen(NOW, readback=(replace(BLOCK, s=np.zeros(3)),)), "reads s back with shape (3,), expected (2,)"),
        (Seen(NOW, robots=(replace(STATE, received=NOW + 2 * AHEAD),)), "of g1 what is 2 s ahead of the clock"),
        (Seen(NOW, hands=(replace(HAND, time=NOW + 2 * AHEAD),)), "of grip what is 2 s ahead"),
        (Seen(NOW, (LinkChanged("g1", NOW + 2 * AHEAD, True),)), "of g1 what is 2 s ahead"),
        (Seen(NOW, (GripChanged("grip", NOW, replace(HAND, time=NOW + 2 * AHEAD)),)), "of grip what is 2 s ahead"),
        (Seen(NOW, signals=(SignalSample("lathe.door", "open", NOW + 2 * AHEAD, None),)), "of lathe.door what is 2 s ahead"),
    ],
)
def test_what_cannot_be_is_not_believed(hello: Hello, seen: Seen, words: str) -> None:
    assert words in (found(hello, seen) or "")


def test_a_stop_reaches_every_device_whatever_another_raises() -> None:
    stopped: list[str] = []

    class Stops:
        def __init__(self, name: str) -> None:
            self.name = name

        def stop(self, kind: str) -> None:
            stopped.append(f"{self.name} {kind}")
            raise SystemExit(self.name)

    none: dict[str, dict[str, object]] = {group: {} for group in MAPPINGS}
    robots = SimpleNamespace(**none | {"motion": {"one": Stops("one"), "two": Stops("two")}})
    desk = Desk(robots, {}, Pace(0))
    with pytest.raises(Defective, match=r"one: SystemExit: one; two: SystemExit: two"):
        desk.stop(Stop(1, "motion", "", "quick"))
    desk.stop_robots()
    assert stopped == ["one quick", "two quick", "one hold", "two hold"]

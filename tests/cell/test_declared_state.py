"""What lies where at the start, by the cell file alone."""

from __future__ import annotations

import pytest

from cell.declared_state import declared_state
from cell.diagnostic import Position, Span
from cell.equipment import Equipment, Place
from cell.geometry import Pose
from cell.model import CellModel
from cell.state import DeviceState, InPlace

SPAN = Span("test.cell", Position(1, 1), Position(1, 2))
HERE = Pose.identity()


def equipment(name: str, places: tuple[Place, ...], contains: tuple[tuple[str, int], ...], **signals: str) -> Equipment:
    return Equipment("tray", name, HERE, (), places, contains, (), (), signals, None, SPAN)


def cell(*things: Equipment) -> CellModel:
    return CellModel({}, {}, {}, {e.name: e for e in things}, {}, {}, {}, {}, "test.cell", "0")


def place(name: str, *accepts: str, capacity: int | None = 1) -> Place:
    return Place(name, "e", HERE, accepts, capacity)


def test_each_part_lies_in_the_first_place_that_accepts_its_kind() -> None:
    kits = equipment("kits", (place("k.a", "nut"), place("k.b", "bolt"), place("k.c", "bolt", "nut")), (("bolt", 1), ("nut", 2)))
    found = {(p.id, p.location) for p in declared_state(cell(kits)).parts}
    assert found == {("bolt#1", InPlace("k.b")), ("nut#1", InPlace("k.a")), ("nut#2", InPlace("k.c"))}


def test_parts_of_a_kind_are_numbered_through_the_whole_cell() -> None:
    one, two = (equipment(n, (place(f"{n}[1]", "nut"),), (("nut", 1),)) for n in ("one", "two"))
    assert [(p.id, p.origin) for p in declared_state(cell(one, two)).parts] == [("nut#1", "one[1]"), ("nut#2", "two[1]")]


def test_a_heap_takes_any_number() -> None:
    heap = equipment("heap", (place("heap", "nut", capacity=None),), (("nut", 3),))
    assert [p.location for p in declared_state(cell(heap)).parts] == [InPlace("heap")] * 3


def test_more_parts_than_places_is_a_defect_of_whoever_checked() -> None:
    full = equipment("full", (place("f", "nut"),), (("nut", 2),))
    with pytest.raises(ValueError, match="no place for another nut"):
        declared_state(cell(full))


def test_a_machine_is_shut_empty_and_idle_and_a_missing_door_is_not_known() -> None:
    lathe = Equipment("machine", "lathe", HERE, (), (), (), (), (), {"clamp": "lathe.chuck"}, None, SPAN)
    press = Equipment("machine", "press", HERE, (), (), (), (), (), {"door": "press.door"}, None, SPAN)
    # Only what works on parts is a device: without programs or offers neither is one.
    assert declared_state(cell(lathe, press)).devices == {}


def test_a_device_reports_what_it_has_signals_for() -> None:
    from cell.equipment import DurationRange, MachineProgram

    program = MachineProgram("OP10", DurationRange(1.0, 1.0), SPAN)
    lathe = Equipment("machine", "lathe", HERE, (), (), (), (program,), (), {"clamp": "lathe.chuck"}, None, SPAN)
    assert declared_state(cell(lathe)).devices == {"lathe": DeviceState(door_open=None, clamped=False, running=False)}

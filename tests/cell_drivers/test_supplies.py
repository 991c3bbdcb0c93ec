"""A simulated conveyor: when parts arrive, how many wait, which one comes when it is asked for."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from cell.arrivals import arrival_times
from cell.declared_state import declared_state
from cell.driver_errors import Refused
from cell.equipment import Equipment, Place
from cell.geometry import Pose
from cell.model import CellModel
from cell.scenario import Late, Scenario, SupplyStops
from cell.state import Expected
from cell.world_record import RestsIn
from cell_drivers.simulated import SimulatedCell, simulated_cell
from tests.cell_drivers.gantry import SPAN, gantry_cell, gantry_model

EVERY, BUFFER = 4.0, 3


def with_line() -> CellModel:
    """The gantry's cell and a conveyor that brings shafts."""
    cell, at = gantry_cell(), Pose.from_xyz_rpy((0.0, 1.0, 0.2))
    given: dict[str, object] = {"every": EVERY, "buffer": float(BUFFER), "delivers": ("shaft",)}
    places = (Place("line", "line", at, ("shaft",), 1),)
    line = Equipment("conveyor", "line", at, (), places, (), (), (), {"waiting": "line.count"}, None, SPAN, given, {})
    return replace(cell, equipment={**cell.equipment, "line": line})


@pytest.fixture
def world() -> SimulatedCell:
    opened = simulated_cell(with_line(), {"g1": gantry_model()})
    opened.open()
    return opened


def at(world: SimulatedCell, seconds: float) -> None:
    world.advance_to(round(seconds * 1e9))


def arrivals(world: SimulatedCell) -> list[float]:
    return [effect.time / 1e9 for effect in world.record().of("arrived")]


def expected() -> list[str]:
    return [p.id for p in declared_state(with_line()).parts if isinstance(p.location, Expected)]


def test_where_parts_come_without_end_as_many_are_expected_as_the_cell_says_and_more_arrive() -> None:
    cell = with_line()
    line = replace(cell.equipment["line"], attributes={**cell.equipment["line"].attributes, "ahead": 2.0, "buffer": 100.0})
    cell = replace(cell, equipment={**cell.equipment, "line": line})
    assert [p.id for p in declared_state(cell).parts if isinstance(p.location, Expected)] == ["shaft#7", "shaft#8"]
    world = simulated_cell(cell, {"g1": gantry_model()})
    world.open()
    at(world, 10.5 * EVERY)
    assert len(arrivals(world)) == 10


def test_nothing_arrives_while_the_supply_stands_and_what_was_due_comes_then() -> None:
    world = simulated_cell(with_line(), {"g1": gantry_model()}, Scenario(0, (SupplyStops("line", 5.0, 30.0),)))
    world.open()
    at(world, 35.0)
    assert arrivals(world) == [4.0, 30.0, 34.0]


def test_as_many_are_expected_as_there_are_places_for_and_may_wait() -> None:
    """Six places in each tray, two in lathe and gauge, and the buffer; numbered behind the six that lie there."""
    cell = with_line()
    room = sum(p.capacity == 1 for e in cell.equipment.values() if e.name != "line" for p in e.places)
    assert len(expected()) == room + BUFFER
    assert expected()[0] == "shaft#7"


def test_each_is_there_by_its_number_times_the_interval() -> None:
    times = arrival_times(with_line(), declared_state(with_line()))
    assert list(times) == expected()
    assert list(times.values()) == [EVERY * k for k in range(1, len(times) + 1)]


def test_parts_arrive_by_the_law_until_no_more_can_wait(world: SimulatedCell) -> None:
    at(world, 60.0)
    assert arrivals(world) == [EVERY, 2 * EVERY, 3 * EVERY]
    assert world.supplies["line"].waiting == BUFFER
    assert world.signals.read("line.count").value == float(BUFFER)


def test_the_belt_goes_on_when_one_is_taken_away(world: SimulatedCell) -> None:
    at(world, 60.0)
    world.supplies["line"].present("c1", "shaft#7")
    assert world.supplies["line"].waiting == BUFFER, "one lies at the end, and counts"
    part = world.world.parts.parts["shaft#7"]
    world.world.parts.fall(part, part.pose, "taken away")
    world.world.effect("line", "", "fell", "shaft#7")
    at(world, 61.0)
    assert arrivals(world)[3:] == [60.0]
    at(world, 80.0)
    assert world.supplies["line"].waiting == BUFFER


def test_one_that_has_not_come_is_waited_for(world: SimulatedCell) -> None:
    at(world, 1.0)
    line = world.supplies["line"]
    line.present("c1", "shaft#7")
    assert line.status("c1").state == "running"
    at(world, EVERY - 0.1)
    assert line.status("c1").state == "running"
    at(world, EVERY)
    assert line.status("c1").state == "done"
    assert [p.where for p in world.record().parts if p.id == "shaft#7"] == [RestsIn("line")]


def test_the_next_comes_only_to_a_free_place(world: SimulatedCell) -> None:
    at(world, 30.0)
    line = world.supplies["line"]
    line.present("c1", "shaft#7")
    line.present("c2", "shaft#8")
    assert (line.status("c1").state, line.status("c2").state) == ("done", "running")
    with pytest.raises(Refused):
        line.present("c3", "shaft#9")


def test_twice_is_as_good_as_once(world: SimulatedCell) -> None:
    at(world, 30.0)
    line = world.supplies["line"]
    line.present("c1", "shaft#7")
    line.present("c1", "shaft#7")
    assert world.record().executions["c1"] == 1
    with pytest.raises(Refused):
        line.present("c1", "shaft#8")


def test_a_stop_ends_the_waiting_and_loses_no_part(world: SimulatedCell) -> None:
    line = world.supplies["line"]
    line.present("c1", "shaft#7")
    line.stop()
    assert line.status("c1").state == "aborted"
    at(world, EVERY)
    assert line.waiting == 1
    line.present("c2", "shaft#7")
    assert line.status("c2").state == "done"


def test_a_slow_line_keeps_its_own_time() -> None:
    slow = simulated_cell(with_line(), {"g1": gantry_model()}, Scenario(0, (Late("line", 2.5),)))
    slow.open()
    at(slow, 25.0)
    assert arrivals(slow) == [10.0, 20.0]
    assert all(b - a == 10.0 for a, b in itertools.pairwise(arrivals(slow)))

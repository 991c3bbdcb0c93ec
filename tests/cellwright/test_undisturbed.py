"""A scenario disturbs what is simulated, and is refused where it would happen in a real device."""

from __future__ import annotations

import pytest

from cell.devices import devices_of
from cell.scenario import Disturbance, GripLost, MissingPart, OrderGoes, Scenario, Stall
from cellwright.undisturbed import undisturbed
from tests.cell_drivers.gantry import gantry_cell

CELL = gantry_cell()
ALL = frozenset(devices_of(CELL))


def refused(disturbance: Disturbance, real: frozenset[str]) -> str:
    found = undisturbed(Scenario(0, (disturbance,)), CELL, real)
    assert found is None or found.code == "R759"
    return "" if found is None else found.message


@pytest.mark.parametrize("disturbance", [GripLost("grip", 1, "at grip"), Stall("g1", 1.0, 1.0), OrderGoes("a", 1.0)])
def test_a_simulated_cell_is_disturbed(disturbance: Disturbance) -> None:
    assert refused(disturbance, frozenset()) == ""


def test_what_is_simulated_beside_a_real_robot_is_disturbed_and_the_robot_is_not() -> None:
    assert refused(GripLost("grip", 1, "at grip"), frozenset({"g1"})) == ""
    assert refused(MissingPart("tray.s1"), frozenset({"g1"})) == ""
    assert refused(Stall("g1", 1.0, 1.0), frozenset({"g1"})) == (
        "--scenario disturbs simulated devices; [[stall]] would happen in `g1`, which is real"
    )


def test_a_part_is_not_missing_to_a_real_gripper() -> None:
    assert "[[missing_part]] would happen in `grip`" in refused(MissingPart("tray.s1"), frozenset({"grip"}))


def test_in_a_cell_of_real_devices_nothing_is_disturbed() -> None:
    assert refused(OrderGoes("a", 1.0), ALL) == "--scenario disturbs simulated devices; the drivers of this cell are real"

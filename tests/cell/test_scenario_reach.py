"""In which devices a disturbance happens."""

from typing import get_args

import pytest

from cell.driver import coupling_name
from cell.scenario import (
    Beside,
    CouplingFails,
    Disturbance,
    FrozenState,
    GripLost,
    LinkCut,
    MachineAlarm,
    MissingPart,
    OrderGoes,
    PersonAway,
    PersonEnters,
    Reject,
    Scenario,
    Stall,
    Stretched,
)
from cell.scenario_reach import reached
from tests.cell_drivers.gantry import gantry_cell


@pytest.mark.parametrize(
    ("disturbance", "devices"),
    [
        (Stall("g1", 1.0, 1.0), ["g1"]),
        (GripLost("grip", 1, "at grip"), ["grip"]),
        (MissingPart("lathe.chuck"), ["lathe", "grip"]),
        (CouplingFails("g1", 1), [coupling_name("g1")]),
        (MachineAlarm("lathe", 1, 0.5, None), ["lathe"]),
        (PersonEnters("aisle", 0.0, 1.0), ["aisle"]),
        (PersonAway("ann", 0.0, 1.0), ["ann"]),
        (LinkCut("grip", 0.0, 1.0), ["grip"]),
        (FrozenState("lathe", 0.0, 1.0), ["lathe"]),
        (Reject(1), ["gauge"]),
        (Stretched(1.0, 2.0), []),
        (OrderGoes("a", 1.0), []),
    ],
)
def test_a_disturbance_happens_where_it_says(disturbance: Disturbance, devices: list[str]) -> None:
    assert list(reached(Scenario(0, (disturbance,)), gantry_cell())) == [(disturbance, device) for device in devices]


def test_frozen_signals_and_people_are_those_of_every_device_that_tells_them() -> None:
    cell = gantry_cell()
    signals = [device for _, device in reached(Scenario(0, (FrozenState("signals", 0.0, 1.0),)), cell)]
    people = [device for _, device in reached(Scenario(0, (FrozenState("people", 0.0, 1.0),)), cell)]
    assert "lathe" in signals
    assert people == [name for name, zone in cell.zones.items() if zone.occupied is not None]


def test_what_befalls_the_controllers_own_machine_happens_in_no_device() -> None:
    assert {kind.__name__ for kind in get_args(Beside)} == {"ClockJump", "DiskSlow", "DiskFull", "OperatorAsks"}

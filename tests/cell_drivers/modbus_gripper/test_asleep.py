"""A gripper that has just been switched on is tried, not blamed: the kit acknowledges that its jaws will move."""

from __future__ import annotations

from dataclasses import replace

from cell_drivers.conformance import Bench, examine
from cell_drivers.conformance.built_in import built_in
from cell_drivers.conformance.laws import gripping
from cell_drivers.modbus_gripper import driver
from tests.doubles.gripper_2f import Gripper2F
from tests.doubles.modbus_server import ModbusServer


def test_the_kit_wakes_a_gripper_that_was_without_power() -> None:
    with ModbusServer(Gripper2F(20.0, is_active=False), "tcp") as server:
        addresses = {"grip": f"modbus://127.0.0.1:{server.port}?stroke=85"}
        assembly = replace(built_in("modbus_gripper"), devices=frozenset({"grip"}), addresses=addresses)
        (finding,) = examine(Bench(driver, assembly, stays=True), (gripping.released_is_open,)).findings
    assert (finding.verdict, finding.seen) == ("passed", "open")

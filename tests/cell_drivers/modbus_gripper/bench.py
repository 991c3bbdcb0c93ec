"""A gripper's driver, its double behind a Modbus server, and waiting with a bound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cell.device import CommandStatus, DeviceEvent
from cell_drivers.modbus_gripper.address import address_of
from cell_drivers.modbus_gripper.gripper import ModbusGripper
from cell_drivers.modbus_gripper.scale import Scale
from tests.doubles.gripper_2f import Gripper2F
from tests.doubles.modbus_server import Framing, ModbusServer
from tests.doubles.waiting import until

SCALE = Scale(0.085, 20.0, 235.0)


@dataclass
class GripperBench:
    driver: ModbusGripper
    server: ModbusServer
    gripper: Gripper2F
    events: list[DeviceEvent] = field(default_factory=list)

    def poll(self) -> list[DeviceEvent]:
        self.events += self.driver.poll()
        return self.events

    def ended(self, command: str) -> CommandStatus:
        until(lambda: self.driver.status(command).state not in ("running", "queued"), f"{command} to end")
        return self.driver.status(command)

    def told(self, kind: type) -> list[DeviceEvent]:
        return [event for event in self.poll() if isinstance(event, kind)]


def driver_at(port: int, framing: Framing = "tcp") -> ModbusGripper:
    scheme = "modbus" if framing == "tcp" else "modbus+rtu"
    return ModbusGripper("grip", "a", address_of(f"{scheme}://127.0.0.1:{port}?stroke=85"), SCALE)


@contextmanager
def gripper_bench(framing: Framing = "tcp", is_active: bool = True, speed: float = 20.0) -> Iterator[GripperBench]:
    gripper = Gripper2F(speed, is_active)
    with ModbusServer(gripper, framing) as server:
        driver = driver_at(server.port, framing)
        driver.open()
        try:
            yield GripperBench(driver, server, gripper)
        finally:
            driver.close()

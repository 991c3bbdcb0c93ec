"""A gripper whose host name nobody resolves is told as that, and found where one of its places answers."""

import pytest

from cell.driver_errors import LinkLost
from cell_drivers.modbus_gripper import link
from cell_drivers.modbus_gripper.address import address_of
from cell_drivers.modbus_gripper.gripper import ModbusGripper
from tests.cell_drivers.modbus_gripper.bench import SCALE
from tests.doubles.gripper_2f import Gripper2F
from tests.doubles.modbus_server import ModbusServer
from tests.doubles.name_server import NAME, name_server


def gripper_at(port: int) -> ModbusGripper:
    return ModbusGripper("grip", "a", address_of(f"modbus://{NAME}:{port}?stroke=85"), SCALE)


def test_a_name_server_that_says_nothing_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "NAMING", 0.02)
    with name_server(), pytest.raises(LinkLost, match="no name server has told yet where slow"):
        gripper_at(502).open()


def test_a_name_that_nobody_knows_is_told_with_it() -> None:
    with name_server() as server:
        server.places = ()
        server.let()
        with pytest.raises(LinkLost, match=r"slow\.test: Name or service not known"):
            gripper_at(502).open()


def test_where_one_place_refuses_the_next_is_tried() -> None:
    with name_server() as server, ModbusServer(Gripper2F(20.0), "tcp") as served:
        server.places = ("127.0.0.2", "127.0.0.1")  # it listens on the second alone
        server.let()
        driver = gripper_at(served.port)
        driver.open()
        try:
            assert driver.state("a").grip == "open"
        finally:
            driver.close()

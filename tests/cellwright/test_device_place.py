"""One device is one, however its address is written; and two are never taken for one where their driver tells them apart."""

import pytest

from cell_drivers.declared import told_apart_by
from cell_drivers.registry import find_driver
from cellwright.device_place import place_of


def place(driver: str, address: str) -> str:
    return place_of(address, told_apart_by(find_driver(driver).expect()))


@pytest.mark.parametrize(
    ("driver", "at", "addresses"),
    [
        (
            "linuxcnc",
            "robot.test:5007",
            (
                "linuxcnc://robot.test/srv/a",
                "linuxcnc://ROBOT.test:5007/srv/b/",
                "linuxcnc://robot.test:05007/srv/a",
                "linuxcnc://robot.test:0/srv/a",
            ),
        ),
        (
            "ur",
            "192.0.2.4 rtde=30004",
            ("ur://192.0.2.4", "ur://192.0.2.4?dashboard=29999", "ur://192.0.2.4?rtde=30004&script=30002"),
        ),
        (
            "modbus_gripper",
            "192.0.2.9:502 unit=9",
            (
                "modbus://192.0.2.9?stroke=85",
                "modbus+rtu://192.0.2.9:502?unit=9&stroke=50&speed=20",
                "modbus://192.0.2.9?unit=09&stroke=85",
                "modbus://192.0.2.9?unit=9.0&stroke=85",
            ),
        ),
        (
            "opcua_io",
            "[2001:db8::5]:4840 namespace=urn:example:cell",
            (
                "opc.tcp://[2001:db8::5]?namespace=urn:example:cell",
                "opc.tcp://[2001:DB8::5]:4840/line?prefix=&namespace=urn:example:cell",
            ),
        ),
    ],
)
def test_a_device_has_one_place_however_its_address_is_written(driver: str, at: str, addresses: tuple[str, ...]) -> None:
    assert {place(driver, address) for address in addresses} == {at}


@pytest.mark.parametrize(
    ("driver", "one", "other"),
    [
        ("linuxcnc", "linuxcnc://robot.test/srv/a", "linuxcnc://robot.test:5008/srv/a"),
        ("linuxcnc", "linuxcnc://robot.test/srv/a", "linuxcnc://other.test/srv/a"),
        ("ur", "ur://127.0.0.1?rtde=40004", "ur://127.0.0.1?rtde=40005"),
        ("modbus_gripper", "modbus://192.0.2.9?unit=9&stroke=85", "modbus://192.0.2.9?unit=10&stroke=85"),
        ("opcua_io", "opc.tcp://h?namespace=n&prefix=Line1.", "opc.tcp://h?namespace=n&prefix=Line2."),
    ],
)
def test_two_devices_have_two_places(driver: str, one: str, other: str) -> None:
    assert place(driver, one) != place(driver, other)


@pytest.mark.parametrize("address", ["acme://h/a", "acme://H/a", "acme://h/b", "/dev/ttyUSB0", "acme://[::", "acme://h:99999/a"])
def test_where_nobody_says_what_tells_devices_apart_the_whole_address_does(address: str) -> None:
    assert place_of(address, None) == address


@pytest.mark.parametrize("address", ["/dev/ttyUSB0", "linuxcnc://[::", "linuxcnc://h:99999/a", "", "linuxcnc:///srv/a"])
def test_an_address_that_its_driver_will_refuse_is_a_place_of_its_own(address: str) -> None:
    assert place_of(address, {"port": "5007"}) == address

"""A UR whose host name nobody resolves is told as that, within the time that a socket may take."""

import socket
import time

import pytest

from cell_drivers.conformance.built_in import built_in
from cell_drivers.ur import driver, link
from cell_drivers.ur.address import Address
from cell_drivers.ur.robot import UrRobot
from tests.doubles.linuxcnc_arm import arm_model
from tests.doubles.name_server import NAME, name_server
from tests.doubles.waiting import until


def told(why: str) -> None:
    """Returns when the link has said `why`, and has ended."""
    robot = UrRobot("arm", arm_model(), time.monotonic_ns)
    made = link.Link(robot, Address(NAME))
    robot.open()
    made.start()
    try:
        until(lambda: robot.connection.why == why, f"{why}, not {robot.connection.why}")
    finally:
        made.stop()
    assert made._thread is not None
    assert not made._thread.is_alive()


def test_a_name_server_that_says_nothing_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "CONNECTING", 0.02)
    with name_server():
        told("no name server has told yet where slow.test is")


def test_a_name_that_nobody_knows_is_told_with_it() -> None:
    with name_server() as server:
        server.places = ()
        server.let()
        told("slow.test: Name or service not known")


def test_a_device_that_is_no_robot_is_named_with_what_to_do() -> None:
    """A tool that names no driver is the cell's only driver's."""
    with pytest.raises(ValueError, match=r"none of .*grip.* is one: name another driver there"):
        driver(built_in("ur"))


def test_where_one_place_refuses_the_next_is_tried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        link._opened(("127.0.0.2", "127.0.0.1"), port).close()
        with pytest.raises(ConnectionRefusedError):
            link._opened(("127.0.0.2",), port)

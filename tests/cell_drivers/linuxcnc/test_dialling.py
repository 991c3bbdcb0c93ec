"""A link to where a name points: no look at the driver waits for a name server, and each place that it tells is tried."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cell.driver_errors import LinkLost
from cell_drivers.host_names import HostName
from cell_drivers.linuxcnc.link import Socket
from tests.doubles.linuxcnc_arm import arm_model
from tests.doubles.linuxcnc_bench import Bench
from tests.doubles.linuxcnc_shell import Time
from tests.doubles.name_server import NAME, NameServer, name_server
from tests.doubles.nobody import nobody
from tests.doubles.waiting import until


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server() as server:
        yield server


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_a_name_server_that_says_nothing_is_told_and_keeps_nobody(server: NameServer, tmp_path: Path) -> None:
    host, clock = HostName(NAME), Time()
    bench = Bench(arm_model(), tmp_path, lambda: Socket(host, 5007), clock.now, clock.wait)
    with pytest.raises(LinkLost, match="no name server has told yet where slow"):
        bench.robot.open()
    assert server.questions <= 1, "each new try goes on waiting for the same answer"


def test_a_name_that_nobody_knows_is_told_when_it_is_opened(server: NameServer, tmp_path: Path) -> None:
    server.places = ()
    server.let()
    host, clock = HostName(NAME), Time()

    def dial() -> Socket:
        link = Socket(host, 5007)
        link.is_connected()
        until(lambda: host._question is None or host._question.done(), "the answer")  # virtual time would be over before it
        return link

    with pytest.raises(LinkLost, match=r"slow\.test: Name or service not known"):
        Bench(arm_model(), tmp_path, dial, clock.now, clock.wait).robot.open()


def test_a_link_is_made_to_the_next_place_where_one_refuses(server: NameServer, listener: socket.socket) -> None:
    server.places = ("127.0.0.2", "127.0.0.1")  # nobody listens on the first
    server.let()
    link = Socket(HostName(NAME), listener.getsockname()[1])
    try:
        until(link.is_connected, "the link")
        taken, _ = listener.accept()
        with taken:
            link.send(b"hello")
            assert taken.recv(16) == b"hello"
    finally:
        link.close()


def test_where_every_place_refuses_the_last_cause_is_told(server: NameServer) -> None:
    server.places = ("127.0.0.2", "127.0.0.1")
    server.let()
    with nobody() as port:
        link = Socket(HostName(NAME), port)
        with pytest.raises(OSError, match=rf"^slow.test:{port}: Connection refused$"):
            until(link.is_connected, "the link")
    link.close()


def test_a_link_that_is_dialled_takes_and_gives_nothing(server: NameServer) -> None:
    link = Socket(HostName(NAME), 5007)
    assert not link.is_connected()
    link.send(b"hello")
    assert link.receive(0.0) == b""
    assert link.awaits == "no name server has told yet where slow.test is"
    link.close()

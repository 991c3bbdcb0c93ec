"""A PLC whose host name nobody resolves is told as that, and neither the conversation nor the process waits for it."""

import asyncio
import socket

import pytest

from cell.driver_errors import LinkLost
from cell_drivers.host_names import HostName
from cell_drivers.opcua_io.naming_loop import NamingLoop
from tests.cell_drivers.opcua_io.cell import assembly
from tests.doubles.name_server import NAME, name_server
from tests.doubles.waiting import PATIENCE, until


async def connected(port: int, patience: float) -> str:
    """To where it was connected. Raises TimeoutError, OSError."""
    transport, _ = await asyncio.wait_for(asyncio.get_running_loop().create_connection(asyncio.Protocol, NAME, port), patience)
    try:
        return str(transport.get_extra_info("peername")[0])
    finally:
        transport.close()


def talked(host: HostName, port: int, patience: float) -> str:
    with asyncio.Runner(loop_factory=lambda: NamingLoop(host)) as runner:
        return runner.run(connected(port, patience))


def test_a_name_server_that_says_nothing_keeps_no_conversation_from_ending() -> None:
    with name_server() as server:
        host = HostName(NAME)
        with pytest.raises(TimeoutError):
            talked(host, 4840, 0.05)
        assert host.is_asked
        until(lambda: server.questions == 1, "the question")


def test_a_name_that_nobody_knows_is_told_with_it() -> None:
    with name_server() as server:
        server.places = ()
        server.let()
        with pytest.raises(OSError, match=r"slow\.test: Name or service not known"):
            talked(HostName(NAME), 4840, PATIENCE)


def test_where_one_place_refuses_the_next_is_tried() -> None:
    with name_server() as server, socket.create_server(("127.0.0.1", 0)) as listener:
        server.places = ("127.0.0.2", "127.0.0.1")
        server.let()
        assert talked(HostName(NAME), listener.getsockname()[1], PATIENCE) == "127.0.0.1"


@pytest.mark.slow
def test_the_driver_tells_that_it_is_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow: it imports asyncua."""
    from cell_drivers.opcua_io import link
    from cell_drivers.opcua_io.assembly import OpcUaDevices

    monkeypatch.setattr(link, "ANSWER", 0.05)
    devices = OpcUaDevices(assembly(f"opc.tcp://{NAME}:4840?namespace=n"))
    with name_server(), pytest.raises(LinkLost, match="no name server has told yet where slow"):
        devices.open()

"""An answer answers what was asked: not what lay there before, not what answers something else, whatever bytes it is."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient

from cell_drivers.modbus_gripper.registers import Request
from tests.doubles.modbus_server import crc
from tests.fuzz.wire.modbus_reply import LINK, SEEDS, UNIT, WRITTEN, one
from tests.fuzz.wire.mutations import mutated


def frame(pdu: bytes) -> bytes:
    """On a serial line, without a number."""
    return bytes([UNIT]) + pdu + crc(bytes([UNIT]) + pdu)


def read_at(position: int) -> bytes:
    return frame(b"\x03\x06" + struct.pack(">3H", 0x3900, 0x00FF, position << 8))


@dataclass
class Serial(ModbusTcpClient):
    """A connected client. `answers`: what the other end says to each question in turn."""

    other: socket.socket
    answers: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__("192.0.2.1", framer=FramerType.RTU, timeout=5.0, retries=0, reconnect_delay=0)

    def send(self, request: bytes, addr: tuple[str, int] | None = None) -> int:
        self.other.sendall(self.answers.pop(0))
        return len(request)


@pytest.fixture
def client() -> Iterator[Serial]:
    ours, theirs = socket.socketpair()
    with closing(theirs), closing(ours):
        connected = Serial(theirs)
        connected.socket = ours
        yield connected


def test_what_lay_there_before_is_no_answer(client: Serial) -> None:
    """A serial server that says something twice: else each reading from then on would be the one before."""
    client.other.sendall(read_at(10))
    client.answers = [read_at(20), read_at(30)]
    assert [LINK._read(client).position for _ in range(2)] == [20, 30]


def test_what_answers_something_else_is_no_answer(client: Serial) -> None:
    client.answers = [read_at(20)]
    with pytest.raises(ValueError, match="writing a request is answered with function 3"):
        LINK._write(client, Request(True, True, 255))
    client.answers = [frame(WRITTEN)]
    with pytest.raises(ValueError, match="reading its status is answered with function 16"):
        LINK._read(client)
    client.answers = [frame(WRITTEN)]
    LINK._write(client, Request(True, True, 255))


def test_an_end_that_has_closed_is_told_before_anything_is_asked(client: Serial) -> None:
    client.other.close()
    with pytest.raises(ConnectionError, match="closed the connection"):
        LINK._read(client)


def test_an_end_that_goes_on_talking_is_not_listened_to_for_ever(client: Serial) -> None:
    client.other.sendall(read_at(10) * 7_000)
    client.answers = [read_at(20)]
    with pytest.raises(ConnectionError, match="goes on talking"):
        LINK._read(client)


def test_any_bytes_are_an_answer_or_an_error_of_their_own() -> None:
    for data in mutated(SEEDS, 400, seed=1):
        one(data)

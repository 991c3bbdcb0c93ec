"""The bytes of a gripper's answers, in both framings, through pymodbus to what the driver makes of them."""

import struct
from contextlib import suppress

from pymodbus import FramerType, ModbusException
from pymodbus.client import ModbusTcpClient

from cell_drivers.modbus_gripper.address import address_of
from cell_drivers.modbus_gripper.link import Link
from cell_drivers.modbus_gripper.registers import Request, Status
from tests.doubles.modbus_server import crc
from tests.fuzz.wire.modbus import SEEDS as WORDS

UNIT = 9
WRITTEN = b"\x10\x03\xe8\x00\x03"
PDUS = (*(b"\x03\x06" + words for words in WORDS), WRITTEN, b"\x83\x02", b"\x90\x04", b"\x03\x04\x39\x00\x00\xff", b"\x03\x00")
SEEDS = tuple(
    frame
    for pdu in PDUS
    for frame in (
        struct.pack(">HHHB", 1, 0, len(pdu) + 1, UNIT) + pdu,
        bytes([UNIT]) + pdu + crc(bytes([UNIT]) + pdu),
    )
)  # fmt: skip


class Answering(ModbusTcpClient):
    """Nobody is there: to whatever is asked come these pieces, and then nothing more."""

    pieces: list[bytes]

    def connect(self) -> bool:
        return True

    def send(self, request: bytes, addr: tuple[str, int] | None = None) -> int:
        return len(request)

    def recv(self, size: int | None) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


class Nobody:
    def seen(self, status: Status) -> Request | None:
        return None

    def lost(self, why: str) -> None: ...


LINK = Link(address_of(f"modbus://192.0.2.1?stroke=85&unit={UNIT}"), Nobody())
CLIENTS = tuple(
    Answering("192.0.2.1", framer=framer, timeout=0.01, retries=0, reconnect_delay=0)
    for framer in (FramerType.SOCKET, FramerType.RTU)
)


def one(data: bytes) -> None:
    """In one piece and in two, as an answer to a reading and to a writing. What answers a writing has its function in it."""
    cut = len(data) // 3
    for client in CLIENTS:
        for pieces in ([data], [data[:cut], data[cut:]]):
            with suppress(ModbusException, OSError, ValueError):
                assert isinstance(LINK._read(_with(client, pieces)), Status)
            with suppress(ModbusException, OSError, ValueError):
                LINK._write(_with(client, pieces), Request(True, True, 255))
                assert WRITTEN[:1] in data, "taken for an answer to a writing"


def _with(client: Answering, pieces: list[bytes]) -> Answering:
    client.pieces, client.transaction.next_tid = [piece for piece in pieces if piece], 0
    client.transaction.count_until_disconnect = client.transaction.max_until_disconnect
    return client

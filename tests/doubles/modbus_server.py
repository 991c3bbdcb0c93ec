"""A Modbus server of our own for tests, Modbus/TCP or RTU frames over TCP: it shares no line with what the drivers speak through.

Source: MODBUS Application Protocol V1.1b3; Modbus over Serial Line V1.02 (CRC). It serves functions 3, 4, 6 and 16 of a register
file, and misbehaves as its owner says.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Literal, Protocol

TICK = 0.02  # s after which a waiting thread looks whether it is over

Framing = Literal["tcp", "rtu"]
Spoiler = Callable[[bytes], bytes | None]
"""What becomes of an answer: other bytes, or None for nothing at all."""


class Registers(Protocol):
    def read(self, address: int, count: int) -> list[int]:
        """Raises IndexError for what is not there."""

    def write(self, address: int, words: list[int]) -> None:
        """Raises IndexError for what is not there."""


class ModbusServer:
    def __init__(self, registers: Registers, framing: Framing = "tcp", unit: int = 9) -> None:
        self.registers, self.framing, self.unit = registers, framing, unit
        self.writes: list[tuple[int, list[int]]] = []
        self.spoil: Spoiler = lambda answer: answer
        self._is_over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(TICK)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, name="modbus server", daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> ModbusServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._is_over.is_set():
            with suppress(TimeoutError):
                end, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(end,), name="modbus connection", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, end: socket.socket) -> None:
        end.settimeout(TICK)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = b""
        with suppress(OSError), end:
            while not self._is_over.is_set():
                try:
                    read = end.recv(4096)
                except TimeoutError:
                    continue
                if not read:
                    return
                stream += read
                while (length := frame_length(stream, self.framing)) is not None:
                    frame, stream = stream[:length], stream[length:]
                    answer = self._answer(frame)
                    spoilt = None if answer is None else self.spoil(answer)
                    if spoilt is not None:
                        end.sendall(spoilt)

    def _answer(self, frame: bytes) -> bytes | None:
        if self.framing == "tcp":
            transaction, unit, pdu = frame[:2], frame[6], frame[7:]
            said = self._said(pdu)
            return transaction + struct.pack(">HHB", 0, len(said) + 1, unit) + said if unit == self.unit else None
        unit, pdu = frame[0], frame[1:-2]
        if unit != self.unit or crc(frame[:-2]) != frame[-2:]:
            return None
        body = bytes([unit]) + self._said(pdu)
        return body + crc(body)

    def _said(self, pdu: bytes) -> bytes:
        function = pdu[0]
        try:
            address, value = struct.unpack(">HH", pdu[1:5])
            if function in (3, 4):
                words = self.registers.read(address, value)
                return struct.pack(f">BB{len(words)}H", function, 2 * len(words), *words)
            if function in (6, 16):
                sent = [value] if function == 6 else list(struct.unpack(f">{value}H", pdu[6:]))
                self.registers.write(address, sent)
                self.writes.append((address, sent))
                return struct.pack(">BHH", function, address, value)
        except IndexError:
            return bytes([function | 0x80, 2])
        return bytes([function | 0x80, 1])


def frame_length(stream: bytes, framing: Framing) -> int | None:
    """Of the first request in the stream; None while it is not whole."""
    if framing == "tcp":
        length = 6 + struct.unpack(">H", stream[4:6])[0] if len(stream) >= 6 else None
    elif len(stream) < 2:
        length = None
    elif stream[1] == 16:
        length = 9 + stream[6] if len(stream) > 6 else None
    else:
        length = 8
    return length if length is not None and len(stream) >= length else None


def crc(data: bytes) -> bytes:
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)

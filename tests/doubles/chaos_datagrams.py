"""The bad link for datagrams: as chaos_relay.py, over UDP. A client's address is its connection.

Law: a datagram arrives whole, late, twice, in another order or not at all; only `CloseInside` makes it shorter, and nothing of
that client arrives after it, nor after `Cut`.
"""

from __future__ import annotations

import heapq
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import assert_never

from tests.doubles.chaos_schedule import (
    Act,
    Chaos,
    CloseInside,
    Cut,
    Delay,
    Direction,
    Drop,
    Duplicate,
    HalfOpen,
    Pass,
    Reorder,
    Trickle,
)

TICK = 0.05  # s
READ = 65536


@dataclass(slots=True)
class Client:
    number: int
    address: tuple[str, int]
    upstream: socket.socket
    units: dict[Direction, int] = field(default_factory=lambda: {"to device": 0, "to client": 0})
    silent: set[Direction] = field(default_factory=set)
    overtaken: dict[Direction, bytes] = field(default_factory=dict)
    """What waits for the next datagram of its direction to go ahead."""


class DatagramChaosRelay:
    def __init__(self, upstream: tuple[str, int], chaos: Chaos, port: int = 0) -> None:
        self.acted: list[tuple[int, Direction, int, Act]] = []
        self._upstream, self._chaos = upstream, chaos
        self._clients: dict[tuple[str, int], Client] = {}
        self._late: list[tuple[float, int, Callable[[], None]]] = []
        self._put_off = 0
        self._is_over = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._socket, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name="chaos datagrams", daemon=True)
        self._thread.start()

    def __enter__(self) -> DatagramChaosRelay:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()
        self._selector.close()
        for end in (self._socket, *(client.upstream for client in self._clients.values())):
            end.close()

    def _run(self) -> None:
        while not self._is_over.is_set():
            wait = min(TICK, max(0.0, self._late[0][0] - time.monotonic())) if self._late else TICK
            for key, _ in self._selector.select(wait):
                with suppress(OSError):
                    self._receive(key.data)
            self._send_late()

    def _receive(self, client: Client | None) -> None:
        if client is not None:
            self._take(client, "to client", client.upstream.recv(READ))
            return
        unit, address = self._socket.recvfrom(READ)
        self._take(self._client(address), "to device", unit)

    def _client(self, address: tuple[str, int]) -> Client:
        if address not in self._clients:
            upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            upstream.connect(self._upstream)
            client = self._clients[address] = Client(len(self._clients), address, upstream)
            self._selector.register(upstream, selectors.EVENT_READ, client)
        return self._clients[address]

    def _take(self, client: Client, direction: Direction, unit: bytes) -> None:
        if direction in client.silent:
            return
        number = client.units[direction]
        client.units[direction] += 1
        act = self._chaos.act_on(client.number, direction, number)
        if not isinstance(act, Pass):
            self.acted.append((client.number, direction, number, act))
        self._act(client, direction, unit, act)

    def _act(self, client: Client, direction: Direction, unit: bytes, act: Act) -> None:
        match act:
            case Pass():
                self._send(client, direction, unit)
            case Drop():
                pass
            case Duplicate():
                self._send(client, direction, unit)
                self._send(client, direction, unit)
            case Reorder(patience=patience):
                self._let_go(client, direction)
                client.overtaken[direction] = unit
                self._later(patience, partial(self._let_go, client, direction, unit))
            case Delay(seconds=seconds) | Trickle(gap=seconds):
                self._later(seconds, partial(self._send, client, direction, unit))
            case Cut():
                client.silent |= {"to device", "to client"}
            case HalfOpen():
                client.silent.add(direction)
            case CloseInside(fraction=fraction):
                self._send(client, direction, unit[: int(fraction * len(unit))])
                client.silent |= {"to device", "to client"}
            case _:
                assert_never(act)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._put_off += 1
        heapq.heappush(self._late, (time.monotonic() + seconds, self._put_off, act))

    def _send_late(self) -> None:
        while self._late and self._late[0][0] <= time.monotonic():
            heapq.heappop(self._late)[2]()

    def _let_go(self, client: Client, direction: Direction, only: bytes | None = None) -> None:
        """What was overtaken, or what was to be and nothing has come: `only` that, where it waits still."""
        waits = client.overtaken.get(direction)
        if waits is not None and (only is None or only is waits):
            del client.overtaken[direction]
            self._send(client, direction, waits)

    def _send(self, client: Client, direction: Direction, unit: bytes) -> None:
        if direction in client.silent:
            return
        with suppress(OSError):
            if direction == "to device":
                client.upstream.send(unit)
            else:
                self._socket.sendto(unit, client.address)
        self._let_go(client, direction)

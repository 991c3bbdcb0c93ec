"""A bad link between a driver and its device: a relay on 127.0.0.1 that acts out a schedule of chaos_schedule.py over TCP.

Law: it changes no byte; it only loses, repeats, swaps, delays or ends, and only as the schedule or its owner says. What it did is
in `acted`. `close` ends every thread and socket. For datagrams: chaos_datagrams.py.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
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
from tests.doubles.waiting import PATIENCE

Framing = Callable[[bytes], int | None]
"""How long the first frame in these bytes is; None while it is not whole. Bytes that are no frame are a frame of their own."""

TICK = 0.02  # s after which a waiting thread looks whether it is over
READ = 65536


class ChaosRelay:
    """Listens on `port` and hands everything to `upstream` and back. `framing` cuts a stream into units; None: what one read
    gives."""

    def __init__(self, upstream: tuple[str, int], chaos: Chaos, framing: Framing | None = None, port: int = 0) -> None:
        self.upstream, self.chaos, self.framing = upstream, chaos, framing
        self.acted: list[tuple[int, Direction, int, Act]] = []
        self.is_over = threading.Event()
        self._refuses = False
        self.held = threading.Event()
        """Nothing that a device says is handed on, whichever link it comes over: it comes later, unchanged."""
        self._links: list[Link] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.settimeout(TICK)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="chaos relay", daemon=True)
        self._thread.start()

    def __enter__(self) -> ChaosRelay:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def connections(self) -> int:
        """How many there have been."""
        with self._lock:
            return len(self._links)

    def cut(self, refuses: bool = False) -> None:
        """Both sides of every connection get a reset. `refuses`: whoever comes again is turned away until `heal`."""
        self._refuses = refuses
        for link in self._all():
            link.end(with_reset=True)

    def hang_up(self) -> None:
        """Both sides of every connection are closed in good order, without a reset."""
        for link in self._all():
            link.end()

    def silence(self, direction: Direction | None = None) -> None:
        """Nothing arrives any more, in one direction or both; the connections stay."""
        for link in self._all():
            link.silent |= {direction} if direction is not None else {"to device", "to client"}

    def hold(self) -> Callable[[], None]:
        """No device is heard, and nobody is told: what goes to it arrives, what it says waits. What this gives back lets go."""
        self.held.set()
        return self.held.clear

    def heal(self) -> None:
        """What comes from now on arrives again; what was swallowed does not."""
        self._refuses = False
        for link in self._all():
            link.silent = set()

    def close(self) -> None:
        self.is_over.set()
        self._thread.join()
        self._listener.close()
        for link in self._all():
            link.end()
            link.join()

    def note(self, connection: int, direction: Direction, unit: int, act: Act) -> None:
        with self._lock:
            self.acted.append((connection, direction, unit, act))

    def _all(self) -> tuple[Link, ...]:
        with self._lock:
            return tuple(self._links)

    def _accept(self) -> None:
        while not self.is_over.is_set():
            with suppress(TimeoutError):
                client, _ = self._listener.accept()
                self._take(client)

    def _take(self, client: socket.socket) -> None:
        if self._refuses:
            _reset(client)
            return
        try:
            device = socket.create_connection(self.upstream, timeout=PATIENCE)
        except OSError:
            _reset(client)
            return
        with self._lock:
            link = Link(self, len(self._links), client, device)
            self._links.append(link)
        link.start()


class Link:
    """One connection: two sockets and a thread for each direction."""

    def __init__(self, relay: ChaosRelay, number: int, client: socket.socket, device: socket.socket) -> None:
        self.silent: set[Direction] = set()
        self._relay, self._number = relay, number
        self._client, self._device = client, device
        self._is_over = threading.Event()
        self._ending = threading.Lock()
        ways: tuple[tuple[Direction, socket.socket, socket.socket], ...] = (
            ("to device", client, device), ("to client", device, client)
        )  # fmt: skip
        self._threads = [threading.Thread(target=self._carry, args=way, name=f"chaos {way[0]}", daemon=True) for way in ways]

    def start(self) -> None:
        for end in (self._client, self._device):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.settimeout(TICK)
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def end(self, with_reset: bool = False) -> None:
        with self._ending:
            if self._is_over.is_set():
                return
            self._is_over.set()
            for end in (self._client, self._device):
                _reset(end) if with_reset else _close(end)

    def _carry(self, direction: Direction, source: socket.socket, sink: socket.socket) -> None:
        way = Way(self, direction, sink)
        waiting = b""
        with suppress(OSError):
            while not self._is_over.is_set():
                try:
                    read = source.recv(READ)
                    source.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # what is slow is said in the schedule
                except TimeoutError:
                    way.flush()
                    continue
                if not read:
                    break
                while direction == "to client" and self._relay.held.is_set() and not self._is_over.is_set():
                    self.wait(TICK)
                units, waiting = _units(waiting + read, self._relay.framing)
                for unit in units:
                    way.take(unit, self._relay.chaos.act_on(self._number, direction, way.unit))
        with suppress(OSError):
            way.flush()
        self.end()

    def note(self, direction: Direction, unit: int, act: Act) -> None:
        self._relay.note(self._number, direction, unit, act)

    def wait(self, seconds: float) -> None:
        self._is_over.wait(seconds)


class Way:
    """One direction of one connection: what is done to each unit that goes there. Raises OSError when the other side is gone."""

    def __init__(self, link: Link, direction: Direction, sink: socket.socket) -> None:
        self.unit = 0
        self._link, self._direction, self._sink = link, direction, sink
        self._held: bytes | None = None

    def take(self, unit: bytes, act: Act) -> None:
        if self._direction in self._link.silent:
            return
        if not isinstance(act, Pass):
            self._link.note(self._direction, self.unit, act)
        self.unit += 1
        self._act(unit, act)

    def flush(self) -> None:
        """A unit that was to arrive behind another, and none came."""
        held, self._held = self._held, None
        if held is not None:
            self._sink.sendall(held)

    def _act(self, unit: bytes, act: Act) -> None:
        match act:
            case Pass():
                self._send(unit)
            case Drop():
                self.flush()
            case Duplicate():
                self._send(unit)
                self._send(unit)
            case Reorder():
                self.flush()
                self._held = unit
            case Delay(seconds=seconds):
                self._link.wait(seconds)
                self._send(unit)
            case Trickle(gap=gap):
                for at in range(len(unit)):
                    self._send(unit[at : at + 1])
                    self._link.wait(gap)
            case Cut():
                self._link.end(with_reset=True)
            case HalfOpen():
                self._link.silent.add(self._direction)
            case CloseInside(fraction=fraction):
                self._send(unit[: int(fraction * len(unit))])
                self._link.end()
            case _:
                assert_never(act)

    def _send(self, unit: bytes) -> None:
        self._sink.sendall(unit)
        self.flush()


def _units(stream: bytes, framing: Framing | None) -> tuple[list[bytes], bytes]:
    """The whole units at the head of a stream, and what is left."""
    if framing is None:
        return [stream], b""
    units = []
    while stream and (length := framing(stream)) is not None:
        units.append(stream[:length])
        stream = stream[length:]
    return units, stream


def _reset(end: socket.socket) -> None:
    """Closes with RST, as a cable that is pulled and a peer that has died do."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        end.close()


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        end.close()

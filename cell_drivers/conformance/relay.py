"""The network between a driver and its devices, in the kit's hands: a relay on 127.0.0.1 before each address over TCP.

Law: no byte is changed, and none is lost but with its link. The driver is told of nothing: all that it meets is another address.
"""

from __future__ import annotations

import socket
import struct
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from cell.driver import Assembly, DriverSet
from cell_drivers.conformance.bench import Bench

TICK = 0.01  # s after which one that holds back looks whether it may let go
READ = 65536
PATIENCE = 5.0  # s until a device has answered

Place = tuple[str, int]


def over_relays(bench: Bench) -> Bench:
    """The same with a relay before each address like `scheme://host:port`, and so with `cut` and `hush` where it has none of its
    own. The relays are there as long as the bench is. Who does not answer is met as a link that is reset."""
    relays = _Relays()

    def driver(assembly: Assembly) -> DriverSet:
        return bench.driver(replace(assembly, addresses=relays.before(assembly)))

    def on_all(act: Callable[[Relay], Callable[[], None]]) -> Callable[[DriverSet, str], Callable[[], None]]:
        def acted(drivers: DriverSet, device: str) -> Callable[[], None]:
            undoing = [act(relay) for relay in relays.of(device, device == drivers.signals.name)]

            def undo() -> None:
                for one in undoing:
                    one()

            return undo

        return acted

    hooks = bench.hooks
    hooks = replace(hooks, cut=hooks.cut or on_all(Relay.cut), hush=hooks.hush or on_all(Relay.hold))
    return replace(bench, driver=driver, hooks=hooks)


class _Relays:
    """One for each place, made when it is first asked for; all end when nobody has this any more."""

    def __init__(self) -> None:
        self._at: dict[Place, Relay] = {}
        self._places: dict[str, Place] = {}
        weakref.finalize(self, _end, self._at)

    def before(self, assembly: Assembly) -> dict[str, str]:
        """The addresses that lead there by a relay; as they are where they name no host and port."""
        return {device: self._before(device, address) for device, address in assembly.addresses.items()}

    def _before(self, device: str, address: str) -> str:
        try:
            url = urlsplit(address)
            place = (url.hostname or "", url.port or 0)
        except ValueError:  # no such host or port: the driver says so
            return address
        if not all(place):
            return address
        self._places[device] = place
        relay = self._at[place] = self._at.get(place) or Relay(place)
        user = "".join(url.netloc.rpartition("@")[:2])
        return url._replace(netloc=f"{user}127.0.0.1:{relay.port}").geturl()

    def of(self, device: str, is_signals: bool) -> tuple[Relay, ...]:
        """Signals have all links. Raises KeyError for a device without one."""
        if device in self._places:
            return (self._at[self._places[device]],)
        if is_signals and self._at:
            return tuple(self._at.values())
        raise KeyError(device)


def _end(at: dict[Place, Relay]) -> None:
    for relay in at.values():
        relay.close()


class Relay:
    """Listens on `port`, and hands everything to `upstream` and back."""

    def __init__(self, upstream: Place) -> None:
        self.upstream = upstream
        self._is_held, self._is_cut, self._is_over = threading.Event(), threading.Event(), threading.Event()
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def cut(self) -> Callable[[], None]:
        """Every link is reset, and whoever comes again is turned away until what this gives back is called."""
        self._is_cut.set()
        self._break()
        return self._is_cut.clear

    def hold(self) -> Callable[[], None]:
        """What goes to the device arrives, what it says waits until what this gives back is called."""
        self._is_held.set()
        return self._is_held.clear

    def close(self) -> None:
        self._is_over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._break()

    def _break(self) -> None:
        """Whoever reads there sees it, and closes."""
        with self._lock:
            for end in self._ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._is_over.is_set():
                self._take(self._listener.accept()[0])

    def _take(self, client: socket.socket) -> None:
        try:
            if self._is_cut.is_set():
                raise ConnectionAbortedError
            device = socket.create_connection(self.upstream, PATIENCE)
        except OSError:
            _reset(client)
            return
        device.settimeout(None)
        with self._lock:
            self._ends += [client, device]
        for source, sink in ((client, device), (device, client)):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._carry, args=(source, sink, source is device), name="relay", daemon=True).start()
        if self._is_cut.is_set() or self._is_over.is_set():
            self._break()

    def _carry(self, source: socket.socket, sink: socket.socket, is_said: bool) -> None:
        with suppress(OSError):
            while read := source.recv(READ):
                while is_said and self._is_held.is_set() and not (self._is_cut.is_set() or self._is_over.is_set()):
                    self._is_over.wait(TICK)
                sink.sendall(read)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._ends.remove(source)
            _reset(source)


def _reset(end: socket.socket) -> None:
    """Closes with RST, as a cable that is pulled does."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()

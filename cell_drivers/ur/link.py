"""The sockets of one controller, in a thread of its own: bytes between them and the robot, and nothing that decides.

Law: whoever touches the robot holds `lock`, and nobody holds it while he waits for a socket. A stop that is called is on its way
without the thread's next look: `wake` ends its waiting.
"""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress

from cell_drivers.host_names import HostName
from cell_drivers.ur.address import Address
from cell_drivers.ur.connection import Channel
from cell_drivers.ur.robot import UrRobot

LOOK = 0.01
"""s between two looks at time itself: silence, patience, the next try."""
CONNECTING = 2.0
"""s that each socket may take, and the question where the controller is."""
READ = 65536


class Link:
    def __init__(self, robot: UrRobot, address: Address) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self._robot, self._address, self._host = robot, address, HostName(address.host)
        self._sockets: dict[Channel, socket.socket] = {}
        self._unsent: dict[Channel, bytearray] = {}
        self._thread: threading.Thread | None = None
        self._ear, self._mouth = socket.socketpair()
        self._mouth.setblocking(False)
        self._is_over = threading.Event()

    def start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._is_over.clear()
            self._thread = threading.Thread(target=self._run, name=f"link of {self._robot.name}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(CONNECTING * 4 + 1.0)

    def wake(self) -> None:
        with suppress(BlockingIOError):  # it has not heard the last one yet, so it will look anyway
            self._mouth.send(b".")

    # --- the thread ---

    def _run(self) -> None:
        try:
            while not self._is_over.is_set():
                with self.lock:
                    wants = self._robot.connection.wants_sockets(self._robot.clock())
                if wants:
                    self._connect()
                self._exchange()
            self._exchange()
        except Exception as defect:  # of ours: nothing is heard or sent any more, and whoever asks is told so
            with self.changed:
                self._robot.lost(f"the driver's own link has failed: {type(defect).__name__}: {defect}")
                self.changed.notify_all()
        finally:
            self._hang_up()

    def _connect(self) -> None:
        try:
            places = self._host.places(CONNECTING)
        except OSError as why:
            self._fail(str(why))
            return
        if places is None:
            self._fail(self._host.silence)
            return
        ports: tuple[tuple[Channel, int], ...] = (
            ("rtde", self._address.rtde),
            ("dashboard", self._address.dashboard),
            ("script", self._address.script),
        )
        for channel, port in ports:
            try:
                opened = _opened(places, port)
            except OSError as why:
                self._fail(f"{self._address.host}:{port} ({channel}): {why}")
                return
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.setblocking(False)
            self._sockets[channel] = opened
        with self.lock:
            self._robot.connected()

    def _fail(self, why: str) -> None:
        self._hang_up()
        with self.changed:
            self._robot.lost(why)
            self.changed.notify_all()

    def _exchange(self) -> None:
        """Once around: what came, what time brings, what goes."""
        waiting = [end for channel, end in self._sockets.items() if self._unsent.get(channel)]
        readable, _, _ = select.select([self._ear, *self._sockets.values()], waiting, [], LOOK)
        if self._ear in readable:
            self._ear.recv(READ)
        for channel, end in tuple(self._sockets.items()):
            if end in readable:
                self._receive(channel, end)
        with self.changed:
            self._robot.tick()
            for channel, data in self._robot.outgoing():
                self._unsent.setdefault(channel, bytearray()).extend(data)
            stage = self._robot.connection.stage
            self.changed.notify_all()
        if stage in ("down", "refused"):
            self._unsent.clear()  # what was meant for a link that is lost
        self._send()
        if stage not in ("greeting", "up") and self._sockets:
            self._hang_up()

    def _receive(self, channel: Channel, end: socket.socket) -> None:
        try:
            data = end.recv(READ)
        except BlockingIOError:
            return
        except OSError as why:
            self._lose(channel, str(why))
            return
        if not data:
            self._lose(channel, "the controller has closed the connection")
            return
        with self.lock:
            self._robot.received(channel, data)

    def _send(self) -> None:
        for channel, unsent in self._unsent.items():
            if not unsent or channel not in self._sockets:
                continue
            try:
                del unsent[: self._sockets[channel].send(unsent)]
            except BlockingIOError:
                continue
            except OSError as why:
                self._lose(channel, str(why))

    def _lose(self, channel: Channel, why: str) -> None:
        with self.lock:
            self._robot.lost(f"{channel}: {why}")

    def _hang_up(self) -> None:
        """What was not sent yet is never sent."""
        for end in self._sockets.values():
            end.close()
        self._sockets.clear()
        self._unsent.clear()


def _opened(places: tuple[str, ...], port: int) -> socket.socket:
    """To the first place that takes it. Raises OSError, of the last one."""
    failed = OSError("there is no such place")
    for place in places:
        try:
            return socket.create_connection((place, port), timeout=CONNECTING / len(places))
        except OSError as why:
            failed = why
    raise failed

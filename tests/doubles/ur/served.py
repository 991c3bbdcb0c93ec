"""The double behind real sockets, in real time, in a thread of its own.

Tests that need a wall clock are few: most run on the wires of wired.py. Whoever looks at the controller meanwhile holds `lock`.
"""

import selectors
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

from tests.doubles.ur.controller import Controller
from tests.doubles.ur.faces import DashboardFace, RtdeFace, ScriptFace

READ = 65536
LATEST = 0.25
"""s that the controller catches up after it was not let run, as on a busy machine; beyond that its clock alone goes on."""
Face = RtdeFace | DashboardFace | ScriptFace


@dataclass(slots=True)
class Client:
    face: Face
    socket: socket.socket
    unsent: bytearray = field(default_factory=bytearray)


class Served:
    """Listens on `host`. Port 0 means any; `ports` are those of RTDE, the dashboard and the scripts."""

    def __init__(self, controller: Controller, host: str = "127.0.0.1", ports: tuple[int, int, int] = (0, 0, 0)) -> None:
        self.controller, self.lock = controller, threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._listeners = [socket.create_server((host, port)) for port in ports]
        self.ports: tuple[int, int, int] = tuple(listener.getsockname()[1] for listener in self._listeners)
        for kind, listener in enumerate(self._listeners):
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, kind)
        self._rtde: list[RtdeFace] = []
        self._clients: list[Client] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="a UR controller", daemon=True)

    def __enter__(self) -> "Served":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._is_over.set()
        self._thread.join()
        for end in (*self._listeners, *(client.socket for client in self._clients)):
            end.close()
        self._selector.close()

    @property
    def address(self) -> str:
        rtde, dashboard, script = self.ports
        return f"ur://127.0.0.1?rtde={rtde}&dashboard={dashboard}&script={script}"

    def drop(self) -> None:
        """Ends every connection, as a cable that is pulled."""
        with self.lock:
            for client in tuple(self._clients):
                self._end(client)

    def _run(self) -> None:
        period, begun, ticks = self.controller.period, time.monotonic(), 0
        while not self._is_over.is_set():
            due = begun + (ticks + 1) * period
            for key, _ in self._selector.select(max(0.0, due - time.monotonic())):
                with self.lock:
                    self._hear(key.data, key.fileobj)  # type: ignore[arg-type]
            late = time.monotonic() - due
            if late > LATEST:
                self.controller.slept += (slept := int(late / period))
                begun += slept * period
            if late >= 0.0:
                ticks += 1
                self._step()

    def _step(self) -> None:
        with self.lock:
            self.controller.step()
            for client in tuple(self._clients):
                if not isinstance(client.face, DashboardFace):
                    client.unsent += client.face.stepped()
                self._send(client)

    def _hear(self, what: int | Client, ready: socket.socket) -> None:
        if isinstance(what, int):
            self._accept(what, ready)
            return
        if what not in self._clients:  # dropped after it was seen to be readable
            return
        try:
            data = ready.recv(READ)
            if not data:
                raise ConnectionResetError
            what.unsent += what.face.received(data)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            self._end(what)

    def _accept(self, kind: int, listener: socket.socket) -> None:
        end, _ = listener.accept()
        end.setblocking(False)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        faces = (lambda c: RtdeFace(c, self._rtde), DashboardFace, ScriptFace)
        client = Client(faces[kind](self.controller), end)
        if not isinstance(client.face, RtdeFace):
            client.unsent += client.face.hello
        self._clients.append(client)
        self._selector.register(end, selectors.EVENT_READ, client)

    def _send(self, client: Client) -> None:
        if not client.unsent or client not in self._clients:
            return
        try:
            del client.unsent[: client.socket.send(client.unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._end(client)

    def _end(self, client: Client) -> None:
        self._clients.remove(client)
        if isinstance(client.face, RtdeFace):
            client.face.close()
        with suppress(KeyError, ValueError):
            self._selector.unregister(client.socket)
        client.socket.close()

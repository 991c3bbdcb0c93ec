"""The double of a LinuxCNC behind a real socket, in real time, for drivers in processes of their own."""

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType

from tests.doubles.linuxcnc_shell import DoubleLink, LinuxcncDouble, Time

READ = 65536


class WallTime(Time):
    """Passes by itself."""

    def __init__(self) -> None:
        """Nothing is set: it is read."""

    @property
    def ns(self) -> int:  # type: ignore[override]
        return time.monotonic_ns()


class ServedLinuxcnc:
    """Listens on 127.0.0.1 as long as its `with` block lasts. Whoever looks at the double meanwhile holds `lock`."""

    def __init__(self, double: LinuxcncDouble) -> None:
        self.double, self.lock = double, threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, name="a LinuxCNC", daemon=True)

    def __enter__(self) -> "ServedLinuxcnc":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        for end in (self._listener, *self._clients):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._clients.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        link, held = DoubleLink(self.double), b""
        with suppress(OSError):
            while data := client.recv(READ):
                *lines, held = (held + data).split(b"\r\n")
                for line in lines:
                    with self.lock:
                        answer = self.double.answer(line.decode(), link)
                    if answer is not None:
                        client.sendall(answer.encode())

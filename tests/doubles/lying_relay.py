"""A relay on 127.0.0.1 that changes lines which a device says, on their way to whoever asks; what goes to the device stays.

Law: lines are told apart by "\\n" and handed on one by one, each as `edit` has it, None for not at all. What follows "\\r" or a
half line stays with it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from tests.doubles.waiting import PATIENCE

Edit = Callable[[str], str | None]
TICK = 0.02
"""s after which a waiting thread looks whether it is over."""


def truth(line: str) -> str:
    return line


class LyingRelay:
    """Listens on `port`, for `upstream`. `edit` may be changed at any time."""

    def __init__(self, upstream: tuple[str, int], edit: Edit = truth) -> None:
        self.upstream, self.edit = upstream, edit
        self._is_over = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(TICK)
        self.port: int = self._listener.getsockname()[1]
        self._begin(self._accept)

    def __enter__(self) -> LyingRelay:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._is_over.set()
        for end in (self._listener, *self._sockets):
            with suppress(OSError):
                end.close()
        for thread in self._threads:
            thread.join(timeout=PATIENCE)

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="lying relay", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._is_over.is_set():
            with suppress(TimeoutError, OSError):
                client, _ = self._listener.accept()
                device = socket.create_connection(self.upstream, timeout=PATIENCE)
                self._sockets += (client, device)
                self._begin(lambda c=client, d=device: self._carry(c, d, lambda read: read))  # type: ignore[misc]
                self._begin(lambda c=client, d=device: self._carry(d, c, Lines(self)))  # type: ignore[misc]

    def _carry(self, source: socket.socket, sink: socket.socket, change: Callable[[bytes], bytes]) -> None:
        source.settimeout(TICK)
        with suppress(OSError):
            while not self._is_over.is_set():
                with suppress(TimeoutError):
                    read = source.recv(65536)
                    if not read:
                        break
                    sink.sendall(change(read))
        for end in (source, sink):
            with suppress(OSError):
                end.close()


class Lines:
    """What of a stream of bytes is whole lines, each changed."""

    def __init__(self, relay: LyingRelay) -> None:
        self._relay, self._rest = relay, b""

    def __call__(self, read: bytes) -> bytes:
        *whole, self._rest = (self._rest + read).split(b"\n")
        return b"".join(self._changed(line) for line in whole)

    def _changed(self, line: bytes) -> bytes:
        text = line.decode("latin-1")
        said = self._relay.edit(text.rstrip("\r"))
        return b"" if said is None else said.encode("latin-1") + (b"\r\n" if text.endswith("\r") else b"\n")

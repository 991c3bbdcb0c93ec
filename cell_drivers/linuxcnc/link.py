"""The socket to a LinuxCNC's shell. Never waits: a connection that is not there yet gives nothing and takes nothing."""

from __future__ import annotations

import errno
import os
import select
import socket
from collections import deque
from typing import Protocol

from cell_drivers.host_names import HostName


class Link(Protocol):
    """Raises OSError where it is lost. `awaits` says what one waits for that is not connected yet."""

    @property
    def awaits(self) -> str: ...

    def is_connected(self) -> bool: ...

    def send(self, data: bytes) -> None: ...

    def receive(self, patience: float) -> bytes:
        """What has come, b"" for nothing within `patience` s."""

    def close(self) -> None: ...


class Socket:
    """A `Link`, to the first of the places of `host` that takes the connection. Who dials again gives the same `host`: a question
    that nobody has answered yet goes on."""

    def __init__(self, host: HostName, port: int) -> None:
        self._host, self._port = host, port
        self._places: deque[str] | None = None
        self._socket: socket.socket | None = None
        self._is_connected, self._refusal = False, 0
        self._unsent, self._at = b"", f"{host.name}:{port}"

    @property
    def awaits(self) -> str:
        return self._host.silence if self._places is None else f"nobody takes the connection at {self._at}"

    def is_connected(self) -> bool:
        """Raises OSError for a name that is none, and where no place of it takes the connection."""
        if self._places is None and (places := self._host.places(0.0)) is not None:
            self._places = deque(places)
            self._dial_next()
        if self._socket is None or self._is_connected:
            return self._is_connected
        if not self._refusal and select.select((), (self._socket,), (), 0.0)[1]:
            self._refusal = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self._is_connected = not self._refusal
        if self._refusal and not self._places:
            raise OSError(f"{self._at}: {os.strerror(self._refusal)}")
        if self._refusal:
            self._dial_next()
        return self._is_connected

    def _dial_next(self) -> None:
        assert self._places, "there is a place"
        self.close()
        family, kind, protocol, _, address = socket.getaddrinfo(
            self._places.popleft(), self._port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )[0]
        self._socket = socket.socket(family, kind, protocol)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = self._socket.connect_ex(address)
        self._refusal = 0 if code == errno.EINPROGRESS else code

    def send(self, data: bytes) -> None:
        self._unsent += data
        while self._unsent and self._socket is not None:
            try:
                sent = self._socket.send(self._unsent)
            except BlockingIOError:
                return
            self._unsent = self._unsent[sent:]

    def receive(self, patience: float) -> bytes:
        if self._socket is None or not select.select((self._socket,), (), (), patience)[0]:
            return b""
        data = self._socket.recv(65536)
        # The shell writes each line by itself, and each waits until the one before is acknowledged: at once, not after 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        if not data:
            raise ConnectionResetError("the other end has closed the link")
        return data

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

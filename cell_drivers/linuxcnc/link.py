"""The socket to a LinuxCNC's shell. Never waits: a connection that is not there yet gives nothing and takes nothing."""

from __future__ import annotations

import os
import select
import socket
from typing import Protocol


class Link(Protocol):
    """Raises OSError where it is lost."""

    def is_connected(self) -> bool: ...

    def send(self, data: bytes) -> None: ...

    def receive(self, patience: float) -> bytes:
        """What has come, b"" for nothing within `patience` s."""

    def close(self) -> None: ...


class Socket:
    """A `Link`."""

    def __init__(self, host: str, port: int) -> None:
        """Raises OSError for a name that is none."""
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        self._socket = socket.socket(family, kind, protocol)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._is_connected, self._unsent, self._at = False, b"", f"{host}:{port}"
        self._socket.connect_ex(address)

    def is_connected(self) -> bool:
        if not self._is_connected and select.select((), (self._socket,), (), 0.0)[1]:
            code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(f"{self._at}: {os.strerror(code)}")
            self._is_connected = True
        return self._is_connected

    def send(self, data: bytes) -> None:
        self._unsent += data
        while self._unsent:
            try:
                sent = self._socket.send(self._unsent)
            except BlockingIOError:
                return
            self._unsent = self._unsent[sent:]

    def receive(self, patience: float) -> bytes:
        if not select.select((self._socket,), (), (), patience)[0]:
            return b""
        data = self._socket.recv(65536)
        # The shell writes each line by itself, and each waits until the one before is acknowledged: at once, not after 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        if not data:
            raise ConnectionResetError("the other end has closed the link")
        return data

    def close(self) -> None:
        self._socket.close()

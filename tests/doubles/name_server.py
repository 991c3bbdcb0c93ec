"""A name server that tells nothing until it is let: it knows one name, and numbers are asked of nobody."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAME = "slow.test"
LONGEST = 60.0
"""s until somebody who waits for it gives up: the test has waited for it then, and says so."""


class NameServer:
    """`places` are what it tells, none for a name that is not known. `questions` counts what it was asked."""

    def __init__(self) -> None:
        self.places: tuple[str, ...] = ("127.0.0.1",)
        self.questions = 0
        self.was_waited_for = False
        self._is_let, self._asks = threading.Event(), socket.getaddrinfo

    def let(self) -> None:
        self._is_let.set()

    def asked(self, host: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
        flags = rest[3] if len(rest) > 3 else more.get("flags", 0)
        if host != NAME or flags & socket.AI_NUMERICHOST:
            return self._asks(host, port, *rest, **more)
        self.questions += 1
        if not self._is_let.wait(LONGEST):
            self.was_waited_for = True
        if not self.places:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [found for place in self.places for found in self._asks(place, port, *rest, **more)]


@contextmanager
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", server.asked)
        try:
            yield server
        finally:
            server.let()
    assert not server.was_waited_for, "somebody waited for the name server"

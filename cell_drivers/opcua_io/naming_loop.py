"""The event loop of a conversation, which asks where its server is beside itself.

asyncio asks in a thread that it waits for at its own end and at that of the process: a name server that says nothing would
keep both.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from cell_drivers.host_names import HostName

LOOK = 0.02  # s between two looks at whether it has answered


class NamingLoop(asyncio.SelectorEventLoop):
    """Of a conversation with `host` and nobody else."""

    def __init__(self, host: HostName) -> None:
        super().__init__()
        self._host = host

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """As socket.getaddrinfo gives them. Raises OSError for a name that is none."""
        while (places := self._host.places(0.0)) is None:
            await asyncio.sleep(LOOK)
        numbers = flags | socket.AI_NUMERICHOST
        return [found for place in places for found in socket.getaddrinfo(place, port, family, type, proto, numbers)]

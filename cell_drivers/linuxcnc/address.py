"""Where a LinuxCNC is: `linuxcnc://HOST:PORT/FOLDER`, the port 5007 where none is given.

FOLDER is where programs are put for it: the controller and this driver must both see it under this path.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

PORT = 5007


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int
    folder: str


def address_of(text: str) -> Address:
    """Raises ValueError, with what would be valid."""
    form = "linuxcnc://HOST:PORT/FOLDER"
    parts = urlsplit(text)
    if parts.scheme != "linuxcnc" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(f"{text!r} is no address of a LinuxCNC: it is written {form}")
    if parts.path.strip("/") == "":
        raise ValueError(f"{text!r} names no folder for programs that the controller sees too: it is written {form}")
    return Address(parts.hostname, parts.port or PORT, unquote(parts.path).rstrip("/"))

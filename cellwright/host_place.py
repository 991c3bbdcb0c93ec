"""Where the host of an address is, however that is written, as far as this machine can tell without asking anybody.

Law: nobody is waited for. A number has several spellings, this machine several names, and its hosts file is a file; a name that
only a name server knows is a place of its own.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

HOSTS = Path("/etc/hosts")
LARGEST = 1_000_000
"""bytes of it that are read."""
HERE = "127.0.0.1"
OF_OLD = re.compile(r"[0-9a-fx.]+", re.IGNORECASE)
"""What may be a number in one of the older spellings, 127.1 or 0x7f000001, which every driver's socket takes."""
Number = IPv4Address | IPv6Address


def host_place(host: str, hosts: Path = HOSTS) -> str:
    """`host` as an address has it, a name or a number. Its number where that can be told, else the name."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return HERE
    number = _number(name) or _listed(name, hosts)
    return name if number is None else _plain(number)


def _number(text: str) -> Number | None:
    try:
        return ip_address(text)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(text)) if OF_OLD.fullmatch(text) else None
    except OSError:
        return None


def _plain(number: Number) -> str:
    """IPv4 where it is that in the clothes of IPv6; and one for what every machine calls itself."""
    if isinstance(number, IPv6Address) and number.ipv4_mapped is not None:
        number = number.ipv4_mapped
    is_here = number.is_unspecified or (isinstance(number, IPv6Address) and number.is_loopback)
    return HERE if is_here else str(number)


def _listed(name: str, hosts: Path) -> Number | None:
    """The first IPv4 number that the file gives to the name, else the first of any kind."""
    found = [number for number, names in _lines(hosts) if name in names]
    return next((number for number in found if isinstance(number, IPv4Address)), next(iter(found), None))


def _lines(hosts: Path) -> Iterator[tuple[Number, tuple[str, ...]]]:
    """Nothing where the file cannot be read."""
    try:
        with hosts.open("rb") as file:
            text = file.read(LARGEST).decode("utf-8", "replace")
    except OSError:
        return
    for line in text.splitlines():
        words = line.partition("#")[0].lower().split()
        number = _number(words[0]) if words else None
        if number is not None:
            yield number, tuple(words[1:])

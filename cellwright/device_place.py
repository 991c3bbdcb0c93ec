"""Which device an address means, however it is written: two cell files that name one robot differently name one robot.

Law: where a driver does not say what tells its devices apart, the whole address does. What it says is never too fine: what it
leaves out (a folder for programs, the stroke of a jaw) makes no other device. A host is where this machine itself has it: no name
server is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from cellwright.host_place import HOSTS, host_place

PORT = "port"


def place_of(address: str, apart: Mapping[str, str] | None, hosts: Path = HOSTS) -> str:
    """`apart`: the port and the words of the query that tell one device of a driver from another, each with what is meant where
    it is not said, "" for nothing. None: the driver says nothing of it. `hosts`: the machine's own file of names."""
    if apart is None:
        return address
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:  # what its driver will refuse
        return address
    if not host:
        return address
    place = host_place(host, hosts)
    said = dict(parse_qsl(parts.query)) | ({PORT: str(port)} if port else {})  # 0 is none, to every driver of ours
    return "".join((f"[{place}]" if ":" in place else place, *_told(said, apart)))


def _told(said: Mapping[str, str], apart: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(apart, key=lambda name: (name != PORT, name)):
        value = _plain(said.get(name, apart[name]))
        if value:
            yield f":{value}" if name == PORT else f" {name}={value}"


def _plain(value: str) -> str:
    """A whole number as everybody writes it: drivers take 9, 09 and 9.0 for the same."""
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() else value

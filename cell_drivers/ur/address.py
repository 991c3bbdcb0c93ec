"""Where a controller listens: `ur://host`, with ports in the query where they are not the usual ones."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    rtde: int = 30004
    dashboard: int = 29999
    script: int = 30002


def read_address(text: str) -> Address:
    """`ur://192.168.0.10` or `ur://127.0.0.1?rtde=40004&dashboard=49999&script=40002`. Raises ValueError with what is wrong."""
    parts = urlsplit(text)
    if parts.scheme != "ur" or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ValueError(
            f"{text!r} is no address of a UR controller: ur://HOST, with ?rtde=PORT&dashboard=PORT&script=PORT if need be"
        )
    ports = dict[str, int]()
    for name, value in parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)):
        if name not in ("rtde", "dashboard", "script") or name in ports:
            raise ValueError(f"{name!r} in {text!r} is no port of a UR controller, or stands there twice")
        if not value.isdecimal() or not 0 < int(value) < 65536:
            raise ValueError(f"{name} in {text!r} is no port: {value!r}")
        ports[name] = int(value)
    return Address(parts.hostname, **ports)

"""Where the screens may be served, and to whom: this machine's loopback, and pages that came from there.

Law: whoever has the page can stop and move robots like whoever began it. So nothing but 127.0.0.1 is bound, and a request that
names another host (a name that was made to lead here) or that a page of another origin makes is turned away.
"""

from __future__ import annotations

from typing import Final

HERE: Final = "127.0.0.1"
USUAL: Final = f"{HERE}:8000"
_NAMES: Final = (HERE, "localhost")


class NotHere(Exception):
    """The address is none to serve the screens at, and why."""


def address_of(text: str) -> tuple[str, int]:
    """Host and port of `[HOST:]PORT`; port 0: one that is free. Raises NotHere."""
    host, _, port = text.rpartition(":")
    if host.strip("[]") not in ("", *_NAMES):
        raise NotHere(
            f"{host!r:.60} is not this machine's loopback: whoever reaches the screens can stop and move robots, so they are"
            f" served on {HERE} only; from elsewhere: ssh -L 8000:{HERE}:8000 MACHINE"
        )
    number = _port(port)
    if number is None:
        raise NotHere(f"{port!r:.20} is no port: 0 to 65535, 0 for one that is free")
    return HERE, number


def _port(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65_535 else None


def own_name(host: str) -> str | None:
    """`localhost:8000` of a header that names this machine, by whichever port a tunnel has here; None where it names another."""
    name, colon, port = host.lower().partition(":")
    if name not in _NAMES or (colon and _port(port) is None):
        return None
    return name + colon + port


def turned_away(host: str, origin: str | None) -> str | None:
    """Why a request is not answered; None where it is. `origin` None: no page of a browser has made it."""
    name = own_name(host)
    if name is None:
        return f"the screens answer to {' and '.join(_NAMES)} only"
    if origin is not None and origin.lower() != f"http://{name}":
        return "a page of another origin has asked for this"
    return None

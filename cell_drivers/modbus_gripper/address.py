"""Where a gripper is found and what it is: the address of a cell file, `modbus://192.0.2.9:502?unit=9&stroke=85`.

`modbus` is Modbus/TCP, `modbus+rtu` are RTU frames over TCP, as a serial server hands them on. Law: what cannot be made sense of
is refused with what was expected; nothing is taken for granted that would change what the jaws do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

FRAMINGS: Mapping[str, Literal["tcp", "rtu"]] = {"modbus": "tcp", "modbus+rtu": "rtu"}
DEFAULT_PORT = 502
DEFAULT_UNIT = 9  # as the gripper comes from its maker
EXPECTED = 'expected like "modbus://192.0.2.9:502?unit=9&stroke=85", or modbus+rtu for RTU frames'


@dataclass(frozen=True, slots=True)
class Address:
    """`stroke` m between the open jaws. `speed` 0..1 of its fastest."""

    host: str
    port: int
    framing: Literal["tcp", "rtu"]
    unit: int
    stroke: float
    speed: float

    def __str__(self) -> str:
        scheme = next(scheme for scheme, framing in FRAMINGS.items() if framing == self.framing)
        return f"{scheme}://{self.host}:{self.port}?unit={self.unit}"


def address_of(text: str) -> Address:
    """Raises ValueError. `stroke` is in mm, `speed` in percent."""
    try:
        parts = urlsplit(text)
        port = parts.port or DEFAULT_PORT
    except ValueError as cause:
        raise ValueError(f"{text!r}: {cause}; {EXPECTED}") from None
    framing = FRAMINGS.get(parts.scheme)
    if framing is None or not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        raise ValueError(f"{text!r} is no address of a Modbus gripper; {EXPECTED}")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unit = _number(text, options, "unit", DEFAULT_UNIT, 0, 247)
    if unit != int(unit):
        raise ValueError(f"{text!r}: unit is a whole number")
    stroke, speed = _number(text, options, "stroke", None, 1, 500), _number(text, options, "speed", 100, 1, 100)
    if options:
        raise ValueError(f"{text!r}: {', '.join(options)} is not known here; {EXPECTED}")
    return Address(parts.hostname, port, framing, int(unit), stroke / 1000.0, speed / 100.0)


def _number(text: str, options: dict[str, str], name: str, default: float | None, low: float, high: float) -> float:
    """Takes it out of `options`. None: it has to be said."""
    if name not in options and default is None:
        raise ValueError(f"{text!r} does not say {name}; {EXPECTED}")
    said = options.pop(name, str(default))
    try:
        value = float(said)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ValueError(f"{text!r}: {name} is {low} to {high}, got {said!r}")
    return value

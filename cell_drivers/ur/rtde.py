"""The wire format of RTDE, protocol version 2, as a client sees it: bytes in, values out, and no socket.

A package is a big-endian uint16 with its whole size, a uint8 with its kind, and a body. Whatever does not fit is `Malformed`: a
size that its kind cannot have, a kind that nobody sends to a client, a truth that is neither 0 nor 1, text that is no text, a
number that is none. Source: Universal Robots, "Real-Time Data Exchange (RTDE) Guide".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cell_drivers.ur.malformed import Malformed

VERSION: Final = 2
HEADER: Final = struct.Struct(">HB")

REQUEST_VERSION: Final = ord("V")
CONTROL_VERSION: Final = ord("v")
TEXT: Final = ord("M")
DATA: Final = ord("U")
SETUP_OUTPUTS: Final = ord("O")
SETUP_INPUTS: Final = ord("I")
START: Final = ord("S")
PAUSE: Final = ord("P")

TYPES: Final[Mapping[str, str]] = {
    "BOOL": "B",
    "UINT8": "B",
    "UINT32": "I",
    "UINT64": "Q",
    "INT32": "i",
    "DOUBLE": "d",
    "VECTOR3D": "3d",
    "VECTOR6D": "6d",
    "VECTOR6INT32": "6i",
    "VECTOR6UINT32": "6I",
}
"""What each type of the protocol is to `struct`."""

Value = bool | int | float | tuple[int, ...] | tuple[float, ...]
Values = Mapping[str, Value]


# --- what a controller sends -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionAnswer:
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class ControlVersion:
    major: int
    minor: int
    bugfix: int
    build: int


@dataclass(frozen=True, slots=True)
class TextMessage:
    """`level`: 0 exception, 1 error, 2 warning, 3 information."""

    text: str
    source: str
    level: int


@dataclass(frozen=True, slots=True)
class OutputsSetUp:
    """`types` as told, among them NOT_FOUND for a field that this controller does not have."""

    recipe: int
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InputsSetUp:
    """`types` as told, among them NOT_FOUND, and IN_USE for a field that another client writes."""

    recipe: int
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Started:
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class Paused:
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class DataPackage:
    recipe: int
    body: bytes


Package = VersionAnswer | ControlVersion | TextMessage | OutputsSetUp | InputsSetUp | Started | Paused | DataPackage


# --- what a client sends ---------------------------------------------------------------------------------------------


def package_of(kind: int, body: bytes = b"") -> bytes:
    """Raises ValueError for a body that no size can tell."""
    size = HEADER.size + len(body)
    if size > 0xFFFF:
        raise ValueError(f"a package has at most 65535 bytes, this one {size}")
    return HEADER.pack(size, kind) + body


def request_version() -> bytes:
    return package_of(REQUEST_VERSION, struct.pack(">H", VERSION))


def request_control_version() -> bytes:
    return package_of(CONTROL_VERSION)


def request_outputs(names: Sequence[str], frequency: float) -> bytes:
    """`frequency` in Hz, of the packages that are to come."""
    return package_of(SETUP_OUTPUTS, struct.pack(">d", frequency) + ",".join(names).encode("ascii"))


def request_inputs(names: Sequence[str]) -> bytes:
    return package_of(SETUP_INPUTS, ",".join(names).encode("ascii"))


def request_start() -> bytes:
    return package_of(START)


def request_pause() -> bytes:
    return package_of(PAUSE)


# --- from bytes to packages ------------------------------------------------------------------------------------------


class Reader:
    """Cuts a stream into packages. After a Malformed the stream has no meaning any more: every further call raises again."""

    def __init__(self) -> None:
        self._left = bytearray()
        self._why: Malformed | None = None

    def feed(self, received: bytes) -> tuple[Package, ...]:
        """The packages that are whole now. Raises Malformed; the packages before it are lost with the link."""
        if self._why is not None:
            raise self._why
        self._left += received
        found = list[Package]()
        try:
            while (body := self._next()) is not None:
                found.append(read_package(*body))
        except Malformed as why:
            self._why = why
            raise
        return tuple(found)

    def _next(self) -> tuple[int, bytes] | None:
        if len(self._left) < HEADER.size:
            return None
        size, kind = HEADER.unpack_from(self._left)
        if size < HEADER.size:
            raise Malformed("rtde", f"a package of {size} bytes")
        if kind not in _READ:  # at once: no waiting for the 64 kB that garbage announces
            raise Malformed("rtde", f"a package of kind {kind}")
        if len(self._left) < size:
            return None
        body = bytes(self._left[HEADER.size : size])
        del self._left[:size]
        return kind, body


def read_package(kind: int, body: bytes) -> Package:
    """Raises Malformed."""
    if kind not in _READ:
        raise Malformed("rtde", f"a package of kind {kind}")
    return _READ[kind](body)


def _truth(body: bytes) -> bool:
    if len(body) != 1 or body[0] > 1:
        raise Malformed("rtde", f"an answer that is neither yes nor no: {body[:8].hex()}")
    return body[0] == 1


def _control_version(body: bytes) -> ControlVersion:
    if len(body) != 16:
        raise Malformed("rtde", f"a controller's version of {len(body)} bytes")
    return ControlVersion(*struct.unpack(">4I", body))


def _text(body: bytes) -> TextMessage:
    text, rest = _counted(body)
    source, rest = _counted(rest)
    if len(rest) != 1 or rest[0] > 3:
        raise Malformed("rtde", f"a text message that ends in {rest[:8].hex()!r}")
    return TextMessage(text, source, rest[0])


def _counted(body: bytes) -> tuple[str, bytes]:
    """A text behind its length in one byte, and what follows it."""
    if not body or len(body) < 1 + body[0]:
        raise Malformed("rtde", "a text message that is shorter than it says")
    return _decoded(body[1 : 1 + body[0]]), body[1 + body[0] :]


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as why:
        raise Malformed("rtde", f"a text that is no text: {text[:16].hex()}") from why


def _types(body: bytes) -> tuple[int, tuple[str, ...]]:
    if not body:
        raise Malformed("rtde", "a recipe without a number")
    told = tuple(_decoded(body[1:]).split(","))
    unknown = [kind for kind in told if kind not in TYPES and kind not in ("NOT_FOUND", "IN_USE")]
    if unknown:
        raise Malformed("rtde", f"a type that is none: {unknown[0]!r:.40}")
    return body[0], told


def _data(body: bytes) -> DataPackage:
    if not body:
        raise Malformed("rtde", "data without a recipe")
    return DataPackage(body[0], body[1:])


_READ: Mapping[int, Callable[[bytes], Package]] = {
    REQUEST_VERSION: lambda body: VersionAnswer(_truth(body)),
    CONTROL_VERSION: _control_version,
    TEXT: _text,
    DATA: _data,
    SETUP_OUTPUTS: lambda body: OutputsSetUp(*_types(body)),
    SETUP_INPUTS: lambda body: InputsSetUp(*_types(body)),
    START: lambda body: Started(_truth(body)),
    PAUSE: lambda body: Paused(_truth(body)),
}

"""Values that cross a wall as plain JSON and back: plan files, journal rows, messages.

Canonical: equal values give equal bytes.
A frozen dataclass becomes an object of its fields, in order, without those that it derives itself; a member of a union of
dataclasses carries its class name under "type". Arrays become lists, mappings objects, frozensets sorted lists. Reading is
strict: an unknown, missing or ill-typed entry is a CodecError that names the path, because a key that is never read is
somebody's typo.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, overload

from cell import later_numpy as np
from cell.codec_reading import CodecError as CodecError
from cell.codec_reading import read_plain

T = TypeVar("T")
MANY = 500
"""Entries that are written in one go."""
text_of = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False).encode
"""The one JSON text of JSON types. Raises ValueError on NaN and on what is not finite."""
_SCALARS = frozenset((str, int, float, bool, type(None)))


def canonical(value: object) -> str:
    """The one JSON text of a value: no spaces, keys in field order, floats by shortest repr. Raises ValueError on NaN."""
    return text_of(_plain(value, {}))


def canonical_in_pieces(value: object) -> Iterator[str]:
    """The same text in pieces. Making one holds the interpreter until it is done, so each is made in well under a millisecond:
    whoever supervises a cell has to look at it while the text of a whole plan is made beside. Raises ValueError on NaN."""
    return text_in_pieces(_plain(value, {}))


def text_in_pieces(plain: Any) -> Iterator[str]:
    """As one call would write JSON types."""
    if not _has_many(plain):
        yield text_of(plain)
    elif isinstance(plain, dict):
        before = "{"
        for key, entry in plain.items():
            yield f"{before}{text_of(key)}:"
            yield from text_in_pieces(entry)
            before = ","
        yield "}"
    else:
        before = "["
        for entry in plain:
            yield before
            yield from text_in_pieces(entry)
            before = ","
        yield "]"


def _has_many(plain: Any) -> bool:
    """Whether there are more than MANY entries in it, however deep. Looks at no more of them."""
    left, waiting = MANY, [plain]
    while waiting:
        of = waiting.pop()
        if isinstance(of, dict | list | tuple):
            left -= len(of)
            if left < 0:
                return True
            waiting.extend(of.values() if isinstance(of, dict) else of)
    return False


def digest(value: object) -> str:
    """sha256 of the canonical text, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def to_plain(value: Any) -> Any:
    """`value` as JSON types. Every dataclass carries its class name, so a reader of any union can tell."""
    return _plain(value, None)


def _plain(value: Any, known: dict[int, Any] | None) -> Any:
    """`known` by identity, of what lives as long as the whole value: a plan has the same facts and needs many times over."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is tuple:
        return [v if type(v) in _SCALARS else _plain(v, known) for v in value]
    match value:
        case str() | int() | float():
            return value.value if isinstance(value, Enum) else value
        case list():
            return [_plain(v, known) for v in value]
        case frozenset():
            return [_plain(v, known) for v in sorted(value)]
        case Mapping():
            return {str(k): _plain(v, known) for k, v in value.items()}
        case _ if dataclasses.is_dataclass(value):
            return _plain_fields(value, known)
        case np.ndarray():  # after all that there may be before numpy is loaded
            return value.tolist()
    raise TypeError(f"no plain form for {kind.__name__}")


def _plain_fields(value: Any, known: dict[int, Any] | None) -> dict[str, Any]:
    if known is not None and id(value) in known:
        found: dict[str, Any] = known[id(value)]
        return found
    plain: dict[str, Any] = {"type": type(value).__name__}
    for name in _field_names(value.__class__):
        field = getattr(value, name)
        plain[name] = field if type(field) in _SCALARS else _plain(field, known)
    if known is not None:
        known[id(value)] = plain
    return plain


@overload
def from_plain(kind: type[T], plain: Any) -> T: ...


@overload
def from_plain(kind: types.UnionType, plain: Any) -> Any: ...


def from_plain(kind: Any, plain: Any) -> Any:
    """The value of the class or union `kind` that `plain` stands for. Raises CodecError."""
    return read_plain(kind, plain)


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.init)

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
import math
import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, overload

import numpy as np

from cell.geometry import frozen

T = TypeVar("T")
MANY = 500
"""Entries that are written in one go."""
_TEXT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False).encode
_SCALARS = frozenset((str, int, float, bool, type(None)))


class CodecError(ValueError):
    """`path` leads to the entry (steps[3].duration), `reason` says what is wrong with it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'the document'}: {reason}")
        self.path = path
        self.reason = reason


def canonical(value: object) -> str:
    """The one JSON text of a value: no spaces, keys in field order, floats by shortest repr. Raises ValueError on NaN."""
    plain = _plain(value, {})
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False)


def canonical_in_pieces(value: object) -> Iterator[str]:
    """The same text in pieces. Making one holds the interpreter until it is done, so each is made in well under a millisecond:
    whoever supervises a cell has to look at it while the text of a whole plan is made beside. Raises ValueError on NaN."""
    return text_in_pieces(_plain(value, {}))


def text_in_pieces(plain: Any) -> Iterator[str]:
    """As one call would write JSON types."""
    if not _has_many(plain):
        yield _TEXT(plain)
    elif isinstance(plain, dict):
        before = "{"
        for key, entry in plain.items():
            yield f"{before}{_TEXT(key)}:"
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
        case np.ndarray():
            return value.tolist()
        case list():
            return [_plain(v, known) for v in value]
        case frozenset():
            return [_plain(v, known) for v in sorted(value)]
        case Mapping():
            return {str(k): _plain(v, known) for k, v in value.items()}
        case _ if dataclasses.is_dataclass(value):
            return _plain_fields(value, known)
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
    return _read(kind, plain, "")


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(kind) if f.init)


@cache
def _field_types(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {f.name: hints[f.name] for f in dataclasses.fields(kind) if f.init}


def _read(kind: Any, plain: Any, path: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(kind), plain, path)
    if origin is Literal:
        if plain not in get_args(kind):
            raise CodecError(path, f"expected one of {', '.join(map(str, get_args(kind)))}, got {plain!r}")
        return plain
    if origin is tuple:
        return _read_tuple(get_args(kind), plain, path)
    if origin is frozenset:
        return frozenset(_read(get_args(kind)[0], v, f"{path}[]") for v in _expect(list, plain, path))
    if origin is not None and issubclass(origin, Mapping):
        of = get_args(kind)[1]
        return {k: _read(of, v, f"{path}.{k}") for k, v in _expect(dict, plain, path).items()}
    if origin is np.ndarray:
        return _read_array(plain, path)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, plain, path)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(plain)
        except ValueError:
            raise CodecError(path, f"expected a {kind.__name__}, got {plain!r}") from None
    return _read_scalar(kind, plain, path)


def _expect(kind: type, plain: Any, path: str) -> Any:
    if not isinstance(plain, kind):
        raise CodecError(path, f"expected {'an object' if kind is dict else 'a list'}, got {type(plain).__name__}")
    return plain


def _read_scalar(kind: Any, plain: Any, path: str) -> Any:
    if kind is float and isinstance(plain, int | float) and not isinstance(plain, bool):
        if not math.isfinite(plain):
            raise CodecError(path, "expected a finite number")
        return float(plain)
    if kind in (int, str, bool, type(None)) and type(plain) is kind:
        return plain
    raise CodecError(path, f"expected {getattr(kind, '__name__', kind)}, got {plain!r:.60}")


def _read_array(plain: Any, path: str) -> Any:
    try:
        return frozen(_expect(list, plain, path))
    except (ValueError, TypeError) as cause:
        raise CodecError(path, f"expected an array of finite numbers ({cause})") from None


def _read_tuple(args: tuple[Any, ...], plain: Any, path: str) -> Any:
    items = _expect(list, plain, path)
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_read(args[0], v, f"{path}[{i}]") for i, v in enumerate(items))
    if len(items) != len(args):
        raise CodecError(path, f"expected {len(args)} entries, got {len(items)}")
    return tuple(_read(a, v, f"{path}[{i}]") for i, (a, v) in enumerate(zip(args, items, strict=True)))


def _read_union(members: tuple[Any, ...], plain: Any, path: str) -> Any:
    if plain is None and type(None) in members:
        return None
    if isinstance(plain, dict):
        for member in members:
            if dataclasses.is_dataclass(member) and getattr(member, "__name__", "") == plain.get("type"):
                return _read(member, plain, path)
        raise CodecError(path, f"unknown type {plain.get('type')!r}")
    for member in members:
        if member is not type(None) and not dataclasses.is_dataclass(member):
            try:
                return _read(member, plain, path)
            except CodecError:
                continue
    raise CodecError(path, f"unexpected {plain!r:.60}")


def _read_dataclass(kind: type, plain: Any, path: str) -> Any:
    entries = dict(_expect(dict, plain, path))
    if entries.pop("type", None) != kind.__name__:
        raise CodecError(path, f"expected a {kind.__name__}, got {plain.get('type')!r}")
    wanted = _field_types(kind)
    for name in entries:
        if name not in wanted:
            raise CodecError(f"{path}.{name}".lstrip("."), "unknown entry")
    values = {}
    for name, of in wanted.items():
        here = f"{path}.{name}".lstrip(".")
        if name not in entries:
            raise CodecError(here, "missing")
        values[name] = _read(of, entries[name], here)
    try:
        return kind(**values)
    except ValueError as cause:
        raise CodecError(path, str(cause)) from None

"""Plain JSON read as values of a class or union: the strict half of codec.py.

What a class takes is worked out once, when the first of it is read; where an entry stands is worked out only where it is wrong.
"""

from __future__ import annotations

import dataclasses
import math
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from itertools import repeat
from typing import Any, Literal, NoReturn, Union, get_args, get_origin

from cell.geometry import Array, Integers, frozen
from cell.later_array import LaterArray, rows

Read = Callable[[Any], Any]


class CodecError(ValueError):
    """`path` leads to the entry (steps[3].duration), `reason` says what is wrong with it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'the document'}: {reason}")
        self.path = path
        self.reason = reason


class Wrong(Exception):
    """On its way out of the entries that it is in, each of which says which one of its own it was."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.way: list[str] = []

    def within(self, entry: str) -> Wrong:
        self.way.append(entry)
        return self


def read_plain(kind: Any, plain: Any) -> Any:
    """Raises CodecError."""
    try:
        return reader_of(kind)(plain)
    except Wrong as wrong:
        raise CodecError("".join(reversed(wrong.way)).lstrip("."), wrong.reason) from None
    except RecursionError:
        raise CodecError("", "is nested too deep") from None


def reader_of(kind: Any) -> Read:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union(get_args(kind))
    if origin is Literal:
        return _literal(get_args(kind))
    if origin is tuple:
        return _tuple(get_args(kind))
    if origin is frozenset:
        return _frozenset(reader_of(get_args(kind)[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(reader_of(get_args(kind)[1]))
    if kind in (Array, Integers):
        return _array
    if kind is LaterArray:
        return _later_array
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _dataclass(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind)
    if kind is str:
        return _text
    return _float if kind is float else _scalar(kind)


# --- one entry -------------------------------------------------------------------------------------------------------


def _float(plain: Any) -> float:
    if not isinstance(plain, int | float) or isinstance(plain, bool):
        raise _unlike(float, plain)
    try:
        found = float(plain)
    except OverflowError:  # JSON has whole numbers without end
        found = math.inf
    if not math.isfinite(found):
        raise Wrong("expected a finite number")
    return found


def _text(plain: Any) -> str:
    """One of each is held: steps, parts and places have their names in a plan again and again, and so have plans of one run."""
    if type(plain) is str:
        return sys.intern(plain)
    raise _unlike(str, plain)


def _scalar(kind: Any) -> Read:
    is_known = kind in (int, bool, type(None))

    def read(plain: Any) -> Any:
        if type(plain) is kind and is_known:
            return plain
        raise _unlike(kind, plain)

    return read


def _unlike(kind: Any, plain: Any) -> Wrong:
    return Wrong(f"expected {getattr(kind, '__name__', kind)}, got {plain!r:.60}")


def _literal(words: tuple[Any, ...]) -> Read:
    def read(plain: Any) -> Any:
        if plain in words:
            return sys.intern(plain) if type(plain) is str else plain
        raise Wrong(f"expected one of {', '.join(map(str, words))}, got {plain!r}")

    return read


def _enum(kind: Any) -> Read:
    def read(plain: Any) -> Any:
        try:
            return kind(plain)
        except ValueError:
            raise Wrong(f"expected a {kind.__name__}, got {plain!r}") from None

    return read


def _array(plain: Any) -> Any:
    try:
        return frozen(_listed(plain))
    except (ValueError, TypeError, OverflowError):  # in numpy's words
        raise Wrong("expected an array of finite numbers, its rows of one length") from None


def _later_array(plain: Any) -> Any:
    try:
        return rows(plain)
    except ValueError as cause:
        raise Wrong(str(cause)) from None


# --- several entries -------------------------------------------------------------------------------------------------


def _listed(plain: Any) -> list[Any]:
    if isinstance(plain, list):
        return plain
    raise Wrong(f"expected a list, got {type(plain).__name__}")


def _named(plain: Any) -> dict[str, Any]:
    if isinstance(plain, dict):
        return plain
    raise Wrong(f"expected an object, got {type(plain).__name__}")


def _tuple(args: tuple[Any, ...]) -> Read:
    if len(args) == 2 and args[1] is Ellipsis:
        return _many(reader_of(args[0]))
    readers = [reader_of(arg) for arg in args]

    def read(plain: Any) -> tuple[Any, ...]:
        items = _listed(plain)
        if len(items) != len(readers):
            raise Wrong(f"expected {len(readers)} entries, got {len(items)}")
        return _in_order(readers, items)

    return read


def _many(of: Read) -> Read:
    return lambda plain: _in_order(repeat(of), _listed(plain))


def _in_order(readers: Iterable[Read], items: list[Any]) -> tuple[Any, ...]:
    found: list[Any] = []
    try:
        for of, item in zip(readers, items, strict=False):  # there may be readers without end
            found.append(of(item))
    except Wrong as wrong:
        wrong.within(f"[{len(found)}]")
        raise
    return tuple(found)


def _frozenset(of: Read) -> Read:
    def read(plain: Any) -> frozenset[Any]:
        items = _listed(plain)
        try:
            return frozenset(map(of, items))
        except Wrong as wrong:
            wrong.within("[]")
            raise

    return read


def _mapping(of: Read) -> Read:
    def read(plain: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, entry in _named(plain).items():
            try:
                found[key] = of(entry)
            except Wrong as wrong:
                wrong.within(f".{key}")
                raise
        return found

    return read


# --- records and unions ----------------------------------------------------------------------------------------------


@cache
def _dataclass(kind: type) -> Read:
    """Its fields are worked out when the first is read: a kind may hold its own kind."""
    shape: tuple[tuple[tuple[str, Read], ...], frozenset[str]] | None = None

    def read(plain: Any) -> Any:
        nonlocal shape
        if _named(plain).get("type") != kind.__name__:
            raise Wrong(f"expected a {kind.__name__}, got {plain.get('type')!r}")
        if shape is None:
            shape = _shape(kind)
        fields, known = shape
        if plain.keys() != known:
            _refuse_entries(plain, known, fields)
        values: list[Any] = []
        try:
            for name, of in fields:
                values.append(of(plain[name]))
        except Wrong as wrong:
            wrong.within(f".{fields[len(values)][0]}")
            raise
        try:
            return kind(*values)
        except ValueError as cause:
            raise Wrong(str(cause)) from None

    return read


def _shape(kind: type) -> tuple[tuple[tuple[str, Read], ...], frozenset[str]]:
    fields = tuple((name, reader_of(of)) for name, of in field_types(kind).items())
    return fields, frozenset(("type", *(name for name, _ in fields)))


def _refuse_entries(plain: dict[str, Any], known: frozenset[str], fields: tuple[tuple[str, Read], ...]) -> NoReturn:
    for name in plain:
        if name not in known:
            raise Wrong("unknown entry").within(f".{name}")
    raise Wrong("missing").within(f".{next(name for name, _ in fields if name not in plain)}")


def field_types(kind: Any) -> dict[str, Any]:
    """In the order in which the class takes them."""
    hints = typing.get_type_hints(kind)
    return {f.name: hints[f.name] for f in dataclasses.fields(kind) if f.init}


@cache
def _union(members: tuple[Any, ...]) -> Read:
    """By its type where that is told, else the first that it can be read as."""
    records: dict[str, Read] = {}
    for member in members:
        if dataclasses.is_dataclass(member):
            records.setdefault(getattr(member, "__name__", ""), reader_of(member))
    others = [reader_of(m) for m in members if m is not type(None) and not dataclasses.is_dataclass(m)]
    may_be_none = type(None) in members

    def read(plain: Any) -> Any:
        if plain is None and may_be_none:
            return None
        if isinstance(plain, dict):
            named = plain.get("type")
            if not isinstance(named, str) or named not in records:
                raise Wrong(f"unknown type {named!r}")
            return records[named](plain)
        for of in others:
            try:
                return of(plain)
            except Wrong:
                continue
        raise Wrong(f"unexpected {plain!r:.60}")

    return read

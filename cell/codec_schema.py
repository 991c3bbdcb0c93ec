"""JSON Schema (draft 2020-12) of values as cell/codec.py writes and reads them."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from cell.geometry import Array, Integers
from cell.later_array import LaterArray

_KIND = "the class itself, while the schema is made"
_SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema_of(*roots: Any, **unions: tuple[Any, ...]) -> dict[str, Any]:
    """Of a document that is one of `roots`; each dataclass has a definition of its own, and so has each of the named `unions`."""
    definitions: dict[str, Any] = {}
    of_roots = _any_of(roots, definitions)
    for name, members in unions.items():
        definitions[name] = _any_of(members, definitions)
    ordered = {key: {k: v for k, v in of.items() if k != _KIND} for key, of in sorted(definitions.items())}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **of_roots, "$defs": ordered}


def _any_of(members: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [_schema(member, definitions) for member in members]}


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _any_of(get_args(kind), definitions)
    if origin is Literal:
        return {"enum": list(get_args(kind))}
    if origin is tuple:
        return _of_tuple(get_args(kind), definitions)
    if origin is frozenset:
        return {"type": "array", "items": _schema(get_args(kind)[0], definitions), "uniqueItems": True}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(get_args(kind)[1], definitions)}
    if kind in (Array, Integers, LaterArray):
        return {"type": "array"}
    if dataclasses.is_dataclass(kind):
        return _of_dataclass(kind, definitions)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    if kind in _SCALARS:
        return {"type": _SCALARS[kind]}
    raise TypeError(f"no schema for {kind!r}")


def _of_tuple(args: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if len(args) == 2 and args[1] is Ellipsis:
        return {"type": "array", "items": _schema(args[0], definitions)}
    entries = [_schema(arg, definitions) for arg in args]
    return {"type": "array", "prefixItems": entries, "minItems": len(args), "maxItems": len(args)}


def _of_dataclass(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    key = _key(kind, definitions)
    if key not in definitions:
        definitions[key] = {_KIND: kind}  # a kind may hold its own kind
        hints = typing.get_type_hints(kind)
        fields = {f.name: _schema(hints[f.name], definitions) for f in dataclasses.fields(kind) if f.init}
        first = (kind.__doc__ or "").strip().split("\n\n")[0]
        about = {} if first.startswith(f"{name}(") or not first else {"description": " ".join(first.split())}
        definitions[key] |= {
            "type": "object",
            **about,
            "properties": {"type": {"const": name}, **fields},
            "required": ["type", *fields],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{key}"}


def _key(kind: Any, definitions: dict[str, Any]) -> str:
    """The class's name; with its module's before it where another class has that name already."""
    name: str = kind.__name__
    if name not in definitions or definitions[name][_KIND] is kind:
        return name
    return f"{kind.__module__.rpartition('.')[2]}.{name}"

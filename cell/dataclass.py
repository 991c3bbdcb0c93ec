"""`dataclass` as the standard library has it, made in a fraction of the time.

A command makes several hundred such classes before it does anything. The library compiles up to six functions of each, one by
one, which was a quarter of every start (decision 0168); from Python 3.13 on it does better. Here what must be compiled is
compiled in one go, and not before it is asked for; what is seldom called is shared.

Law: what comes out cannot be told from what the library makes: fields, replace, match, pickle, copy, ==, hash and repr, and what
is refused. Whatever is beyond the plain case is left to the library. Otherwise than there are a `__doc__` that nobody wrote, the
annotations of `__init__`, of which it has none, and == from Python 3.13 on: here it is as it was before, so that the same object
in both is equal whatever its own == says (a NaN, an array).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from inspect import get_annotations
from operator import attrgetter
from reprlib import recursive_repr
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, **asked):
        return _maker(asked) if cls is None else _maker(asked)(cls)


Methods = dict[str, Any]
_PLAIN = frozenset(("frozen", "slots", "eq"))
_BEYOND = ("ClassVar", "InitVar", "KW_ONLY")


class _NotGiven:
    def __repr__(self) -> str:
        return "<factory>"


_NOT_GIVEN = _NotGiven()


class Taken(NamedTuple):
    """Of a class with two fields or more: its values in the order in which it takes them, and where each name stands."""

    values: attrgetter[tuple[Any, ...]]
    at: dict[str, int]


_TAKEN: WeakKeyDictionary[type, Taken] = WeakKeyDictionary()


def _maker(asked: dict[str, bool]) -> Callable[[type], type]:
    return lambda cls: _made(cls, **asked) if _is_plain(cls, asked) else dataclasses.dataclass(**asked)(cls)


def _is_plain(cls: type, asked: dict[str, bool]) -> bool:
    if asked.keys() - _PLAIN or not asked.get("slots") or any(dataclasses.is_dataclass(base) for base in cls.__mro__[1:]):
        return False
    named = get_annotations(cls)
    kinds, have_default = named.values(), [_has_default(getattr(cls, name, MISSING)) for name in named]
    if have_default != sorted(have_default):  # it refuses that
        return False
    if {"__setattr__", "__delattr__", "__slots__"} & cls.__dict__.keys():  # it refuses them
        return False
    if not all(isinstance(kind, str) and not any(word in kind for word in _BEYOND) for kind in kinds):
        return False
    return all(_is_plain_field(value) for value in cls.__dict__.values() if isinstance(value, Field))


def _is_plain_field(field: Field[Any]) -> bool:
    return field.init and field.repr and field.compare and field.hash is None and field.kw_only is MISSING


def _has_default(value: object) -> bool:
    if isinstance(value, Field):
        return value.default is not MISSING or value.default_factory is not MISSING
    return value is not MISSING


def _made(cls: type, slots: bool, frozen: bool = False, eq: bool = True) -> type:
    own = dict(cls.__dict__)
    if cls.__doc__ is None:  # the library would work out the signature and write that
        cls.__doc__ = f"{cls.__name__}({', '.join(get_annotations(cls))})"
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    said = made.__dataclass_params__  # `frozen` for whoever inherits from it
    said.frozen, said.init, said.repr, said.eq = frozen, True, True, eq
    names, defaults = tuple(made.__dataclass_fields__), _defaults(made)
    hashes = eq and frozen and _may_hash(own)
    if eq and not frozen and _may_hash(own):
        made.__hash__ = None
    later = ["__init__", "__repr__", *(["__eq__"] if eq else []), *(["__hash__"] if hashes else [])]

    def finish() -> None:
        _give(made, own, {"__repr__": _shown(names), **_compiled(made, defaults, frozen, eq, hashes)})

    _give(made, own, {name: _Later(made, name, finish) for name in later})
    _give(made, own, _frozen(made, names) if frozen else {})
    if len(names) > 1 and "__init__" not in own:
        _TAKEN[made] = Taken(attrgetter(*names), {name: k for k, name in enumerate(names)})
    finished: type = made
    return finished


def _give(made: type, own: Methods, methods: Methods) -> None:
    for name, method in methods.items():
        if name not in own or name == "__hash__":
            if not isinstance(method, _Later):
                method.__module__, method.__qualname__ = made.__module__, f"{made.__qualname__}.{name}"
            setattr(made, name, method)


class _Later:
    """Stands where a method will, until somebody asks for it: of most classes that a command makes it never makes a value. Two
    threads may both make it; the one is as good as the other."""

    __slots__ = ("_finish", "_home", "_name")

    def __init__(self, home: type, name: str, finish: Callable[[], None]) -> None:
        self._home, self._name, self._finish = home, name, finish

    def __get__(self, value: object | None, kind: type) -> Any:
        if self._home.__dict__[self._name] is self:
            self._finish()
        return self._home.__dict__[self._name].__get__(value, kind)


def _may_hash(own: Methods) -> bool:
    """A class that has a `==` of its own is given a hash of None by the language, which is nobody's wish."""
    return "__hash__" not in own or (own["__hash__"] is None and "__eq__" in own)


# --- what is compiled ------------------------------------------------------------------------------------------------


def _compiled(made: Any, defaults: tuple[Any, ...], frozen: bool, eq: bool, hashes: bool) -> Methods:
    """__init__, and what compares: as fast in use as if they were written by hand."""
    known: Methods = {"__builtins__": __builtins__, "_not_given": _NOT_GIVEN}
    text = [*_init(made, frozen, known)]
    mine, others = (f"({''.join(f'{of}.{name}, ' for name in made.__dataclass_fields__)})" for of in ("self", "other"))
    if eq:
        text += ["def __eq__(self, other):", " if other.__class__ is not self.__class__: return NotImplemented"]
        text += [f" return {mine} == {others}"]
    if hashes:
        text += ["def __hash__(self):", f" return hash({mine})"]
    whole = compile("\n".join(text), f"<{made.__qualname__}>", "exec")
    codes = [code for code in whole.co_consts if isinstance(code, CodeType)]
    return {c.co_name: FunctionType(c, known, c.co_name, defaults if c.co_name == "__init__" else None) for c in codes}


def _defaults(made: Any) -> tuple[Any, ...]:
    """Of the last fields, one for each; `_NOT_GIVEN` for what is made anew."""
    found: list[Any] = []
    for field in fields(made):
        if field.default is not MISSING:
            found.append(field.default)
        elif field.default_factory is not MISSING:
            found.append(_NOT_GIVEN)
    return tuple(found)


def _init(made: Any, frozen: bool, known: Methods) -> Iterator[str]:
    yield f"def __init__({', '.join(['_self', *(field.name for field in fields(made))])}):"
    for field in fields(made):
        name, value = field.name, field.name
        if field.default_factory is not MISSING:
            known[f"_made_for_{name}"] = field.default_factory
            value = f"_made_for_{name}() if {name} is _not_given else {name}"
        if frozen:
            known[f"_put_{name}"] = getattr(made, name).__set__
        yield f" _put_{name}(_self, {value})" if frozen else f" _self.{name} = {value}"
    yield " _self.__post_init__()" if hasattr(made, "__post_init__") else " return None"


# --- what is shared --------------------------------------------------------------------------------------------------


def _shown(names: tuple[str, ...]) -> Callable[[Any], str]:
    @recursive_repr()
    def __repr__(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return __repr__


def _frozen(made: Any, names: tuple[str, ...]) -> Methods:
    def __setattr__(self: Any, name: str, value: object) -> None:
        if type(self) is made or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(made, self).__setattr__(name, value)

    def __delattr__(self: Any, name: str) -> None:
        if type(self) is made or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(made, self).__delattr__(name)

    def __getstate__(self: Any) -> list[Any]:
        return [getattr(self, name) for name in names]

    def __setstate__(self: Any, state: list[Any]) -> None:
        for name, value in zip(names, state, strict=False):
            object.__setattr__(self, name, value)

    return {one.__name__: one for one in (__setattr__, __delattr__, __getstate__, __setstate__)}


# --- another one, with changes ---------------------------------------------------------------------------------------


def replaced(one: Any, changes: dict[str, Any]) -> Any:
    """As the library's `replace`, for a class that is made here: a fold makes a new state for each event."""
    kind = type(one)
    taken = _TAKEN.get(kind)
    if taken is None:
        return dataclasses.replace(one, **changes)
    values = list(taken.values(one))
    try:
        for name, value in changes.items():
            values[taken.at[name]] = value
    except KeyError as unknown:
        raise TypeError(f"{kind.__name__} has no field {unknown}") from None
    return kind(*values)

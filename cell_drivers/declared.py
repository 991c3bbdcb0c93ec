"""What a driver's module says of itself in its text, which is read and never imported: its first sentence, and constants.

Law: what cannot be read as it stands there (a name, a call, a text that is no module) is not said.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import PathFinder

from cell_drivers.registry import InstalledDriver

LARGEST = 1_000_000
"""bytes of a module that are read."""
SHARED = "SHARES_ADDRESS"
"""A driver whose module says `SHARES_ADDRESS = True`: behind one address are many devices, and others may drive theirs there."""

APART = "TOLD_APART_BY"
"""What tells one device of a driver from another in its address, beside the host, as `{"port": "502", "unit": "9"}`: the port,
words of the query, and what is meant where they are not said. Where a driver says nothing of it the whole address does."""

DRIVES = "DRIVES"
"""Which kinds of devices it drives, in the words of `cell.devices.kind_of`, as `("robot",)`. Where a driver says nothing of it
nobody knows before it is asked."""


def summary(driver: InstalledDriver) -> str:
    """What its module says of itself in its first sentence; else what its package says."""
    module = _parsed(driver)
    words = "" if module is None else ast.get_docstring(module) or ""
    paragraph = " ".join(words.partition("\n\n")[0].split())
    return paragraph.partition(". ")[0].removesuffix(".") or driver.summary


def shares_address(driver: InstalledDriver) -> bool:
    """False where nothing is said: an address is one client's."""
    return any(isinstance(value, ast.Constant) and value.value is True for value in _said(driver, SHARED))


def told_apart_by(driver: InstalledDriver) -> Mapping[str, str] | None:
    """None where nothing is said that can be read."""
    told = (_pairs(value) for value in _said(driver, APART) if isinstance(value, ast.Dict))
    return next((words for words in told if words is not None), None)


def drives(driver: InstalledDriver) -> tuple[str, ...] | None:
    """None where nothing is said that can be read."""
    told = (_words(value) for value in _said(driver, DRIVES) if isinstance(value, ast.Tuple))
    return next((words for words in told if words is not None), None)


def _said(driver: InstalledDriver, constant: str) -> Iterator[ast.expr]:
    """What the module gives to that name, at its outermost level."""
    module = _parsed(driver)
    for statement in module.body if module is not None else ():
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == constant:
                yield value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name == constant:
                yield value


def _pairs(told: ast.Dict) -> Mapping[str, str] | None:
    """None where it is not made of texts alone."""
    found = {}
    for pair in zip(told.keys, told.values, strict=True):
        match pair:
            case ast.Constant(value=str(key)), ast.Constant(value=str(value)):
                found[key] = value
            case _:
                return None
    return found


def _words(told: ast.Tuple) -> tuple[str, ...] | None:
    """None where it is not made of texts alone."""
    found = tuple(word.value for word in told.elts if isinstance(word, ast.Constant) and isinstance(word.value, str))
    return found if len(found) == len(told.elts) else None


def _parsed(driver: InstalledDriver) -> ast.Module | None:
    """None for a text that is no module, or none that can be found."""
    try:
        return ast.parse(_text_of(driver.target.partition(":")[0]))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _text_of(module: str) -> bytes:
    """Its source. Raises OSError where there is none to be found without an import."""
    within: Sequence[str] | None = None
    spec = None
    for end in range(len(parts := module.split("."))):
        spec = PathFinder.find_spec(".".join(parts[: end + 1]), within)
        if spec is None:
            raise FileNotFoundError(module)
        within = list(spec.submodule_search_locations or ())
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise FileNotFoundError(module)
    with open(spec.origin, "rb") as file:
        return file.read(LARGEST)

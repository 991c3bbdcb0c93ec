"""Which place of the program raised a diagnostic: the rule, as a line of source.

`error`, `warning` and `unknown` are watched in every module of the language that has imported them.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import intentlang
from cell.diagnostic import Diagnostic

Site = tuple[str, int]
"""Module and line."""
_MAKERS = ("unknown", "error", "warning")
_ROOT = Path(intentlang.__file__).parent


def modules() -> list[Any]:
    return [importlib.import_module(f"intentlang.{m.name}") for m in pkgutil.iter_modules([str(_ROOT)])]


def all_sites() -> dict[Site, str]:
    """Every call that makes a diagnostic, by its first line, with its code; "" where that is a variable."""
    found = {}
    for path in sorted(_ROOT.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[code, _, *_]) if name in _MAKERS:
                    found[path.stem, node.lineno] = str(code.value) if isinstance(code, ast.Constant) else ""
    return found


@contextmanager
def watched() -> Iterator[Callable[[Diagnostic], Site | None]]:
    """Inside, gives the site of a diagnostic that was made there; None for one made before (a cell that was kept)."""
    made: dict[tuple[object, ...], Site] = {}
    undo: list[tuple[Any, str, Any]] = []
    for module in modules():
        for name in _MAKERS:
            maker = vars(module).get(name)
            if callable(maker):
                undo.append((module, name, maker))
                setattr(module, name, _watching(maker, module.__name__.rpartition(".")[2], made))
    try:
        yield lambda diagnostic: made.get(_key(diagnostic))
    finally:
        for module, name, maker in undo:
            setattr(module, name, maker)


def _watching(maker: Any, module: str, made: dict[tuple[object, ...], Site]) -> Any:
    def make(*args: Any, **more: Any) -> Diagnostic:
        diagnostic: Diagnostic = maker(*args, **more)
        made[_key(diagnostic)] = (module, sys._getframe(1).f_lineno)
        return diagnostic

    return make


def _key(diagnostic: Diagnostic) -> tuple[object, ...]:
    """`replace` makes a copy with another help; the finding is the same."""
    return diagnostic.code, diagnostic.message, diagnostic.spans[:1]

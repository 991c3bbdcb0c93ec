"""Are the claims of these pages enough? One condition of the language at a time is broken, and some claim has to fall.

    python -m tests.language.mutants --count 30 --seed 1
    python -m tests.language.mutants goals.py conditions.py

prints each broken condition that no claim noticed: a rule without a claim, or a condition that changes nothing but a message.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2] / "intentlang"
NO_RULES = frozenset(
    {
        "automaton.py", "codes.py", "format.py", "gather.py", "highlighting.py", "library_files.py", "missing_braces.py",
        "recovery.py", "source.py", "syntax.py", "textmate.py", "vocabulary_document.py",
    }
)  # fmt: skip
"""What reads, writes or lays out a text, and has tests of its own."""
SECONDS = 60
"""For all claims under one broken condition; longer than that counts as noticed."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`node`: the number of the node in `ast.walk`, `how` it is broken."""

    file: str
    node: int
    line: int
    how: str
    text: str


def mutants_of(path: Path) -> Iterator[Mutant]:
    for number, node in enumerate(ast.walk(ast.parse(path.read_text("utf-8")))):
        for how, text in _ways(node):
            yield Mutant(path.name, number, getattr(node, "lineno", 0), how, text)


def _ways(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            yield "never", ast.unparse(test)
            yield "always", ast.unparse(test)
        case ast.comprehension(ifs=[_, *_]):
            yield "unfiltered", " if ".join(ast.unparse(i) for i in node.ifs)
        case ast.BoolOp(values=values):
            for index, value in enumerate(values):
                yield f"without {index}", f"{ast.unparse(value)}   in   {ast.unparse(node)}"


def broken(mutant: Mutant) -> str:
    """The source of the module with that one condition broken."""
    tree = ast.parse((ROOT / mutant.file).read_text("utf-8"))
    node = next(n for number, n in enumerate(ast.walk(tree)) if number == mutant.node)
    if isinstance(node, ast.If | ast.IfExp):
        node.test = ast.Constant(mutant.how == "always")
    elif isinstance(node, ast.comprehension):
        node.ifs = []
    elif isinstance(node, ast.BoolOp):
        node.values = deepcopy(node.values)
        del node.values[int(mutant.how.split()[1])]
    return ast.unparse(ast.fix_missing_locations(tree))


class _Broken(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Hands out the broken module where the whole one is asked for."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.file, self.source = f"intentlang.{mutant.file[:-3]}", str(ROOT / mutant.file), broken(mutant)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self, origin=self.file) if name == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self.file
        exec(compile(self.source, self.file, "exec"), module.__dict__)


def is_noticed(mutant: Mutant) -> bool:
    """Asked in a process of its own, in which nothing of the language is loaded yet."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        os._exit(_noticed(mutant))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != 0


def _noticed(mutant: Mutant) -> int:
    os.close(2)
    sys.meta_path.insert(0, _Broken(mutant))
    try:
        from tests.language.cases import answered, cases, holds

        return 0 if all(holds(case, *answered(case)) for case in cases()) else 1
    except BaseException:
        return 2


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.language.mutants")
    parser.add_argument("files", nargs="*", help="files of intentlang; all that hold rules")
    parser.add_argument("--count", type=int, help="so many, drawn by --seed; all of them if not given")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    paths = [ROOT / f for f in asked.files] or [p for p in sorted(ROOT.glob("*.py")) if p.name not in NO_RULES]
    found = [m for path in paths for m in mutants_of(path)]
    if asked.count is not None:
        found = random.Random(asked.seed).sample(found, min(asked.count, len(found)))
    _load_the_libraries()
    survived = 0
    for mutant in sorted(found, key=lambda m: (m.file, m.line)):
        if not is_noticed(mutant):
            survived += 1
            sys.stdout.write(f"intentlang/{mutant.file}:{mutant.line} {mutant.how}: {mutant.text}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(found)} broken, {len(found) - survived} noticed, {survived} not\n")
    return 0


def _load_the_libraries() -> None:
    """Once, and none of the language, so that each process has only the language itself to load."""
    for name in ("lark", "numpy", "pytest", "cell.standard_verbs"):
        importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main())

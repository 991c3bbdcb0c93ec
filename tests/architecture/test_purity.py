"""The pure middle touches no world through a builtin either.

Import contracts do not see `open`, and they cannot tell numpy's global chance from a seeded generator.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, contracts

PURE = ("cell", "intentlang", "planner", "controller")

IMPURE_CALLS = frozenset({"open", "print", "input", "breakpoint", "exec", "eval", "__import__"})
IMPURE_NUMPY = frozenset({"load", "save", "savez", "savetxt", "loadtxt", "fromfile", "memmap"})
# `numpy.random.default_rng(seed)` is chance that the caller owns; the other functions there share one global state.
GLOBAL_CHANCE = re.compile(r"(np|numpy)\.random\.(?!default_rng$|Generator$|SeedSequence$|PCG64$)\w+")


def rooms_that_act() -> set[str]:
    """Files and folders that the contract of the pure middle lets act: whatever of a package is not among them counts as pure."""
    lines = contracts()["pure-middle"]["ignore_imports"]
    return {line.partition(" -> ")[0].removesuffix(".**").replace(".", "/") for line in lines if line.endswith(" -> *")}


def pure_files() -> Iterator[Path]:
    act = rooms_that_act()
    for path in (path for name in PURE for path in sorted((ROOT / name).rglob("*.py"))):
        module = path.relative_to(ROOT).with_suffix("")
        if act.isdisjoint(str(room) for room in (module, *module.parents)):
            yield path


def impure_calls(text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        is_builtin = called in IMPURE_CALLS
        is_numpy_file = called.split(".")[0] in {"np", "numpy"} and called.split(".")[-1] in IMPURE_NUMPY
        is_global_chance = GLOBAL_CHANCE.fullmatch(called) is not None
        is_unseeded = called.endswith("default_rng") and not node.args
        if is_builtin or is_numpy_file or is_global_chance or is_unseeded:
            found.append(f"{node.lineno}: {called}")
    return found


def test_pure_middle_calls_nothing_that_acts() -> None:
    found = {str(path.relative_to(ROOT)): impure_calls(path.read_text(encoding="utf-8")) for path in pure_files()}
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "line",
    ["open('f')", "print(1)", "np.random.rand(3)", "np.random.default_rng()", "default_rng()", "np.load('f')", "eval('1')"],
)
def test_sees_an_impure_call(line: str) -> None:
    assert impure_calls(line)


def test_lets_seeded_chance_pass() -> None:
    assert impure_calls("np.random.default_rng(7).normal()") == []

"""The cell that the tests of the language are written against: a machine tending cell with a part that nothing grips."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from cell.diagnostic import Diagnostic, Outcome
from cell.model import CellModel
from cell.program import IntentProgram
from cell.standard_verbs import STANDARD
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from intentlang.syntax import CellTree

ROOT = Path(__file__).resolve().parents[2]
BASE = (Path(__file__).parent / "base.cell").read_text("utf-8")


def cell_of(*texts: str) -> Outcome[CellModel]:
    """The model of these texts as files a.cell, b.cell …, with everything that parsing said."""
    trees, found = list[CellTree](), list[Diagnostic]()
    for letter, text in zip("abcdef", texts, strict=False):
        parsed = parse_cell(SourceFile.of(f"{letter}.cell", text), STANDARD)
        found += parsed.diagnostics
        trees += [parsed.value] if parsed.value is not None else []
    if not trees:
        return Outcome(None, tuple(found))
    compiled = compile_cell(trees, STANDARD)
    return Outcome(compiled.value, (*found, *compiled.diagnostics))


@cache
def base() -> CellModel:
    return cell_of(BASE).expect()


@cache
def assembly() -> CellModel:
    """A second cell: groups, features, assemblies, an order queue, sensors, a person."""
    return cell_of((Path(__file__).parent / "assembly.cell").read_text("utf-8")).expect()


def program_of(
    text: str, cell: CellModel | None = None, overrides: Mapping[str, str] | None = None, imported: tuple[str, ...] = ()
) -> Outcome[IntentProgram]:
    """`text` checked against `cell`, with everything that parsing said."""
    parsed = parse_intent(SourceFile.of("test.intent", text), STANDARD)
    if parsed.value is None:
        return Outcome(None, parsed.diagnostics)
    others = [parse_intent(SourceFile.of(f"lib{i}.intent", t), STANDARD).expect() for i, t in enumerate(imported)]
    checked = check_intent(parsed.value, others, cell or base(), STANDARD, overrides)
    return Outcome(checked.value, (*parsed.diagnostics, *checked.diagnostics))


def codes(outcome: Outcome[object] | tuple[Diagnostic, ...]) -> list[str]:
    found = outcome.diagnostics if isinstance(outcome, Outcome) else outcome
    return [d.code for d in found]


def lines(outcome: Outcome[object], file: str) -> list[tuple[int, str]]:
    """(line, code) of each finding in `file`, in order."""
    return sorted((d.spans[0].start.line, d.code) for d in outcome.diagnostics if d.spans[0].file == file)

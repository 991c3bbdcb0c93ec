"""One style: formatting twice is formatting once, and what a text says is the same before and after."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings

from cell.diagnostic import Span
from cell.standard_verbs import STANDARD
from intentlang import syntax
from intentlang.format import WIDTH, format_source
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from tests.intentlang.cells import ROOT
from tests.intentlang.texts import cells, intents

_EXAMPLES = sorted(p for ending in ("cell", "intent") for p in (ROOT / "examples").glob(f"*/*.{ending}"))


def formatted(text: str, name: str = "a.intent") -> str:
    return format_source(SourceFile.of(name, text), STANDARD).expect()


def said(node: object) -> object:
    """A tree without spans. A block's `within` may stand anywhere in it, so it counts as last."""
    match node:
        case Span() | SourceFile() | int() if not isinstance(node, bool):
            return None if not isinstance(node, int) else node
        case syntax.BlockNode():
            last = [x for x in node.statements if isinstance(x, syntax.WithinNode)]
            return ("block", *[said(x) for x in node.statements if x not in last], *sorted((said(x) for x in last), key=repr))
        case tuple():
            return tuple(said(x) for x in node)
        case _ if dataclasses.is_dataclass(node):
            skipped = ("span", "source", "last_line", "broken_lines")
            fields = [f.name for f in dataclasses.fields(node) if f.name not in skipped]
            return (type(node).__name__, *[said(getattr(node, f)) for f in fields])
        case _:
            return node


@given(intents())
@settings(max_examples=60, deadline=None)
def test_formatting_an_intent_twice_is_formatting_it_once_and_says_the_same(text: str) -> None:
    before = parse_intent(SourceFile.of("a.intent", text), STANDARD)
    assert before.is_ok, before.diagnostics
    once = formatted(text)
    assert formatted(once) == once
    assert said(parse_intent(SourceFile.of("a.intent", once), STANDARD).expect()) == said(before.expect())


@given(cells())
@settings(max_examples=30, deadline=None)
def test_formatting_a_cell_twice_is_formatting_it_once_and_says_the_same(text: str) -> None:
    before = parse_cell(SourceFile.of("a.cell", text), STANDARD)
    assert before.is_ok, before.diagnostics
    once = formatted(text, "a.cell")
    assert formatted(once, "a.cell") == once
    assert said(parse_cell(SourceFile.of("a.cell", once), STANDARD).expect()) == said(before.expect())


@given(intents())
@settings(max_examples=30, deadline=None)
def test_keeps_every_comment(text: str) -> None:
    def comments(text: str) -> list[str]:
        return sorted(line.partition("#")[2].strip() for line in text.splitlines() if "#" in line)

    assert comments(formatted(text)) == comments(text)


def test_lays_out_a_careless_text() -> None:
    text = (
        'use   "a.cell"\n\n\n\nfor   each s in infeed until outfeed.count>=36parts{ # batch\n'
        "process s at lathe using OP10   #go\n\n  within 5min\n inspect s at gauge\n\n}  # done\n"
        'on  a or b.c :retry 2,then hold "x  y"'
    )
    assert formatted(text) == (
        'use "a.cell"\n\nfor each s in infeed until outfeed.count >= 36 parts {  # batch\n'
        "  process s at lathe using OP10  # go\n\n  inspect s at gauge\n  within 5 min\n}  # done\n"
        'on a or b.c: retry 2, then hold "x  y"\n'
    )


def test_within_moves_behind_the_last_line_with_its_comment_and_stays_before_policies() -> None:
    text = "{}\n# soon\nwithin 5 s  # really\nin order {\n  move a to b\n}\non jam: skip\n".replace("{}", "move c to d")
    assert formatted(text) == ("move c to d\nin order {\n  move a to b\n}\n# soon\nwithin 5 s  # really\non jam: skip\n")


def test_breaks_long_lists_behind_commas() -> None:
    names = ", ".join(f"part_number_{i}" for i in range(20))
    text = formatted(f"tool t {{\n  grips [{names}]\n}}", "a.cell")
    assert max(map(len, text.splitlines())) <= WIDTH
    assert formatted(text, "a.cell") == text


def test_a_text_that_does_not_parse_is_left_alone() -> None:
    outcome = format_source(SourceFile.of("a.intent", "for each s infeed {"), STANDARD)
    assert outcome.value is None
    assert outcome.diagnostics


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*/*.[ci]*[lt]")), ids=lambda p: p.name)
def test_our_examples_are_in_the_one_style(path: Path) -> None:
    text = path.read_text("utf-8")
    assert formatted(text, path.name) == text

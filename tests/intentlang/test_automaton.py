"""What runs our tables reads as lark does, word by word, and goes on from before a change as if it had begun anew."""

from __future__ import annotations

import random
from typing import Any

import pytest
from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from cell.standard_verbs import STANDARD
from intentlang import automaton
from intentlang.automaton import Defect, Lexeme, Reading
from intentlang.build import Builder
from intentlang.parse import parser, tables
from tests.intentlang.by_lark import tree_of
from tests.intentlang.test_highlighting import TEXTS

Word = tuple[str, str, int, int]
MARKS = {"_NL", "COMMA", "AND", "OR"}


class Words:
    """A builder that makes of every rule its name and what it holds, as lark's tree says it."""

    def __init__(self) -> None:
        self.reserved: list[object] = []

    def __getattr__(self, rule: str) -> Any:
        return lambda children: (rule, tuple(_plain(c) for c in children))


def _plain(made: Any) -> Any:
    return (made.type, made.text, made.line, made.column) if isinstance(made, Lexeme) else made


def _of_lark(node: Tree[Token] | Token) -> Any:
    if isinstance(node, Tree):
        return (str(node.data), tuple(_of_lark(c) for c in node.children))
    return None if node.type in MARKS else (str(node.type), str(node), node.line, node.column)


def read(text: str, is_cell: bool) -> Any:
    return Reading(tables(STANDARD), Words(), "cell_file" if is_cell else "intent_file").read(text)


@pytest.mark.parametrize(("where", "is_cell", "text"), TEXTS)
def test_reads_every_text_as_lark_does(where: str, is_cell: bool, text: str) -> None:
    ours = read(text, is_cell)
    try:
        whole = tree_of(text, is_cell)
    except UnexpectedInput as defect:
        assert isinstance(ours, Defect)
        assert_same(ours, defect, text)
        return
    assert [_plain(made) for made in ours] == list(_of_lark(whole)[1])


def assert_same(ours: Defect, defect: UnexpectedInput, text: str) -> None:
    if isinstance(defect, UnexpectedCharacters):
        assert ours.kind is None
        assert [ours.index, ours.line, ours.column] == [defect.pos_in_stream, defect.line, defect.column]
        return
    assert isinstance(defect, UnexpectedToken)
    assert (ours.kind, set(ours.expected)) == (defect.token.type, set(defect.expected))
    assert set(ours.accepted) == set(defect.accepts or ())
    if ours.kind != "$END":
        assert ours.index == defect.pos_in_stream
        assert ours.text == str(defect.token)
        assert (ours.line, ours.column) == (defect.token.line, defect.token.column)


@pytest.mark.parametrize("seed", range(6))
def test_finds_the_first_defect_where_lark_finds_it(seed: int) -> None:
    draw = random.Random(seed)
    for _, is_cell, text in draw.sample(TEXTS, 25):
        at = draw.randrange(len(text) + 1)
        broken = text[:at] + draw.choice(("{", "}", "(", ")", '"', "and ", "$", "in", "3 ", ",", "\n", "")) + text[at + 1 :]
        ours = read(broken, is_cell)
        try:
            whole = tree_of(broken, is_cell)
        except UnexpectedInput as defect:
            assert isinstance(ours, Defect), broken
            assert_same(ours, defect, broken)
        else:
            assert [_plain(made) for made in ours] == list(_of_lark(whole)[1])


STATEMENTS = (
    "move shaft to outfeed",
    "for each s in infeed until outfeed.count >= 36 parts, in order {\n  process s at lathe\n  do t(a, [1,\n 2], (3, b))\n",
    "in order {",
    "}",
    "when a is x {",
    "} otherwise when b is not y {",
    "never (r1 in aisle and r2 in aisle) # why",
    'on jam, cut: retry 2 torque 3 Nm, then hold "so"',
    "do t([\n  1,\n  2,\n  3 4,\n  5\n])",
    "param use = 3 mm",
)


@pytest.mark.parametrize("seed", range(12))
def test_goes_on_from_before_a_change_as_if_it_had_begun_anew(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "_APART", 20)
    draw = random.Random(seed)
    text = "\n".join(draw.choice(STATEMENTS) for _ in range(40))
    builder = Builder("a.intent")
    reading, unchanged = Reading(tables(STANDARD), builder, "intent_file"), 0
    for _ in range(60):
        found = reading.read(text, unchanged)
        anew = Builder("a.intent")
        assert found == Reading(tables(STANDARD), anew, "intent_file").read(text)
        assert builder.reserved == anew.reserved
        if not isinstance(found, Defect):
            return
        # Sometimes a line before, as where a brace is missing long before it is missed.
        unchanged = text.rfind("\n", 0, max(0, found.index - draw.choice((0, 0, 0, 50)))) + 1
        line_end = text.find("\n", unchanged)
        line_end = len(text) if line_end < 0 else line_end
        text = text[:unchanged] + " " * (line_end - unchanged) + text[line_end:] if found.kind != "$END" else text + "\n}"


def test_reads_little_again_for_a_mistake_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    before = Reading._from

    def noted(self: Reading, at: Any, text: str) -> object:
        begun.append(at.index)
        return before(self, at, text)

    monkeypatch.setattr(Reading, "_from", noted)
    text = "move shaft to outfeed\n" * 1000
    reading = Reading(tables(STANDARD), Builder("a.intent"), "intent_file")
    assert isinstance(reading.read(text + "move\n"), Defect)
    assert not isinstance(reading.read(text + "    \n", len(text)), Defect)
    assert begun[0] == 0
    assert len(text) - 5000 < begun[1] < len(text)


def test_only_the_line_end_holds_line_ends() -> None:
    assert [t.name for t in parser(STANDARD).terminals if t.name != "_NL" and _holds_line_end(t.pattern.to_regexp())] == []


def _holds_line_end(pattern: str) -> bool:
    plain = pattern.replace("[^\\n]", "").replace("[^\n]", "").replace('[^"\\n]', "").replace('[^"\n]', "")
    return "\n" in plain or "\\n" in plain or "\\s" in plain

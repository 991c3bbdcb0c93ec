"""The grammar is what the design says it is: LALR(1) without one ambiguity, 26 reserved words, nothing domain-specific in it."""

from __future__ import annotations

import re

import pytest

from cell.standard_verbs import STANDARD
from intentlang import syntax
from intentlang.parse import grammar, parse_cell, parse_intent, parser
from intentlang.source import SourceFile
from intentlang.words import RESERVED, excluded_units, nearest
from tests.intentlang.cells import ROOT, codes


def parsed(text: str) -> syntax.IntentTree:
    return parse_intent(SourceFile.of("a.intent", text), STANDARD).expect()


def test_passes_the_strict_mode_for_both_start_symbols() -> None:
    strict = parser(STANDARD, strict=True)
    strict.parse("move a to b", start="intent_file")
    strict.parse("bin b {\n}", start="cell_file")


def test_has_26_reserved_words_and_they_are_those_of_the_grammar() -> None:
    in_grammar = set(re.findall(r"^[A-Z]+\.2: /(\w+)\\b/", grammar(STANDARD), re.MULTILINE)) | {"order", "any", "not"}
    assert in_grammar == RESERVED
    assert len(RESERVED) == 26


def test_no_registered_word_is_in_the_grammar() -> None:
    rules = grammar(STANDARD).split("QUANTITY.3")[0]
    rules = re.sub(r"//[^\n]*", "", rules)
    for word in (*STANDARD.kinds, *STANDARD.verbs, *STANDARD.role_words, *STANDARD.objectives):
        assert not re.search(rf'"{word}"|/{word}\\b', rules), word


def test_a_number_takes_no_unit_from_the_word_behind_it() -> None:
    words = excluded_units(STANDARD)
    assert {"and", "or", "then", "torque", "at", "for", "length"} <= set(words)
    assert not set(words) & set(STANDARD.units)
    tree = parsed("on jam: retry 2 torque 3 Nm")
    policy = tree.block.statements[0]
    assert isinstance(policy, syntax.PolicyNode)
    rung = policy.ladder[0]
    assert isinstance(rung, syntax.RetryNode)
    assert (rung.tries.unit, rung.phrases[0].amount) == ("", rung.phrases[0].amount)
    assert rung.phrases[0].name.text == "torque"
    condition = parsed("never a.b < 8 and c.d > 7").block.statements[0]
    assert isinstance(condition, syntax.NeverNode)
    assert isinstance(condition.condition, syntax.JoinNode)


@pytest.mark.parametrize("name", ["infeed", "format", "done", "island", "every_one", "notch", "oracle", "skipper", "in_order"])
def test_a_name_may_begin_with_a_reserved_word(name: str) -> None:
    text = f"for each {name} in {name} until {name}.x is {name} {{\n  move {name} in_to {name}\n}}\nnever {name} not in {name}\n"
    outcome = parse_intent(SourceFile.of("a.intent", text), STANDARD)
    assert codes(outcome) == []


def test_a_missing_keyword_is_not_found_inside_a_name() -> None:
    assert codes(parse_intent(SourceFile.of("a.intent", "for each s infeed {\n}"), STANDARD)) == ["E101"]


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_reserved_word_names_nothing_in_an_intent_and_may_name_an_attribute(word: str) -> None:
    outcome = parse_intent(SourceFile.of("a.intent", f"move a to {word}"), STANDARD)
    assert codes(outcome)
    cell = parse_cell(SourceFile.of("a.cell", f"bin b {{\n  {word} 3 s\n}}"), STANDARD)
    assert codes(cell) == []
    assert codes(parse_cell(SourceFile.of("a.cell", f"bin {word} {{\n}}"), STANDARD)) == ["E103"]


def test_parses_the_pairs_of_the_design_and_our_examples() -> None:
    folder = ROOT.parent / "shared" / "design" / "language"
    texts = [
        p for ending in ("cell", "intent") for p in (*(ROOT / "examples").glob(f"*/*.{ending}"), *folder.glob(f"*.{ending}"))
    ]
    assert texts
    for path in texts:
        parse = parse_cell if path.suffix == ".cell" else parse_intent
        assert parse(SourceFile.of(path.name, path.read_text("utf-8")), STANDARD).diagnostics == ()


def test_spans_count_lines_and_columns_from_one() -> None:
    tree = parsed("\n  move a.b to c # why\n")
    goal = tree.block.statements[0]
    assert isinstance(goal, syntax.GoalNode)
    assert (goal.span.start.line, goal.span.start.column, goal.span.end.column) == (2, 3, 16)
    assert (goal.object.span.start.column, goal.object.span.end.column) == (8, 11)


def test_the_span_of_a_block_statement_is_its_head() -> None:
    tree = parsed("for each s in t,\n  in order {\n  move s to u\n}")
    each = tree.block.statements[0]
    assert isinstance(each, syntax.EachNode)
    assert (each.in_order, each.span.end.line, each.span.end.column) == (True, 2, 11)
    assert each.block.span.end.line == 4


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("outfed", ["outfeed", "infeed"], "outfeed"),
        ("lahte", ["lathe", "gauge"], "lathe"),
        ("robt", ["robot", "root"], "robot"),
        ("to", ["at", "by"], None),
        ("xyz", ["outfeed"], None),
        ("Lathe", ["lathe"], "lathe"),
    ],
)
def test_nearest_word(word: str, known: list[str], meant: str | None) -> None:
    assert nearest(word, known) == meant

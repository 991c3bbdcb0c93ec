"""The highlighters see what the parser's lexer sees, in every text that we have; their files are what the registry makes today.

Oracle: the tokens of lark. The TextMate grammar is read here as an editor reads it: at each place the match that begins first, of
those the first in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pygments.lexers
import pytest
from lark.exceptions import UnexpectedInput
from pygments.token import Error, Whitespace

from cell.standard_verbs import STANDARD
from intentlang.textmate import SCOPES, textmate_grammar
from intentlang.vocabulary_document import VocabularyDocument, vocabulary_schema
from intentlang.words import RESERVED
from tests.intentlang.by_lark import tree_of
from tests.intentlang.test_spec import blocks
from tests.intentlang.test_vocabulary import GROWN
from tui.pygments_lexer import TOKENS, CellwrightLexer, lexer_of

ROOT = Path(__file__).parents[2]
GRAMMAR = ROOT / "docs" / "editors" / "cellwright.tmLanguage.json"
SCHEMA = ROOT / "docs" / "schemas" / "vocabulary.schema.json"
FILES = sorted(p for p in (ROOT / "examples").rglob("*") if p.suffix in (".intent", ".cell"))
TEXTS = [(str(p.relative_to(ROOT)), p.suffix == ".cell", p.read_text("utf-8")) for p in FILES]
TEXTS += [(where, language == "cell", text) for where, language, text in blocks()]
# `retry 2 forse 20 N`: only the parser knows that a count takes no unit; who does not takes the misspelt word for one.
TEXTS = [(where, is_cell, text) for where, is_cell, text in TEXTS if "forse" not in text]
_LOOKS = {"STRING": "text", "DIMS": "size", "QUANTITY": "quantity", "NUMBER": "number", "NAME": "name"}
_SIGNS = {"CMP", "EQUAL", "PLUS_MINUS"}
_MARKS = {"LBRACE", "RBRACE", "LPAR", "RPAR", "LSQB", "RSQB", "COMMA", "COLON", "DOT"}
Tokens = list[tuple[int, str, str]]


def lexed(text: str, is_cell: bool) -> Tokens | None:
    """(where, look, text) of each token as the parser reads it; None for a text that does not parse."""
    try:
        tree = tree_of(text, is_cell)
    except UnexpectedInput:
        return None
    found: Tokens = []
    for token in tree.scan_values(lambda _: True):
        if token.type == "_NL":
            continue
        assert token.start_pos is not None
        found.append((token.start_pos, _look(token.type), str(token)))
    return sorted(found)


def _look(terminal: str) -> str:
    if terminal in _MARKS:
        return "mark"
    return "operator" if terminal in _SIGNS else _LOOKS.get(terminal, "keyword")


def as_seen(found: Tokens) -> Tokens:
    """What stands in the place of a name may be a reserved word (`every 6 s` of a conveyor) or a role; both are shown as such."""
    return [(at, _as_word(text) if look == "name" else look, text) for at, look, text in found]


def _as_word(text: str) -> str:
    return "keyword" if text in RESERVED else "role" if text in STANDARD.role_words else "name"


def by_pygments(text: str, lexer: type[CellwrightLexer] = CellwrightLexer) -> Tokens:
    looks = {token: look for look, token in TOKENS.items()}
    found: Tokens = []
    for at, token, value in lexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(text):
        assert token is not Error, value
        if token is not Whitespace and looks[token] != "comment":
            found.append((at, looks[token], value))
    return found


def by_textmate(text: str, made: Mapping[str, Any] | None = None) -> Tokens:
    grammar = made or json.loads(GRAMMAR.read_text("utf-8"))
    looks = {f"{scope}.cellwright": look for look, scope in SCOPES.items()}
    patterns = [(re.compile(p["match"]), looks[p["name"]]) for p in grammar["patterns"]]
    found, start = Tokens(), 0
    for line in text.splitlines(keepends=True):  # an editor reads line by line
        at = 0
        while matches := [(m.start(), i, m) for i, (p, _) in enumerate(patterns) if (m := p.search(line, at))]:
            _, index, match = min(matches)
            if patterns[index][1] != "comment":
                found.append((start + match.start(), patterns[index][1], match[0]))
            at = match.end()
        start += len(line)
    return found


PARSED = [(where, text, tokens) for where, is_cell, text in TEXTS if (tokens := lexed(text, is_cell)) is not None]


@pytest.mark.parametrize(("where", "text", "tokens"), PARSED, ids=[p[0] for p in PARSED])
def test_both_highlighters_see_what_the_parser_sees(where: str, text: str, tokens: Tokens) -> None:
    assert by_pygments(text) == as_seen(tokens)
    assert by_textmate(text) == as_seen(tokens)


def test_words_of_a_package_look_like_ours() -> None:
    text = "bake shaft inside o soak 1 weeks"
    looks = ["name", "name", "role", "name", "role", "quantity"]
    assert [look for _, look, _ in by_pygments(text, lexer_of(GROWN))] == looks
    assert [look for _, look, _ in by_textmate(text, textmate_grammar(GROWN))] == looks
    assert "role" not in [look for _, look, _ in by_textmate(text)], "these words are not ours"
    document = VocabularyDocument.of(GROWN)
    assert {"oven", "bake", "weeks"} <= {*(k.name for k in document.kinds), *(v.name for v in document.verbs), *GROWN.units}
    assert VocabularyDocument.model_validate_json(document.model_dump_json()) == document


def test_pygments_finds_the_lexer_by_name_and_by_file() -> None:
    assert isinstance(pygments.lexers.get_lexer_by_name("intent"), CellwrightLexer)
    assert isinstance(pygments.lexers.get_lexer_for_filename("cell.cell"), CellwrightLexer)


def test_the_published_files_are_what_the_registry_makes_today() -> None:
    """`python -m tests.intentlang.test_highlighting` writes them."""
    assert json.loads(GRAMMAR.read_text("utf-8")) == textmate_grammar(STANDARD)
    assert json.loads(SCHEMA.read_text("utf-8")) == vocabulary_schema()


def test_the_vocabulary_as_a_document_is_the_whole_of_it_and_reads_back() -> None:
    document = VocabularyDocument.of(STANDARD)
    assert {k.name for k in document.kinds} == set(STANDARD.kinds)
    assert {v.name for v in document.verbs} == set(STANDARD.verbs)
    assert {u.symbol for u in document.units} == set(STANDARD.units)
    assert VocabularyDocument.model_validate_json(document.model_dump_json()) == document


if __name__ == "__main__":
    for path, content in ((GRAMMAR, textmate_grammar(STANDARD)), (SCHEMA, vocabulary_schema())):
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")

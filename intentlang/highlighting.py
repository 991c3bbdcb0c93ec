"""What each stretch of a text is to the eye: the rules of the highlighters, made from the grammar's own words and the registry.

One table serves every highlighter (the Pygments lexer of the program, the TextMate grammar for editors), so that none of them
can know another language than the parser. A rule's pattern is a regular expression that Python and Oniguruma both read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cell.vocabulary import Vocabulary
from intentlang.parse import quantity_pattern
from intentlang.words import RESERVED

Look = Literal["comment", "text", "size", "quantity", "number", "keyword", "role", "operator", "mark", "name"]


@dataclass(frozen=True, slots=True)
class Rule:
    look: Look
    pattern: str


def rules(vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """In the order in which they are to be tried at a place; where none fits there is a space, or a mistake."""
    return (
        Rule("comment", r"#[^\n]*"),
        Rule("text", r'"[^"\n]*"'),
        Rule("size", r"\d+x\d+(?:x\d+)?\b"),
        Rule("quantity", quantity_pattern(vocabulary)),
        Rule("number", r"-?\d+(?:\.\d+)?"),
        Rule("keyword", rf"(?:in[ \t]+order|any[ \t]+order|{_any_of(RESERVED)})\b"),
        Rule("role", rf"(?:{_any_of(vocabulary.role_words - RESERVED)})\b"),
        Rule("name", r"[a-zA-Z_][a-zA-Z0-9_]*"),
        Rule("operator", r"<=|>=|<|>|=|±|\+/-"),
        Rule("mark", r"[{}()\[\],:.]"),
    )


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words))

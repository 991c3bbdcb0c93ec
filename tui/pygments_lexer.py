"""A Pygments lexer, found by the names `cellwright`, `intent` and `cell`: for documentation, notebooks and `pygmentize`. It knows
the words that are installed, as the parser does."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String, Whitespace, _TokenType

from cell.vocabulary import Vocabulary
from cellwright.words import installed_words
from intentlang.highlighting import Look, rules

TOKENS: dict[Look, _TokenType] = {
    "comment": Comment.Single,
    "text": String.Double,
    "size": Number.Integer,
    "quantity": Number.Float,
    "number": Number,
    "keyword": Keyword,
    "role": Keyword.Type,
    "operator": Operator,
    "mark": Punctuation,
    "name": Name,
}


def tokens_of(vocabulary: Vocabulary) -> dict[str, list[tuple[str, _TokenType]]]:
    """What a RegexLexer goes by, for a text in these words."""
    looks = ((rule.pattern, TOKENS[rule.look]) for rule in rules(vocabulary))
    return {"root": [(r"\s+", Whitespace), *looks, (r".", Error)]}


class CellwrightLexer(RegexLexer):  # type: ignore[misc]  # Pygments ships no types
    name = "Cellwright"
    url = ""
    aliases: ClassVar[list[str]] = ["cellwright", "intent", "cell"]
    filenames: ClassVar[list[str]] = ["*.intent", "*.cell"]
    tokens: ClassVar[dict[str, list[tuple[str, _TokenType]]]] = tokens_of(installed_words().expect())


def lexer_of(vocabulary: Vocabulary) -> type[CellwrightLexer]:
    """The lexer of a text in these words, whatever is installed."""
    return type("CellwrightLexer", (CellwrightLexer,), {"tokens": tokens_of(vocabulary)})

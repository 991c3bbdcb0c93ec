"""A Pygments lexer, found by the names `cellwright`, `intent` and `cell`: for documentation, notebooks and `pygmentize`."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String, Whitespace, _TokenType

from cell.standard_verbs import STANDARD
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


class CellwrightLexer(RegexLexer):  # type: ignore[misc]  # Pygments ships no types
    name = "Cellwright"
    url = ""
    aliases: ClassVar[list[str]] = ["cellwright", "intent", "cell"]
    filenames: ClassVar[list[str]] = ["*.intent", "*.cell"]
    tokens: ClassVar[dict[str, list[tuple[str, _TokenType]]]] = {
        "root": [(r"\s+", Whitespace), *((rule.pattern, TOKENS[rule.look]) for rule in rules(STANDARD)), (r".", Error)]
    }

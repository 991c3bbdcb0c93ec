"""The oracle for what reads a text: lark, with its own lexer and its own loop, and our grammar."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lark import Lark, Token, Tree

from cell.standard_verbs import STANDARD
from intentlang.parse import grammar


class _InsideBrackets:
    """Drops line ends inside ( ) and [ ], where a statement may go over several lines."""

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth = 0
        for token in stream:
            depth += (token.type in ("LPAR", "LSQB")) - (token.type in ("RPAR", "RSQB"))
            if token.type != "_NL" or depth <= 0:
                yield token


@lru_cache(maxsize=1)
def _oracle() -> Lark:
    starts = ["cell_file", "intent_file"]
    more = {"keep_all_tokens": True, "maybe_placeholders": False, "postlex": _InsideBrackets()}
    return Lark(grammar(STANDARD), parser="lalr", start=starts, **more)


def tree_of(text: str, is_cell: bool) -> Tree[Token]:
    """Raises UnexpectedInput."""
    return _oracle().parse(text, start="cell_file" if is_cell else "intent_file")

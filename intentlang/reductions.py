"""What becomes of each rule as soon as it is complete: a node of ours, so that no tree of the parser's stands beside our own.

The parser keeps nothing but what is still open, and nobody walks down a tree, so depth costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class ParserTree(Protocol):
    children: list[Any]


Reduction = Callable[[list[Any]], Any]

_MARKS = ("_NL", "COMMA", "AND", "OR")
"""Tokens that stand between things. What they separate is kept until the last of it is there, and one is larger than a node."""


class Reductions(dict[Any, Reduction]):
    """By rule, what is made of its children: what the method of `builder` with the rule's name makes of them. A rule without one
    is a tree, which the rule around it takes apart; of a mark nothing is made. `trees` makes the parser's tree of a rule. Without
    a builder nothing is made at all: for whoever asks only whether a text parses."""

    def __init__(self, trees: Mapping[Any, Callable[[list[Any]], ParserTree]], builder: object | None) -> None:
        super().__init__(dict.fromkeys(_MARKS, _nothing))
        self._trees = trees
        self._builder = builder

    def __missing__(self, rule: Any) -> Reduction:
        found = self[rule] = _nothing if self._builder is None else self._of(rule)
        return found

    def _of(self, rule: Any) -> Reduction:
        whole = self._trees[rule]
        build = getattr(self._builder, rule.alias or rule.origin.name, None)
        return whole if build is None else lambda children: build(whole(children).children)


def _nothing(children: Any) -> None:
    """Of a mark, and where only the first defect is wanted."""

"""From the parser's reductions to our own nodes. Every method takes the children of one rule, keywords included.

Called by the parser as each rule is complete, from the leaves up and from left to right, so depth costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from sys import intern
from typing import TypeVar

from cell.diagnostic import Position, Span
from cell.program import Comparison
from intentlang import syntax as s
from intentlang.automaton import Lexeme
from intentlang.words import RESERVED

T = TypeVar("T")
_DIGITS = "-0123456789."


_LATELY = 1_000


class _Positions(dict[tuple[int, int], Position]):
    """Each place of the text, made once: a token asks for it, its name, and all that begin or end with it, one soon after the
    other. So not all are kept: there is one for every few bytes of a text, and an entry here is three times its size."""

    def __init__(self, place: Callable[[int, int], Position]) -> None:
        super().__init__()
        self._place = place

    def __missing__(self, key: tuple[int, int]) -> Position:
        if len(self) == _LATELY:
            self.clear()
        found = self[key] = self._place(*key)
        return found


class Builder:
    """`reserved` collects every name met that may not be one, without a walk. `place` makes a position of line and column."""

    def __init__(self, file: str, place: Callable[[int, int], Position] = Position) -> None:
        self.file = file
        self.reserved: list[s.Word] = []
        self._positions = _Positions(place)

    def place_by(self, place: Callable[[int, int], Position]) -> None:
        """From here on."""
        self._positions = _Positions(place)

    def _span(self, children: Sequence[object]) -> Span:
        first, last = children[0], children[-1]
        if first is None or last is None:
            present = [c for c in children if c is not None]
            first, last = present[0], present[-1]
        start: Position = self._start(first) if type(first) is Lexeme else first.span.start  # type: ignore[attr-defined]
        end: Position = self._end(last) if type(last) is Lexeme else last.span.end  # type: ignore[attr-defined]
        return Span(self.file, start, end)

    def _token_span(self, token: Lexeme) -> Span:
        return Span(self.file, self._start(token), self._end(token))

    def _start(self, token: Lexeme) -> Position:
        return self._positions[token.line, token.column]

    def _end(self, token: Lexeme) -> Position:
        return self._positions[token.line, token.end_column]

    def _words(self, children: Sequence[object]) -> list[s.Word]:
        """The NAME tokens that stand directly in this rule."""
        return [self._name(c) for c in children if type(c) is Lexeme and c.type == "NAME"]

    def _name(self, token: Lexeme) -> s.Word:
        word = self._word(token)
        if word.text in RESERVED:
            self.reserved.append(word)
        return word

    def _word(self, token: Lexeme) -> s.Word:
        """The few names of a text are written many times, so each text is kept once."""
        return s.Word(intern(token.text), self._token_span(token))

    # -- values ------------------------------------------------------------------------------------------------------

    def ref(self, c: list[object]) -> s.RefNode:
        if len(c) == 1:
            word = self._name(c[0])  # type: ignore[arg-type]
            return s.RefNode((word,), word.span)
        return s.RefNode(tuple(self._words(c)), self._span(c))

    def quantity(self, c: list[object]) -> s.NumberNode:
        span = self._token_span(c[0])  # type: ignore[arg-type]
        text = _text(c[0])
        digits = len(text) - len(text.lstrip(_DIGITS))
        if digits == len(text):
            return s.NumberNode(float(text), "", text, span)
        number, unit = text[:digits], text[digits:].strip()
        return s.NumberNode(float(number), unit, f"{number} {unit}", span)

    def string(self, c: list[object]) -> s.StringNode:
        return s.StringNode(_text(c[0])[1:-1], self._span(c))

    def dims(self, c: list[object]) -> s.DimsNode:
        return s.DimsNode(tuple(int(n) for n in _text(c[0]).split("x")), self._span(c))

    def tuple_(self, c: list[object]) -> s.TupleNode:
        return s.TupleNode(tuple(_values(c)), self._span(c))

    def list_(self, c: list[object]) -> s.ListNode:
        return s.ListNode(tuple(_values(c)), self._span(c))

    # -- declarations ------------------------------------------------------------------------------------------------

    def use(self, c: list[object]) -> s.UseNode:
        return s.UseNode(_text(c[-1])[1:-1], self._span(c))

    def param(self, c: list[object]) -> s.ParamNode:
        return s.ParamNode(self._words(c)[0], _values(c)[0], self._span(c))

    def decl(self, c: list[object]) -> s.DeclNode:
        words = self._words(c)
        brace = next(i for i, x in enumerate(c) if _is(x, "LBRACE"))
        other = words[2] if len(words) > 2 else None
        return s.DeclNode(words[0], words[1], other, tuple(_nodes(c, s.AttrNode)), self._span(c[:brace]), self._span(c).end.line)

    def attr(self, c: list[object]) -> s.AttrNode:
        name = self._word(c[0])  # type: ignore[arg-type]
        return s.AttrNode(name, tuple(_values(c[1:])), self._span(c) if len(c) > 1 else name.span)

    # -- templates and blocks ----------------------------------------------------------------------------------------

    def task(self, c: list[object]) -> s.TaskNode:
        block = _nodes(c, s.BlockNode)[0]
        return s.TaskNode(self._words(c)[0], tuple(_nodes(c, s.ArgNode)), block, self._head(c))

    def arg(self, c: list[object]) -> s.ArgNode:
        name, kind = self._words(c)
        return s.ArgNode(name, kind, self._span(c))

    def block(self, c: list[object]) -> s.BlockNode:
        return s.BlockNode(tuple(_statements(c)), self._span(c))

    def _head(self, c: Sequence[object]) -> Span:
        return self._span([x for x in c if not isinstance(x, s.BlockNode)])

    # -- lines -------------------------------------------------------------------------------------------------------

    def act(self, c: list[object]) -> s.GoalNode:
        goal = _nodes(c, s.GoalNode)[0]
        block = next(iter(_nodes(c, s.BlockNode)), None)
        return s.GoalNode(goal.verb, goal.object, goal.phrases, block, goal.span)

    def goal(self, c: list[object]) -> s.GoalNode:
        verb = self._words(c)[0]
        return s.GoalNode(verb, _nodes(c, s.RefNode)[0], tuple(_nodes(c, s.PhraseNode)), None, self._span(c))

    def role(self, c: list[object]) -> s.PhraseNode:
        amount, *off = _amounts(c)
        tolerance = next((node for node in off if isinstance(node, s.NumberNode)), None)
        return s.PhraseNode(self._words(c)[0], None, amount, self._span(c), tolerance)

    def bound(self, c: list[object]) -> s.PhraseNode:
        return s.PhraseNode(self._words(c)[0], _comparison(c), _amounts(c)[0], self._span(c))

    def do(self, c: list[object]) -> s.DoNode:
        return s.DoNode(self._words(c)[0], tuple(_values(c)), self._span(c))

    def each(self, c: list[object]) -> s.EachNode:
        until = next(iter(_conditions(c)), None)
        members, block = _nodes(c, s.RefNode)[0], _nodes(c, s.BlockNode)[0]
        is_ordered = any(isinstance(x, s.Word) for x in c)
        return s.EachNode(self._words(c)[0], members, until, is_ordered, block, self._head(c))

    def order(self, c: list[object]) -> s.Word:
        return s.Word("in order", self._span(c[-1:]))

    def group(self, c: list[object]) -> s.GroupNode:
        return s.GroupNode(_is(c[0], "IN_ORDER"), _nodes(c, s.BlockNode)[0], self._head(c))

    def when(self, c: list[object]) -> s.WhenNode:
        branches: list[s.BranchNode] = []
        start = 0
        for i, child in enumerate(c):
            if isinstance(child, s.BlockNode):
                head = [x for x in c[start:i] if x is not None]
                condition = next(iter(_conditions(head)), None)
                branches.append(s.BranchNode(condition, child, self._span(head)))
                start = i + 1
        return s.WhenNode(tuple(branches), branches[0].span)

    # -- clauses -----------------------------------------------------------------------------------------------------

    def never(self, c: list[object]) -> s.NeverNode:
        return s.NeverNode(_conditions(c)[0], self._span(c))

    def ensure(self, c: list[object]) -> s.EnsureNode:
        return s.EnsureNode(_conditions(c)[0], self._span(c))

    def within(self, c: list[object]) -> s.WithinNode:
        return s.WithinNode(_amounts(c)[0], self._span(c))

    def every(self, c: list[object]) -> s.EveryNode:
        block = next(iter(_nodes(c, s.BlockNode)), None)
        return s.EveryNode(_amounts(c)[0], block, self._head(c))

    def prefer(self, c: list[object]) -> s.PreferNode:
        return s.PreferNode(self._words(c)[0], tuple(_amounts(c)), self._span(c))

    def policy(self, c: list[object]) -> s.PolicyNode:
        return s.PolicyNode(tuple(_nodes(c, s.RefNode)), tuple(_rungs(c)), self._span(c))

    def retry(self, c: list[object]) -> s.RetryNode:
        tries = self.quantity([c[1]])
        return s.RetryNode(tries, tuple(_nodes(c, s.PhraseNode)), self._span(c))

    def hold(self, c: list[object]) -> s.HoldNode:
        message = _text(c[1])[1:-1] if len(c) > 1 and c[1] is not None else ""
        return s.HoldNode(message, self._span(c))

    def skip(self, c: list[object]) -> s.SkipNode:
        return s.SkipNode(self._span(c))

    # -- conditions --------------------------------------------------------------------------------------------------

    def conjunction(self, c: list[object]) -> s.JoinNode:
        return s.JoinNode("and", tuple(_conditions(c)), self._span(c))

    def disjunction(self, c: list[object]) -> s.JoinNode:
        return s.JoinNode("or", tuple(_conditions(c)), self._span(c))

    def paren(self, c: list[object]) -> s.ConditionNode:
        return _conditions(c)[0]

    def compare(self, c: list[object]) -> s.CompareNode:
        subject, limit = _amounts(c)
        assert isinstance(subject, s.RefNode)
        return s.CompareNode(subject, _comparison(c), limit, self._span(c))

    def state(self, c: list[object]) -> s.StateNode:
        negated = any(_is(x, "NOT") for x in c)
        return s.StateNode(_nodes(c, s.RefNode)[0], self._words(c)[0], negated, self._span(c))

    def inside(self, c: list[object]) -> s.InsideNode:
        subject, place = _nodes(c, s.RefNode)
        return s.InsideNode(subject, place, any(_is(x, "NOT") for x in c), self._span(c))


def _text(child: object) -> str:
    assert type(child) is Lexeme
    return child.text


def _values(children: Sequence[object]) -> list[s.ValueNode]:
    return [c for c in children if isinstance(c, s.ValueNode)]


def _amounts(children: Sequence[object]) -> list[s.AmountNode]:
    return [c for c in children if isinstance(c, s.AmountNode)]


def _conditions(children: Sequence[object]) -> list[s.ConditionNode]:
    return [c for c in children if isinstance(c, s.ConditionNode)]


def _rungs(children: Sequence[object]) -> list[s.RungNode]:
    return [c for c in children if isinstance(c, s.RungNode)]


def _statements(children: Sequence[object]) -> list[s.StatementNode]:
    return [c for c in children if isinstance(c, s.StatementNode)]


def _nodes(children: Sequence[object], kind: type[T]) -> list[T]:
    return [c for c in children if isinstance(c, kind)]


def _is(child: object, token_type: str) -> bool:
    return type(child) is Lexeme and child.type == token_type


def _comparison(children: Sequence[object]) -> Comparison:
    text = next(_text(c) for c in children if _is(c, "CMP"))
    match text:
        case "<" | "<=" | ">" | ">=":
            return text
        case _:
            raise AssertionError(text)

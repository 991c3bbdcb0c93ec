"""Runs the tables of the grammar over a text, and goes on from a little before a place where the text has been changed.

LALR(1): the state on top of the stack says which words may come, so only those are looked for (a contextual lexer). One loop does
both, for in a text of 256 kB there are half a million steps. What is made of each rule is a node of ours at once; a rule whose
name begins with `_` is a list, which the rule around it takes up. Lists only grow, so a checkpoint is the stack and the length of
each list on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from typing import Any

from cell.dataclass import dataclass

Made = Any
"""A node, a Lexeme, a list of such, or None for a mark."""
Make = Callable[[list[Made]], Made]
Scanner = Callable[[str, int], "re.Match[str] | None"]

LINE_END = "_NL"
"""The only terminal that holds line ends. It is known everywhere, so that a statement that ends too early is told as that."""
END = "$END"
_MARKS = frozenset({LINE_END, "COMMA", "AND", "OR"})
"""Stand between things. Nothing is kept of them: what they separate waits until the last of it is there, and a word is larger."""
_DEPTH = {"LPAR": 1, "LSQB": 1, "RPAR": -1, "RSQB": -1}
"""Inside ( ) and [ ] a statement may go over several lines: line ends are dropped."""
_APART = 4096
"""Characters between checkpoints, at least: so much is read again for a mistake."""


class Lexeme:
    """A word of the text. Lines and columns count from 1; it begins and ends on the same line."""

    __slots__ = ("column", "end_column", "line", "text", "type")

    def __init__(self, type_: str, text: str, line: int, column: int, end_column: int) -> None:
        self.type, self.text, self.line, self.column, self.end_column = type_, text, line, column, end_column


@dataclass(frozen=True, slots=True)
class Rule:
    """`lists`: which of its symbols are lists, one for each. `method`: the name of what makes a node of it; "" for a list."""

    origin: str
    method: str
    lists: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Terminal:
    name: str
    pattern: str


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """By state: the rule to reduce by and the state to shift to, for each terminal, and the state behind each rule. `starts`: the
    first and the last state. `terminals` stand in the order in which they are tried."""

    rules: tuple[Rule, ...]
    reduces: tuple[Mapping[str, int], ...]
    shifts: tuple[Mapping[str, int], ...]
    gotos: tuple[Mapping[str, int], ...]
    starts: Mapping[str, tuple[int, int]]
    terminals: tuple[Terminal, ...]
    ignored: tuple[str, ...]
    scanners: dict[int, Scanner] = field(default_factory=dict)
    """By state, made when first asked for; a text visits few."""
    _by_words: dict[frozenset[str], Scanner] = field(default_factory=dict)

    def expected(self, state: int) -> frozenset[str]:
        return frozenset((*self.reduces[state], *self.shifts[state]))

    def scanner(self, state: int) -> Scanner:
        """Looks for the words that may come in that state, behind what is ignored. A match without a group is the end."""
        wanted = _sought(self, state)
        if wanted not in self._by_words:
            self._by_words[wanted] = self.looking_for(wanted)
        made = self.scanners[state] = self._by_words[wanted]
        return made

    def looking_for(self, names: frozenset[str]) -> Scanner:
        sought = "|".join(f"(?P<{t.name}>{t.pattern})" for t in self.terminals if t.name in names)
        return re.compile(rf"{self.skipped}(?:{sought}|\Z)").match

    @property
    def skipped(self) -> str:
        patterns = "|".join(f"(?:{t.pattern})" for t in self.terminals if t.name in self.ignored)
        return f"(?:{patterns})*+"

    @property
    def words(self) -> frozenset[str]:
        """All terminals but those that are ignored."""
        return frozenset(t.name for t in self.terminals) - frozenset(self.ignored)


def _sought(tables: Tables, state: int) -> frozenset[str]:
    return (tables.expected(state) | {LINE_END}) - {END}


@dataclass(frozen=True, slots=True)
class Defect:
    """The first word that cannot come: its `kind` is None where no word begins, END at the end. `expected` is what the state
    knows, `accepted` what would truly lead on."""

    index: int
    kind: str | None
    text: str
    line: int
    column: int
    expected: frozenset[str]
    accepted: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """Before the line end at `index`. `lengths` of the lists among `values`, -1 for what is none; `kept` of `reserved`."""

    index: int
    line: int
    line_start: int
    states: tuple[int, ...]
    values: tuple[Made, ...]
    lengths: tuple[int, ...]
    kept: int


class Reading:
    """One text, read from its beginning. `builder` has a method for each rule that is no list, and a list `reserved` that grows
    with what it makes."""

    def __init__(self, tables: Tables, builder: Any, start: str) -> None:
        self._tables = tables
        self._kept: list[Any] = builder.reserved
        self._first, self._last = tables.starts[start]
        self._makes = [_make(rule, builder) for rule in tables.rules]
        self._checkpoints = [_Checkpoint(0, 1, 0, (self._first,), (), (), 0)]

    def read(self, text: str, unchanged: int = 0) -> list[Made] | Defect:
        """What the start rule is made of. `unchanged`: so many characters are those of the text that was read before."""
        while len(self._checkpoints) > 1 and self._checkpoints[-1].index >= unchanged:
            self._checkpoints.pop()
        return self._from(self._checkpoints[-1], text)

    def _from(self, begun: _Checkpoint, text: str) -> list[Made] | Defect:
        tables, makes = self._tables, self._makes
        reduces, shifts, gotos = tables.reduces, tables.shifts, tables.gotos
        scanners = tables.scanners
        states, values = list(begun.states), list(begun.values)
        for value, length in zip(begun.values, begun.lengths, strict=True):
            if length >= 0:
                del value[length:]
        del self._kept[begun.kept :]
        at, line, line_start, depth = begun.index, begun.line, begun.line_start, 0
        apart = at + _APART
        state = states[-1]
        while True:
            found = (scanners.get(state) or tables.scanner(state))(text, at)
            if found is None:
                return self._lost(text, at, line, line_start, states)
            kind = found.lastgroup or END
            begin, at = (found.start(kind), found.end()) if kind is not END else (found.end(), found.end())
            if kind == LINE_END:
                if depth <= 0 and begin > apart:
                    apart = begin + _APART
                    self._keep(begin, line, line_start, states, values)
                after = line + text.count("\n", begin, at)
                if depth > 0:
                    line, line_start = after, text.rindex("\n", begin, at) + 1 if after > line else line_start
                    continue
            elif kind in _DEPTH:
                depth += _DEPTH[kind]
            while (number := reduces[state].get(kind)) is not None:
                size, origin, make = makes[number]
                if size == 1:
                    children = [values.pop()]
                    states.pop()
                else:
                    children = values[len(values) - size :]
                    del states[len(states) - size :], values[len(values) - size :]
                values.append(make(children))
                state = gotos[states[-1]][origin]
                states.append(state)
            shifted = shifts[state].get(kind)
            if shifted is None:
                if kind is END and state == self._last:
                    whole: list[Made] = values[-1]
                    return whole
                return self._defect(begin, kind, text[begin:at], line, begin - line_start + 1, states, tables.expected(state))
            if kind in _MARKS:
                values.append(None)
                if kind == LINE_END and after > line:
                    line, line_start = after, text.rindex("\n", begin, at) + 1
            else:
                column = begin - line_start + 1
                values.append(Lexeme(kind, text[begin:at], line, column, column + at - begin))
            state = shifted
            states.append(state)

    def _keep(self, index: int, line: int, line_start: int, states: list[int], values: list[Made]) -> None:
        lengths = tuple(len(v) if isinstance(v, list) else -1 for v in values)
        self._checkpoints.append(_Checkpoint(index, line, line_start, tuple(states), tuple(values), lengths, len(self._kept)))

    def _lost(self, text: str, at: int, line: int, line_start: int, states: list[int]) -> Defect:
        """None of the words that may come is there: another one, or none at all."""
        skipped = re.compile(self._tables.skipped).match(text, at)
        begin = skipped.end() if skipped else at
        other = self._tables.looking_for(self._tables.words)(text, begin)
        kind, word = (other.lastgroup, other[0]) if other else (None, "")
        expected = _sought(self._tables, states[-1])
        return self._defect(begin, kind, word, line, begin - line_start + 1, states, expected)

    def _defect(
        self, index: int, kind: str | None, text: str, line: int, column: int, states: list[int], expected: frozenset[str]
    ) -> Defect:
        accepted = frozenset(name for name in self._tables.expected(states[-1]) if self._leads_on(states, name))
        return Defect(index, kind, text, line, column, expected, accepted)

    def _leads_on(self, before: Sequence[int], kind: str) -> bool:
        states, tables = list(before), self._tables
        while (number := tables.reduces[states[-1]].get(kind)) is not None:
            rule = tables.rules[number]
            del states[len(states) - len(rule.lists) :]
            states.append(tables.gotos[states[-1]][rule.origin])
        return kind in tables.shifts[states[-1]] or (kind == END and states[-1] == self._last)


def _make(rule: Rule, builder: object) -> tuple[int, str, Make]:
    build: Make = getattr(builder, rule.method) if rule.method else _as_it_is
    if not any(rule.lists):
        make = build
    elif rule.lists == (True,):
        make = partial(_of_one, build) if rule.method else _only
    elif rule.lists == (True, False) and not rule.method:
        make = _longer
    else:
        make = partial(_of_lists, rule.lists, build)
    return len(rule.lists), rule.origin, make


def _as_it_is(children: list[Made]) -> Made:
    return children


def _only(children: list[Made]) -> Made:
    return children[0]


def _of_one(build: Make, children: list[Made]) -> Made:
    return build(children[0])


def _longer(children: list[Made]) -> Made:
    whole, last = children
    whole.append(last)
    return whole


def _of_lists(lists: tuple[bool, ...], build: Make, children: list[Made]) -> Made:
    """The first list grows: nobody else holds it."""
    whole: list[Made] = children[0] if lists[0] else [children[0]]
    for is_list, child in zip(lists[1:], children[1:], strict=True):
        if is_list:
            whole += child
        else:
            whole.append(child)
    return build(whole)

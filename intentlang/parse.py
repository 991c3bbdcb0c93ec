"""Stage 1, text to syntax tree. The only file that knows lark.

LALR with a contextual lexer: linear, and no text makes it slow. All syntax errors of a file come at once: the statement that
offends is blanked, line and column kept, and the rest is parsed again (recovery.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, lexer

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Outcome, Span, error
from cell.vocabulary import Vocabulary
from intentlang import lone_braces, recovery, syntax
from intentlang.automaton import END, LINE_END, Defect, Reading, Rule, Tables, Terminal
from intentlang.build import Builder
from intentlang.expected import expectation
from intentlang.foreign import in_our_words
from intentlang.right_forms import RUNGS
from intentlang.source import SourceFile, limits_broken
from intentlang.words import BEGINNINGS, RESERVED, excluded_units, nearest, quoted

_CAN_BE_STRICT = lexer.has_interegular
MAX_ERRORS = 50
MAX_LAID_OUT = 2_000_000
"""Characters. A file of 256 kB that is wrong in the head of every block must not cost minutes."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    items: tuple[object, ...]
    reserved: tuple[syntax.Word, ...]
    broken: frozenset[str]
    broken_lines: frozenset[int]
    diagnostics: tuple[Diagnostic, ...]


def parse_intent(source: SourceFile, vocabulary: Vocabulary) -> Outcome[syntax.IntentTree]:
    """The tree of an `.intent`. It comes with the errors too, without the statements that did not parse."""
    limits = limits_broken(source)
    if limits:
        return Outcome(None, limits)
    parsed = _parse(source, vocabulary, "intent_file")
    statements = tuple(i for i in parsed.items if isinstance(i, syntax.StatementNode))
    whole = source.span(0, len(source.text))
    tree = syntax.IntentTree(
        source,
        tuple(i for i in parsed.items if isinstance(i, syntax.UseNode)),
        tuple(i for i in parsed.items if isinstance(i, syntax.ParamNode)),
        tuple(i for i in parsed.items if isinstance(i, syntax.TaskNode)),
        syntax.BlockNode(statements, whole),
        parsed.broken | {w.text for w in parsed.reserved},
    )
    return Outcome(tree, _in_order((*parsed.diagnostics, *_reserved(parsed.reserved))))


def parse_cell(source: SourceFile, vocabulary: Vocabulary) -> Outcome[syntax.CellTree]:
    """The tree of a `.cell`. Attributes may be named by reserved words (`every 6 s`), things may not."""
    limits = limits_broken(source)
    if limits:
        return Outcome(None, limits)
    parsed = _parse(source, vocabulary, "cell_file")
    declarations = tuple(i for i in parsed.items if isinstance(i, syntax.DeclNode))
    names = [w for d in declarations for w in (d.kind, d.name, d.other) if w]
    reserved = [w for w in names if w.text in RESERVED]
    # `_ _ { … }` stands where the head of a declaration did not parse; see recovery.blanked.
    kept = tuple(d for d in declarations if d.kind.text != "_")
    uses = tuple(i for i in parsed.items if isinstance(i, syntax.UseNode))
    tree = syntax.CellTree(source, uses, kept, parsed.broken | {w.text for w in reserved}, parsed.broken_lines)
    return Outcome(tree, _in_order((*parsed.diagnostics, *_reserved(reserved))))


def grammar(vocabulary: Vocabulary) -> str:
    text = files("intentlang").joinpath("grammar.lark").read_text("utf-8")
    return text.replace("%QUANTITY%", quantity_pattern(vocabulary))


@lru_cache(maxsize=8)
def quantity_pattern(vocabulary: Vocabulary) -> str:
    """A number with its unit. Words that may follow a number are no units: `8 and b`, `retry 2 torque 3 Nm`."""
    words = "|".join(excluded_units(vocabulary))
    return rf"-?\d+(?:\.\d+)?[ \t]*(?!(?:{words})\b)(?:%|°C?|[a-zA-Zµ][a-zA-Z0-9\/²]*(?!\w))"


@lru_cache(maxsize=8)
def parser(vocabulary: Vocabulary, strict: bool = False) -> Lark:
    """`strict` refuses every ambiguity of the grammar; it needs interegular, so only the tests ask for it."""
    # Where interegular is installed, lark compares every pair of terminals also when nobody asked for it: 0.2 s at each start.
    lexer.has_interegular = strict and _CAN_BE_STRICT
    return Lark(
        grammar(vocabulary),
        parser="lalr",
        start=["cell_file", "intent_file"],
        keep_all_tokens=True,
        maybe_placeholders=False,
        strict=strict,
    )


@lru_cache(maxsize=8)
def tables(vocabulary: Vocabulary) -> Tables:
    """The automaton of the grammar, as lark computed it."""
    lark = parser(vocabulary)
    table = lark.parse_interactive("", "intent_file").parser_state.parse_conf.parse_table
    steps: list[dict[str, Any]] = [{name: to for name, (_, to) in table.states[state].items()} for state in sorted(table.states)]
    rules = list(dict.fromkeys(to for row in steps for to in row.values() if not isinstance(to, int)))
    numbers = {rule: number for number, rule in enumerate(rules)}
    terminals = sorted(lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    names = {END, *(t.name for t in terminals)}
    return Tables(
        tuple(Rule(rule.origin.name, _method(rule, table.start_states), tuple(map(_is_list, rule.expansion))) for rule in rules),
        tuple({name: numbers[to] for name, to in row.items() if not isinstance(to, int)} for row in steps),
        tuple({name: to for name, to in row.items() if isinstance(to, int) and name in names} for row in steps),
        tuple({name: to for name, to in row.items() if isinstance(to, int) and name not in names} for row in steps),
        {start: (first, table.end_states[start]) for start, first in table.start_states.items()},
        tuple(Terminal(t.name, t.pattern.to_regexp()) for t in terminals),
        tuple(lark.ignore_tokens),
    )


def _method(rule: Any, starts: Container[str]) -> str:
    """The items of a file are a list too."""
    return "" if _is_list(rule.origin) or rule.origin.name in starts else str(rule.alias or rule.origin.name)


def _is_list(symbol: Any) -> bool:
    return not symbol.is_term and symbol.name.startswith("_")


def _parse(source: SourceFile, vocabulary: Vocabulary, start: str) -> _Parsed:
    builder = Builder(source.name)
    reading = Reading(tables(vocabulary), builder, start)
    items = reading.read(source.text)
    if isinstance(items, Defect):
        return _mended(source, reading, builder, items, start == "cell_file")
    return _Parsed(tuple(items), tuple(builder.reserved), frozenset(), frozenset(), ())


def _mended(source: SourceFile, reading: Reading, builder: Builder, first: Defect, is_cell: bool) -> _Parsed:
    """A text that does not parse: brackets are balanced and the statements that offend blanked, until the rest does."""
    joined = lone_braces.joined(source.text)
    where = recovery.layout(joined.text)
    unmatched = [replace(bracket, index=joined.original(bracket.index)) for bracket in where.unmatched]
    if len(unmatched) > MAX_ERRORS:
        most = [_unmatched(source, bracket) for bracket in unmatched[:MAX_ERRORS]]
        return _unread(source, [*most, _too_many(_unmatched(source, unmatched[MAX_ERRORS]))])
    repaired = recovery.balanced(joined.text, where)
    found = [_unmatched(source, replace(bracket, index=joined.original(bracket.index))) for bracket in repaired.unmatched]
    found += [lone_braces.told(source, joined.braces)] if joined.braces else []
    text = repaired.text
    broken: set[str] = set()
    lines: set[int] = set()
    items: list[Any] | Defect = first
    laid_out = 0
    if text != source.text:
        builder.place_by(source.inside)
        where = recovery.layout(text)
        items = reading.read(text, _same_beginning(text, source.text))
    while isinstance(items, Defect):
        problem = _syntax_error(source, items, text)
        segment = recovery.segment_at(where, items.index)
        if segment is None or (segment.brace is None and not text[segment.start : segment.stop].strip()):
            return _unread(source, [*found, problem])
        stretch = text[segment.start : segment.stop]
        if not repaired.touches(segment):
            found.append(in_our_words(problem, source, text, segment, items.index, is_cell))
        broken |= recovery.words(stretch)
        line = text.count("\n", 0, segment.start) + 1
        lines |= set(range(line, line + stretch.count("\n") + 1))
        if len(found) >= MAX_ERRORS or laid_out > MAX_LAID_OUT:
            return _unread(source, [*found, _too_many(problem)])
        text, kept = recovery.blanked(text, where, segment, is_cell)
        if kept is None:
            laid_out += len(text)
        where = kept or recovery.layout(text)
        items = reading.read(text, segment.start)
    return _Parsed(tuple(items), tuple(builder.reserved), frozenset(broken), frozenset(lines), tuple(found))


def _same_beginning(one: str, other: str) -> int:
    """The number of characters that both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _unread(source: SourceFile, found: Sequence[Diagnostic]) -> _Parsed:
    return _Parsed((), (), frozenset(recovery.words(source.text)), frozenset(), tuple(found))


def _syntax_error(source: SourceFile, defect: Defect, text: str) -> Diagnostic:
    start = source.inside(defect.line, defect.column)
    if defect.kind is None:
        span = Span(source.name, start, source.inside(defect.line, defect.column + 1))
        character = text[defect.index]
        if character == '"':
            return error("E115", "this text has no closing quote", span, help='Close it with " on the same line.')
        return error("E101", f"unexpected {_shown(character)}: it begins no word", span, help="Delete it.")
    want = expectation(defect.accepted or defect.expected)
    if defect.kind == END:
        end = source.span(len(source.text), len(source.text))
        return error("E101", f"the file ends here; expected {want}", end, help="Write what is missing.")
    if defect.kind == LINE_END:
        span = Span(source.name, start, start)
        return error("E101", f"the statement ends here; expected {want}", span, help="Write what is missing, on this line.")
    span = Span(source.name, start, source.inside(defect.line, defect.column + len(defect.text)))
    guess = nearest(defect.text, _keywords(defect)) if defect.kind == "NAME" else None
    help_ = f"Did you mean `{guess}`?" if guess else "Delete it, or write what is expected."
    if defect.kind in ("AND", "OR"):
        help_ = "`and` and `or` mix only with parentheses, so that nobody has to know which binds closer."
    return error("E101", f"unexpected `{defect.text}`; expected {want}", span, help=help_)


def _keywords(defect: Defect) -> set[str]:
    return {name.lower() for name in defect.expected if name.lower() in RESERVED}


def _shown(character: str) -> str:
    """A letter of another alphabet looks like one of ours, and some characters like nothing at all: those are called by name."""
    if character in ("\n", recovery.END):
        return "the end of the statement"
    is_plain = character.isascii() or not (
        character.isalpha() or unicodedata.category(character) in ("Cf", "Zs", "Mn", "Co", "Cn")
    )
    return (
        f"`{character}`"
        if is_plain
        else f"`{character}` (U+{ord(character):04X} {unicodedata.name(character, 'without a name')})"
    )


def _unmatched(source: SourceFile, bracket: recovery.Bracket) -> Diagnostic:
    span = source.span(bracket.index, bracket.index + 1)
    if bracket.character == recovery.MISSING:
        return error("E102", "a `{` seems to be missing at the end of this line", span, help="Write it, or mend the indentation.")
    if bracket.character in "{([":
        return error("E102", f"this `{bracket.character}` is never closed", span, help=bracket.note)
    return error("E102", f"this `{bracket.character}` closes nothing", span, help="Delete it, or open it where it belongs.")


def _reserved(words: Sequence[syntax.Word]) -> Iterator[Diagnostic]:
    """One for each line: `then hold` behind `on jam:` is one slip and not two."""
    first = {word.span.start.line: word for word in reversed(words)}
    for word in first.values():
        message = f"`{word.text}` is a reserved word and cannot be a name"
        rung = "Rungs are parted by a comma: `retry 2, then hold`; each stands in a policy, behind `on …:`."
        own_line = f"A statement that begins with `{word.text}` stands on a line of its own; no name may be a reserved word."
        help_ = (
            rung
            if word.text in RUNGS
            else own_line
            if word.text in BEGINNINGS
            else f"Reserved are {quoted(sorted(RESERVED), 30)}."
        )
        yield error("E103", message, word.span, help=help_)


def _too_many(last: Diagnostic) -> Diagnostic:
    start = last.spans[0].start
    return error("E110", "too many errors; the rest of the file was not read", Span(last.spans[0].file, start, start))


def _in_order(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(diagnostics, key=lambda d: d.spans[:1]))

"""Stage 1, text to syntax tree. The only file that knows lark.

LALR with a contextual lexer: linear, and no text makes it slow. All syntax errors of a file come at once: the statement that
offends is blanked, line and column kept, and the rest is parsed again (recovery.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, lexer
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from cell.diagnostic import Diagnostic, Outcome, Span, error
from cell.vocabulary import Vocabulary
from intentlang import recovery, syntax
from intentlang.build import Builder
from intentlang.expected import expectation
from intentlang.foreign import in_our_words
from intentlang.reductions import Reductions
from intentlang.source import SourceFile, limits_broken
from intentlang.words import BEGINNINGS, RESERVED, excluded_units, nearest, quoted

_CAN_BE_STRICT = lexer.has_interegular
MAX_ERRORS = 50
MAX_REPARSED = 2_000_000
"""Characters. A file of 256 kB that is wrong in every line must not cost minutes."""


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


class _InsideBrackets:
    """Drops line ends inside ( ) and [ ], where a statement may go over several lines."""

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth = 0
        for token in stream:
            depth += (token.type in ("LPAR", "LSQB")) - (token.type in ("RPAR", "RSQB"))
            if token.type != "_NL" or depth <= 0:
                yield token


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
        postlex=_InsideBrackets(),
    )


@dataclass(frozen=True, slots=True)
class _Defect:
    """The first of a text. The parser's own exception holds all that was made before it, so it is not kept."""

    index: int
    problem: Diagnostic


def _parse(source: SourceFile, vocabulary: Vocabulary, start: str) -> _Parsed:
    lark = parser(vocabulary)
    builder = Builder(source.name)
    items = _tried(source, lark, source.text, start, builder)
    if isinstance(items, _Defect):
        return _mended(source, lark, start, items)
    return _Parsed(items, tuple(builder.reserved), frozenset(), frozenset(), ())


def _mended(source: SourceFile, lark: Lark, start: str, first: _Defect) -> _Parsed:
    """A text that does not parse: brackets are balanced and the statements that offend blanked, until the rest does."""
    where = recovery.layout(source.text)
    unmatched = where.unmatched
    if len(unmatched) > MAX_ERRORS:
        most = [_unmatched(source, bracket) for bracket in unmatched[:MAX_ERRORS]]
        return _unread(source, [*most, _too_many(_unmatched(source, unmatched[MAX_ERRORS]))])
    repaired = recovery.balanced(source.text, where)
    found = [_unmatched(source, bracket) for bracket in repaired.unmatched]
    text = repaired.text
    broken: set[str] = set()
    lines: set[int] = set()
    spent = 0
    builder: Builder | None = Builder(source.name, source.inside)
    items = first if text == source.text else _tried(source, lark, text, start, builder)
    while isinstance(items, _Defect):
        where = where if text == source.text else recovery.layout(text)
        segment = recovery.segment_at(where, items.index)
        if segment is None or not text[segment.start : segment.stop].strip():
            return _unread(source, [*found, items.problem])
        stretch = text[segment.start : segment.stop]
        if not repaired.touches(segment):
            found.append(in_our_words(items.problem, source, text, segment, items.index, start == "cell_file"))
        broken |= recovery.words(stretch)
        line = text.count("\n", 0, segment.start) + 1
        lines |= set(range(line, line + stretch.count("\n") + 1))
        text = recovery.blanked(text, where, segment, start == "cell_file")
        # Most texts have one mistake; where there are more, nodes are made of what is left in the end.
        builder = None if spent else Builder(source.name, source.inside)
        spent += len(text)
        if len(found) >= MAX_ERRORS or spent > MAX_REPARSED:
            return _unread(source, [*found, _too_many(items.problem)])
        items = _tried(source, lark, text, start, builder)
    if builder is None:
        builder = Builder(source.name, source.inside)
        items = _tried(source, lark, text, start, builder)
        assert not isinstance(items, _Defect)
    return _Parsed(items, tuple(builder.reserved), frozenset(broken), frozenset(lines), tuple(found))


def _unread(source: SourceFile, found: Sequence[Diagnostic]) -> _Parsed:
    return _Parsed((), (), frozenset(recovery.words(source.text)), frozenset(), tuple(found))


def _tried(source: SourceFile, lark: Lark, text: str, start: str, builder: Builder | None) -> tuple[Any, ...] | _Defect:
    """What `builder` makes of `text`; without one nothing, for whoever asks only whether it parses."""
    run = lark.parse_interactive(text, start)
    conf = run.parser_state.parse_conf
    conf.callbacks = Reductions(conf.callbacks, builder)
    try:
        tree = run.parser.parse_from_state(run.parser_state)
    except UnexpectedInput as defect:
        return _Defect(_index(defect, text), _syntax_error(source, defect, text))
    return () if builder is None else tuple(tree.children)


def _index(defect: UnexpectedInput, text: str) -> int:
    if isinstance(defect, UnexpectedEOF):
        return len(text)
    if isinstance(defect, UnexpectedToken) and defect.token.type == "$END":
        return len(text)
    return defect.pos_in_stream or 0


def _syntax_error(source: SourceFile, defect: UnexpectedInput, text: str) -> Diagnostic:
    if isinstance(defect, UnexpectedCharacters):
        span = Span(source.name, source.inside(defect.line, defect.column), source.inside(defect.line, defect.column + 1))
        character = text[defect.pos_in_stream or 0]
        if character == '"':
            return error("E115", "this text has no closing quote", span, help='Close it with " on the same line.')
        return error("E101", f"unexpected {_shown(character)}: it begins no word", span, help="Delete it.")
    assert isinstance(defect, UnexpectedToken)
    token = defect.token
    want = expectation(defect.accepts or defect.expected)
    if token.type == "$END":
        end = source.span(len(source.text), len(source.text))
        return error("E101", f"the file ends here; expected {want}", end, help="Write what is missing.")
    line, column = token.line or 1, token.column or 1
    if token.type == "_NL":
        at = source.inside(line, column)
        span = Span(source.name, at, at)
        return error("E101", f"the statement ends here; expected {want}", span, help="Write what is missing, on this line.")
    end_line, end_column = token.end_line or line, token.end_column or column
    span = Span(source.name, source.inside(line, column), source.inside(end_line, end_column))
    guess = nearest(str(token), _keywords(defect)) if token.type == "NAME" else None
    help_ = f"Did you mean `{guess}`?" if guess else "Delete it, or write what is expected."
    if token.type in ("AND", "OR"):
        help_ = "`and` and `or` mix only with parentheses, so that nobody has to know which binds closer."
    return error("E101", f"unexpected `{token}`; expected {want}", span, help=help_)


def _keywords(defect: UnexpectedToken) -> set[str]:
    return {name.lower() for name in defect.expected if name.lower() in RESERVED}


def _shown(character: str) -> str:
    return "the end of the statement" if character in ("\n", recovery.END) else f"`{character}`"


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
        own_line = f"A statement that begins with `{word.text}` stands on a line of its own; no name may be a reserved word."
        help_ = own_line if word.text in BEGINNINGS else f"Reserved are {quoted(sorted(RESERVED), 30)}."
        yield error("E103", message, word.span, help=help_)


def _too_many(last: Diagnostic) -> Diagnostic:
    start = last.spans[0].start
    return error("E110", "too many errors; the rest of the file was not read", Span(last.spans[0].file, start, start))


def _in_order(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(diagnostics, key=lambda d: d.spans[:1]))

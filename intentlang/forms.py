"""The small notation in which a schema says how an attribute is written, and matching written values against it.

<positive length> to <positive length>      words stand for themselves, <…> for what varies
<length>, <angle/length>, <quantity>        a quantity of that dimension (of one of them, of any)
<number> <count> <dims> <string> <yes/no>   a bare number, a whole number from 1 up, 5x8, "text", a choice of words
<name> <signal>                             a new name; a dotted name of an input
<part>, <robot/changer>, <verb>             a declared thing of that kind; a registered verb
<part...>                                   one of them or a list of them
<point> <direction>                         (x, y, z) as lengths; as bare numbers
(<length>, <length>)  [<angle>...]          a tuple; a list of exactly these, or of any number
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Span
from cell.quantities import Quantity
from cell.vocabulary import Vocabulary
from intentlang import syntax as s
from intentlang.findings import MOST
from intentlang.units import quantity_of, unit_diagnostic

_TOKEN = re.compile(r"<([^>]+)>|(\w+)|([(),\[\]])|(\.\.\.)|\s+")


@dataclass(frozen=True, slots=True)
class Literal_:
    word: str


@dataclass(frozen=True, slots=True)
class Atom:
    """`what` are the alternatives between slashes."""

    what: tuple[str, ...]
    is_positive: bool
    is_many: bool

    @property
    def text(self) -> str:
        return f"<{'positive ' * self.is_positive}{'/'.join(self.what)}{'...' * self.is_many}>"


@dataclass(frozen=True, slots=True)
class Series:
    bracket: Literal["(", "["]
    items: tuple[Atom, ...]
    is_open: bool


Pattern = Literal_ | Atom | Series


@dataclass(frozen=True, slots=True)
class Named:
    """A name as written, with what it must turn out to be: kinds, or `name`, `signal`, `verb`."""

    text: str
    span: Span
    what: tuple[str, ...]


Value = Quantity | Named | str | tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Match:
    """`form` is the index of the form that fitted; `values` one entry for each `<…>` or series in it."""

    form: int
    values: tuple[Value, ...]
    names: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How far the best form got, and what was wrong there. `diagnostics` says more when values themselves are wrong (units)."""

    reached: int
    span: Span | None
    expected: str
    diagnostics: tuple[Diagnostic, ...] = ()
    is_range: bool = False
    """The value is of the right form and only too small, too large or not whole."""


def is_notation(form: str) -> bool:
    """Whether all of `form` is in the small notation, and something is. What is not would be passed over in silence."""
    return bool(form.strip()) and _TOKEN.sub("", form) == ""


@lru_cache(maxsize=1024)
def compiled(form: str) -> tuple[Pattern, ...]:
    patterns: list[Pattern] = []
    series: list[Atom] | None = None
    bracket: Literal["(", "["] = "("
    is_open = False
    for match in _TOKEN.finditer(form):
        atom, word, mark, dots = match.groups()
        if atom is not None:
            (patterns if series is None else series).append(_atom(atom))
        elif word is not None:
            patterns.append(Literal_(word))
        elif mark is not None and mark in "([":
            series, bracket, is_open = [], "(" if mark == "(" else "[", False
        elif dots is not None:
            is_open = True
        elif mark is not None and mark in ")]" and series is not None:
            patterns.append(Series(bracket, tuple(series), is_open))
            series = None
    return tuple(patterns)


def _atom(text: str) -> Atom:
    is_many = text.endswith("...")
    text = text.removesuffix("...")
    is_positive = text.startswith("positive ")
    return Atom(tuple(text.removeprefix("positive ").split("/")), is_positive, is_many)


def matched(forms: Sequence[str], values: Sequence[s.ValueNode], vocabulary: Vocabulary, end: Span) -> Match | Mismatch:
    """The first form that fits, or the mismatch of the form that got furthest. `end` is where a missing value would stand."""
    best: Mismatch | None = None
    for number, form in enumerate(forms):
        found = _one(compiled(form), values, vocabulary, end)
        if isinstance(found, tuple):
            return Match(number, found, tuple(_names(found)))
        if best is None or found.reached > best.reached:
            best = found
    assert best is not None
    return best


def _one(
    patterns: Sequence[Pattern], values: Sequence[s.ValueNode], vocabulary: Vocabulary, end: Span
) -> tuple[Value, ...] | Mismatch:
    out: list[Value] = []
    for index, pattern in enumerate(patterns):
        if index >= len(values):
            return Mismatch(10 * index, end, shown(pattern))
        got = _value(pattern, values[index], vocabulary)
        if isinstance(got, Mismatch):
            return replace(got, reached=10 * index + got.reached)
        if not isinstance(pattern, Literal_):
            out.append(got)
    if len(values) > len(patterns):
        return Mismatch(10 * len(patterns), values[len(patterns)].span, "nothing more")
    return tuple(out)


def _value(pattern: Pattern, node: s.ValueNode, vocabulary: Vocabulary) -> Value | Mismatch:
    wrong = Mismatch(0, node.span, shown(pattern))
    match pattern:
        case Literal_(word):
            return word if isinstance(node, s.RefNode) and node.text == word else wrong
        case Series(bracket, items, is_open):
            fits = isinstance(node, s.TupleNode) if bracket == "(" else isinstance(node, s.ListNode)
            if not fits or not isinstance(node, s.TupleNode | s.ListNode):
                return wrong
            wanted = items * len(node.items) if is_open else items
            if len(wanted) != len(node.items):
                return Mismatch(1, node.span, shown(pattern))
            return _series(wanted, node.items, vocabulary)
        case Atom(what, is_positive, True):
            single = Atom(what, is_positive, False)
            nodes = node.items if isinstance(node, s.ListNode) else (node,)
            return _series((single,) * len(nodes), nodes, vocabulary)
        case Atom():
            scalar = _scalar(pattern, node, vocabulary)
            return wrong if scalar is None else scalar


def _series(atoms: Sequence[Atom], nodes: Sequence[s.ValueNode], vocabulary: Vocabulary) -> Value | Mismatch:
    """A value of the wrong form comes before units that are wrong: those are all told, for all of them have to be mended."""
    out: list[Value] = []
    wrong: list[Mismatch] = []
    for atom, node in zip(atoms, nodes, strict=True):
        got = _scalar(atom, node, vocabulary)
        if got is None:
            return Mismatch(2, node.span, shown(atom))
        if not isinstance(got, Mismatch):
            out.append(got)
        elif not got.diagnostics:
            return replace(got, reached=max(2, got.reached))
        else:
            wrong.append(got)
            if len(wrong) == MOST:
                break
    if not wrong:
        return tuple(out)
    return replace(wrong[0], diagnostics=tuple(d for w in wrong for d in w.diagnostics))


def _scalar(atom: Atom, node: s.ValueNode, vocabulary: Vocabulary) -> Value | Mismatch | None:
    """None: it has another form."""
    what = atom.what
    match node:
        case s.StringNode(text):
            return text if what == ("string",) else None
        case s.DimsNode(sizes):
            if what != ("dims",) or not all(sizes):
                return None
            return tuple(Quantity(float(n), "", str(n)) for n in sizes)
        case s.RefNode():
            if what == ("yes", "no"):
                return node.text if node.text in what else None
            if _is_numeric(atom, vocabulary) or what in (("string",), ("dims",)):
                return None
            if len(node.words) > 1 and what != ("signal",):
                return None
            return Named(node.text, node.span, what)
        case s.NumberNode():
            if not _is_numeric(atom, vocabulary):
                return None
            return _number(atom, node, vocabulary)
        case s.TupleNode() if what in _VECTORS:
            return _value(_VECTORS[what], node, vocabulary)
        case _:
            return None


_VECTORS: Mapping[tuple[str, ...], Series] = {
    (name,): Series("(", (Atom((each,), False, False),) * 3, is_open=False)
    for name, each in (("point", "length"), ("direction", "number"))
}


def _is_numeric(atom: Atom, vocabulary: Vocabulary) -> bool:
    return all(w in ("number", "count", "quantity") or w in vocabulary.dimensions for w in atom.what)


def _number(atom: Atom, node: s.NumberNode, vocabulary: Vocabulary) -> Value | Mismatch:
    reached = 5
    what = atom.what
    if what in (("number",), ("count",)):
        is_whole = not node.unit and (what == ("number",) or (node.value >= 1 and node.value == int(node.value)))
        return Quantity(node.value, "", node.text) if is_whole else Mismatch(reached, node.span, shown(atom), is_range=True)
    wanted = () if what == ("quantity",) else what
    problem = unit_diagnostic(node, wanted, vocabulary)
    if problem is not None:
        return Mismatch(reached, node.span, shown(atom), (problem,))
    quantity = quantity_of(node, vocabulary)
    if atom.is_positive and quantity.value <= 0:
        return Mismatch(reached, node.span, f"a {'/'.join(what)} above zero", is_range=True)
    return quantity


def _names(values: Sequence[Value]) -> list[Named]:
    found: list[Named] = []
    for value in values:
        if isinstance(value, Named):
            found.append(value)
        elif isinstance(value, tuple):
            found += _names(value)
    return found


_ARTICLES: Mapping[str, str] = {
    "name": "a new name",
    "signal": "the name of a signal",
    "number": "a number",
    "count": "a whole number from 1 up",
    "dims": "a size such as 5x8",
    "string": "a text in quotes",
    "point": "a point (x, y, z)",
    "direction": "a direction (x, y, z) in bare numbers",
    "verb": "a verb",
    "yes": "`yes`",
    "no": "`no`",
}


def shown(pattern: Pattern) -> str:
    """The pattern in a reader's words."""
    match pattern:
        case Literal_(word):
            return f"`{word}`"
        case Atom(what, is_positive, is_many):
            one = " or ".join(_ARTICLES.get(w, f"a {w}") for w in what)
            above = " above zero" if is_positive else ""
            return f"{one}{above}{', or a list of them' if is_many else ''}"
        case Series(bracket, items, is_open):
            close = ")" if bracket == "(" else "]"
            inner = ", ".join("/".join(i.what) for i in items) + (", …" if is_open else "")
            return f"`{bracket}{inner}{close}`"


def spelled(name: str, form: str) -> str:
    """An attribute with one of its forms, for messages: `program NAME for TIME`."""
    text = re.sub(r"<(?:positive )?([^>]+)>", lambda m: m[1].upper().replace("...", " …"), form)
    return f"{name} {text}".strip()

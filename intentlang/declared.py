"""Declarations with their attributes matched against the schemas: what stands in a cell file before it becomes geometry.

Checks here need one declaration at a time, or the names of the others; what needs the whole cell is in cell_rules.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Edit, Fix, Span, error
from cell.quantities import Quantity
from cell.vocabulary import AttributeSchema, KindSchema, Vocabulary
from intentlang import forms
from intentlang.findings import MOST, Findings
from intentlang.syntax import AttrNode, CellTree, DeclNode, RefNode, Word
from intentlang.words import RESERVED, is_sure, nearest, quoted


@dataclass(frozen=True, slots=True)
class Given:
    """One attribute as written. `key` is the name that tells keyed ones apart, "" otherwise."""

    name: str
    key: str
    match: forms.Match
    span: Span

    @property
    def values(self) -> tuple[forms.Value, ...]:
        return self.match.values


@dataclass(frozen=True, slots=True)
class Declared:
    kind: KindSchema
    name: Word
    given: tuple[Given, ...]
    span: Span

    def get(self, name: str) -> Given | None:
        return next((g for g in self.given if g.name == name), None)

    def all(self, name: str) -> tuple[Given, ...]:
        return tuple(g for g in self.given if g.name == name)

    def number(self, name: str) -> float | None:
        """The one quantity of that attribute, in SI."""
        given = self.get(name)
        if given is None or not given.values or not isinstance(given.values[0], Quantity):
            return None
        return given.values[0].value

    def vector(self, name: str) -> tuple[float, ...] | None:
        given = self.get(name)
        return None if given is None else numbers(given.values[0])

    def word(self, name: str) -> str | None:
        given = self.get(name)
        return None if given is None or not given.values else plain(given.values[0])

    def words(self, name: str) -> tuple[str, ...]:
        """The names in a list attribute, `grips [a, b]`."""
        return tuple(n.text for g in self.all(name) for n in g.match.names)


def numbers(value: forms.Value) -> tuple[float, ...]:
    assert isinstance(value, tuple)
    return tuple(v.value for v in value if isinstance(v, Quantity))


def plain(value: forms.Value) -> str:
    match value:
        case forms.Named(text):
            return text
        case str():
            return value
        case Quantity():
            return value.text
        case _:
            raise AssertionError(value)


@dataclass(frozen=True, slots=True)
class Declarations:
    """`dirty` are the names of those with anything wrong; rules about the cell as a whole leave them out."""

    things: tuple[Declared, ...]
    dirty: frozenset[str]


def declare(trees: Sequence[CellTree], vocabulary: Vocabulary, found: Findings) -> Declarations:
    """All declarations in written order; what is wrong with each by itself goes to `found`. Raises Enough if that is too much."""
    dirty: set[str] = set()
    by_name: dict[str, DeclNode] = {}
    own: dict[str, tuple[KindSchema, list[Given]]] = {}
    broken = frozenset().union(*(tree.broken for tree in trees))
    torn: set[str] = set()
    for node, lines in ((d, tree.broken_lines) for tree in trees for d in tree.declarations):
        name = node.name.text
        if not lines.isdisjoint(range(node.span.start.line, node.last_line + 1)):
            torn.add(name)
        problems = _name_problems(node, by_name, vocabulary)
        schema = vocabulary.kinds.get(node.kind.text)
        if schema is None or schema.record == "member":
            problems.append(_unknown_kind(node.kind, vocabulary))
            by_name.setdefault(name, node)
        elif name not in by_name:
            by_name[name] = node
            given, more = _attributes(node, schema, vocabulary)
            own[name] = (schema, given)
            problems += more
        found.say(*problems)
        dirty |= {name} if problems else set()
    things: list[Declared] = []
    for name, (schema, _) in own.items():
        node = by_name[name]
        merged, problem = _inherited(node, by_name, own, broken)
        declared = Declared(schema, node.name, tuple(merged), node.span)
        things.append(declared)
        chain_is_dirty = node.other is not None and node.other.text in dirty | torn
        problems = [problem] if problem is not None else []
        # What did not parse, or was reported already, may be just the attribute that seems to be missing.
        written = {a.name.text for a in node.attrs}
        if not problems and name not in torn and not chain_is_dirty:
            problems += [d for a, d in _missing(declared) if a not in written]
        found.say(*problems)
        dirty |= {name} if problems or chain_is_dirty or name in torn else set()
    return Declarations(tuple(things), frozenset(dirty))


def _name_problems(node: DeclNode, by_name: Mapping[str, DeclNode], vocabulary: Vocabulary) -> list[Diagnostic]:
    name = node.name
    if name.text in by_name:
        first = by_name[name.text].name.span.labelled("first declared here")
        return [error("E202", f"`{name.text}` is declared twice", name.span, first, fix=_renamed(name, by_name))]
    if name.text in vocabulary.role_words and name.text not in RESERVED:
        return [
            error("E202", f"`{name.text}` is a registered role or setting and cannot be a name", name.span,
                  fix=_renamed(name, by_name))
        ]  # fmt: skip
    return []


def _renamed(name: Word, taken: Mapping[str, object]) -> Fix:
    number = 2
    while f"{name.text}_{number}" in taken:
        number += 1
    new = f"{name.text}_{number}"
    return Fix(f"rename to `{new}`", (Edit(name.span, new),), is_certain=False)


def _unknown_kind(kind: Word, vocabulary: Vocabulary) -> Diagnostic:
    known = [k.name for k in vocabulary.kinds.values() if k.record != "member"]
    return unknown("E203", "kind", kind, known)


def unknown(code: str, what: str, word: Word, known: Sequence[str], of: str = "") -> Diagnostic:
    """`unknown kind robt`, with the nearest known word as a fix, certain where it can hardly be another."""
    guess = nearest(word.text, known)
    fix = Fix(f"write `{guess}`", (Edit(word.span, guess),), is_sure(word.text, guess, known)) if guess else None
    help_ = f"Did you mean `{guess}`?" if guess else f"Known are {quoted(sorted(known))}." if known else ""
    return error(code, f"unknown {what} `{word.text}`{of}", word.span, help=help_, fix=fix)


def _attributes(node: DeclNode, schema: KindSchema, vocabulary: Vocabulary) -> tuple[list[Given], list[Diagnostic]]:
    given: list[Given] = []
    found: list[Diagnostic] = []
    for attr in node.attrs:
        if len(found) > MOST:
            break
        attribute = schema.attribute(attr.name.text)
        if attribute is None:
            of = f" of a {schema.name}"
            found.append(unknown("E204", "attribute", attr.name, [a.name for a in schema.attributes], of))
            continue
        end = Span(attr.span.file, attr.span.end, attr.span.end)
        match = forms.matched(attribute.forms, attr.values, vocabulary, end)
        if isinstance(match, forms.Mismatch):
            found += match.diagnostics or (_two_in_a_line(attr, schema, match) or _misfit(attr, attribute, match),)
            continue
        one = Given(attribute.name, _key(attribute, match), match, attr.span)
        twice = next((g for g in given if g.name == one.name and g.key == one.key), None)
        if twice is not None:
            what = f"`{one.name} {one.key}`".replace(" `", "`")
            first = twice.span.labelled("first given here")
            found.append(error("E210", f"{what} is given twice", attr.span, first, help="Delete one of the two."))
            continue
        given.append(one)
    return given, found


def _key(attribute: AttributeSchema, match: forms.Match) -> str:
    if not attribute.keyed:
        return ""
    first = match.values[0]
    return ",".join(n.text for n in match.names) if isinstance(first, tuple) else plain(first)


def _two_in_a_line(attr: AttrNode, schema: KindSchema, mismatch: forms.Mismatch) -> Diagnostic | None:
    """`mass 1 kg shape box (…)`: what is too much begins another attribute."""
    next_one = next((value for value in attr.values if isinstance(value, RefNode) and value.span == mismatch.span), None)
    if next_one is None or schema.attribute(next_one.text) is None:
        return None
    message = f"`{attr.name.text}` does not take `{next_one.text}`, which is an attribute of its own"
    return error("E208", message, next_one.span, help=f"Write `{next_one.text} …` on a line of its own.")


def _misfit(attr: AttrNode, attribute: AttributeSchema, mismatch: forms.Mismatch) -> Diagnostic:
    span = mismatch.span or attr.span
    ways = "; or ".join(f"`{forms.spelled(attribute.name, form)}`" for form in attribute.forms[:3])
    code = "E211" if mismatch.is_range else "E208"
    is_end = span.start == span.end
    message = f"`{attr.name.text}` {'ends too early' if is_end else 'does not take this'}: expected {mismatch.expected}"
    return error(code, message, span, help=f"Written as {ways}.")


_WHEREABOUTS = frozenset({"mounted", "in"})


def _inherited(
    node: DeclNode,
    by_name: Mapping[str, DeclNode],
    own: Mapping[str, tuple[KindSchema, list[Given]]],
    broken: frozenset[str],
) -> tuple[list[Given], Diagnostic | None]:
    """The attributes of `is other`, those written here replacing them. `contains` says what lies *there*, `may_be`
    what *that* kind turns out to be: never copied. Where a tool is is said in one way: `in rack` replaces a `mounted`."""
    chain: list[DeclNode] = [node]
    while (other := chain[-1].other) is not None:
        target = by_name.get(other.text)
        if target is None:
            same = [n for n, d in by_name.items() if d.kind.text == node.kind.text and n != node.name.text]
            problem = None if other.text in broken else unknown("E212", "thing", other, same, " after `is`")
            break
        if target in chain:
            message = f"`{node.name.text}` is a copy of itself"
            problem = error(
                "E212", message, other.span, *(c.span for c in chain[1:]), help="Copy something else, or write it out."
            )
            break
        if target.kind.text != chain[-1].kind.text:
            message = f"`{other.text}` is a {target.kind.text}, not a {chain[-1].kind.text}"
            help_ = f"Copy another {chain[-1].kind.text}, or declare a {target.kind.text}."
            problem = error("E212", message, other.span, target.name.span.labelled("declared here"), help=help_)
            break
        chain.append(target)
    else:
        problem = None
    merged: dict[tuple[str, str], Given] = {}
    for depth, link in reversed(list(enumerate(chain))):
        written = own.get(link.name.text, (None, []))[1]
        if any(given.name in _WHEREABOUTS for given in written):
            merged = {key: given for key, given in merged.items() if key[0] not in _WHEREABOUTS}
        for given in written:
            if depth == 0 or given.name not in ("contains", "may_be"):
                merged[(given.name, given.key)] = given
    return list(merged.values()), problem


def _missing(declared: Declared) -> list[tuple[str, Diagnostic]]:
    return [
        (
            a.name,
            error(
                "E209",
                f"`{declared.name.text}` has no `{a.name}`, which every {declared.kind.name} needs",
                declared.span,
                help=f"Written as `{forms.spelled(a.name, a.forms[0])}`. {a.doc}",
            ),
        )
        for a in declared.kind.attributes
        if a.required and declared.get(a.name) is None and (not a.unless or declared.get(a.unless) is None)
    ]

"""Names in scope, and turning a dotted name as written into what it is and what it is called in the program.

One name, one meaning: nothing may hide anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Edit, Fix, Span, error
from cell.program import Amount, Ref
from cell.quantities import Quantity
from intentlang.declared import unknown
from intentlang.findings import Findings
from intentlang.syntax import AmountNode, NumberNode, RefNode, TaskNode, Word
from intentlang.types import Fact, Known, Part, Path, Type, described, orders_lines
from intentlang.units import noun, quantity_of, unit_diagnostic
from intentlang.words import RESERVED, quoted
from intentlang.world import World

RENAME = "Give one of the two another name."


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name stands for: `path` in the program, and `identity` for the ordering rule: the member of that very set, the
    feature of that very part. `span` is where the name was given, None for what the cell declares."""

    type: Type
    path: Path
    identity: Path
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    type: Type
    path: Path
    identity: Path
    span: Span

    @property
    def ref(self) -> Ref:
        return Ref(self.path, self.span)

    @property
    def part(self) -> Path | None:
        """The part that this names, as the ordering rule counts parts."""
        return self.identity if orders_lines(self.type) else None


@dataclass(slots=True)
class Work:
    """What one check gathers while it walks the tree: the only thing that changes, and nobody outside sees it."""

    world: World
    tasks: Mapping[str, TaskNode]
    broken: frozenset[str]
    found: Findings = field(default_factory=Findings)
    used: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    outside: dict[str, Span] = field(default_factory=dict)
    """Params set from outside, with what was given."""
    outside_uses: dict[Span, Span] = field(default_factory=dict)
    """Where one of them stands, with the same."""
    left_out: int = 0
    """Lines that are in the text and, because of an error, not in the program."""

    def say(self, *diagnostics: Diagnostic) -> None:
        """Raises Enough where there are too many errors."""
        self.found.say(*diagnostics)

    def use(self, name: str, ref: RefNode) -> None:
        """`ref` speaks of what `name` is."""
        self.used.add(name)
        if name in self.outside:
            self.outside_uses[ref.span] = self.outside[name]

    def id(self, letter: str) -> str:
        self.counts[letter] = self.counts.get(letter, 0) + 1
        return f"{letter}{self.counts[letter]}"


@dataclass(frozen=True, slots=True)
class Scope:
    """`names` in reach, `globals` those of the whole file. `taken` are the loop variables that are open in the program around it:
    two copies of a template must not mix theirs up. `loops` counts the loops around, `depth` the blocks; `owner` is the kind of
    the innermost block, `calls` the tasks being copied."""

    names: Mapping[str, Binding]
    globals: Mapping[str, Binding]
    taken: frozenset[str] = frozenset()
    loops: int = 0
    depth: int = 0
    owner: str = "file"
    calls: tuple[str, ...] = ()

    def bound(self, word: Word, binding: Binding) -> Scope:
        return replace(self, names={**self.names, word.text: binding}, taken=self.taken | {binding.path[0]})

    def inside(self, owner: str) -> Scope:
        return replace(self, owner=owner, depth=self.depth + 1, loops=self.loops + (owner == "loop"))


def fresh_name(scope: Scope, name: str) -> str:
    number, new = 1, name
    while new in scope.taken:
        number += 1
        new = f"{name}~{number}"
    return new


def name_problem(word: Word, scope: Scope, work: Work, what: str) -> bool:
    """Reports a name that hides another one or is not free; True when it did."""
    taken = scope.names.get(word.text)
    if taken is None and word.text not in work.world.vocabulary.role_words:
        return False
    if word.text in RESERVED or word.text in work.broken:
        return True
    fix = _rename(word, scope.names)
    if taken is None:
        work.say(error("E202", f"`{word.text}` is a registered role or setting and cannot name a {what}", word.span, fix=fix))
        return True
    message = f"`{word.text}` already names {described(taken.type)}"
    where = _declaration(word.text, work) if taken.span is None else taken.span
    spans = (where.labelled("the other one"),) if where else ()
    work.say(error("E202", message, word.span, *spans, fix=fix))
    return True


def _declaration(name: str, work: Work) -> Span | None:
    cell = work.world.cell
    for group in (cell.robots, cell.tools, cell.parts, cell.equipment, cell.zones, cell.people, cell.queues):
        if name in group:
            span: Span = group[name].span
            return span
    return None


def _rename(word: Word, taken: Iterable[str]) -> Fix:
    number = 2
    while f"{word.text}_{number}" in taken:
        number += 1
    new = f"{word.text}_{number}"
    return Fix(f"rename to `{new}`", (Edit(word.span, new),), is_certain=False)


def resolve(ref: RefNode, scope: Scope, work: Work) -> Resolved | None:
    """What `ref` is; reports and gives None when it is nothing."""
    first = ref.words[0]
    binding = scope.names.get(first.text)
    if binding is None:
        if first.text not in work.broken and first.text not in RESERVED:
            problem = unknown("E201", "name", first, list(scope.names))
            work.say(problem)
            if problem.fix is not None:
                work.used.add(problem.fix.edits[0].replacement)  # nobody has forgotten what is only misspelt
        return None
    work.use(first.text, ref)
    found, path, identity = binding.type, binding.path, binding.identity
    for word in ref.words[1:]:
        inner = work.world.step(found, word.text)
        if inner is None:
            if word.text not in work.broken:
                work.say(unknown("E222", "part of a name", word, work.world.steps(found), f": {described(found)} has none such"))
            return None
        found, path = inner, (*path, word.text)
        if not isinstance(inner, Fact):
            identity = (*identity, word.text)
    return Resolved(found, path, identity, ref.span)


def amount(node: AmountNode, dimensions: tuple[str, ...], scope: Scope, work: Work) -> Amount | None:
    """A quantity of one of these dimensions, written out or named; () takes any. "" is a bare number."""
    vocabulary = work.world.vocabulary
    if isinstance(node, NumberNode):
        problem = unit_diagnostic(node, dimensions, vocabulary)
        if problem is not None:
            work.say(problem)
            return None
        return Amount(quantity_of(node, vocabulary), node.span)
    found = resolve(node, scope, work)
    if found is None:
        return None
    wanted = " or ".join(noun(d) for d in dimensions) or "a quantity"
    if not isinstance(found.type, Known):
        work.say(
            error(
                "E213",
                f"`{node.text}` is {described(found.type)}; {wanted} is wanted here",
                node.span,
                help=_wanted(dimensions, work),
            )
        )
        return None
    quantity = found.type.quantity
    if dimensions and quantity.dimension not in dimensions:
        message = f"`{node.text}` is {noun(quantity.dimension)} ({quantity.text}); {wanted} is wanted here"
        work.say(error("E206", message, node.span, help=_wanted(dimensions, work)))
        return None
    return Amount(Quantity(quantity.value, quantity.dimension, quantity.text), node.span)


def _wanted(dimensions: tuple[str, ...], work: Work) -> str:
    units = [u.symbol for u in work.world.vocabulary.units.values() if u.dimension in dimensions]
    return f"Write an amount, or a param, in {quoted(units)}." if units else "Write an amount, or a param that is one."


def kinds_of(found: Type) -> tuple[str, ...]:
    return found.kinds if isinstance(found, Part) else ()

"""Conditions: what they compare, what they ask, and what each fact in them needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, error, warning
from cell.program import AllOf, AnyOf, Compare, Condition, IsIn, IsState, Ref
from cell.vocabulary import FactSchema
from intentlang import syntax as s
from intentlang.declared import unknown
from intentlang.names import Resolved, Scope, Work, amount, resolve
from intentlang.ranges import out_of_range
from intentlang.types import Fact, Member, Part, Path, Thing, Type, described
from intentlang.words import quoted


@dataclass(frozen=True, slots=True)
class Asked:
    """One test of a condition: who is asked for which fact, whether the cell controls it, whether somebody reports it."""

    condition: Condition
    subject: Resolved
    owner: Type
    fact: FactSchema
    is_reported: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """`parts` are the parts named anywhere in it, for the ordering rule."""

    condition: Condition
    asked: tuple[Asked, ...]
    parts: frozenset[Path]


def check_condition(node: s.ConditionNode, scope: Scope, work: Work) -> Checked | None:
    match node:
        case s.JoinNode(word, parts, span):
            inner = [check_condition(p, scope, work) for p in parts]
            good = [c for c in inner if c is not None]
            if len(good) < len(inner):
                return None
            join = AllOf if word == "and" else AnyOf
            condition = join(tuple(c.condition for c in good), span)
            return Checked(condition, tuple(a for c in good for a in c.asked), frozenset().union(*(c.parts for c in good)))
        case s.CompareNode():
            return _compare(node, scope, work)
        case s.StateNode():
            return _state(node, scope, work)
        case s.InsideNode():
            return _inside(node, scope, work)
        case _:
            assert_never(node)


def _compare(node: s.CompareNode, scope: Scope, work: Work) -> Checked | None:
    subject = resolve(node.subject, scope, work)
    if subject is None:
        amount(node.limit, (), scope, work)  # for its own mistakes, and because a param is used here
        return None
    if not isinstance(subject.type, Fact) or not subject.type.schema.dimension:
        message = f"`{node.subject.text}` is {described(subject.type)}; a measured quantity is wanted left of `{node.operator}`"
        work.say(error("E222", message, node.subject.span, help=_askable(subject, work, is_measured=True)))
        return None
    limit = amount(node.limit, (subject.type.schema.dimension,), scope, work)
    if limit is None:
        return None
    problem = out_of_range(limit, subject.type.schema, node.operator)
    if problem is not None:
        work.say(problem)
        return None
    return _one(Compare(subject.ref, node.operator, limit, node.span), subject, subject.type, work)


def _askable(subject: Resolved, work: Work, is_measured: bool) -> str:
    """What of `subject` could be asked instead."""
    if isinstance(subject.type, Fact):
        return f"Write `{subject.ref.text} {'<= …' if subject.type.schema.dimension else 'is …'}`."
    steps = [(name, work.world.step(subject.type, name)) for name in work.world.steps(subject.type)]
    fitting = [n for n, t in steps if isinstance(t, Fact) and bool(t.schema.dimension) is is_measured]
    if fitting:
        return f"It has {quoted(f'{subject.ref.text}.{n}' for n in fitting)}."
    others = [f"{subject.ref.text}.{n} {'is …' if is_measured else '<= …'}" for n, t in steps if isinstance(t, Fact)]
    return f"It can be asked {quoted(others)}." if others else "Ask another thing of the cell."


def _state(node: s.StateNode, scope: Scope, work: Work) -> Checked | None:
    subject = resolve(node.subject, scope, work)
    if subject is None:
        return None
    fact = _state_fact(subject, work)
    if fact is None or not fact.schema.values:
        what = "a quantity; compare it with < or >" if isinstance(subject.type, Fact) else described(subject.type)
        message = f"`{node.subject.text}` is {what}; `is` asks for a state"
        work.say(error("E222", message, node.subject.span, help=_askable(subject, work, is_measured=False)))
        return None
    if node.value.text not in fact.schema.values:
        if node.value.text not in work.broken:
            of = f" of `{node.subject.text}`"
            work.say(unknown("E221", "state", node.value, list(fact.schema.values), of))
        return None
    return _one(IsState(subject.ref, node.value.text, node.negated, node.span), subject, fact, work)


def _state_fact(subject: Resolved, work: Work) -> Fact | None:
    """After a bare part the states are the part kinds; after a bare thing those of its own fact."""
    match subject.type:
        case Fact():
            return subject.type
        case Part():
            doc = "Which part it is."
            return Fact(
                FactSchema(name="kind", doc=doc, values=tuple(work.world.cell.declared_parts), source="told"), subject.type
            )
        case Thing(kind) if kind.own_fact:
            inner = work.world.step(subject.type, kind.own_fact)
            return inner if isinstance(inner, Fact) else None
        case _:
            return None


_CARRIED = FactSchema(name="in", doc="Where the robot is.", values=("in",), controlled=True)
_LAID = FactSchema(name="in", doc="Where the part is.", values=("in",), controlled=True, source="counted")
_PRESENT = FactSchema(name="in", doc="Whether the person is there.", values=("in",), source="signal", signal="occupied")


def _inside(node: s.InsideNode, scope: Scope, work: Work) -> Checked | None:
    subject, place = resolve(node.subject, scope, work), resolve(node.place, scope, work)
    if subject is None or place is None:
        return None
    where = place.type
    is_zone = isinstance(where, Thing) and where.kind.record == "zone"
    is_place = isinstance(where, Thing | Member) and where.kind.is_place
    match subject.type:
        case Thing(kind) if kind.record in ("robot", "tool", "person") and is_zone:
            fact, owner = (_PRESENT, where) if kind.record == "person" else (_CARRIED, subject.type)
        case Part() if is_zone or is_place:
            fact, owner = _LAID, subject.type
        case _:
            message = f"`{node.subject.text}` is {described(subject.type)} and `{node.place.text}` {described(where)}"
            help_ = "`in` asks whether a robot, tool or person is in a zone, or a part in a zone or place."
            work.say(error("E222", message, node.span, help=help_))
            return None
    condition = IsIn(subject.ref, place.ref, node.negated, node.span)
    checked = _one(condition, subject, Fact(fact, owner), work)
    return Checked(condition, checked.asked, checked.parts | _parts(place))


def _one(condition: Condition, subject: Resolved, fact: Fact, work: Work) -> Checked:
    is_reported = fact.schema.source != "signal" or work.world.reporter(fact.owner, fact.schema.signal) is not None
    asked = Asked(condition, subject, fact.owner, fact.schema, is_reported)
    return Checked(condition, (asked,), _parts(subject))


def _parts(found: Resolved) -> frozenset[Path]:
    return frozenset({found.part}) if found.part else frozenset()


def unreported(checked: Checked, is_never: bool) -> Iterator[Diagnostic]:
    """A fact that no signal reports: for `never` an error, for it would forbid nothing; otherwise a warning."""
    for asked in checked.asked:
        if asked.is_reported:
            continue
        message = f"nothing in the cell reports `{asked.subject.ref.text}`"
        help_ = f"Add `{asked.fact.signal} signal …` to its declaration."
        if is_never:
            yield error("E402", message, asked.condition.span, help=help_)
        else:
            yield warning("W201", message, asked.condition.span, help=help_)


def is_controllable(checked: Checked) -> bool:
    """Whether the cell can always keep the condition false by what it controls: one conjunct, in every alternative."""
    controlled = {id(a.condition) for a in checked.asked if a.fact.controlled}

    def holds(condition: Condition) -> bool:
        match condition:
            case AllOf(parts):
                return any(holds(p) for p in parts)
            case AnyOf(parts):
                return all(holds(p) for p in parts)
            case _:
                return id(condition) in controlled

    return holds(checked.condition)


def conjuncts(checked: Checked) -> list[Checked]:
    """`a and b and c` as three conditions, each with what it asks."""
    if not isinstance(checked.condition, AllOf):
        return [checked]
    out: list[Checked] = []
    for part in checked.condition.parts:
        inside = {id(c) for c in _leaves(part)}
        asked = tuple(a for a in checked.asked if id(a.condition) in inside)
        out += conjuncts(Checked(part, asked, checked.parts))
    return out


def _leaves(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _leaves(part)
    else:
        yield condition


def roots(checked: Checked) -> list[tuple[str, Ref]]:
    """The first word of every name in it."""
    return [(a.subject.path[0], a.subject.ref) for a in checked.asked]

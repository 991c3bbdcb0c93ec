"""The clauses of a text, and the text without some of them: the program that would have been read, had they not been written.

A clause is whatever can be struck out by itself: a goal, a loop, a `when`, `in order`, a bound, `within`, `every`, `ensure`,
`never`, a policy. What leans on it goes with it: a loop's lines with the loop, a `when` with the line that tells what it asks. A
template's line is one clause however often the template is used. `prefer` is none: no preference stands in the way of a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from cell.diagnostic import Span
from cell.program import (
    AllOf,
    AnyOf,
    Block,
    Branch,
    Compare,
    Condition,
    Fresh,
    Goal,
    Group,
    IntentProgram,
    IsIn,
    IsState,
    Line,
    Loop,
    Ref,
    Scope,
    When,
)
from cell.program_walk import goals_of
from cell.vocabulary import Vocabulary

Struck = Literal["line", "order", "bound", "within", "pace", "ensure", "never", "policy"]
Frozen = Mapping[str, frozenset[str]]
"""By loop with an `until`, the members that its iterations are about: without a goal that `until` counts there are as many."""


@dataclass(frozen=True, slots=True, order=True)
class Clause:
    """What is struck out where: a whole line, or only the order that a line asks for."""

    span: Span
    what: Struck

    @property
    def shown(self) -> Span:
        """Where a reader looks; the order that a loop asks for stands in the same place as the loop."""
        return self.span.labelled("in order") if self.what == "order" else self.span


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is struck out, of a text in these words."""

    gone: frozenset[Clause]
    frozen: Frozen
    words: Vocabulary


def clauses_of(program: IntentProgram) -> tuple[Clause, ...]:
    """Every clause once, in reading order, outer ones before those inside them."""
    found = [*_in_block(program.block), *(Clause(n.span, "never") for n in program.nevers)]
    return tuple(dict.fromkeys(found))


def without(program: IntentProgram, struck: Iterable[Clause], frozen: Frozen, words: Vocabulary) -> IntentProgram:
    """The program without those clauses and what leans on them."""
    cut = _Cut(frozenset(struck), frozen, words)
    nevers = tuple(n for n in program.nevers if Clause(n.span, "never") not in cut.gone)
    return replace(program, block=_block(program.block, cut, ()), nevers=nevers)


# --- which there are -----------------------------------------------------------------------------------------------------


def _in_block(block: Block) -> Iterator[Clause]:
    for line in block.lines:
        yield from _in_line(line)
    for ensure in block.ensures:
        yield Clause(ensure.span, "ensure")
    if block.within is not None:
        yield Clause(block.within.span, "within")
    if block.pace is not None:
        yield Clause(block.pace.span, "pace")
    for policy in block.policies:
        yield Clause(policy.span, "policy")


def _in_line(line: Line) -> Iterator[Clause]:
    match line:
        case Goal(bounds=bounds, block=inner):
            yield Clause(line.span, "line")
            yield from (Clause(bound.span, "bound") for bound in bounds)
            yield from _in_block(inner) if inner is not None else ()
        case Loop(in_order=in_order, block=inner):
            yield Clause(line.span, "line")
            yield from [Clause(line.span, "order")] if in_order else []
            yield from _in_block(inner)
        case Group(block=inner):
            yield Clause(line.span, "order")
            yield from _in_block(inner)
        case Scope(block=inner) | Fresh(block=inner):
            yield Clause(line.span, "line")
            yield from _in_block(inner)
        case When(branches=branches):
            yield Clause(line.span, "line")
            for branch in branches:
                yield from _in_block(branch.block)
        case _:
            assert_never(line)


# --- the text without them -----------------------------------------------------------------------------------------------


def _block(block: Block, cut: _Cut, untold: tuple[str, ...]) -> Block:
    """`untold`: what nobody tells any more, as dotted names."""
    kept: list[tuple[int, Line]] = []
    for i, line in enumerate(block.lines):
        left = _line(line, cut, untold)
        if left is not None:
            kept.append((i, left))
        untold = tuple(
            name for name in (*untold, *(_told_in(line, cut) if left is None else ())) if name not in _told_by(left, cut)
        )
    number = {i: k for k, (i, _) in enumerate(kept)}
    return replace(
        block,
        lines=tuple(line for _, line in kept),
        waits=_renumbered(block.waits, number),
        by_rule=_renumbered(block.by_rule, number),
        ensures=tuple(e for e in block.ensures if Clause(e.span, "ensure") not in cut.gone),
        within=None if block.within is None or Clause(block.within.span, "within") in cut.gone else block.within,
        pace=None if block.pace is None or Clause(block.pace.span, "pace") in cut.gone else block.pace,
        policies=tuple(p for p in block.policies if Clause(p.span, "policy") not in cut.gone),
    )


def _renumbered(waits: tuple[tuple[int, ...], ...], number: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    """The ordering rule looks at two lines at a time, so what is struck out between them changes nothing."""
    return tuple(tuple(number[j] for j in of if j in number) for i, of in enumerate(waits) if i in number)


def _line(line: Line, cut: _Cut, untold: tuple[str, ...]) -> Line | None:
    if Clause(line.span, "line") in cut.gone:
        return None
    match line:
        case Goal(bounds=bounds, block=inner):
            kept = tuple(bound for bound in bounds if Clause(bound.span, "bound") not in cut.gone)
            return replace(line, bounds=kept, block=None if inner is None else _block(inner, cut, untold))
        case Loop(block=inner):
            return _loop(line, _block(inner, cut, untold), cut)
        case Group(block=inner):
            return _group(line, _block(inner, cut, untold), cut)
        case Scope(block=inner) | Fresh(block=inner):
            left = _block(inner, cut, untold)
            return replace(line, block=left) if left.lines else None
        case When(branches=branches):
            ways = tuple(replace(b, block=_block(b.block, cut, untold)) for b in branches)
            is_asked = any(name in untold for name in _asked(branches))
            return replace(line, branches=ways) if any(b.block.lines for b in ways) and not is_asked else None
    assert_never(line)


def _loop(loop: Loop, block: Block, cut: _Cut) -> Loop | None:
    is_counted = loop.until is not None and loop.id not in cut.frozen  # what counts may ask too much by itself
    if not block.lines and not is_counted:
        return None
    in_order = loop.in_order and Clause(loop.span, "order") not in cut.gone
    if loop.until is None or is_counted:
        return replace(loop, block=block, in_order=in_order)
    return replace(loop, block=block, in_order=in_order, until=None, only=cut.frozen[loop.id])


def _group(group: Group, block: Block, cut: _Cut) -> Line | None:
    """Without its order it is a block like any other, under the ordering rule."""
    if not block.lines:
        return None
    if Clause(group.span, "order") not in cut.gone:
        return replace(group, block=block)
    return Group(False, replace(block, waits=block.by_rule, by_rule=()), group.span)


# --- what is told, and who asks ------------------------------------------------------------------------------------------


def _told_in(line: Line, cut: _Cut) -> tuple[str, ...]:
    return tuple(name for goal in goals_of(line) for name in _told_by(goal, cut))


def _told_by(line: Line | None, cut: _Cut) -> tuple[str, ...]:
    if not isinstance(line, Goal):
        return ()
    return tuple(f"{line.object.text}.{told.name}" for told in cut.words.told_by(line.verb))


def _asked(branches: Iterable[Branch]) -> Iterator[str]:
    for branch in branches:
        if branch.condition is not None:
            yield from (ref.text for ref in _refs(branch.condition))


def _refs(condition: Condition) -> Iterator[Ref]:
    match condition:
        case Compare(subject=subject) | IsState(subject=subject) | IsIn(subject=subject):
            yield subject
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _refs(part)
        case _:
            assert_never(condition)

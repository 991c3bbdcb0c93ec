"""The smallest change that would help: a longer `within` or `every`, told only after planning with it.

What the best schedule found would keep need not be enough: with more time allowed the search prefers another schedule, for what
is preferred, or with other motions. So the advice is followed until there is a plan, and the amount with which there is one is
told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from cell.diagnostic import Diagnostic, Edit, Fix, Outcome, Span
from cell.program import IntentProgram
from planner.why.amounts import with_amounts

OF_TIME = frozenset({"E501", "E502", "E504", "E505"})
MOST_TRIES = 4
NOT_PLANNED = "Nothing longer was planned with: `plan --why` looks for what would do."
Replan = Callable[[IntentProgram], Outcome[object]]


@dataclass(frozen=True, slots=True)
class _Advice:
    """One amount to write instead, and the clause as it would read."""

    amount: Span
    clause: str
    text: str

    @property
    def seconds(self) -> float:
        return float(self.text.removesuffix(" s"))


def relieved(program: IntentProgram, complaints: tuple[Diagnostic, ...], replan: Replan) -> tuple[Diagnostic, ...]:
    """`complaints`; those about time with an amount that was planned with, or without one where none was found in a few tries."""
    if any(d.code not in OF_TIME for d in complaints if d.is_error):
        return tuple(_without_advice(d) for d in complaints)
    followed = _followed(program, complaints, replan)
    return tuple(_advised(d, followed) if d.code in OF_TIME and followed else _without_advice(d) for d in complaints)


def _followed(program: IntentProgram, complaints: Iterable[Diagnostic], replan: Replan) -> dict[Span, _Advice]:
    """The advice with which there is a plan, by amount; none where a few tries did not get there."""
    taken = {a.amount: a for a in _advice_in(complaints)}
    for _ in range(MOST_TRIES if taken else 0):
        outcome = replan(with_amounts(program, {a.amount: a.seconds for a in taken.values()}))
        if outcome.value is not None:
            return taken
        more = {a.amount: a for a in _advice_in(outcome.diagnostics)}
        if not more or any(d.code not in OF_TIME for d in outcome.diagnostics if d.is_error):
            return {}
        taken |= more
    return {}


def _advice_in(diagnostics: Iterable[Diagnostic]) -> list[_Advice]:
    fixes = [d.fix for d in diagnostics if d.code in OF_TIME and d.fix is not None]
    return [_Advice(e.span, fix.title.split("`")[1], e.replacement) for fix in fixes for e in fix.edits]


def _advised(complaint: Diagnostic, followed: dict[Span, _Advice]) -> Diagnostic:
    own = [a for a in _advice_in((complaint,)) if a.amount in followed]
    first = [followed[a.amount] for a in own] or list(followed.values())
    rest = [a for a in followed.values() if a not in first]
    clauses = " with ".join(f"`{a.clause}`" for a in (*first, *rest))
    fix = Fix(f"write {clauses}", tuple(Edit(a.amount, a.text) for a in (*first, *rest)), is_certain=False)
    return replace(complaint, help=f"feasible from {clauses}", fix=fix)


def _without_advice(complaint: Diagnostic) -> Diagnostic:
    """No amount is known with which there is a plan; from below it is known by a bound, or by the best schedule."""
    if complaint.code not in OF_TIME:
        return complaint
    return replace(complaint, fix=None, help=f"{complaint.help} {NOT_PLANNED}".strip())

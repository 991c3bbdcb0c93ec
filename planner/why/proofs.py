"""For each proof that there is no plan the clauses that make it: a smallest set, asked of the text with fewer and fewer clauses.

A text may be impossible for several reasons, one of which hides another: each has a proof and a set of its own. A line of a set
may be what moves parts on. Without it they stay in the way, and the text is refused for something of which nothing was said. Such
a line is told apart: taking it out is no mend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from cell.diagnostic import Core, Diagnostic, Span
from cell.program import IntentProgram
from cell.state import PlanningRequest
from planner.tasks.crew import Known
from planner.tasks.groundwork import refuted
from planner.tasks.in_the_way import in_the_way
from planner.why.clauses import Clause, clauses_of, without
from planner.why.cores import Clauses, Conflict, IsConflict, smallest
from planner.why.frozen import frozen_of
from planner.why.kinds import PROVED
from planner.why.relief import OF_TIME

MOST_REASONS = 3
MOST_LOOKS = 6  # for a set: a second look may end in one that is known
MOST_QUESTIONS = 80
OF_MUCH_WORK = OF_TIME | {"E503"}
"""Of these there are too many sets: any of the work can stand for any other."""
STUCK = frozenset({"E604", "E608", "E620"})
"""What is said where every order was looked at, by what got stuck; asked again of another text it may be another of them."""


@dataclass(frozen=True, slots=True)
class Reason:
    """`left`: by clause of the set, what is in the way of the text without it; empty where the set may not be the smallest."""

    proof: Diagnostic
    conflict: Conflict
    left: Mapping[Clause, tuple[Diagnostic, ...]]


def reasons_of(request: PlanningRequest, complaints: tuple[Diagnostic, ...], known: Known) -> tuple[Reason, ...]:
    """The first few, each with a smallest set of clauses that cannot all be kept; equal sets once. Those of `complaints` come
    first, then those that they hid."""
    waiting: list[tuple[Diagnostic, Clauses]] = [(d, ()) for d in _proofs((*complaints, *in_the_way(request, known)), [])]
    found: dict[Clauses, Reason] = {}
    for _ in range(MOST_LOOKS):
        if not waiting or len(found) == MOST_REASONS:
            break
        proof, struck = waiting.pop(0)
        if any(is_same(r.proof, proof) and not {*struck} & {*clauses} for clauses, r in found.items()):
            continue  # one that is told says so already
        conflict = conflict_of(request, proof, known, struck)
        if conflict is None or conflict.clauses in found:
            continue
        left = _left(request, conflict, known) if conflict.is_smallest else {}
        found[conflict.clauses] = Reason(proof, conflict, left)
        waiting += _again(left, proof) if proof.code not in OF_MUCH_WORK else []
        waiting += [(d, conflict.clauses[:1]) for d in _hidden(left, [r.proof for r in found.values()])]
    return tuple(found.values())


def _again(left: Mapping[Clause, tuple[Diagnostic, ...]], proof: Diagnostic) -> list[tuple[Diagnostic, Clauses]]:
    """What still says the same without one clause: so another one can stand for it, and there is a second set."""
    return [(d, (clause,)) for clause, others in left.items() for d in others if is_same(d, proof)]


def conflict_of(request: PlanningRequest, proof: Diagnostic, known: Known, struck: Clauses = ()) -> Conflict | None:
    """A smallest set of clauses, without those that are `struck`, for which `proof` holds; None where it cannot be asked of
    another text."""
    kept = tuple(c for c in clauses_of(request.program) if c not in struck)
    return smallest(kept, conflicts(request, proof, known), MOST_QUESTIONS)


def conflicts(request: PlanningRequest, proof: Diagnostic, known: Known) -> IsConflict:
    """Whether `proof` holds for the text with only some clauses, as often gone through and with routes that end where they do in
    the whole text."""
    (_, ends), struck_out = frozen_of(request), _striking(request)
    every, looked_at = frozenset(clauses_of(request.program)), ends if proof.code in STUCK else None

    def is_conflict(kept: Clauses) -> bool:
        return any(is_same(found, proof) for found in refuted(struck_out(every - set(kept)), known, looked_at))

    return is_conflict


def _striking(request: PlanningRequest) -> Callable[[Iterable[Clause]], PlanningRequest]:
    frozen, _ = frozen_of(request)
    return lambda struck: replace(request, program=without(request.program, struck, frozen, request.cell.vocabulary))


def _left(request: PlanningRequest, conflict: Conflict, known: Known) -> dict[Clause, tuple[Diagnostic, ...]]:
    struck_out = _striking(request)
    return {clause: in_the_way(struck_out((clause,)), known) for clause in conflict.clauses}


def _hidden(left: Mapping[Clause, tuple[Diagnostic, ...]], told: list[Diagnostic]) -> list[Diagnostic]:
    """Proofs that are left whichever clause is taken away."""
    first, *rest = left.values() or ((),)
    return [d for d in _proofs(first, told) if all(any(is_same(other, d) for other in others) for others in rest)]


def _proofs(found: Iterable[Diagnostic], told: list[Diagnostic]) -> list[Diagnostic]:
    """Those that say something new, each once."""
    new: list[Diagnostic] = []
    for d in found:
        if d.is_error and d.code in PROVED and not any(is_same(d, proof) for proof in (*told, *new)):
            new.append(d)
    return new


def is_same(found: Diagnostic, proof: Diagnostic) -> bool:
    """Whether it says of another text what `proof` says of this one."""
    if found.code == "E620" and proof.code in STUCK:
        return True
    if found.code != proof.code:
        return False
    about = proof.spans[:1] if proof.code in OF_TIME else proof.spans
    return bool(set(about) & set(found.spans)) or not proof.spans


# --- as it is told ---------------------------------------------------------------------------------------------------------


def cores_of(reasons: tuple[Reason, ...], causes: tuple[Diagnostic, ...], program: IntentProgram) -> tuple[Core, ...]:
    """`causes` is what is told instead of some of the proofs."""
    return tuple(_core(reason, _cause(reason.proof, causes), reasons, program) for reason in reasons)


def _core(reason: Reason, cause: Diagnostic, reasons: tuple[Reason, ...], program: IntentProgram) -> Core:
    clauses = sorted(reason.conflict.clauses)
    freeing = [c for c in clauses if not _leaves_another(reason, c, reasons)] or clauses
    needed = [c for c in clauses if c not in freeing]
    return Core(cause.code, _shown(freeing), _facts(program, cause), reason.conflict.is_smallest, _shown(needed))


def _leaves_another(reason: Reason, clause: Clause, reasons: tuple[Reason, ...]) -> bool:
    """Whether without it something is in the way that no set without it tells of."""
    told = [r.proof for r in reasons if clause not in r.conflict.clauses]
    return any(not any(is_same(d, proof) for proof in told) for d in reason.left.get(clause, ()))


def _shown(clauses: Iterable[Clause]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(c.shown for c in clauses))


def _cause(proof: Diagnostic, causes: tuple[Diagnostic, ...]) -> Diagnostic:
    """What lies beneath it: what is told for the same line, where it is not told itself."""
    if any((cause.code, cause.spans) == (proof.code, proof.spans) for cause in causes):
        return proof
    lines = {(span.file, span.start) for span in proof.spans[:1]}
    beneath = (c for c in causes if c.is_error and any((span.file, span.start) in lines for span in c.spans))
    return next(beneath, proof)


def _facts(program: IntentProgram, proof: Diagnostic) -> tuple[Span, ...]:
    """The declarations among what the proof points at."""
    texts = {c.span.file for c in clauses_of(program)} | {program.file}
    return tuple(dict.fromkeys(span for span in proof.spans if span.file not in texts))

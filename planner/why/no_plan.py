"""The answer where there is no plan: what is told, of which kind that is, which clauses conflict, and what bounded the search."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from cell.diagnostic import Core, Diagnostic, Outcome, Span, WhyNot
from cell.motion_plan import MotionPlan
from cell.program import IntentProgram
from cell.state import PlanningRequest
from cell.steps import MotionNeed
from planner.motion.inverse_kinematics import InverseKinematics
from planner.tasks.crew import Known
from planner.tasks.groundwork import refuted
from planner.why.clauses import clauses_of, without
from planner.why.cores import Clauses, Conflict, IsConflict, smallest
from planner.why.frozen import frozen_of
from planner.why.kinds import PROVED, PROVED_OF_MOTIONS
from planner.why.reasons import Refused, kind_told, told
from planner.why.relief import OF_TIME, Replan, relieved

MOST_CORES = 3
MOST_QUESTIONS = 80
STUCK = frozenset({"E604", "E608", "E620"})
"""What is said where every order was looked at, by what got stuck; asked again of another text it may be another of them."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What may be asked after the search has failed: what it knows of motions, which it looked for in vain, and how to plan
    another text from the same state."""

    known: Known
    refused: Refused
    replan: Replan


def no_plan(request: PlanningRequest, complaints: tuple[Diagnostic, ...], inquiry: Inquiry) -> Outcome[MotionPlan]:
    """`complaints` are the schedule's."""
    kind = kind_told(complaints, inquiry.refused, request.cell, lambda robot: _knows_all(request, robot))
    diagnostics = told(relieved(request.program, complaints, inquiry.replan), inquiry.refused, request.cell)
    cores = cores_of(request, complaints, diagnostics, at_any_speed(inquiry)) if kind == "proved impossible" else ()
    return Outcome(None, diagnostics, WhyNot(kind, cores, budget(request) if kind == "gave up" else ""))


def at_any_speed(inquiry: Inquiry) -> Known:
    """What is known, but that a motion which cannot be for what stands there cannot be at another speed either: a text without
    one of its speed limits asks for it again."""
    known = inquiry.known
    never = {
        replace(need, speed_limit=None) for need, why in inquiry.refused.items() if {d.code for d in why} <= PROVED_OF_MOTIONS
    }

    def durations(need: MotionNeed) -> float:
        return math.inf if replace(need, speed_limit=None) in never else known.durations(need)

    return replace(known, durations=durations) if never else known


def budget(request: PlanningRequest) -> str:
    """What bounded the search, in the words of a person."""
    return f"{request.iterations} iterations of the search from seed {request.seed}"


def _knows_all(request: PlanningRequest, robot: str) -> bool:
    return robot in request.robots and InverseKinematics(request.robots[robot]).knows_all_branches()


def cores_of(
    request: PlanningRequest, complaints: tuple[Diagnostic, ...], causes: tuple[Diagnostic, ...], known: Known
) -> tuple[Core, ...]:
    """For the first complaints that are proofs a smallest set of clauses each that cannot all be kept; equal ones once. `causes`
    is what is told instead of some of them."""
    proofs = [d for d in complaints if d.is_error and d.code in PROVED]
    found: dict[Clauses, Core] = {}
    for proof in proofs[:MOST_CORES]:
        conflict = conflict_of(request, proof, known)
        if conflict is not None:
            found.setdefault(conflict.clauses, _core(request, _cause(proof, causes), conflict))
    return tuple(found.values())


def _cause(proof: Diagnostic, causes: tuple[Diagnostic, ...]) -> Diagnostic:
    """What lies beneath it: what is told for the same line, where it is not told itself."""
    if any((cause.code, cause.spans) == (proof.code, proof.spans) for cause in causes):
        return proof
    lines = {(span.file, span.start) for span in proof.spans[:1]}
    beneath = (c for c in causes if c.is_error and any((span.file, span.start) in lines for span in c.spans))
    return next(beneath, proof)


def conflict_of(request: PlanningRequest, proof: Diagnostic, known: Known) -> Conflict | None:
    """A smallest set of clauses for which `proof` holds; None where it cannot be asked of another text."""
    is_one = conflicts(request, proof, known)
    return smallest(clauses_of(request.program), is_one, MOST_QUESTIONS)


def conflicts(request: PlanningRequest, proof: Diagnostic, known: Known) -> IsConflict:
    """Whether `proof` holds for the text with only some clauses, as often gone through and with routes that end where they do in
    the whole text."""
    (frozen, ends), every = frozen_of(request), frozenset(clauses_of(request.program))
    looked_at = ends if proof.code in STUCK else None

    def is_conflict(kept: Clauses) -> bool:
        less = replace(request, program=without(request.program, every - set(kept), frozen))
        return any(_is_same(found, proof) for found in refuted(less, known, looked_at))

    return is_conflict


def _is_same(found: Diagnostic, proof: Diagnostic) -> bool:
    """Whether it says of another text what `proof` says of this one."""
    if found.code == "E620" and proof.code in STUCK:
        return True
    if found.code != proof.code:
        return False
    about = proof.spans[:1] if proof.code in OF_TIME else proof.spans
    return bool(set(about) & set(found.spans)) or not proof.spans


def _core(request: PlanningRequest, cause: Diagnostic, conflict: Conflict) -> Core:
    clauses = tuple(dict.fromkeys(c.shown for c in sorted(conflict.clauses)))
    return Core(cause.code, clauses, _facts(request.program, cause), conflict.is_smallest)


def _facts(program: IntentProgram, proof: Diagnostic) -> tuple[Span, ...]:
    """The declarations among what the proof points at."""
    texts = {c.span.file for c in clauses_of(program)} | {program.file}
    return tuple(dict.fromkeys(span for span in proof.spans if span.file not in texts))

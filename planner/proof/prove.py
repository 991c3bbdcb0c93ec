"""The proof of a plan: every check in turn, from cheap to dear, and what was proved as a list of obligations.

The order matters: later checks rely on what earlier ones have shown (names exist, ids are unique, each operation has its
goal), so a refusal ends the proof after its stage. Nothing of the plan is taken on trust, its motions and figures included.
"""

from __future__ import annotations

from collections.abc import Mapping

from cell.diagnostic import Diagnostic, Outcome, Span, error
from cell.motion_plan import MotionPlan
from cell.plan_file import plan_id
from cell.plan_inputs import Pairs
from cell.released_plan import Proof
from cell.state import PlanningRequest
from cell.steps import Step
from planner.proof.by_people import check_handovers
from planner.proof.certificates import CertificateStore, MapFunction, Progress, judge_all
from planner.proof.chores import check_fresh
from planner.proof.clearing import check_cleared_last, check_clearing
from planner.proof.configurations import check_configurations
from planner.proof.deadlines import check_deadlines
from planner.proof.demands import check_demands
from planner.proof.duties import duties_of
from planner.proof.duty import Duties
from planner.proof.encounters import check_encounters
from planner.proof.exclusion import Overlap, intrusions, overlaps, stays
from planner.proof.figures import check_figures, check_reads
from planner.proof.form import check_form
from planner.proof.identity import check_identity, check_motions_belong
from planner.proof.initial import floating, initial_facts
from planner.proof.iterations import check_iterations, started_by
from planner.proof.later import put_off_by
from planner.proof.meaning import check_meaning
from planner.proof.motion_verdict import MotionVerdict
from planner.proof.needed_motion import check_forces
from planner.proof.needs import Establishment, Unmet
from planner.proof.nevers import check_capacities, check_guards, check_nevers
from planner.proof.obligations import obligations_of
from planner.proof.operations import check_order, match, served_by
from planner.proof.order_loops import check_orders
from planner.proof.precedence import precedence_of
from planner.proof.references import check_references
from planner.proof.schedule import check_schedule
from planner.proof.stacks import check_stacks
from planner.proof.surroundings import surroundings_of
from planner.proof.told_bounds import check_bounds
from planner.proof.waiting import check_waiting, waiting_limits

Findings = tuple[Diagnostic, ...]


def prove(
    plan: MotionPlan,
    request: PlanningRequest,
    versions: Pairs | None,
    store: CertificateStore | None,
    map_fn: MapFunction,
    progress: Progress,
) -> Outcome[Proof]:
    """The proof, or why there is none."""
    tasks = plan.tasks
    if found := _of_another_origin(plan, request, versions) or check_reads(tasks, request) or check_form(tasks):
        return Outcome(None, found)
    if found := (*check_references(tasks, request), *check_motions_belong(plan)):
        return Outcome(None, found)
    started = started_by(tasks)
    duties = duties_of(request.program, request.cell, request.state, started, put_off_by(tasks), served_by(tasks))
    if duties.unproved:
        return Outcome(None, tuple(duties.unproved))
    symbolic = _symbolic(plan, request, duties, started)
    if symbolic:
        return Outcome(None, symbolic)
    equipped = dict.fromkeys((m.need.robot, m.need.tool) for m in plan.motions.values())
    around = {who: surroundings_of(request, *who) for who in equipped}
    work = [(key, m, around[m.need.robot, m.need.tool]) for key, m in plan.motions.items()]
    verdicts = judge_all(work, store, map_fn, progress)
    if found := _refused(plan, verdicts) or check_configurations(plan.motions):
        return Outcome(None, found)
    order = precedence_of(tasks.steps, tasks.choices)
    met = check_encounters(plan, request, order, store, map_fn, progress)
    if met.found:
        return Outcome(None, met.found)
    matched = match(tasks, duties, request.cell, request.state)
    fastest = {key: verdict.fastest for key, verdict in verdicts.items() if verdict.fastest is not None}
    return Outcome(Proof(*obligations_of(plan, request, duties, matched.steps_of, verdicts, met), fastest))


def _of_another_origin(plan: MotionPlan, request: PlanningRequest, versions: Pairs | None) -> Findings:
    """Files that have changed are told together with the facts that the plan relies on and that are no longer so."""
    found = check_identity(plan, request, versions)
    if not found or plan_id(plan) != plan.plan_id or versions not in (None, plan.versions):
        return found
    return (*found, *check_reads(plan.tasks, request))


def _symbolic(plan: MotionPlan, request: PlanningRequest, duties: Duties, started: Mapping[str, tuple[str, ...]]) -> Findings:
    tasks, cell, state = plan.tasks, request.cell, request.state
    matched = match(tasks, duties, cell, state)
    kept_fresh = {duty.fresh.id for duty in duties.fresh}
    in_loops = {name: members for name, members in started.items() if name not in kept_fresh} if state.errand is None else {}
    if found := (*check_iterations(duties.loops, in_loops, cell, state, duties.sampled), *matched.found):
        return found
    if found := (
        *check_orders(duties.loops, started, cell, state, request.is_continuous),
        *check_demands(tasks, matched, cell, state),
    ):
        return found
    if found := (
        *check_clearing(tasks, cell),
        *check_meaning(tasks, request, matched.duty_of),
        *check_schedule(plan, cell, state),
        *check_figures(tasks, request, duties),
    ):
        return found
    order = precedence_of(tasks.steps, tasks.choices)
    facts = Establishment(tasks.steps, tasks.choices, order, initial_facts(cell, state))
    clashes = (*overlaps(tasks.steps, order), *intrusions(tasks.steps, order, stays(tasks.steps, order), cell))
    found = (
        *(_unmet(u, tasks.steps) for u in facts.unmet()),
        *(_clash(o, tasks.steps) for o in clashes),
        *check_order(tasks, request.program, duties, matched, order),
        *check_handovers(tasks, order),
        *check_cleared_last(tasks, order),
        *check_guards(plan, request, order),
        *check_nevers(plan, request, order),
        *check_capacities(plan, request, order),
        *check_deadlines(duties, matched.steps_of),
        *check_fresh(duties.fresh, matched.steps_of, tasks.steps, order, tasks.bounds.makespan),
        *check_waiting(tuple(waiting_limits(request.program.block, cell)), tasks.steps, cell),
        *check_stacks(duties.stacks, tasks.steps, cell, state),
        *(_afloat(part, place) for part, place in floating(cell, state)),
        *check_forces(plan, matched.duty_of, cell),
    )
    return found or check_bounds(tasks, request, duties, plan.motions)


def _refused(plan: MotionPlan, verdicts: Mapping[str, MotionVerdict]) -> Findings:
    """What is said of a motion is said at the first step that uses it."""
    user: dict[str, Step] = {}
    for step in plan.tasks.steps:
        if step.motion is not None:
            user.setdefault(step.motion, step)
    return tuple(
        error(refusal.code, f"{user[key].id}: {refusal.message}", user[key].because.span)
        for key, verdict in verdicts.items()
        for refusal in verdict.refusals
    )


def _afloat(part: str, place: str) -> Diagnostic:
    return error("E682", f"{part} lies at {place}, and nothing lies beneath it", help="Look there, then plan again.")


def _unmet(unmet: Unmet, steps: tuple[Step, ...]) -> Diagnostic:
    step = steps[unmet.step]
    spans: tuple[Span, ...] = (step.because.span,)
    if unmet.spoiler is None:
        return error("E682", f"nothing makes {unmet.need.text} true before {step.id}", *spans)
    spoiler = steps[unmet.spoiler]
    return error("E682", f"{step.id} needs {unmet.need.text}, which {spoiler.id} may undo", *spans, spoiler.because.span)


def _clash(overlap: Overlap, steps: tuple[Step, ...]) -> Diagnostic:
    first, second = steps[overlap.first], steps[overlap.second]
    message = f"{first.id} and {second.id} may use {overlap.resource} at once"
    return error("E682", message, first.because.span, second.because.span)

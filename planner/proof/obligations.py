"""What was proved, as a list that a person can read: the claim, how long it holds, how it was shown, with how much slack.

Called after every check has passed, so nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.dataclass import dataclass
from cell.devices import link_bounds
from cell.diagnostic import Span
from cell.equipment import PartKind
from cell.geometry import Cylinder
from cell.motion_plan import MotionPlan
from cell.program import AllOf, Never
from cell.released_plan import Holds, Obligation, ObligationKind
from cell.scene import has_floor
from cell.state import PlanningRequest
from cell.steps import Grip
from planner.proof.by_people import standstills
from planner.proof.chores import longest_gap
from planner.proof.deadlines import StepsOf, slowest_lateness, span_of
from planner.proof.duty import Duties
from planner.proof.encounters import Encounters
from planner.proof.motion_verdict import MotionVerdict
from planner.proof.nevers import guarded, is_watched
from planner.proof.stacks import reached
from planner.proof.surroundings import CLEARANCE
from planner.proof.waiting import waiting_limits, waits_at

_ALWAYS: Holds = "for all durations"
_DECLARED: Holds = "at the declared durations"
_ORDER = "by the partial order of the steps, every branch of every choice included"

ASSUMPTIONS = (
    "the cell is as its files describe it: shapes, places, zones, masses; robots are calibrated to it",
    "a robot follows its setpoints; what it deviates by is smaller than the clearance",
    "a device reports its facts truly, and a confirmed step has had its effects",
    "a part in a place or a hand lies where its grasp and its place say",
    "contact forces stay within their limit by the device's own control; the proof bounds speed and path only",
)
NO_FLOOR = "the cell has no floor, as a robot's base is below z = 0: z < 0 is kept free only by what is declared"


@dataclass(frozen=True, slots=True)
class _Row:
    kind: ObligationKind
    claim: str
    holds: Holds
    evidence: str
    margin: float | None = None
    spans: tuple[Span, ...] = ()


def obligations_of(
    plan: MotionPlan,
    request: PlanningRequest,
    duties: Duties,
    steps_of: StepsOf,
    verdicts: Mapping[str, MotionVerdict],
    met: Encounters,
) -> tuple[tuple[Obligation, ...], tuple[str, ...]]:
    """(obligations, assumptions) of a plan that has passed every check."""
    rows = (
        *_goals(duties),
        *_symbolic(plan, request),
        *(_Row("standstill", claim, _ALWAYS, _ORDER, None, spans) for claim, spans in standstills(plan.tasks)),
        *_zones(request),
        *_times(duties, steps_of, plan.tasks.bounds.makespan),
        *_limits(duties),
        *_stacks(plan, request, duties),
        *_waiting(plan, request),
        *_motions(verdicts),
        *_robots(plan, request, met),
    )
    obligations = tuple(
        Obligation(f"p{i}", r.kind, r.claim, r.holds, r.evidence, r.margin, r.spans) for i, r in enumerate(rows, start=1)
    )
    return obligations, _assumptions(plan, request)


def _goals(duties: Duties) -> Iterator[_Row]:
    counts: dict[Span, int] = {}
    for key, duty in duties.goals.items():
        if key not in duties.settled and duty.part not in {fresh.thing for fresh in duties.fresh}:
            counts[duty.goal.span] = counts.get(duty.goal.span, 0) + 1
    for span, count in counts.items():
        verb = next(d.goal.verb for d in duties.goals.values() if d.goal.span == span)
        yield _Row(
            "goal",
            f"{verb} is reached once" if count == 1 else f"{verb} is reached {count} times, once for each part",
            _ALWAYS,
            "one operation for each open goal",
            None,
            (span,),
        )
    for loop in duties.loops.values():
        span = loop.until.span if loop.until is not None else loop.span
        yield _Row(
            "goal", "as many iterations as are asked for, none more", _ALWAYS, "counted from the observed state", None, (span,)
        )
    for sampled in duties.sampled:
        often = sampled.fresh.interval.quantity.text
        claim = f"in {len(sampled.owing)} of {sampled.of} iterations, so that never {often} pass without"
        yield _Row("goal", claim, _ALWAYS, "counted in the order of the set", None, (sampled.fresh.span,))


def _symbolic(plan: MotionPlan, request: PlanningRequest) -> Iterator[_Row]:
    steps, choices = len(plan.tasks.steps), len(plan.tasks.choices)
    needs = sum(len(step.needs) for step in plan.tasks.steps)
    yield _Row("order", f"all {needs} needs of {steps} steps are facts when the steps start", _ALWAYS, _ORDER)
    yield _Row("order", "no step waits for ever", _ALWAYS, "the order has no cycle and every need is established")
    resources = ", ".join(plan.tasks.orders)
    yield _Row("exclusion", f"no two steps use one device at once: {resources}", _ALWAYS, _ORDER)
    if choices:
        yield _Row(
            "choice",
            f"{choices} choices: every branch starts and ends in one state of the robot",
            _ALWAYS,
            "followed step by step",
        )
    places = [p for p in request.cell.places.values() if p.capacity is not None and p.of is None]
    yield _Row(
        "capacity", f"never a second part in any of {len(places)} places or in a hand", _ALWAYS, "free and empty are needs"
    )


def _zones(request: PlanningRequest) -> Iterator[_Row]:
    for never in (n for n in request.program.nevers if not _is_watched(n, request)):
        yield _Row("never", "what must never be true together is kept apart", _ALWAYS, _ORDER, None, (never.span,))
    for machine, zone in guarded(request.cell).items():
        claim = f"no robot in {zone} while {machine} runs a program"
        yield _Row("zone", claim, _ALWAYS, _ORDER, None, (request.cell.zones[zone].span, request.cell.equipment[machine].span))


def _robots(plan: MotionPlan, request: PlanningRequest, met: Encounters) -> Iterator[_Row]:
    """What several robots owe one another."""
    robots = tuple(request.cell.robots)
    if len(robots) < 2:
        return
    names = f"{', '.join(robots[:-1])} and {robots[-1]}"
    yield _Row("order", f"{names} never wait for one another in a circle, whatever anything takes", _ALWAYS, _NO_CIRCLE)
    measured = "" if met.slack == float("inf") else f"; the least slack is {met.slack:.4g} m"
    evidence = f"{_PAIRS}{measured}"
    claim = f"{names} never come nearer to one another than {1e3 * CLEARANCE:g} mm, {met.pairs} pairs of motions and rests"
    yield _Row("separation", claim, _ALWAYS, evidence, None if met.slack == float("inf") else met.slack)
    for zone in request.cell.zones.values():
        if zone.capacity is not None and zone.capacity < len(robots):
            yield _Row(
                "capacity", f"never more than {zone.capacity} of {names} in {zone.name}", _ALWAYS, _ORDER, None, (zone.span,)
            )
    moving = {step.robot for step in plan.tasks.steps if step.motion is not None}
    if still := [name for name in robots if name not in moving]:
        yield _Row("separation", f"{', '.join(still)} may stand where the plan starts", _ALWAYS, "a path of one point")


def _times(duties: Duties, steps_of: StepsOf, makespan: float) -> Iterator[_Row]:
    for deadline in duties.deadlines:
        taken = span_of(deadline, steps_of)
        of = f" for {deadline.label}" if deadline.label else ""
        claim = f"within {deadline.limit:g} s{of}"
        yield _Row(
            "deadline", claim, _DECLARED, f"the longest path takes {taken:.3f} s", deadline.limit - taken, (deadline.span,)
        )
    for fresh in duties.fresh:
        gap = longest_gap(fresh, steps_of, makespan)
        claim = f"{fresh.goal.verb} {fresh.thing} {len(fresh.keys)} times, so that never {fresh.interval:g} s pass without"
        when = "no record: due at once" if fresh.since is None else f"last done {fresh.since:.0f} s before the plan"
        yield _Row("pace", claim, _DECLARED, f"{gap:.3f} s at most; {when}", fresh.interval - gap, (fresh.fresh.span,))
    for pace in duties.paces:
        late, smallest = slowest_lateness(pace, steps_of)
        yield _Row("pace", f"every {pace.interval:g} s", _DECLARED, f"{smallest:.3f} s would do", -late, (pace.span,))


def _limits(duties: Duties) -> Iterator[_Row]:
    limits = dict.fromkeys(limit for duty in duties.goals.values() for limit in duty.limits)
    for limit in limits:
        who, unit = limit.device or "whatever acts", "m/s at the TCP" if limit.quantity == "speed" else "N in contact"
        evidence = "part of what each motion has to keep"
        yield _Row("limits", f"{who} keeps to {limit.value:g} {unit}", _ALWAYS, evidence, None, (limit.span,))


def _is_watched(never: Never, request: PlanningRequest) -> bool:
    return isinstance(never.condition, AllOf) and is_watched(never.condition.parts, request.cell)


def _stacks(plan: MotionPlan, request: PlanningRequest, duties: Duties) -> Iterator[_Row]:
    for limit in duties.stacks:
        most, unit = reached(limit, plan.tasks.steps, request.cell, request.state), _UNITS[limit.quantity]
        claim = f"{limit.quantity} of {limit.pallet} at most {limit.value:g} {unit}"
        evidence = f"all that is laid on it comes to {most:g} {unit}"
        yield _Row("limits", claim, _ALWAYS, evidence, limit.value - most, (limit.span,))


def _waiting(plan: MotionPlan, request: PlanningRequest) -> Iterator[_Row]:
    for limit in waiting_limits(request.program.block, request.cell):
        most = waits_at(limit.supply, plan.tasks.steps, request.cell)
        claim = f"at most {limit.most} parts wait at {limit.supply}"
        yield _Row(
            "pace", claim, _DECLARED, f"{most} do, if none waits when the plan begins", float(limit.most - most), (limit.span,)
        )


_UNITS = {"height": "m", "mass": "kg"}


def _motions(verdicts: Mapping[str, MotionVerdict]) -> Iterator[_Row]:
    """One row for each claim, with the least slack of all motions."""
    least: dict[str, tuple[float, str, str]] = {}
    for key, verdict in verdicts.items():
        for slack in verdict.slacks:
            if slack.claim not in least or slack.margin < least[slack.claim][0]:
                least[slack.claim] = (slack.margin, slack.unit, key)
    for claim, (margin, unit, key) in least.items():
        kind, words, evidence = _WORDS[claim]
        measured = (
            "" if margin == float("inf") else f"; the least slack is {margin:.4g} {unit}".rstrip() + f", in motion {key[:12]}"
        )
        value = None if margin == float("inf") else margin
        yield _Row(kind, f"{words}, {len(verdicts)} motions", _ALWAYS, f"{evidence}{measured}", value)


_NO_CIRCLE = "steps wait only for steps that stand before them, and a robot for nothing but steps and facts"
_PAIRS = (
    "what the order does not keep apart, by halving both paths: exact convex shapes, a separating plane, a bound on both motions"
)
_POLYNOMIALS = "bounds on polynomials between all samples"
_WORDS: Mapping[str, tuple[ObligationKind, str, str]] = {
    "joint positions": ("limits", "joint positions within their limits", _POLYNOMIALS),
    "joint velocity": ("limits", "joint velocities within their limits", _POLYNOMIALS),
    "joint acceleration": ("limits", "joint accelerations within their limits", _POLYNOMIALS),
    "joint jerk": ("limits", "joint jerks within their limits", _POLYNOMIALS),
    "TCP speed": ("limits", "the TCP below its speed limits", "speeds at the ends of short stretches and a bound between them"),
    "payload": ("limits", "the load within the payload", "tool and parts added up"),
    "position at places": ("order", "the TCP on the part at every place", "forward kinematics"),
    "contact travel": ("contact", "contact only over the last of the way", "forward kinematics"),
    "path followed": (
        "contact",
        "every path followed from its first point to its last, the tool along its normals",
        "forward kinematics and a bound between samples",
    ),
    "contact speed": (
        "contact",
        "contact below its speed limit",
        "speeds at the ends of short stretches and a bound between them",
    ),
    "contact force": ("contact", "the force asked for in contact within its limit", "compared"),
    "zones": ("zone", "links, tool and load in no zone that they have to stay out of", "a bound on motion between all samples"),
    "clearance": (
        "clearance",
        f"nothing that is not meant to touch comes nearer than {1e3 * CLEARANCE:g} mm",
        "exact convex shapes, a separating plane and a bound on motion between all samples; slack as seen at samples",
    ),
}


def _assumptions(plan: MotionPlan, request: PlanningRequest) -> tuple[str, ...]:
    robots = {motion.need.robot for motion in plan.motions.values()}
    models = [a for name in sorted(robots) for a in request.robots[name].assumptions]
    watched = [
        f"who is in a zone is not known beforehand: the `never` of line {n.span.start.line} is watched while running"
        for n in request.program.nevers
        if _is_watched(n, request)
    ]
    watched += [
        f"{device} answers within {1e3 * bound.latency:g} ms but for {100 * bound.loss:g} % of the times: watched while running"
        for device, bound in link_bounds(request.cell).items()
    ]
    no_floor = () if has_floor(request.cell) else (NO_FLOOR,)
    return (*ASSUMPTIONS, *no_floor, *plan.tasks.assumptions, *_of_parts(plan, request), *watched, *models)


def _of_parts(plan: MotionPlan, request: PlanningRequest) -> Iterator[str]:
    """What the cell does not say about the parts that are carried, and what was taken for it."""
    carried = {c.kind for motion in plan.motions.values() for c in motion.need.carried}
    for part in (request.cell.parts[kind] for kind in sorted(carried)):
        if part.has_assumed_shape:
            yield f"the shape of {part.name} is not declared: it is taken for {_assumed(part)}"
    kinds = {part.id: part.kind for part in request.state.parts}
    grips = {(kinds[s.action.part], s.action.tool, s.action.force) for s in plan.tasks.steps if isinstance(s.action, Grip)}
    for kind, tool, force in sorted(grips):
        if request.cell.parts[kind].grip_force is None:
            how = f"with {force:g} N, the least that it has" if force > 0.0 else "with the force that it is set to"
            yield f"the force to grip {kind} with is not declared: {tool} takes it {how}"


def _assumed(part: PartKind) -> str:
    """The shape that intentlang/compile_cell.py takes where the cell says none."""
    if isinstance(part.shape, Cylinder) and not part.made_from:
        return f"a cylinder of radius {1e3 * part.shape.radius:g} mm and length {1e3 * part.shape.length:g} mm"
    if not part.made_from:
        return f"one around a {part.family} and the largest that each pocket takes"
    return f"that of {part.made_from[0]} with what is joined to it" if part.family else f"that of {part.made_from[0]}"

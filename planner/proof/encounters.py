"""Two robots are kept apart wherever the order of the steps lets them be at once: moving, at rest, or one of each.

Which spells of two robots can coincide follows from the order alone (coincidence.py). Spells that look alike (the same motion; a
rest in the same joint positions with the same load) are one course, and each distinct pair of courses is proved once for all
timings (two_arms.py), or taken from the private store of certificates, where it stands under the content of both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np

from cell.codec import digest
from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Span, error
from cell.geometry import Array
from cell.motion_plan import MotionPlan
from cell.state import PlanningRequest
from cell.steps import Carried
from cell.trajectory import Path
from planner.proof.arm import Arm, arm_of, content_of
from planner.proof.certificates import CertificateStore, MapFunction, Progress, kept_or_judged
from planner.proof.coincidence import Spell, may_coincide, spells_of
from planner.proof.finding import Refusal, Slack
from planner.proof.motion_verdict import MotionVerdict
from planner.proof.precedence import Precedence
from planner.proof.standing import arm_at_start, held_at_start, positions_at_start
from planner.proof.surroundings import CLEARANCE
from planner.proof.two_arms import Clear, Course, GivenUp, Near, Rig, Side, check_two

RULES = "proof of pairs, 1"  # raise it when anything changes about which pairs of courses are proved apart
_SHARE = 160  # pairs that go to a process together, so that each course crosses once for all its partners
_DECIMALS = 9  # of joint positions: all motions agree about a stance to 1e-9 (configurations.py)

Twin = tuple[Course, Course]


@dataclass(frozen=True, slots=True)
class Encounter:
    """Two spells that can coincide, the first of their kind, and the names of their courses."""

    spells: tuple[Spell, Spell]
    courses: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Encounters:
    """`pairs` is how many distinct pairs of courses were proved apart; `slack` m is the least that was measured, inf for none."""

    found: tuple[Diagnostic, ...]
    pairs: int
    slack: float


def check_encounters(
    plan: MotionPlan,
    request: PlanningRequest,
    order: Precedence,
    store: CertificateStore | None,
    map_fn: MapFunction,
    progress: Progress,
) -> Encounters:
    """Needs the motions to be proved one by one, and every stance to be one configuration in all of them."""
    robots = tuple(request.cell.robots)
    if len(robots) < 2:
        return Encounters((), 0, float("inf"))
    company = _Company(plan, request)
    spells = {robot: spells_of(plan.tasks.steps, plan.tasks.choices, order, robot) for robot in robots}
    moving = [robot for robot in robots if any(spell.is_motion for spell in spells[robot])]
    if lost := [robot for robot in robots if moving and robot not in moving and company.course_of(spells[robot][0]) is None]:
        return Encounters((error("E690", f"where {lost[0]} stands while {moving[0]} moves cannot be proved yet"),), 0, 0.0)
    pairs = [pair for pair in combinations(robots, 2) if not {*pair}.isdisjoint(moving)]
    encounters = [e for one, other in pairs for e in _encounters(spells[one], spells[other], order, company)]
    verdicts = kept_or_judged(_work(encounters, company), _judge_share, store, map_fn, progress, "pairs proved", _SHARE)
    found = tuple(_refusal(e, verdicts["".join(e.courses)], plan) for e in encounters if verdicts["".join(e.courses)].refusals)
    slack = min((s.margin for v in verdicts.values() for s in v.slacks), default=float("inf"))
    return Encounters(found, len(encounters), slack)


class _Company:
    """All arms, by robot and the tool at its flange, with the courses that the plan gives them; courses by the digest of arm and
    path."""

    def __init__(self, plan: MotionPlan, request: PlanningRequest) -> None:
        self._plan, self._request = plan, request
        self._arms: dict[tuple[str, str | None], tuple[Arm, str]] = {}
        self.courses: dict[str, Course] = {}

    def course_of(self, spell: Spell) -> str | None:
        """Its name; None where nobody says where the robot stands."""
        if spell.is_motion:
            return self._on_motion(spell)
        q = self._rest(spell)
        return None if q is None else self._at_rest(spell, q)

    def _on_motion(self, spell: Spell) -> str:
        assert spell.first is not None
        key = self._plan.tasks.steps[spell.first].motion or ""
        motion = self._plan.motions[key]
        arm, content = self._arm(spell.robot, motion.need.tool)
        name = digest((content, key))
        if name not in self.courses:
            self.courses[name] = Course.along(arm, motion.need.carried, Path.of(motion.segments))
        return name

    def _arm(self, robot: str, tool: str | None) -> tuple[Arm, str]:
        """The robot with that tool, and its name by content."""
        if (robot, tool) not in self._arms:
            arm = arm_of(self._request.cell, robot, self._request.robots[robot], tool)
            self._arms[robot, tool] = arm, digest(content_of(arm))
        return self._arms[robot, tool]

    def _at_rest(self, spell: Spell, q: Array) -> str:
        q, carried = np.round(q, _DECIMALS) + 0.0, self._carried(spell)
        arm, content = self._arm(spell.robot, self._tool(spell))
        name = digest((content, tuple(q.tolist()), carried))
        if name not in self.courses:
            self.courses[name] = Course.at_rest(arm, carried, q)
        return name

    def _rest(self, spell: Spell) -> Array | None:
        """Where the last motion has ended, else where the next one begins, else where the robot stands."""
        steps, motions = self._plan.tasks.steps, self._plan.motions
        if spell.first is not None:
            return np.asarray(motions[steps[spell.first].motion or ""].segments[-1].control[-1])
        if spell.last is not None:
            return np.asarray(motions[steps[spell.last].motion or ""].segments[0].control[0])
        return self._at_start(spell.robot)

    def _at_start(self, robot: str) -> Array | None:
        """Where the request does not give it, the motions do that begin or end in that stance: it is one configuration in all."""
        q, stance = positions_at_start(self._request, robot), self._request.state.stances.get(robot)
        if q is None and stance is not None:
            own = [m for m in self._plan.motions.values() if m.need.robot == robot]
            ends = [(m.need.start, m.segments[0].control[0]) for m in own] + [
                (m.need.end, m.segments[-1].control[-1]) for m in own
            ]
            q = next((np.asarray(at) for end, at in ends if end == stance), None)
        return q

    def _tool(self, spell: Spell) -> str | None:
        """What is at the flange during the rest: the tool, where it is coupled or uncoupled meanwhile."""
        steps, motions = self._plan.tasks.steps, self._plan.motions
        ends = [motions[steps[i].motion or ""].need.tool for i in (spell.first, spell.last) if i is not None]
        at_start = arm_at_start(self._request, spell.robot).tool if spell.first is None else None
        return next((tool for tool in (at_start, *ends) if tool is not None), None)

    def _carried(self, spell: Spell) -> tuple[Carried, ...]:
        """All that the hands hold at any time of the rest: between two motions they may close or open."""
        steps, motions = self._plan.tasks.steps, self._plan.motions
        ends = [motions[steps[i].motion or ""].need.carried for i in (spell.first, spell.last) if i is not None]
        at_start = held_at_start(self._request, spell.robot) if spell.first is None else ()
        return tuple(sorted({*at_start, *(c for carried in ends for c in carried)}))


def _encounters(mine: Sequence[Spell], theirs: Sequence[Spell], order: Precedence, company: _Company) -> Iterator[Encounter]:
    """The first of each distinct pair of courses."""
    for one, own in _alike(mine, company).items():
        met = [theirs[int(k)] for k in np.flatnonzero(may_coincide(own, theirs, order).any(axis=0))]
        for other, others in _alike(met, company).items():
            k, j = (int(x) for x in np.argwhere(may_coincide(own, others, order))[0])
            yield Encounter((own[k], others[j]), (one, other))


def _alike(spells: Iterable[Spell], company: _Company) -> dict[str, list[Spell]]:
    groups: dict[str, list[Spell]] = {}
    for spell in spells:
        name = company.course_of(spell)
        assert name is not None, "asked before"
        groups.setdefault(name, []).append(spell)
    return groups


def _work(encounters: Sequence[Encounter], company: _Company) -> list[tuple[str, str, Twin]]:
    work = []
    for one, other in (e.courses for e in encounters):
        certificate = hashlib.sha256(f"{RULES} {CLEARANCE} {one} {other}".encode()).hexdigest()
        work.append((one + other, certificate, (company.courses[one], company.courses[other])))
    return work


def _judge_share(share: Sequence[Twin]) -> list[MotionVerdict]:
    """Each course is looked at once for all its partners, each arm with its load once for all its courses."""
    rigs: dict[tuple[str, str | None, tuple[Carried, ...]], Rig] = {}
    sides: dict[int, Side] = {}
    for course in (course for twin in share for course in twin):
        load = course.arm.robot, course.arm.tool, course.carried
        if load not in rigs:
            rigs[load] = Rig(course.arm, course.carried)
        if id(course) not in sides:
            sides[id(course)] = Side(course, rigs[load])
    return [_verdict(check_two((sides[id(one)], sides[id(other)]), CLEARANCE)) for one, other in share]


def _verdict(found: Clear | Near | GivenUp) -> MotionVerdict:
    match found:
        case Clear(closest=closest):
            return MotionVerdict((), (Slack("robots apart", closest - CLEARANCE, "m"),))
        case Near(first, second, _, distance):
            apart = f"{first} is {max(0.0, 1e3 * distance):.2f} mm from {second} then; {1e3 * CLEARANCE:.0f} mm is needed"
            return MotionVerdict((Refusal("E679", apart),), ())
        case GivenUp(first, second):
            return MotionVerdict((Refusal("E679", f"{first} is not proved apart from {second} within the budget"),), ())


def _refusal(encounter: Encounter, verdict: MotionVerdict, plan: MotionPlan) -> Diagnostic:
    words = " and ".join(_named(spell, plan) for spell in encounter.spells)
    return error(
        verdict.refusals[0].code,
        f"nothing keeps {words} from being at once: {verdict.refusals[0].message}",
        *(span for spell in encounter.spells for span in _spans(spell, plan)),
    )


def _named(spell: Spell, plan: MotionPlan) -> str:
    steps = plan.tasks.steps
    if spell.is_motion and spell.first is not None:
        return f"{steps[spell.first].id} of {spell.robot}"
    if spell.first is not None:
        return f"the rest of {spell.robot} after {steps[spell.first].id}"
    until = "" if spell.last is None else f" before {steps[spell.last].id}"
    return f"the rest of {spell.robot}{until or ', which stands where it is'}"


def _spans(spell: Spell, plan: MotionPlan) -> tuple[Span, ...]:
    number = spell.first if spell.first is not None else spell.last
    return () if number is None else (plan.tasks.steps[number].because.span,)

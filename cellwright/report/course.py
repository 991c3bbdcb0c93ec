"""The course of a run: which step ran when, what its plans had meant, who was in which zone, where it was held.

One pass over the events, of which none is kept; what is planned is laid at the moment at which the plan's first step began. Plans
after one another have most of their motions in common, and of each one is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from cell.events import (
    BranchTaken,
    Event,
    PlanReleased,
    RunOpened,
    SeparationSeen,
    StepConfirmed,
    StepFailed,
    StepStarted,
    StepUnknown,
    ZoneReported,
)
from cell.motion_plan import Motion, MotionPlan
from cell.steps import Step
from cell.task_plan import Choice
from cellwright.report.jogs import Jogged, JogsSeen

End = Literal["confirmed", "failed", "unknown", "open"]


@dataclass(frozen=True, slots=True)
class StepRun:
    """One step as it was carried out, s of the run. `end` open: the record ends before it did."""

    plan: str
    step: Step
    start: float
    stop: float
    end: End


@dataclass(frozen=True, slots=True)
class Laid:
    """A plan as it lies in the run's time: from `zero` on, and until `until` where another took its place."""

    number: int
    plan: MotionPlan
    obligations: int
    assumptions: tuple[str, ...]
    zero: float
    until: float
    taken: tuple[tuple[str, int | None], ...]

    def steps(self, adverse: frozenset[tuple[str, str]] = frozenset()) -> Iterator[Step]:
        """Those of the branches that were taken; where none was, of the one that is not `adverse`."""
        taken = dict(self.taken)
        usual = {choice.id: usual_branch(choice, adverse) for choice in self.plan.tasks.choices}
        for step in self.plan.tasks.steps:
            if step.branch is None or taken.get(step.branch.choice, usual.get(step.branch.choice)) == step.branch.index:
                yield step


@dataclass(frozen=True, slots=True)
class Stay:
    """`who` was in `zone`: a robot's name, or "" for a person."""

    zone: str
    who: str
    start: float
    stop: float


@dataclass(frozen=True, slots=True)
class Course:
    """`is_planned`: nothing has moved yet, and `runs` are as the one plan means them. `jogs`: what was moved by hand."""

    end: float
    runs: tuple[StepRun, ...]
    plans: tuple[Laid, ...]
    people: tuple[Stay, ...]
    adverse: frozenset[tuple[str, str]]
    is_planned: bool = False
    jogs: tuple[Jogged, ...] = ()


@dataclass(frozen=True, slots=True)
class _Released:
    at: float
    number: int
    plan: MotionPlan
    obligations: int
    assumptions: tuple[str, ...]


@dataclass(slots=True)
class CourseSeen:
    """Gathers it, event by event. `begun`: the moment and the step of each that runs, by plan and step."""

    end: float = 0.0
    runs: list[StepRun] = field(default_factory=list)
    plans: list[_Released] = field(default_factory=list)
    known: dict[str, MotionPlan] = field(default_factory=dict)
    motions: dict[str, Motion] = field(default_factory=dict)
    steps: dict[tuple[str | None, str | None], Step] = field(default_factory=dict)
    begun: dict[tuple[str | None, str | None], float] = field(default_factory=dict)
    firsts: dict[str, float] = field(default_factory=dict)
    taken: dict[str, dict[str, int | None]] = field(default_factory=dict)
    there: dict[str, float] = field(default_factory=dict)
    people: list[Stay] = field(default_factory=list)
    adverse: frozenset[tuple[str, str]] = frozenset()
    jogs: JogsSeen = field(default_factory=JogsSeen)

    def take(self, at: float, event: Event) -> None:
        self.end = max(self.end, at)
        self.jogs.take(at, event)
        match event:
            case RunOpened(context=context):
                self.adverse = frozenset(context.adverse)
            case PlanReleased(plan=plan):
                if plan is not None:
                    self._release(at, event, plan)
            case StepStarted():
                self._start(at, event)
            case StepConfirmed():
                self._stop(at, event, "confirmed")
            case StepFailed():
                self._stop(at, event, "failed")
            case StepUnknown():
                self._stop(at, event, "unknown")
            case BranchTaken(choice=choice, index=index):
                self.taken.setdefault(event.of.plan or "", {})[choice] = index
            case ZoneReported(zone=zone, is_occupied=is_occupied) | SeparationSeen(zone=zone, is_short=is_occupied):
                self._person(at, zone, is_occupied)
            case _:
                pass

    def told(self) -> Course:
        left = [StepRun(plan or "", self.steps[plan, step], at, self.end, "open") for (plan, step), at in self.begun.items()]
        people = [*self.people, *(Stay(zone, "", since, self.end) for zone, since in self.there.items())]
        runs = sorted((*self.runs, *left), key=lambda run: (run.start, run.step.id))
        jogs = self.jogs.until(self.end)
        return Course(self.end, tuple(runs), tuple(_laid(self)), tuple(people), self.adverse, jogs=jogs)

    def _release(self, at: float, event: PlanReleased, plan: MotionPlan) -> None:
        if plan.plan_id not in self.known:
            motions = {name: self.motions.setdefault(name, motion) for name, motion in plan.motions.items()}
            self.known[plan.plan_id] = replace(plan, motions=motions)
        plan = self.known[plan.plan_id]
        self.plans.append(_Released(at, event.number, plan, event.obligations, event.assumptions))
        self.steps |= {(plan.plan_id, step.id): step for step in plan.tasks.steps}

    def _start(self, at: float, event: StepStarted) -> None:
        key = (event.of.plan, event.of.step)
        if key in self.steps:
            self.begun[key] = at
            self.firsts.setdefault(event.of.plan or "", at - self.steps[key].start)

    def _stop(self, at: float, event: Event, end: End) -> None:
        key = (event.of.plan, event.of.step)
        if key in self.begun:
            self.runs.append(StepRun(key[0] or "", self.steps[key], self.begun.pop(key), at, end))

    def _person(self, at: float, zone: str, is_there: bool) -> None:
        since = self.there.pop(zone, None)
        if since is not None:
            self.people.append(Stay(zone, "", since, at))
        if is_there:
            self.there[zone] = at


def planned(plan: MotionPlan, obligations: int, assumptions: tuple[str, ...], adverse: frozenset[tuple[str, str]]) -> Course:
    """The course that a plan means to take, before anything has moved."""
    laid = Laid(1, plan, obligations, assumptions, 0.0, plan.tasks.bounds.makespan, ())
    runs = [StepRun(plan.plan_id, s, s.start, s.start + s.duration, "confirmed") for s in laid.steps(adverse)]
    return Course(
        plan.tasks.bounds.makespan, tuple(sorted(runs, key=lambda run: run.start)), (laid,), (), adverse, is_planned=True
    )


def usual_branch(choice: Choice, adverse: frozenset[tuple[str, str]]) -> int:
    """The first alternative that is none of a bad outcome."""
    fine = (i for i, one in enumerate(choice.alternatives) if not any((choice.outcome, v) in adverse for v in one.values))
    return next(fine, 0)


def _laid(seen: CourseSeen) -> Iterator[Laid]:
    ends = [*(released.at for released in seen.plans[1:]), seen.end]
    for one, until in zip(seen.plans, ends, strict=False):  # a run may have no plan
        taken = tuple(sorted(seen.taken.get(one.plan.plan_id, {}).items()))
        zero = seen.firsts.get(one.plan.plan_id, one.at)
        yield Laid(one.number, one.plan, one.obligations, one.assumptions, zero, until, taken)

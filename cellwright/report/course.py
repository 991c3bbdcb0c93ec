"""The course of a run: which step ran when, what its plans had meant, who was in which zone, where it was held.

One pass over the events; what is planned is laid at the moment at which the plan's first step began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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
from cell.motion_plan import MotionPlan
from cell.steps import Step
from cell.task_plan import Choice
from cellwright.report.clock import timed
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


@dataclass(slots=True)
class _Open:
    """What a pass over the events gathers. `begun`: the moment and the step of each that runs, by plan and step."""

    end: float = 0.0
    runs: list[StepRun] = field(default_factory=list)
    plans: list[tuple[float, PlanReleased, MotionPlan]] = field(default_factory=list)
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
                    self.plans.append((at, event, plan))
                    self.steps |= {(plan.plan_id, step.id): step for step in plan.tasks.steps}
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


def course(events: Iterable[Event]) -> Course:
    found = _Open()
    for at, event in timed(events):
        found.take(at, event)
    left = [StepRun(plan or "", found.steps[plan, step], at, found.end, "open") for (plan, step), at in found.begun.items()]
    people = [*found.people, *(Stay(zone, "", since, found.end) for zone, since in found.there.items())]
    runs = sorted((*found.runs, *left), key=lambda run: (run.start, run.step.id))
    jogs = found.jogs.until(found.end)
    return Course(found.end, tuple(runs), tuple(_laid(found)), tuple(people), found.adverse, jogs=jogs)


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


def _laid(found: _Open) -> Iterator[Laid]:
    ends = [*(at for at, _, _ in found.plans[1:]), found.end]
    for (at, event, plan), until in zip(found.plans, ends, strict=False):  # a run may have no plan
        taken = tuple(sorted(found.taken.get(plan.plan_id, {}).items()))
        zero = found.firsts.get(plan.plan_id, at)
        yield Laid(event.number, plan, event.obligations, event.assumptions, zero, until, taken)

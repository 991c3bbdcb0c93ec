"""What a run has produced: good parts and bad ones, and what its plans had meant to take for it.

A part is produced when a goal was reached for it and nothing of the plan in hand is left to do with it; one that was given up or
lost is produced too, and bad. A part that went into another one is counted with that one. Bad is what an adverse outcome was told
of last (`verdict` is `reject`), so a part that was worked over and found good is good.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.left_behind import is_good
from controller.run_state import Progress, RunState


@dataclass(frozen=True, slots=True)
class Output:
    good: int
    bad: int

    @property
    def produced(self) -> int:
        return self.good + self.bad


def output_of(state: RunState) -> Output:
    under_way = _under_way(state.progress)
    found = [is_good(state.context, held.part) for name, held in state.belief.parts.items() if name not in under_way]
    return Output(found.count(True) + state.belief.left_good, found.count(False) + state.belief.left_bad)


def _under_way(progress: Progress) -> frozenset[str]:
    if progress.plan is None or not progress.left:
        return frozenset()
    over = ("confirmed", "dropped")
    steps = progress.plan.steps.items()
    return frozenset(s.part for name, s in steps if s.part is not None and progress.status.get(name) not in over)


@dataclass(slots=True)
class PlannedTime:
    """Seconds that plans had meant to take for what was done of them: of each plan's makespan the share of its steps that were
    confirmed, by their durations. Steps of branches that were not taken are none of it."""

    before: float = 0.0
    last: Progress = field(default_factory=Progress)

    def take(self, state: RunState) -> None:
        if state.progress.number != self.last.number:
            self.before += planned_share(self.last)
        self.last = state.progress

    def total(self) -> float:
        return self.before + planned_share(self.last)


def planned_share(progress: Progress) -> float:
    if progress.plan is None:
        return 0.0
    steps = [(progress.status.get(name), step.duration) for name, step in progress.plan.steps.items()]
    wanted = sum(duration for status, duration in steps if status != "dropped")
    done = sum(duration for status, duration in steps if status == "confirmed")
    return progress.plan.plan.tasks.bounds.makespan * done / wanted if wanted else 0.0

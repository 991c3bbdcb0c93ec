"""How long what was done of a plan should have taken: the ideal that production time is measured against.

Along the order of the plan each step counts with its declared duration, or with what it took where that was less: a part that
comes before the latest moment that the plan allows for, a machine that is quicker than declared. So no step makes up for another,
a `when` costs the branch that was taken, and what waits for its part has waited no longer than it did. By induction over the
order a step that was confirmed after t s of production counts with an end at t or before: the ideal is never longer than the time
itself, and effectiveness never above 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cell.commands import Subject
from cell.steps import Step
from controller.run_state import Progress

SECOND = 1e9


@dataclass(slots=True)
class PlannedTime:
    """Clocks are ns of production so far. `began`: that of the plan in hand; `ended` gives when each of its steps was confirmed,
    `ideal` when it would have been. What it keeps does not grow from plan to plan."""

    before: int = 0
    began: int = 0
    number: int = 0
    plan: str = ""
    steps: Mapping[str, Step] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    ideal: dict[str, int] = field(default_factory=dict)

    def follow(self, progress: Progress, clock: int) -> None:
        """To the plan that is in hand now."""
        if progress.number == self.number or progress.plan is None:
            return
        self.before += self._of_this_one()
        self.began, self.number = clock, progress.number
        self.plan, self.steps = progress.plan.plan.plan_id, progress.plan.steps
        self.ended, self.ideal = {}, {}

    def confirmed(self, of: Subject, clock: int) -> None:
        name = of.step or ""
        step = self.steps.get(name) if of.plan == self.plan else None
        if step is None or name in self.ended:
            return
        before = self._before(step)
        due = max((self.ended[other] for other in before), default=self.began)
        ideal = max((self.ideal[other] for other in before), default=self.began)
        self.ended[name] = clock
        self.ideal[name] = ideal + min(round(step.duration * SECOND), clock - due)

    def total(self) -> float:
        """s."""
        return (self.before + self._of_this_one()) / SECOND

    def _of_this_one(self) -> int:
        return max(self.ideal.values(), default=self.began) - self.began

    def _before(self, step: Step) -> set[str]:
        """The steps that it came after. One that was never confirmed lies in a branch not taken: those before it count."""
        found, open_ = set[str](), list(step.predecessors)
        while open_:
            name = open_.pop()
            if name in self.ended:
                found.add(name)
            elif name in self.steps:
                open_ += self.steps[name].predecessors
        return found

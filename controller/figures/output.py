"""What a run has produced: good parts and bad ones.

A part is produced when a goal was reached for it and nothing of the plan in hand is left to do with it; one that was given up or
lost is produced too, and bad. A part that went into another one is counted with that one. Bad is what an adverse outcome was told
of last (`verdict` is `reject`), so a part that was worked over and found good is good.
"""

from __future__ import annotations

from cell.dataclass import dataclass
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

"""What the planner answers is found once it is kept, and not before."""

from __future__ import annotations

from cell.commands import RequestPlan, Subject
from cell.motion_plan import MotionPlan
from controller.asking import Asking
from controller.journal.journal import MemoryJournal
from controller.rehearsal import AtOnce
from tests.controller.tending import SmallPlanner, spec


class Slow(MemoryJournal):
    """Keeps a plan when it is told to."""

    is_kept = False
    given: MotionPlan | None = None

    def keep_plan(self, plan: MotionPlan) -> None:
        self.given = plan

    def holds(self, plan_id: str) -> bool:
        return self.is_kept and self.given is not None and self.given.plan_id == plan_id


def test_a_plan_that_is_not_kept_yet_is_not_taken() -> None:
    journal = Slow()
    asking = Asking(AtOnce(SmallPlanner(1)), journal)
    asking.want(RequestPlan("p1", Subject("r"), 1, "for a test", spec().state, (), ()))
    asking.hear()
    assert journal.given is not None
    assert asking.take() is None
    journal.is_kept = True
    taken = asking.take()
    assert taken is not None
    assert taken[1].expect().motion_plan == journal.given
    assert asking.take() is None

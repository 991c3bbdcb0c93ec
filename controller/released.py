"""A plan is there: taken over, or asked about where it goes beyond what was approved.

Law (decision 0154): a plan that follows a disturbance is dispatched without a word only within what was approved: the robots,
zones and verbs of the plans of the undisturbed run, at a takt that the cell's envelope allows. Otherwise somebody is asked, the
run holds, and nothing of the plan is dispatched. What the intent's own course asks for (an order, a `when` that is decided, the
goal of a rung) is approved with the intent.
"""

from __future__ import annotations

from dataclasses import replace

from cell.events import PlanReleased, Replanned
from cell.retreat import retreat_of
from cell.run import ASKS_BEYOND_APPROVED
from cell.steps import MotionNeed, stance_name
from controller import coming, questions, recovery
from controller.approved import Approved, approved_of, beyond
from controller.differing import differing
from controller.draft import Draft
from controller.plan_index import plan_index
from controller.run_state import next_number

NOTHING = Approved()


def released(d: Draft, event: PlanReleased) -> bool:
    """Whether it is taken over. A stale answer changes nothing."""
    if event.number != next_number(d.progress, d.trouble) or event.plan is None:
        return False
    if (need := retreat_of(event.plan)) is not None:
        return _go_back(d, event, need)
    if d.known.rules < ASKS_BEYOND_APPROVED:
        recovery.adopt(d, event)
        return True
    new = approved_of(event.plan)
    asked = (
        replace(new, takt=None) if d.trouble.is_of_policy else new
    )  # what a rung costs is approved with the intent that has it
    more = tuple(beyond(d.trouble.approved or NOTHING, asked, d.known.slower_by)) if _is_asked(d) else ()
    _tell(d, event, more)
    if more:
        recovery.ask_again(d)
        questions.ask_whether_to_go_beyond(d, event.number, more, new)
        return False
    if d.trouble.errand is None:
        _approve(d, new)
    recovery.adopt(d, event)
    return True


def _go_back(d: Draft, event: PlanReleased, need: MotionNeed) -> bool:
    """A retreat is dispatched only once somebody has agreed to it from that very stance."""
    name = stance_name(need.start)
    if name in d.trouble.retreats:
        d.mend(retreats=())
        recovery.adopt(d, event)
        return True
    recovery.ask_again(d)
    if not recovery.is_late(d):
        assert event.plan is not None
        questions.ask_whether_to_go_back(d, need, float(event.plan.tasks.bounds.makespan))
    return False


def _is_asked(d: Draft) -> bool:
    """Not of the first plan, which somebody has started, nor where it is late: it went wrong while the planner thought."""
    return d.trouble.approved is not None and d.trouble.is_disturbed and d.trouble.errand is None and not recovery.is_late(d)


def _approve(d: Draft, new: Approved) -> None:
    """A plan of the undisturbed course widens what is approved; one that follows a disturbance is within it."""
    before = d.trouble.approved or NOTHING
    if not d.trouble.is_disturbed:
        d.mend(approved=before.with_all_of(new))
    if not recovery.is_late(d):
        d.mend(is_disturbed=False, is_of_policy=False)


def _tell(d: Draft, event: PlanReleased, more: tuple[str, ...]) -> None:
    if d.progress.plan is None or event.plan is None or retreat_of(d.progress.plan.plan) is not None:
        return
    if coming.is_rolling(d) and not d.progress.left:  # it is done, and nothing of it goes on
        return
    found = differing(d.progress, plan_index(event.plan, d.run))
    of = replace(d.subject, plan=event.plan.plan_id)
    why = d.trouble.replan or "asked again"
    d.say(Replanned(d.now, of, event.number, why, found.kept, found.changes, found.rest_before, found.rest_now, more))

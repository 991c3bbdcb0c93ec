"""What was approved with a plan: within it a run goes on by itself after a disturbance, beyond it somebody is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate

import pytest
from immutables import Map

from cell.commands import RequestPlan, Subject
from cell.envelope import Envelope
from cell.events import (
    Answered,
    CommandSent,
    Event,
    HoldRaised,
    NoPlan,
    OperatorAsked,
    PlanReleased,
    PlanRequested,
    QuestionAsked,
    Replanned,
)
from cell.motion_plan import MotionPlan, ZoneVisit
from cell.plan_file import with_plan_id
from cell.run import run_context
from cell.scenario import GripLost, Reject
from controller.approved import Approved, approved_of, beyond
from controller.differing import differing
from controller.machine import advance
from controller.plan_index import plan_index
from controller.rehearsal import rehearsed
from controller.run_state import NOTHING_YET, Commands, Progress, RunState
from tests.controller.small_planner import SPAN, cell, small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, tend, world
from tests.controller.told import of
from tests.controller.under_rules import under_rules

OF = Subject("test")
SLIPS = GripLost("grip", 2, "at grip")
Change = Callable[[MotionPlan], MotionPlan]


def first_plan() -> MotionPlan:
    plan = small_plan(spec().state, 3)
    assert plan is not None
    return plan


def with_verb(verb: str) -> Change:
    def changed(plan: MotionPlan) -> MotionPlan:
        first, *others = plan.tasks.operations
        return with_plan_id(replace(plan, tasks=replace(plan.tasks, operations=(replace(first, verb=verb), *others))))

    return changed


def by_robot(robot: str) -> Change:
    def changed(plan: MotionPlan) -> MotionPlan:
        first, *others = plan.tasks.operations
        return with_plan_id(replace(plan, tasks=replace(plan.tasks, operations=(replace(first, robot=robot), *others))))

    return changed


def through(zone: str) -> Change:
    def changed(plan: MotionPlan) -> MotionPlan:
        name, motion = next(iter(plan.motions.items()))
        visited = replace(motion, visits=(*motion.visits, ZoneVisit(zone, 0.0, 0.1)))
        return with_plan_id(replace(plan, motions={**plan.motions, name: visited}))

    return changed


def at_takt(*gaps: float) -> MotionPlan:
    """A plan whose iterations end that far apart."""
    plan = small_plan(spec().state, len(gaps) + 1)
    assert plan is not None
    serves = {o.id: o.serves for o in plan.tasks.operations}
    members = list(dict.fromkeys(member for s in serves.values() for _, member in s))
    ends = dict(zip(members, accumulate(gaps, initial=10.0), strict=False))
    steps = (
        replace(s, start=ends[serves[s.operation][0][1]] - 1.0, duration=1.0) if serves.get(s.operation) else s
        for s in plan.tasks.steps
    )
    return with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=tuple(steps))))


class Wilful(SmallPlanner):
    """Its plans are `changed`, from the first one that it is asked for."""

    def __init__(self, changed: Change) -> None:
        super().__init__()
        self._changed = changed

    def replan(self, request: RequestPlan):  # type: ignore[no-untyped-def]
        found = super().replan(request)
        return found if found.value is None else replace(found, value=released(self._changed(found.value.motion_plan)))


def run(changed: Change, *disturbances: object) -> tuple[list[Event], RunState]:
    record, state = rehearsed(spec(), released(first_plan()), world(*disturbances), Wilful(changed))  # type: ignore[arg-type]
    return list(record.events), state


def told(state: RunState, *events: Event) -> tuple[RunState, Commands]:
    commands = Commands()
    for event in events:
        state, commands = advance(state, event)
    return state, commands


# --- within ----------------------------------------------------------------------------------------------------------


def test_within_what_was_approved_a_run_goes_on_by_itself_and_says_what_is_other() -> None:
    run = tend(SLIPS)
    (told,) = run.all(Replanned)
    assert (told.number, told.beyond) == (2, ())
    assert told.why.startswith("grip_lost")
    assert told.kept > 0
    assert run.record.summary.state == "Complete"


def test_the_first_plan_is_approved_by_who_starts_it() -> None:
    run = tend()
    assert run.all(Replanned) == []
    assert run.state.trouble.approved == approved_of(first_plan())


# --- beyond ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "new"),
    [
        (with_verb("weld"), "does `weld`"),
        (by_robot("rb"), "uses robot rb"),
        (through("bay"), "enters zone bay"),
    ],
)
def test_beyond_it_somebody_is_asked_and_nothing_of_the_plan_is_sent(changed: Change, new: str) -> None:
    events, state = run(changed, SLIPS)
    (asked,) = of(events, QuestionAsked)
    assert asked.text == f"plan 2 goes beyond what was approved: it {new}. Go on so?"
    assert of(events, HoldRaised)[-1].code == "R774"
    assert of(events, Replanned)[0].beyond == (new,)
    assert state.pack == "Held"
    at = next(n for n, event in enumerate(events) if isinstance(event, PlanReleased) and event.number == 2)
    assert of(events[at:], CommandSent) == []
    assert state.progress.number == 1


def held(changed: Change) -> tuple[RunState, str, PlanReleased]:
    """The state, the question's id and the plan that was asked about."""
    events, state = run(changed, SLIPS)
    return state, of(events, QuestionAsked)[0].question, of(events, PlanReleased)[-1]


def test_who_agrees_has_approved_it_for_the_rest_of_the_run() -> None:
    state, question, plan = held(through("bay"))
    state, commands = told(
        state, Answered(state.now, OF, question, "go on", "ann"), OperatorAsked(state.now, OF, "resume", "ann")
    )
    assert "bay" in (state.trouble.approved or Approved()).zones
    state = replace(state, pack="Execute", trouble=replace(state.trouble, mode="planning", hold=None))
    state, commands = told(state, replace(plan, at=state.now))
    assert state.progress.number == 2
    assert [c for c in commands.record if isinstance(c, QuestionAsked)] == []


def test_a_resume_without_an_answer_goes_nowhere() -> None:
    state, _, _ = held(through("bay"))
    state, commands = told(state, OperatorAsked(state.now, OF, "resume", "ann"))
    assert (state.pack, commands.send) == ("Held", ())


def test_who_does_not_agree_is_asked_again_about_the_next_plan_of_that_kind() -> None:
    state, question, plan = held(through("bay"))
    state, _ = told(state, Answered(state.now, OF, question, "not so", "ann"))
    assert not state.trouble.questions
    assert "bay" not in (state.trouble.approved or Approved()).zones
    state = replace(state, pack="Execute", trouble=replace(state.trouble, mode="planning", hold=None))
    state, commands = told(state, replace(plan, at=state.now))
    assert state.progress.number == 1
    assert len([c for c in commands.record if isinstance(c, QuestionAsked)]) == 1


def test_what_the_course_of_the_run_asks_for_is_approved_with_the_intent() -> None:
    """A reject admits another part: nothing was disturbed."""
    events, state = run(through("bay"), Reject(1))
    assert of(events, PlanRequested)[0].reason == "the plan is at its end and the goals are not"
    assert of(events, QuestionAsked) == []
    assert state.pack == "Complete"
    assert "bay" in (state.trouble.approved or Approved()).zones


def test_a_run_of_before_takes_every_plan_over_in_silence() -> None:
    events, _ = run(through("bay"), SLIPS)
    state = NOTHING_YET
    for event in under_rules(events, 2):
        state, _ = advance(state, event)
    assert state.progress.number == 2


def test_no_plan_is_no_question() -> None:
    state, question, plan = held(through("bay"))
    state, _ = told(state, Answered(state.now, OF, question, "not so", "ann"))
    state = replace(state, pack="Execute", trouble=replace(state.trouble, mode="planning", hold=None))
    state, commands = told(state, NoPlan(state.now, OF, plan.number, ()))
    assert [c.code for c in commands.record if isinstance(c, HoldRaised)] == ["R710"]


# --- takt ------------------------------------------------------------------------------------------------------------


def test_a_takt_is_held_against_the_one_approved() -> None:
    approved = Approved(("g1",), (), ("move",), 50.0)
    assert list(beyond(approved, replace(approved, takt=55.0), 0.1)) == []
    (text,) = beyond(approved, replace(approved, takt=55.1), 0.1)
    assert text == "has a takt of 55.1 s, and 50.0 s is approved and 10 % more allowed"
    assert list(beyond(approved, replace(approved, takt=None), 0.1)) == []
    assert list(beyond(replace(approved, takt=None), approved, 0.1)) == []


def test_the_last_few_parts_have_no_takt() -> None:
    assert approved_of(at_takt(50.0, 50.0, 50.0)).takt == pytest.approx(50.0)
    assert approved_of(at_takt(50.0, 50.0)).takt is None


def test_a_slower_pace_is_asked_about_and_one_part_that_took_longer_is_not() -> None:
    approved = approved_of(at_takt(50.0, 50.0, 50.0, 50.0))
    assert len(list(beyond(approved, approved_of(at_takt(56.0, 56.0, 56.0)), 0.1))) == 1
    assert list(beyond(approved, approved_of(at_takt(50.0, 90.0, 50.0)), 0.1)) == []


def test_plans_that_are_a_little_slower_one_after_another_are_held_against_the_one_that_was_approved() -> None:
    state, _, plan = held(through("bay"))
    approved = replace(state.trouble.approved or Approved(), zones=("bay", "inside_lathe"), takt=50.0)
    trouble = replace(state.trouble, mode="planning", hold=None, questions=Map(), approved=approved, is_disturbed=True)
    after, _ = told(replace(state, pack="Execute", trouble=trouble), replace(plan, plan=at_takt(54.0, 54.0, 54.0), at=state.now))
    assert after.progress.number == 2
    assert after.trouble.approved == approved


def test_the_cell_says_by_how_much_and_a_tenth_is_usual() -> None:
    assert run_context(intent(), cell()).slower_by == 0.1
    generous = replace(cell(), envelope=Envelope("e", 0.5, SPAN))
    assert run_context(intent(), generous).slower_by == 0.5


# --- what is other ---------------------------------------------------------------------------------------------------


def begun(plan: MotionPlan) -> Progress:
    return Progress(plan=plan_index(plan, "test"))


def test_the_same_plan_keeps_everything() -> None:
    found = differing(begun(first_plan()), plan_index(first_plan(), "test"))
    assert (found.kept, found.changes) == (len(first_plan().tasks.operations), ())
    assert found.rest_before == found.rest_now


def test_another_robot_and_another_target_and_another_order_are_told() -> None:
    plan = first_plan()
    one, two, three, *others = plan.tasks.operations
    other = replace(plan.tasks, operations=(replace(one, robot="rb"), three, replace(two, target="elsewhere"), *others))
    found = differing(begun(plan), plan_index(replace(plan, tasks=other), "test"))
    assert found.changes[0] == f"{one.verb} {one.part}: by rb instead of {one.robot or 'no robot'}"
    assert found.changes[1].startswith(f"{two.verb} {two.part}: to elsewhere instead of ")
    assert found.changes[2] == f"1 of {len(plan.tasks.operations)} operations in another order"
    assert found.kept == len(plan.tasks.operations) - 2  # what is moved and what goes elsewhere may be the same


def test_what_is_new_and_what_is_no_more_is_told() -> None:
    plan = first_plan()
    fewer = replace(plan, tasks=replace(plan.tasks, operations=plan.tasks.operations[1:]))
    gone = plan.tasks.operations[0]
    assert f"no more: {gone.verb} {gone.part}" in differing(begun(plan), plan_index(fewer, "test")).changes
    assert f"new: {gone.verb} {gone.part}" in differing(begun(fewer), plan_index(plan, "test")).changes


def test_what_is_done_is_not_told() -> None:
    plan = first_plan()
    first = plan.tasks.operations[0]
    fewer = replace(plan, tasks=replace(plan.tasks, operations=plan.tasks.operations[1:]))
    status = begun(plan).status
    for step in first.steps:
        status = status.set(step, "confirmed")
    done = replace(begun(plan), status=status)
    assert differing(done, plan_index(fewer, "test")).changes == ()


def test_what_a_rung_of_the_intent_costs_is_approved_with_it() -> None:
    state, _, plan = held(through("bay"))
    fast = replace(state.trouble.approved or Approved(), zones=("bay", "inside_lathe"), takt=1.0)
    slow = replace(plan, plan=at_takt(50.0, 50.0, 50.0), at=state.now)
    for is_of_policy in (True, False):
        trouble = replace(
            state.trouble,
            mode="planning",
            hold=None,
            questions=Map(),
            approved=fast,
            is_disturbed=True,
            is_of_policy=is_of_policy,
        )
        after, commands = told(replace(state, pack="Execute", trouble=trouble), slow)
        assert (after.progress.number == 2) is is_of_policy
        assert len([c for c in commands.record if isinstance(c, QuestionAsked)]) == (not is_of_policy)

"""Example 01, its robot stopped in the middle of a contact: it asks, comes back out the way that is proved, and goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from cell.commands import StartMotion, Subject
from cell.events import Answered, CommandSent, PlanReleased, PlanRequested, QuestionAsked
from cell.geometry import Pose
from cell.motion_plan import MotionPlan
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.retreat import SPEED, retreat_of
from cell.scenario import ProtectiveStop, Scenario
from cell.state import InHand, InPlace, PlanningRequest
from cell.steps import AtHome, AtHub, AtMeasured, MotionNeed, Move, Stance, Step, Touch
from cell.trajectory import Path as Curve
from cell_drivers.simulated import simulated_cell
from cellwright.running import ResidentPlanner, run_spec
from cellwright.session import make_retreats, release_plan
from controller.journal.replay import fold
from controller.rehearsal import Ask, RunRecord, rehearsed
from tests.end_to_end.line import Planned, planned

RESUMES = (Ask(60.0, "resume"), Ask(120.0, "resume"))


@dataclass
class Book:
    """Somebody who answers that question after a while, once."""

    question: str
    answer: str

    def take_said(self, now: int, of: Subject) -> Sequence[Answered]:
        if now < 100e9 or not self.question:
            return ()
        given, self.question = Answered(now, of, self.question, self.answer, "ann"), ""
        return (given,)


@pytest.fixture(scope="module")
def plan(examples: Path, cache: Path) -> Planned:
    return planned(str(examples / "01_first_move" / "first_move.intent"), cache)


def stopped(plan: Planned, at: float, book: Book | None = None) -> tuple[RunRecord, int]:
    """The run whose robot stops by itself at `at` s, and how much its world found wrong."""
    request = plan.request
    drivers = simulated_cell(request.cell, request.robots, Scenario(0, (ProtectiveStop("arm", at),)))
    planner = ResidentPlanner(plan.reading, plan.workshop, request.seed)
    record, _ = rehearsed(run_spec("back", request), plan.released, drivers, planner, RESUMES, answers=book)
    return record, len(drivers.record().violations)


def of(record: RunRecord, kind: type) -> list:  # type: ignore[type-arg]
    return [event for event in record.events if isinstance(event, kind)]


def leaving(plan: Planned) -> float:
    """s: in the contact that the arm is leaving with its part."""
    return _start(plan, lambda touch: touch.pair == "part and place" and touch.end == "start") + 0.3


def bringing(plan: Planned) -> float:
    """s: in the contact that it brings its part into."""
    step = _step(plan, lambda touch: touch.pair == "part and place" and touch.end == "end")
    return float(step.start + step.duration) - 0.12


def _step(plan: Planned, is_it: Callable[[Touch], bool]) -> Step:
    return next(
        step
        for step in plan.released.motion_plan.tasks.steps
        if isinstance(step.action, Move) and isinstance(step.action.need.touch, Touch) and is_it(step.action.need.touch)
    )


def _start(plan: Planned, is_it: Callable[[Touch], bool]) -> float:
    return float(_step(plan, is_it).start)


@pytest.fixture(scope="module")
def held(plan: Planned) -> RunRecord:
    """Nobody answers."""
    return stopped(plan, leaving(plan))[0]


def test_who_agrees_has_it_come_out_and_the_run_complete(plan: Planned, held: RunRecord) -> None:
    _comes_out(plan, leaving(plan), held)


@pytest.mark.slow
def test_it_comes_back_out_of_where_it_was_bringing_its_part_in(plan: Planned) -> None:
    _comes_out(plan, bringing(plan), stopped(plan, bringing(plan))[0])


def _comes_out(plan: Planned, when: float, before: RunRecord) -> None:
    (question,) = of(before, QuestionAsked)
    assert "arm stands in contact at" in question.text
    assert before.summary.state == "Held"
    assert (before.summary.held_because or "").startswith("R773")
    asked = before.events.index(question)
    assert [e for e in before.events[asked:] if isinstance(e, CommandSent) and isinstance(e.command, StartMotion)] == []
    record, violations = stopped(plan, when, Book(question.question, "go on"))
    assert (record.summary.state, violations) == ("Complete", 0)
    assert [request.reason for request in of(record, PlanRequested)][-1] == "the robot has come out of where it was stopped"
    assert fold(record.events).trouble.retreats == ()  # what was agreed to is done once


def test_who_does_not_agree_has_nothing_move(plan: Planned, held: RunRecord) -> None:
    question = of(held, QuestionAsked)[0].question
    record, _ = stopped(plan, leaving(plan), Book(question, "not so"))
    assert record.summary.state == "Held"
    after = record.events[record.events.index(of(record, QuestionAsked)[0]) :]
    assert [e for e in after if isinstance(e, CommandSent) and isinstance(e.command, StartMotion)] == []
    assert len(of(record, QuestionAsked)) == 2


# --- the proof ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def back(plan: Planned, held: RunRecord) -> tuple[MotionPlan, PlanningRequest]:
    """The retreat while leaving with a part, and the request that it answers."""
    asked, answered = of(held, PlanRequested)[-1], of(held, PlanReleased)[-1]
    assert retreat_of(answered.plan) is not None
    return answered.plan, replace(plan.request, state=asked.state, stopped=fold(held.events).trouble.stopped)


def need_of(plan: MotionPlan) -> MotionNeed:
    need = retreat_of(plan)
    assert need is not None
    return need


def test_it_begins_where_the_robot_is_measured_and_is_slow(back: tuple[MotionPlan, PlanningRequest]) -> None:
    need, (motion,) = need_of(back[0]), back[0].motions.values()
    assert isinstance(need.start, AtMeasured)
    assert np.array_equal(Curve.of(motion.segments).control[0, 0], np.array(need.start.q))
    assert need.end == AtHub("left")
    assert need.speed_limit == SPEED
    assert isinstance(need.touch, Touch)
    assert need.touch.end == "start"


def refusals(plan: Planned, tampered: MotionPlan, request: PlanningRequest) -> str:
    found = release_plan(tampered, request, plan.workshop)
    assert found.value is None
    return "; ".join(d.message for d in found.diagnostics)


def test_it_is_released_as_it_is(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    assert release_plan(*back, plan.workshop).value is not None


def test_it_is_refused_where_the_robot_stands_elsewhere(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    made, request = back
    state = replace(request.state, stances={**request.state.stances, "arm": AtHome()})
    assert "it does not stand there" in refusals(plan, made, replace(request, state=state))


def test_it_is_refused_where_its_hand_is_empty(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    made, request = back
    parts = tuple(p for p in request.state.parts if not isinstance(p.location, InHand))
    text = refusals(plan, made, replace(request, state=replace(request.state, parts=parts)))
    assert "its hands hold something else" in text


def with_need(plan: MotionPlan, **changes: object) -> MotionPlan:
    from cell.codec import digest

    (motion,), (step,) = plan.motions.values(), plan.tasks.steps
    need = replace(need_of(plan), **changes)  # type: ignore[arg-type]
    other = replace(motion, need=need)
    key = digest(other)
    moved = replace(step, action=Move(need), motion=key)
    return with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=(moved,)), motions={key: other}))


def test_it_is_refused_where_something_lies_where_its_part_would_be(
    plan: Planned, back: tuple[MotionPlan, PlanningRequest]
) -> None:
    made, request = back
    held = next(p for p in request.state.parts if isinstance(p.location, InHand))
    other = replace(held, id="other", location=InPlace(need_of(made).touch.place))  # type: ignore[union-attr]
    state = replace(request.state, parts=(*request.state.parts, other))
    assert "something lies at left" in refusals(plan, made, replace(request, state=state))


def test_it_is_refused_where_a_robot_has_no_home(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    made, request = back
    robots = {name: replace(unit, home=(0.0,)) for name, unit in request.cell.robots.items()}
    cell = replace(request.cell, robots=robots)
    assert "arm: home has 1 joints" in refusals(plan, made, replace(request, cell=cell))


def test_it_is_refused_at_more_than_reduced_speed(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    assert "it is not bound to 0.25 m/s" in refusals(plan, with_need(back[0], speed_limit=None), back[1])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tool": None}, "it has another tool at its flange"),
        ({"end": AtHome()}, "it does not end at a hub"),
        ({"end": AtHub("nowhere")}, "it does not end at a hub"),
    ],
)
def test_it_is_refused_with_another_need(
    plan: Planned, back: tuple[MotionPlan, PlanningRequest], changes: dict[str, object], why: str
) -> None:
    assert why in refusals(plan, with_need(back[0], **changes), back[1])


def test_it_is_refused_where_it_was_made_from_something_else(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    made, request = back
    assert "was made with seed" in refusals(plan, made, replace(request, seed=request.seed + 1))


def beside(back: tuple[MotionPlan, PlanningRequest], x: float, stance: Stance) -> tuple[MotionPlan, PlanningRequest]:
    """With another arm of that kind, its base `x` m further, which stands as given."""
    made, request = back
    arm = request.cell.robots["arm"]
    mate = replace(arm, name="mate", base=Pose.from_xyz_rpy((x, 0.0, 0.0)) @ arm.base)
    cell = replace(request.cell, robots={**request.cell.robots, "mate": mate})
    state = replace(request.state, stances={**request.state.stances, "mate": stance})
    among = replace(request, cell=cell, state=state, robots={**request.robots, "mate": request.robots["arm"]})
    return with_plan_id(replace(made, robot_digests=plan_inputs(among).robot_digests)), among


def test_it_is_refused_where_nobody_says_where_another_robot_stands(
    plan: Planned, back: tuple[MotionPlan, PlanningRequest]
) -> None:
    text = refusals(plan, *beside(back, 5.0, AtHub("left")))
    assert "nobody says in which joint positions mate stands" in text


def test_past_a_robot_that_stands_clear_it_is_released(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    q = need_of(back[0]).start
    assert release_plan(*beside(back, 5.0, q), plan.workshop).value is not None
    assert "retreat of arm" in refusals(plan, *beside(back, 0.05, q))


# --- where there is none -------------------------------------------------------------------------------------------------


def no_way_out(plan: Planned, back: tuple[MotionPlan, PlanningRequest], **changes: object) -> str:
    """What is said of the robot's last motion, where it is seen otherwise than it was."""
    need = next(
        s.action.need
        for s in plan.released.motion_plan.tasks.steps
        if isinstance(s.action, Move)
        and s.action.need.touch is not None
        and s.action.need.touch.end == "start"  # type: ignore[union-attr]
        and s.action.need.carried
    )
    request = back[1]
    (found,) = make_retreats(replace(request, stopped=(need,), state=replace(request.state, **changes)), plan.workshop)  # type: ignore[arg-type]
    assert found.value is None
    assert [d.code for d in found.diagnostics] == ["E693"]
    assert "by its own means" in found.diagnostics[0].help
    return found.diagnostics[0].message


def test_a_robot_that_was_pushed_aside_has_no_way_out(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    start = need_of(back[0]).start
    assert isinstance(start, AtMeasured)
    pushed = AtMeasured((start.q[0] + 0.02, *start.q[1:]))
    assert "beside the way that it was on" in no_way_out(plan, back, stances={**back[1].state.stances, "arm": pushed})


def test_a_robot_that_has_lost_its_tool_has_no_way_out(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    (tool,) = plan.request.cell.tools
    assert "it has a bare flange now, and was on its way with" in no_way_out(plan, back, mounts={tool: ""})


# --- what a way may be ---------------------------------------------------------------------------------------------------


def test_contact_is_that_of_the_place_where_it_stands(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    touch = need_of(back[0]).touch
    assert isinstance(touch, Touch)
    other = replace(touch, place="right")
    assert "it does not stand on the straight way out of right" in refusals(plan, with_need(back[0], touch=other), back[1])


def test_what_a_step_says_of_itself_is_derived_again(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    made, request = back
    (step,) = made.tasks.steps
    lighter = replace(made.tasks, steps=(replace(step, needs=()),))
    assert "the plan says more or less" in refusals(plan, with_plan_id(replace(made, tasks=lighter)), request)


def test_a_way_through_something_is_refused(plan: Planned, back: tuple[MotionPlan, PlanningRequest]) -> None:
    """The same motion, where what it leaves is said to be free of contact: the part is too near what carries it."""
    from cell.codec import digest

    made = with_need(back[0], touch=None)
    ((_, motion),) = made.motions.items()
    bare = replace(motion, contacts=())
    key, (step,) = digest(bare), made.tasks.steps
    tampered = with_plan_id(replace(made, tasks=replace(made.tasks, steps=(replace(step, motion=key),)), motions={key: bare}))
    assert "retreat of arm" in refusals(plan, tampered, back[1])


def test_its_words_say_what_it_will_do(held: RunRecord) -> None:
    (asked,) = of(held, QuestionAsked)
    assert asked.answers == ("go on", "not so")
    assert "straight out of it, then the way that it was on, to before left" in asked.text

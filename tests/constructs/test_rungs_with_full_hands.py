"""A ladder comes to a rung while every hand is full: what is in them is brought on, where its own next line has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from cell.diagnostic import Outcome
from cell.events import HoldRaised, PlanRequested, Skipped
from cell.motion_plan import MotionPlan
from cell.program import Goal
from cell.program_walk import goals_in
from cell.run import run_context
from cell.scenario import GripLost, MachineAlarm, Reject
from cell.state import Amended, CellState, Errand, InHand, InPlace, PartState
from controller.cell_view import cell_state
from controller.machine import advance
from controller.rehearsal import Ask
from controller.run_state import NOTHING_YET, Failure
from planner.tasks import decompose, plan_tasks
from planner.tasks.brought_on import ways_to_plan
from planner.tasks.open_work import OpenWork
from planner.tasks.route import Stage
from planner.tasks.rungs import rungs_of
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL
from tests.planner.proof.mutants import plan_mutants

INTENT = """
for each s in infeed {
  process s at brush using DEBURR
  inspect s at gauge {
    on reject: move s to scrap, then skip
  }
  move s to outfeed
}
"""
IN_ORDER = INTENT.replace("in infeed {", "in infeed, in order {")
TIMED = INTENT.replace("DEBURR", "DEBURR {\n    within 100 s\n  }")
OBSERVED = f"when infeed.count >= 0 parts {{{INTENT}}}\n"
IN_TWO_LOOPS = INTENT.replace("  move s to outfeed", "}\nfor each s in infeed {\n  move s to outfeed")
BAD, FIRST, SECOND = "shaft#1", "shaft#2", "shaft#3"


@cache
def bench(intent: str = INTENT, hands: int = 2, looks_for: str = "4 s", brushes_for: str = "6 s") -> Bench:
    cell = CELL.replace("inspect for 4 s", f"inspect for {looks_for}").replace("DEBURR for 6 s", f"DEBURR for {brushes_for}")
    return Bench.of(cell, "shaft", intent).with_hands(hands)


def goals_of(b: Bench) -> tuple[Goal, ...]:
    return tuple(goals_in(b.program.block))


def asked(b: Bench, *brushed: str) -> CellState:
    """The bad one lies in the gauge, and the ladder has come to its rung; the others are in the hands, some `brushed` already."""
    process, inspect, _ = goals_of(b)
    ((rung, _, _),) = rungs_of(b.program)
    state = b.request().state

    def now(part: PartState) -> PartState:
        if part.id == BAD:
            told, reached = (("verdict", "reject"),), frozenset((process.id, inspect.id))
            return replace(part, location=InPlace(b.cell.equipment["gauge"].places[0].name), outcomes=told, reached=reached)
        hand = "grip.a" if part.id == FIRST else "grip.b"
        return replace(part, location=InHand(hand, 0), reached=frozenset((process.id,)) if part.id in brushed else frozenset())

    return replace(state, parts=tuple(now(p) for p in state.parts), errand=Errand(rung.id, BAD))


def done(plan: Outcome[MotionPlan]) -> set[tuple[str, str]]:
    return {(o.verb, o.part) for o in plan.expect().tasks.operations}


def test_the_rung_alone_comes_first_then_one_part_beside_it_then_all() -> None:
    b = bench()
    state = asked(b)
    one, other = frozenset((FIRST,)), frozenset((SECOND,))
    assert list(ways_to_plan(state)) == [frozenset(), one, other, one | other]
    held = tuple(replace(p, location=InHand("grip.a", 0)) if p.id == BAD else p for p in state.parts if p.id != FIRST)
    assert list(ways_to_plan(replace(state, parts=held))) == [frozenset(), other]
    assert list(ways_to_plan(replace(state, errand=None))) == [frozenset()]


def test_one_is_brought_on_that_a_hand_comes_free() -> None:
    b = bench()
    plan = b.planned(asked(b))
    assert done(plan) == {("move", BAD), ("process", FIRST)}
    assert b.proved(plan.expect(), asked(b)).value is not None


def test_whichever_can_be_is_brought_on() -> None:
    """The first one is to be inspected, and the bad one lies in the gauge."""
    b = bench()
    assert done(b.planned(asked(b, FIRST))) == {("move", BAD), ("process", SECOND)}


def test_with_a_hand_free_nothing_is_done_beside_the_rung() -> None:
    b = bench()
    state = asked(b)
    lying = tuple(p if p.id != SECOND else replace(p, location=InPlace(p.origin)) for p in state.parts)
    assert done(b.planned(replace(state, parts=lying))) == {("move", BAD)}


def test_where_nothing_can_be_brought_on_it_is_said_why_the_rung_has_no_plan() -> None:
    """Both wait for the gauge, and one for the other."""
    b = bench()
    found = b.planned(asked(b, FIRST, SECOND))
    assert found.value is None
    assert [d.code for d in found.diagnostics if d.is_error] == ["E615"]
    assert "every hand is full" in found.diagnostics[0].message


def test_what_is_in_order_is_not_brought_on_past_what_it_waits_for() -> None:
    b = bench(IN_ORDER)
    assert b.planned(asked(b)).value is None


def test_changed_plans_for_a_rung_with_full_hands_are_refused() -> None:
    b = bench()
    state = asked(b)
    plan = b.planned(state).expect()
    survived = [f"{m.field}: {m.what}" for m in plan_mutants(plan, 40, 2) if m.plan and b.proved(m.plan, state).value]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []


def refused(b: Bench, state: CellState, plan: Outcome[MotionPlan] | None = None) -> list[str]:
    return [d.code for d in b.proved((plan or b.planned(state)).expect(), state).diagnostics]


def test_a_plan_that_does_for_others_than_those_in_hands_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    b = bench()
    state = asked(b)
    lying = tuple(p if p.id != SECOND else replace(p, location=InPlace(p.origin)) for p in state.parts)
    monkeypatch.setattr(plan_tasks, "ways_to_plan", lambda state: iter((frozenset((SECOND,)),)))
    assert refused(b, replace(state, parts=lying)) == ["E689"]


def any_line(number: int) -> Callable[[OpenWork, PartState], Stage]:
    def stage(whole: OpenWork, part: PartState) -> Stage:
        leg = whole.legs[part.id][number]
        assert isinstance(leg, Stage)
        return replace(leg, clauses=replace(leg.clauses, deadlines=(), after=()))

    return stage


@pytest.mark.parametrize("intent", [INTENT, IN_TWO_LOOPS])
def test_a_plan_that_leaves_out_what_its_part_is_owed_first_is_refused(intent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the outfeed before it was brushed and inspected."""
    b = bench(intent)
    monkeypatch.setattr(decompose, "next_stage", any_line(2))
    assert done(b.planned(asked(b))) == {("move", BAD), ("move", FIRST)}
    assert refused(b, asked(b)) == ["E689"]


def test_a_plan_that_does_again_what_its_part_has_behind_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    b, seen = bench(), list[Stage]()

    def noted(whole: OpenWork, part: PartState) -> Stage:
        seen.append(any_line(0)(whole, part))
        return seen[0]

    monkeypatch.setattr(decompose, "next_stage", noted)
    assert done(b.planned(asked(b))) == done(b.planned(asked(b, FIRST))) == {("move", BAD), ("process", FIRST)}
    assert refused(b, asked(b, FIRST)) == ["E689"]


def test_a_plan_that_brings_on_out_of_order_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    b = bench(IN_ORDER)
    monkeypatch.setattr(decompose, "next_stage", any_line(0))
    assert done(b.planned(asked(b))) == {("move", BAD), ("process", FIRST)}
    assert refused(b, asked(b)) == ["E689"]


@pytest.mark.parametrize("intent", [TIMED, OBSERVED])
def test_what_has_a_deadline_of_its_own_or_hangs_on_what_was_just_observed_is_not_brought_on(
    intent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    b = bench(intent)
    assert b.planned(asked(b)).value is None
    monkeypatch.setattr(decompose, "next_stage", any_line(0))
    assert done(b.planned(asked(b))) == {("move", BAD), ("process", FIRST)}
    assert refused(b, asked(b)) == ["E689"]


def test_a_deadline_around_a_line_does_not_keep_it_from_being_brought_on() -> None:
    b = bench(INTENT.replace("infeed {", "infeed {\n  within 10 s"))
    plan = b.planned(asked(b))
    assert done(plan) == {("move", BAD), ("process", FIRST)}
    assert b.proved(plan.expect(), asked(b)).value is not None


def test_what_an_earlier_plan_has_decided_is_no_such_thing() -> None:
    b = bench(OBSERVED)
    state = replace(asked(b), decided={"w1": 0})
    plan = b.planned(state)
    assert done(plan) == {("move", BAD), ("process", FIRST)}
    assert b.proved(plan.expect(), state).value is not None


def test_a_run_that_is_held_with_the_next_part_in_its_hand_ends() -> None:
    """The verdict comes while the run is held. One hand has what goes to the brush, and the bad one lies in the gauge."""
    ran = bench(hands=1, looks_for="30 s").run(Reject(1), asks=(Ask(76.0, "hold"), Ask(136.0, "resume")))
    first = ran.all(PlanRequested)[0].state
    assert first.errand is not None
    assert [p.id for p in first.parts if isinstance(p.location, InHand)] == [FIRST]
    assert ran.record.summary.state == "Complete"
    assert [e.code for e in ran.all(HoldRaised)] == ["R702"]
    assert [e.parts for e in ran.all(Skipped)] == [(BAD,)]
    assert (ran.lying["scrap"], ran.lying["outfeed"]) == ((BAD,), (FIRST, SECOND))
    assert ran.truth.violations == ()


def test_what_failed_in_a_hand_is_settled_before_a_rung_may_bring_it_on() -> None:
    """The verdict was told first, and nobody wants the other one's line tried again before somebody has looked."""
    ran = bench(hands=1, looks_for="30 s").run(Reject(1), asks=(Ask(76.0, "hold"), Ask(136.0, "resume")))
    state, after, event = NOTHING_YET, NOTHING_YET, ran.record.events[0]
    for event in ran.record.events:
        after, _ = advance(state, event)
        if after.trouble.errand is not None:
            break
        state = after
    assert after.trouble.errand is not None
    for part, codes, errand in ((FIRST, ["R740"], None), (SECOND, [], after.trouble.errand)):
        more = Failure("refused", "R740", "it is not wanted", part=part)
        failures = (*state.trouble.failures, more)
        then, commands = advance(replace(state, trouble=replace(state.trouble, failures=failures)), event)
        assert [e.code for e in commands.record if isinstance(e, HoldRaised)] == codes
        assert then.trouble.errand == errand
        assert set(then.trouble.failures) == {replace(more, asked=bool(codes)), *state.trouble.failures}


@pytest.mark.parametrize("policy", ["", 'on brush.alarm: retry 2, then hold "look"\n'])
def test_what_breaks_a_rung_off_is_settled_first_and_the_rung_is_come_to_again(policy: str) -> None:
    """The brush breaks off with what was brought on, before the bad one is out of the gauge."""
    asks = (Ask(76.0, "hold"), Ask(136.0, "resume"), Ask(400.0, "resume"))
    ran = bench(INTENT + policy, hands=1, looks_for="30 s").run(Reject(1), MachineAlarm("brush", 2, 0.1, 1.0), asks=asks)
    assert ran.record.summary.state == "Complete"
    assert [e.state.errand and e.state.errand.part for e in ran.all(PlanRequested)] == [BAD, BAD, None]
    assert [e.code for e in ran.all(HoldRaised)] == (["R702"] if policy else ["R702", "R721"])
    assert (ran.lying["scrap"], ran.lying["outfeed"]) == ((BAD,), (FIRST, SECOND))
    assert ran.truth.violations == ()


def test_once_a_rung_is_reached_the_ladder_goes_on_whatever_fails_beside_it() -> None:
    """The brush breaks off when the bad one lies in the bin already."""
    b = bench(INTENT + 'on brush.alarm: retry 2, then hold "look"\n', 1, "30 s", "60 s")
    ran = b.run(Reject(1), MachineAlarm("brush", 2, 0.9, 1.0), asks=(Ask(130.0, "hold"), Ask(190.0, "resume")))
    assert ran.record.summary.state == "Complete"
    assert [e.state.errand and e.state.errand.part for e in ran.all(PlanRequested)] == [BAD, None]
    assert ran.lying["scrap"] == (BAD,)


@pytest.mark.parametrize(("slips", "where"), [((6,), "scrap"), ((6, 7, 8), "gauge")])
def test_a_rung_is_tried_again_as_often_as_its_policy_says(slips: tuple[int, ...], where: str) -> None:
    """Its fingers slip off the bad one in the gauge."""
    lost = (GripLost("grip", nth, "at grip") for nth in slips)
    ran = bench(INTENT + 'on grip_lost: retry 2, then hold "look"\n').run(Reject(1), *lost)
    errands = [e.state.errand.part for e in ran.all(PlanRequested) if e.state.errand is not None]
    assert errands == [BAD] * min(len(slips) + 1, 3)
    assert ran.lying[where] == (BAD,)
    assert [e.parts for e in ran.all(Skipped)] == [(BAD,)]  # and where no try helps, the ladder goes on before somebody looks
    assert [e.text for e in ran.all(HoldRaised)] == ([] if where == "scrap" else ["look"])
    assert ran.truth.violations == ()


def test_a_rung_whose_part_is_lost_is_passed() -> None:
    """No try finds it: its iteration is given up before somebody looks."""
    lost = GripLost("grip", 6, "on the way")
    ran = bench(INTENT + 'on grip_lost: retry 2, then hold "look"\n').run(Reject(1), lost)
    assert [e.parts for e in ran.all(Skipped)] == [(BAD,)]
    assert [e.text for e in ran.all(HoldRaised)] == ["look"]


def limits_in(plan: Outcome[MotionPlan]) -> set[tuple[float | None, float | None]]:
    """On speed and force, of the motions that touch something."""
    return {(m.need.speed_limit, m.need.force_limit) for m in plan.expect().motions.values() if m.need.touch is not None}


def test_a_rung_is_tried_again_with_the_settings_of_its_retry_and_that_of_another_part_is_not() -> None:
    b = bench(INTENT + 'on grip_lost: retry 2 speed 100 mm/s force 70 N, then hold "look"\n')
    ran = b.run(Reject(1), Reject(3), GripLost("grip", 6, "at grip"))
    first, again, other = [e.state for e in ran.all(PlanRequested) if e.state.errand is not None]
    assert [s.errand and s.errand.part for s in (first, again, other)] == [BAD, BAD, SECOND]
    assert limits_in(b.planned(first)) == limits_in(b.planned(other)) == {(1.0, None)}
    assert limits_in(plan := b.planned(again)) == {(0.1, 70.0)}
    assert b.proved(plan.expect(), again).value is not None
    (amended,) = again.amended
    for setting in amended.settings:  # a plan that has but one of the two is refused
        alone = b.planned(replace(again, amended=(replace(amended, settings=(setting,)),)))
        assert set(refused(b, again, alone)) == {"E683"}


def test_what_a_retry_has_changed_for_another_part_still_holds_for_the_line_of_that() -> None:
    """That line may be brought on beside the rung."""
    b = bench()
    process, (rung, _, _) = goals_of(b)[0], next(rungs_of(b.program))
    own, another, line = (BAD, Amended(rung.id, (), ())), (FIRST, Amended(rung.id, (), ())), (FIRST, Amended(process.id, (), ()))
    context = run_context(b.program, b.cell)
    state = cell_state(context, NOTHING_YET.belief, 0, Errand(rung.id, BAD), (own, another, line))
    assert state.amended == (own[1], line[1])


TWO_LINES = """
tray other is infeed {
  at (-700 mm, -600 mm, 50 mm)
  contains shaft 1 part
}
station scale is gauge {
  at (-700 mm, 600 mm, 0 mm)
}
"""
BOTH = """
for each s in infeed until outfeed.count >= 1 part {
  inspect s at gauge {
    on reject: move s to scrap, then skip
  }
  move s to outfeed
}
for each s in other {
  inspect s at scale {
    on reject: move s to scrap, then skip
  }
  move s to outfeed
}
"""


def test_of_two_at_once_each_has_its_rung() -> None:
    """The second verdict comes while what was begun before the first one is let end."""
    b = Bench.of(CELL.replace("inspect for 4 s", "inspect for 60 s") + TWO_LINES, "shaft", BOTH)
    ran = b.run(Reject(1), Reject(2))
    asked_for = [e.state.errand.part for e in ran.all(PlanRequested) if e.state.errand is not None]
    assert ran.record.summary.state == "Complete"
    assert set(asked_for) == set(ran.lying["scrap"]) == {p for e in ran.all(Skipped) for p in e.parts}
    assert ran.truth.violations == ()


def test_a_plan_that_brings_on_what_the_rung_is_about_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reject goes to scrap, and nowhere by the lines that are for good ones."""
    b = bench()
    state = asked(b)
    held = tuple(replace(p, location=InHand("grip.a", 0)) if p.id == BAD else p for p in state.parts)
    state = replace(state, parts=tuple(replace(p, location=InPlace(p.origin)) if p.id == FIRST else p for p in held))
    assert done(b.planned(state)) == {("move", BAD)}
    monkeypatch.setattr(plan_tasks, "ways_to_plan", lambda state: iter((frozenset((BAD,)),)))
    assert done(plan := b.planned(state)) == {("move", BAD)}
    assert len(plan.expect().tasks.operations) == 2
    assert refused(b, state) == ["E689"]

"""Runs without end, over what a belt brings: plan follows plan and nothing stands meanwhile, and what does not come suspends."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from immutables import Map

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.events import (
    ClauseBroken,
    CommandSent,
    DeviceSilent,
    HoldRaised,
    OutcomeTold,
    PlanReleased,
    PlanRequested,
    RunResumed,
    StateChanged,
    StepConfirmed,
    StepFailed,
    SupplyReported,
)
from cell.released_plan import ReleasedPlan
from cell.run import UNCOUNTED_IS_BROKEN
from cell.scenario import FrozenState, GripLost, Reject, Scenario, SupplyStops
from cell.state import Amended, InHand, PartState
from cell_drivers.simulated import simulated_cell
from cellwright.campaign.ends import disagreements
from controller import rehearsal
from controller.draft import draft_of
from controller.journal.left_off import left_off
from controller.journal.replay import fold, states, verified
from controller.journal.rows import snapshot_of, state_of
from controller.left_behind import leave_behind
from controller.machine import advance
from controller.past_orders import with_past
from controller.rehearsal import Ask, AtOnce
from controller.run_state import NOTHING_YET, Commands
from controller.watch import Watch
from tests.constructs.bench import Bench, Ran
from tests.journals.rewriting import rewritten
from tests.planner.proof.gantry import gantry_model

CELL = """
part puck {
  mass 0.5 kg
  shape cylinder radius 20 mm length 60 mm
  grip 40 N
}
conveyor belt {
  at (400 mm, 0 mm, 100 mm)
  delivers puck
  every 20 s
  buffer 4 parts
  ahead 2 parts
  waiting signal belt.count
}
station gauge {
  at (0 mm, 500 mm, 0 mm)
  capacity 1
  holds puck
  offers inspect for 2 s
  verdict signal gauge.verdict
}
bin crate {
  at (-400 mm, 0 mm, 0 mm)
  holds puck
}
bin scrap is crate {
  at (-400 mm, 500 mm, 0 mm)
}
"""
MOVED = "for each p in belt {\n  move p to crate\n}\n"
JUDGED = """
for each p in belt {
  inspect p at gauge
  when p.verdict is accept {
    move p to crate
  } otherwise {
    move p to scrap
  }
}
"""


def bench(intent: str = MOVED) -> Bench:
    return replace(Bench.of(CELL, "puck", intent), is_continuous=True)


@cache
def ran() -> Ran:
    """Three plans of two parts each; behind the first one nothing comes for a while."""
    return bench().run(SupplyStops("belt", 70.0, 200.0), asks=(Ask(240.0, "finish"),))


def test_parts_of_every_plan_go_the_same_way_and_each_has_a_name_of_its_own() -> None:
    assert ran().record.summary.state == "Complete"
    assert ran().lying["crate"] == tuple(f"puck#{i}" for i in range(1, 7))
    assert ran().truth.violations == ()


def test_the_next_plan_begins_at_the_moment_at_which_the_one_before_ends() -> None:
    released = ran().all(PlanReleased)
    assert len(released) == 3
    for plan in released[1:]:
        ended = max(e.at for e in ran().all(StepConfirmed) if e.of.plan != plan.of.plan and e.at <= plan.at)
        begun = min(e.at for e in ran().all(CommandSent) if e.of.plan == plan.of.plan and e.of.step is not None)
        assert ended == plan.at == begun


def test_a_plan_is_asked_for_while_the_one_before_is_carried_out() -> None:
    asked = {e.number: e.at for e in ran().all(PlanRequested)}
    assert all(asked[e.number] < e.at for e in ran().all(PlanReleased)[1:])


def test_a_run_that_nothing_comes_to_is_suspended_and_says_by_what_it_knows() -> None:
    said = [(e.cause, e.what, e.is_over, e.source) for e in ran().all(SupplyReported)]
    assert said == [("starved", "belt", False, "belt.count"), ("starved", "belt", True, "belt.count")]
    between = [e.after for e in ran().all(StateChanged) if e.after in ("Suspended", "Execute")]
    assert between == ["Execute", "Suspended", "Execute"]


def test_what_a_run_without_end_has_left_behind_is_accounted_for_and_no_part_more() -> None:
    summary, truth = ran().record.summary, ran().truth
    (left,) = summary.left
    assert left.count > 0
    assert list(disagreements(summary, truth)) == []
    never_there = "1 puck that the run has left at crate never were there"
    for count, fault in (left.count + 1, never_there), (left.count - 1, "is at crate"):
        (found,) = disagreements(replace(summary, left=(replace(left, count=count),)), truth)
        assert fault in found
    more = replace(summary, left=(replace(left, count=left.count + 1), replace(left, kind="washer", count=0)))
    assert list(disagreements(more, truth)) == [never_there]  # and no washer


def test_a_run_without_end_is_replayed_from_its_events() -> None:
    assert verified(ran().record.events).pack == "Complete"


@pytest.mark.slow
def test_where_an_end_is_not_foreseen_the_next_plan_is_asked_for_at_that_end() -> None:
    run = bench(JUDGED).run(Reject(1), asks=(Ask(150.0, "finish"),))
    assert run.record.summary.state == "Complete"
    assert (len(run.lying["scrap"]), len(run.lying["crate"])) == (1, 3)
    second = run.all(PlanReleased)[1]

    asked = next(e for e in run.all(PlanRequested) if e.number == 2)
    verdicts = [e.at for e in run.all(OutcomeTold) if e.at < second.at]
    assert max(verdicts) == asked.at < second.at


@pytest.mark.slow
def test_a_plan_that_was_asked_for_ahead_is_dropped_where_something_fails() -> None:
    run = bench(MOVED + "on grip_lost: retry 2").run(GripLost("grip", 2, "at grip"), asks=(Ask(60.0, "finish"),))
    assert run.record.summary.state == "Complete"
    assert [e.number for e in run.all(PlanRequested)][:2] == [2, 3]
    assert [e.number for e in run.all(PlanReleased)][:2] == [1, 3]
    failed = run.all(StepFailed)[0]
    assert all(e.at >= failed.at for e in run.all(PlanReleased)[1:])
    assert len(set(run.lying["crate"])) == len(run.lying["crate"]) == 4


def test_a_plan_that_was_asked_for_ahead_is_dropped_where_the_end_is_another_one_than_foreseen() -> None:
    events = ran().record.events
    folded = (NOTHING_YET, *states(events))
    k = next(k for k, s in enumerate(folded) if s.trouble.ahead is not None and s.trouble.mode == "planning")
    before, event = folded[k - 1], events[k - 1]
    foreseen = before.trouble.ahead
    assert foreseen is not None
    assert asked_for(advance(before, event)[1]) == []
    elsewhere = replace(foreseen, state=replace(foreseen.state, parts=foreseen.state.parts[1:]))
    other = replace(before, trouble=replace(before.trouble, ahead=elsewhere))
    assert asked_for(advance(other, event)[1]) == [foreseen.number + 1]


def asked_for(commands: Commands) -> list[int]:
    return [c.number for c in commands.record if isinstance(c, PlanRequested)]


class Slow(AtOnce):
    """Answers when it was asked for an answer thirty times."""

    patience = 30

    def answer(self) -> tuple[RequestPlan, Outcome[ReleasedPlan]] | None:
        self.patience -= 1
        if self.patience > 0:
            return None
        self.patience = 30
        return super().answer()


@pytest.mark.slow
def test_an_answer_that_nobody_wants_any_more_gives_way_to_the_one_that_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "AtOnce", Slow)
    run = bench(MOVED + "on grip_lost: retry 2").run(GripLost("grip", 1, "at grip"), asks=(Ask(40.0, "finish"),))
    assert run.record.summary.state == "Complete"
    assert [e.number for e in run.all(PlanReleased)][:2] == [1, 3]


def test_a_snapshot_of_a_run_that_has_asked_ahead_is_that_run() -> None:
    """So a replay of hours folds what came after the last snapshot, and nothing before."""
    plans = {e.of.plan: e.plan for e in ran().all(PlanReleased) if e.plan is not None}
    asked = next(state for state in states(ran().record.events) if state.trouble.ahead is not None)
    assert state_of(snapshot_of(asked), lambda name: plans[name]) == asked


def test_a_run_without_end_that_was_left_off_is_what_its_events_come_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a snapshot that has counted parts already, with a plan asked for ahead."""
    events = ran().record.events
    cut = max(i for i, e in enumerate(events) if isinstance(e, PlanRequested)) + 5
    journal = rewritten(events[:cut], tmp_path, cut // 3, monkeypatch)
    off, state = left_off(journal), fold(events[:cut])
    asked = [e for e in events[:cut] if isinstance(e, PlanRequested) and e.number == state.progress.number]
    assert (off.state, off.told, off.planned_from) == (state, cut, asked[-1].state)
    assert state.belief.left
    assert 0 < len(off.plans) < len(ran().all(PlanReleased))
    journal.close()


def test_of_a_part_that_is_left_behind_no_opening_is_kept_once_its_time_has_run_out() -> None:
    gone, last = "puck#1", "puck#6"
    state = next(s for s in states(ran().record.events) if last in s.belief.parts and gone not in s.belief.parts)
    names = [f"within .0 l1={gone}", f"within .1 l1={gone}", f"within .0 l1={last}", "within -", "age o1"]
    d = draft_of(state, state.now)
    d.mend(opened=Map(dict.fromkeys(names, 0)))
    d.set_timer(names[1], 1.0)
    leave_behind(d)
    assert set(d.trouble.opened) == set(names[1:])


def test_of_a_part_that_is_left_behind_neither_a_retry_nor_a_wait_is_kept() -> None:
    gone, last = "puck#1", "puck#6"
    state = next(s for s in states(ran().record.events) if last in s.belief.parts and gone not in s.belief.parts)
    d = draft_of(state, state.now)
    stuck = (f"at({gone}, belt)", f"vacant({gone}.seat, crate)", f"at({last}, belt)", "free(crate)")
    amended = {f"grip_lost - g1 {part}": Amended("g1", (), ()) for part in (gone, last, "None")}
    d.mend(stuck=stuck, amended=Map(amended))
    leave_behind(d)
    assert d.trouble.stuck == stuck[2:]
    assert set(d.trouble.amended) == {f"grip_lost - g1 {part}" for part in (last, "None")}


def test_a_part_that_an_order_still_counts_is_not_left_behind_before_that_is_over() -> None:
    gone = "puck#1"
    told = pairwise(states(ran().record.events))
    before, after = next((a, b) for a, b in told if gone in a.belief.parts and gone not in b.belief.parts)
    held = before.belief.parts[gone]
    bound = before.belief.parts.set(gone, replace(held, part=replace(held.part, bound="A.1")))
    for past, is_kept in ("", True), ("A", False):
        belief = replace(before.belief, parts=bound, past_orders=with_past(Map(), past))
        d = draft_of(replace(before, belief=belief, progress=after.progress), after.now)
        leave_behind(d)
        assert (gone in d.belief.parts) is is_kept


def test_whoever_takes_over_asks_for_no_plan_that_another_one_was_asked_for() -> None:
    events = ran().record.events
    cut = next(i for i, e in enumerate(events) if isinstance(e, PlanRequested)) + 1
    before = fold(events[:cut])
    assert before.trouble.ahead is not None
    after, _ = advance(before, RunResumed(before.now, events[0].of, "", "", "virtual", 0, 0))
    assert (after.trouble.ahead, after.trouble.passed_over) == (None, 1)


def test_a_run_that_has_to_end_by_itself_is_told_what_to_write() -> None:
    found = replace(bench(), is_continuous=False).planned().diagnostics
    assert [d.code for d in found] == ["E690"]
    assert "--continuous" in found[0].help


COUNTED = "ensure belt.waiting < 4 parts\n" + MOVED
MUTE = FrozenState("signals", 15.0, 500.0)


@cache
def uncounted(policy: str = "") -> Ran:
    return replace(Bench.of(CELL, "puck", COUNTED + policy), is_continuous=True).run(MUTE)


def test_a_clause_of_what_nobody_counts_any_more_is_broken() -> None:
    """The signal says that one waits, and says so for ever."""
    run = uncounted()
    text = "belt.waiting < 4 parts: nobody says how many wait"
    assert [(e.device, e.is_silent) for e in run.all(DeviceSilent)] == [("belt", True)]
    assert [(e.kind, e.text) for e in run.all(ClauseBroken)] == [("ensure", text)]
    (held,) = run.all(HoldRaised)
    assert (held.code, held.text, [span.start.line for span in held.because]) == ("R727", text, [1])
    assert run.record.summary.state == "Held"
    assert verified(run.record.events).trouble.violations == 1


def test_what_the_intent_says_of_a_broken_clause_comes_first() -> None:
    run = uncounted('on violated: hold "Look at the counter"\n')
    assert [e.text for e in run.all(HoldRaised)] == ["Look at the counter"]


def test_who_resumes_has_what_nobody_counts_brought_all_the_same() -> None:
    """A clause waits for nothing and commands nothing."""
    counted = replace(Bench.of(CELL, "puck", COUNTED), is_continuous=True)
    run = counted.run(MUTE, asks=(Ask(60.0, "resume"), Ask(100.0, "finish")))
    assert [e.code for e in run.all(HoldRaised)] == ["R727"]
    assert run.record.summary.state == "Complete"
    assert len(run.lying["crate"]) > 1


def test_without_a_clause_that_counts_nobody_asks_for_the_count() -> None:
    run = bench(MOVED).run(MUTE, asks=(Ask(60.0, "finish"),))
    assert (run.all(DeviceSilent), run.record.summary.state) == ([], "Complete")


@pytest.mark.parametrize(("rules", "silent"), [(UNCOUNTED_IS_BROKEN, ["belt"]), (UNCOUNTED_IS_BROKEN - 1, [])])
def test_in_a_run_of_before_nobody_asks_for_it_for_nothing_was_broken_by_it(rules: int, silent: list[str]) -> None:
    run = uncounted()
    events = run.record.events
    state = fold(events[: next(n for n, event in enumerate(events) if isinstance(event, DeviceSilent))])
    assert state.context is not None
    world = simulated_cell(bench().cell, {"g1": gantry_model()}, Scenario(0, (MUTE,)))
    world.advance_to(60_000_000_000)
    state = replace(state, context=replace(state.context, rules=rules))
    assert [e.device for e in Watch(world).look(state, world.now()) if isinstance(e, DeviceSilent)] == silent


def test_a_part_that_was_in_hand_already_owes_the_next_ones_no_pace() -> None:
    """It is put down at once; the next one has the whole way before it, and comes 31.9 s later."""
    paced = bench(MOVED.replace("crate\n", "crate\n  every 30 s\n"))
    begun = paced.request().state
    held = PartState("puck#0", "puck", InHand("grip.a", 0), "belt")
    plan = paced.planned(replace(begun, parts=(held, *begun.parts))).expect()
    proof = paced.proved(plan, replace(begun, parts=(held, *begun.parts))).expect().proof
    assert [(one.claim, one.evidence) for one in proof.obligations if one.kind == "pace"] == [("every 30 s", "27.778 s would do")]


def test_a_pace_that_those_do_not_keep_which_the_plan_begins_is_refused_all_the_same() -> None:
    paced = bench(MOVED.replace("crate\n", "crate\n  every 27 s\n"))
    begun = paced.request().state
    held = PartState("puck#0", "puck", InHand("grip.a", 0), "belt")
    for parts in begun.parts, (held, *begun.parts):
        assert [d.code for d in paced.planned(replace(begun, parts=parts)).diagnostics] == ["E505"]

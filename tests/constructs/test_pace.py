"""`every t` in a loop: proved at the declared durations, kept an eye on while running, starved time taken out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from immutables import Map

from cell.events import ClauseBroken, EventRaised, HoldRaised, RunOpened
from cell.run import CLAUSES_ARE_NAMED
from cell.scenario import Late
from controller import pace
from controller.acceptance import unwatched
from controller.draft import SECOND, draft_of
from controller.machine import advance
from controller.rehearsal import Ask
from controller.run_state import NOTHING_YET, Paced, RunState
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL

INTENT = """
for each s in infeed {
  inspect s at gauge { on reject: hold "look" }
  move s to outfeed
  every 50 s
}
"""


@cache
def bench(intent: str = INTENT) -> Bench:
    return Bench.of(CELL, "shaft", intent)


@cache
def folded() -> RunState:
    """The state at the end of a good run."""
    state = NOTHING_YET
    for event in bench().run().record.events:
        state, _ = advance(state, event)
    return state


def test_a_pace_that_is_kept_is_not_told() -> None:
    ran = bench().run()
    assert ran.record.summary.state == "Complete"
    assert ran.all(ClauseBroken) == []
    assert unwatched(bench().program) == ()


def test_a_slip_is_told_once_and_held_where_nobody_has_a_policy() -> None:
    ran = bench().run(Late("gauge", 15.0), asks=(Ask(600.0, "resume"),))
    late = [e for e in ran.all(EventRaised) if e.event == "late"]
    assert len(late) == 1
    assert [e.code for e in ran.all(HoldRaised)] == ["R735"]
    assert "every 50 s" in ran.all(ClauseBroken)[0].text
    assert ran.record.summary.state == "Complete"


def test_the_hold_for_a_slip_names_the_clause_and_in_a_run_of_before_no_line() -> None:
    ran = bench().run(Late("gauge", 15.0))
    (hold,) = ran.all(HoldRaised)
    assert hold.because == ran.all(ClauseBroken)[0].because
    assert len(hold.because) == 1
    opened, *others = ran.record.events
    assert isinstance(opened, RunOpened)
    state = NOTHING_YET
    for event in (replace(opened, context=replace(opened.context, rules=CLAUSES_ARE_NAMED - 1)), *others):
        state, _ = advance(state, event)
    assert state.trouble.hold is not None
    assert (state.trouble.hold.code, state.trouble.hold.because) == ("R735", ())


def test_a_policy_for_late_has_it() -> None:
    ran = bench(INTENT.replace("every 50 s", 'every 50 s\n  on late: hold "the gauge is slow"')).run(Late("gauge", 15.0))
    assert [(e.code, e.text) for e in ran.all(HoldRaised)] == [("R701", "the gauge is slow")]


def test_starved_time_is_taken_out() -> None:
    """With one iteration ended at 10 s the next is due at 60 s; after 30 s without parts, at 90 s."""
    state = folded()
    loop = next(iter(bench().program.block.lines))
    started = replace(state.trouble, paces=Map({loop.id: Paced(10 * SECOND, frozenset({"shaft#1"}))}))  # type: ignore[union-attr]
    for starved, now, is_due in ((0, 61, True), (30, 61, False), (30, 89, False), (30, 91, True)):
        d = draft_of(replace(state, now=0, trouble=replace(started, starved=starved * SECOND)), now * SECOND)
        d.proceed(status=Map())  # as if nothing of the plan were done
        pace.due(d, loop.id)  # type: ignore[union-attr]
        assert bool([c for c in d.record if isinstance(c, ClauseBroken)]) is is_due, (starved, now)


def test_suspended_time_is_added_up() -> None:
    state = folded()
    d = draft_of(replace(state, now=0), 5 * SECOND)
    pace.changed(d, "Execute", "Suspending")
    d.now = 20 * SECOND
    pace.changed(d, "Suspended", "Unsuspending")
    assert d.trouble.starved == 0
    pace.changed(d, "Unsuspending", "Execute")
    assert (d.trouble.starved, d.trouble.starved_since) == (15 * SECOND, None)

"""Where finished parts go is full, and somebody else takes them away: the run is blocked, and goes on by itself with room."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cell.commands import StartMotion, Subject
from cell.events import CommandSent, CountReported, DeviceSilent, HoldRaised, StateChanged, SupplyReported, TimerExpired
from cell.outfeeds import fed_by, is_outfeed
from cell.scenario import FrozenState, OutfeedStops
from cell.world_record import Fallen
from cellwright.campaign.ends import disagreements
from controller import room
from controller.figures.figures import SECOND
from controller.journal.replay import states, verified
from controller.machine import advance
from controller.rehearsal import Ask
from controller.run_state import RunState
from controller.summary import summary_of
from controller.tally import figures_of
from tests.constructs.bench import Bench, Ran
from tests.constructs.test_rolling import CELL, MOVED
from tui.operate.lines import text_of
from tui.operate.panels.why import why_lines
from tui.operate.scene import Scene, taken
from tui.operate.view import View
from tui.run_text import run_document, run_text

AWAY = "bin crate {\n  at (-400 mm, 0 mm, 0 mm)\n  holds puck\n  capacity 2\n  leaves every 15 s\n  waiting signal crate.count\n}"
SCRAP = "bin scrap {\n  at (-400 mm, 500 mm, 0 mm)\n  holds puck\n}"
OUTFED = CELL.replace("bin scrap is crate {\n  at (-400 mm, 500 mm, 0 mm)\n}", SCRAP).replace(
    "bin crate {\n  at (-400 mm, 0 mm, 0 mm)\n  holds puck\n}", AWAY
)
STANDS = OutfeedStops("crate", 40.0, 200.0)
POLICY = 'on crate.full: hold "Take parts away"\n'


def bench(intent: str = MOVED, cell: str = OUTFED) -> Bench:
    return replace(Bench.of(cell, "puck", intent), is_continuous=True)


@cache
def ran() -> Ran:
    """Nobody takes anything away for 160 s, in which eight parts would come."""
    return bench().run(STANDS, asks=(Ask(260.0, "finish"),))


def said(run: Ran) -> list[tuple[str, str, bool, str]]:
    return [(e.cause, e.what, e.is_over, e.source) for e in run.all(SupplyReported)]


def while_blocked() -> tuple[int, int]:
    began, ended = (e.at for e in ran().all(SupplyReported))
    return began, ended


def test_a_full_outfeed_suspends_the_run_as_blocked_and_room_lets_it_go_on() -> None:
    assert said(ran()) == [("blocked", "crate", False, "crate.count"), ("blocked", "crate", True, "crate.count")]
    between = [e.after for e in ran().all(StateChanged) if e.after in ("Suspended", "Execute", "Held")]
    assert between == ["Execute", "Suspended", "Execute"]
    assert ran().record.summary.state == "Complete"
    assert verified(ran().record.events).pack == "Complete"


def test_nothing_moves_while_it_is_full_and_nothing_is_put_where_there_is_no_room() -> None:
    began, ended = while_blocked()
    assert ended - began > 100 * SECOND
    assert not [e for e in ran().all(CommandSent) if began <= e.at < ended]
    assert max(e.count for e in ran().all(CountReported) if e.thing == "crate") == 2
    assert ran().truth.violations == ()
    assert not [part for part in ran().truth.parts if isinstance(part.where, Fallen)]


def test_nobody_stands_above_what_is_full() -> None:
    """Not even to the hub over it does a robot set out: somebody may be changing the box."""
    began, _ = while_blocked()
    state = next(s for s in states(ran().record.events) if s.now >= began and s.pack == "Suspended")
    stance = state.belief.robots["g1"].stance
    assert "crate" not in repr(stance), stance
    assert [name for name, seen in state.belief.hands.items() if seen.part is not None] == ["grip.a"]


def test_the_seconds_that_it_costs_are_blocked_and_taken_out_of_the_pace() -> None:
    began, ended = while_blocked()
    figures = figures_of(ran().record.events)
    assert figures.seconds("blocked") * SECOND == ended - began
    assert figures.seconds("starved") == 0.0
    end = verified(ran().record.events)
    assert end.trouble.starved >= ended - began


def test_its_alarm_says_what_to_do_and_names_the_line_that_wants_to_go_there() -> None:
    state = next(s for s in states(ran().record.events) if "short crate" in s.alarms.listed)
    cause = state.alarms.listed["short crate"].cause
    assert (cause.text, cause.what_to_do) == ("blocked: crate is full", "take parts away from crate")
    assert [span.start.line for span in cause.because] == [2]


def test_whoever_asks_is_told_what_the_run_waits_for() -> None:
    state = next(s for s in states(ran().record.events) if s.pack == "Suspended")
    summary = summary_of(state)
    assert summary.waits_for == ("blocked: crate is full",)
    assert "suspended blocked: crate is full" in run_text(summary, False)
    assert run_document(summary)["waits_for"] == ["blocked: crate is full"]
    assert ran().record.summary.waits_for == ()


def test_the_screens_say_why_with_the_line() -> None:
    scene = Scene()
    for number, event in enumerate(ran().record.events, start=1):
        scene = taken(scene, number, event)
        if scene.run.pack == "Suspended":
            break
    lines = [text_of(line) for line in why_lines(View(scene, "live"), 80, 12)]
    assert lines[0] == "blocked: crate is full"
    assert "bench.intent:2" in lines[1]


def test_what_is_on_its_way_counts_as_if_it_lay_there() -> None:
    seen = 0
    for state in states(ran().record.events):
        plan = state.progress.plan
        flying = [f.step for f in state.progress.flights.values() if f.step is not None]
        if plan is None or state.context is None or "crate" not in state.belief.waiting:
            continue
        if any((into := fed_by(plan.steps[name].action)) is not None and into.place == "crate" for name in flying):
            seen += 1
            assert room.has_room(state, "crate") is (state.belief.waiting["crate"] + 1 < 2)
    assert seen > 3


@pytest.mark.slow
def test_a_hold_comes_first_and_after_it_the_run_is_blocked_as_before() -> None:
    run = bench().run(STANDS, asks=(Ask(100.0, "hold"), Ask(110.0, "resume"), Ask(260.0, "finish")))
    between = [e.after for e in run.all(StateChanged) if e.after in ("Suspended", "Execute", "Held")]
    assert between == ["Execute", "Suspended", "Held", "Execute", "Suspended", "Execute"]
    assert run.record.summary.state == "Complete"
    assert run.truth.violations == ()


def test_a_policy_of_the_intent_comes_first() -> None:
    run = bench(MOVED + POLICY).run(STANDS)
    assert run.record.summary.state == "Held"
    assert [e.text for e in run.all(HoldRaised)] == ["Take parts away"]
    assert said(run) == []


@pytest.mark.slow
def test_a_box_that_is_changed_is_empty_afterwards() -> None:
    cell = OUTFED.replace("leaves every 15 s", "emptied every 150 s")
    run = bench(cell=cell).run(asks=(Ask(200.0, "finish"),))
    assert said(run)[:2] == [("blocked", "crate", False, "crate.count"), ("blocked", "crate", True, "crate.count")]
    counts = [e.count for e in run.all(CountReported) if e.thing == "crate"]
    assert counts[:4] == [0.0, 1.0, 2.0, 0.0]


def test_where_nobody_counts_it_holds_and_says_so() -> None:
    began, _ = while_blocked()
    blocked = next(s for s in states(ran().record.events) if s.now >= began and s.pack == "Suspended")
    belief = replace(blocked.belief, waiting=blocked.belief.waiting.delete("crate"), short=())
    state: RunState = replace(blocked, belief=belief, pack="Execute")
    _, commands = advance(state, TimerExpired(state.now, Subject(state.run), "needs"))
    held = [e for e in commands.record if isinstance(e, HoldRaised)]
    assert [(e.code, e.text) for e in held] == [("R705", "nobody says how many parts lie in crate")]
    assert not [c for c in commands.send if isinstance(c, StartMotion)]


def test_an_old_count_is_nothing_to_go_by() -> None:
    """The signal says that there is room for two, and says so for ever."""
    run = bench().run(FrozenState("signals", 15.0, 500.0))
    assert [(e.device, e.is_silent) for e in run.all(DeviceSilent)] == [("crate", True)]
    assert [(e.code, e.text) for e in run.all(HoldRaised)] == [("R713", "crate gives no fresh samples")]
    assert run.lying.get("crate", ()) == ()
    assert run.truth.violations == ()


def test_a_plan_assumes_who_empties_what_it_fills() -> None:
    released = bench().released().expect()
    assert [a for a in released.proof.assumptions if "crate" in a] == [
        "of crate one part leaves each 15 s; 2 have room there, and the next one waits until there is room"
    ]
    assert [name for name, thing in bench().cell.equipment.items() if is_outfeed(thing)] == ["crate"]


def test_a_part_that_was_taken_away_is_accounted_for_and_one_that_is_gone_besides_is_not() -> None:
    summary, truth = ran().record.summary, ran().truth
    assert list(disagreements(summary, truth)) == []
    (kind, place, count), *_ = truth.forgotten.parts
    believed = sum(part.where == "crate" for part in summary.parts)
    lying = sum(part.id == known.id for part in truth.parts for known in summary.parts if known.where == "crate")
    assert count == believed - lying + sum(one.count for one in summary.left)
    assert believed > lying
    short = replace(truth.forgotten, parts=((kind, place, count - 1),))
    assert len(list(disagreements(summary, replace(truth, forgotten=short)))) == 1

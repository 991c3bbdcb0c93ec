"""A run in which nothing is planned: in manual mode by itself, it moves robots by hand alone, and never comes to production."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.commands import Acknowledge, Activate, RequestJog, StartMotion
from cell.events import (
    CommandSent,
    DeviceAlarm,
    FactObserved,
    HoldRaised,
    JogEnded,
    JogRefused,
    ModeChanged,
    PlanRequested,
    RunResumed,
    StateChanged,
    WayFound,
)
from cell.plan_file import with_plan_id
from cell.program import Block, IntentProgram
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.scenario import Disturbance
from cell.state import InHand
from cell.steps import Fact
from controller.attached.permits import means_nothing
from controller.clock import VirtualClock
from controller.journal.journal import MemoryJournal
from controller.journal.replay import fold, verified
from controller.lease import Key
from controller.machine import advance
from controller.rehearsal import Ask, AtOnce, Script
from controller.run_state import RunState
from controller.runner import Runner
from tests.controller.jogged import AHEAD, OF, Jogged, Keys, Ways, asked, press, told, up
from tests.controller.small_planner import ROBOT, small_plan
from tests.controller.tending import intent, released, spec, world
from tests.controller.told import of

HAND = "grip.a"
STOP = Ask(40.0, "stop", "ann")


def unplanned(*parts: object) -> tuple[RunSpec, ReleasedPlan]:
    """`parts` are in hands at the start."""
    given = spec()
    program = IntentProgram(Block((), ()), (), (), intent().sources, "test.cell")
    plan = small_plan(given.state, 1)
    assert plan is not None
    tasks = replace(plan.tasks, steps=(), operations=(), orders={}, choices=(), parts=())
    empty = with_plan_id(replace(plan, tasks=tasks, motions={}))
    state = replace(given.state, parts=(*given.state.parts, *parts))  # type: ignore[arg-type]
    return replace(given, program=program, state=state, is_manual=True), released(empty)


def by_hand(*keys: tuple[float, Key], asks: tuple[Ask, ...] = (), disturbances: tuple[Disturbance, ...] = ()) -> Jogged:
    given, plan = unplanned()
    drivers, planner, journal = world(*disturbances), Ways(3), MemoryJournal()
    assert drivers.virtual is not None
    clock = VirtualClock(drivers.virtual)
    runner = Runner(given, drivers, clock, journal, AtOnce(planner), Script(asks), ends_when_held=True, keys=Keys(keys))
    state = runner.run(plan)
    return Jogged(tuple(journal.events), state, drivers, planner)


@pytest.fixture(scope="module")
def begun() -> Jogged:
    return by_hand()


def test_it_holds_and_is_in_manual_mode_and_nothing_has_moved(begun: Jogged) -> None:
    assert [e.after for e in begun.all(StateChanged)] == ["Starting", "Holding", "Held"]
    assert [(e.after, e.who) for e in begun.all(ModeChanged)] == [("Manual", "its beginning")]
    sent = [e.command for e in begun.all(CommandSent)]
    assert [type(command) for command in sent] == [Activate]
    assert begun.all(PlanRequested) == []


def test_what_its_hands_are_taken_to_hold_is_told_as_an_assumption(begun: Jogged) -> None:
    (raised,) = begun.all(HoldRaised)
    assert raised.code == "R702"
    assert f"{HAND} is taken to hold nothing" in raised.text
    assert not begun.state.alarms.listed


def test_a_key_that_is_held_moves_a_robot_and_a_stop_ends_the_run() -> None:
    run = by_hand((10.0, press(AHEAD)), (12.0, up()), asks=(STOP,))
    assert len([e for e in run.all(CommandSent) if isinstance(e.command, StartMotion)]) == len(run.all(JogEnded)) == 1
    assert run.q[0] > 0.01
    assert run.state.pack == "Stopped"
    assert run.all(PlanRequested) == []


def test_its_journal_replays() -> None:
    run = by_hand((10.0, press(AHEAD)), (12.0, up()), asks=(STOP,))
    assert verified(run.events) == fold(run.events) == run.state


def test_nothing_leads_to_production(begun: Jogged) -> None:
    for what in ("production", "resume", "finish"):
        assert "nothing is planned" in str(means_nothing(begun.state, what))
        state, commands = told(begun.state, what)
        assert state.manual is not None
        assert state.pack == "Held"
        assert commands.send == ()


def test_a_fault_is_acknowledged_by_asking_for_the_mode_again(begun: Jogged) -> None:
    stopped, _ = advance(begun.state, DeviceAlarm(begun.state.now, OF, ROBOT, True, "protective stop", "joint 2 met something"))
    _, commands = asked(stopped, AHEAD)
    (refused,) = (e for e in commands.record if isinstance(e, JogRefused))
    assert "ask for manual mode again" in refused.why
    assert means_nothing(stopped, "manual") is None
    state, commands = told(stopped, "manual")
    assert [(c.device, c.operator) for c in commands.send if isinstance(c, Acknowledge)] == [(ROBOT, "ann")]
    assert any(isinstance(c, Activate) for c in commands.send)
    assert [e for e in commands.record if isinstance(e, ModeChanged)] == []
    assert state.manual is not None


def test_a_hand_that_says_it_holds_what_nobody_has_declared_is_not_jogged(begun: Jogged) -> None:
    seen = FactObserved(begun.state.now, OF, Fact("held", ("", HAND)), True, "grip", 0.0)
    holding, _ = advance(begun.state, seen)
    _, commands = asked(holding, AHEAD)
    (refused,) = (e for e in commands.record if isinstance(e, JogRefused))
    assert f"{HAND} holds something" in refused.why
    assert "--holds grip=KIND" in refused.why
    opened, _ = advance(holding, FactObserved(begun.state.now, OF, Fact("empty", (HAND,)), True, "grip", 0.0))
    assert [type(c) for c in asked(opened, AHEAD)[1].send] == [RequestJog]


def test_what_is_declared_to_be_in_a_hand_is_in_it_until_the_hand_shows_otherwise() -> None:
    given, run = spec(), by_hand()
    declared, _ = unplanned(replace(given.state.parts[0], id="shaft#99", location=InHand(HAND, 0)))
    opened = replace(run.events[0], context=declared.context, state=declared.state)  # type: ignore[arg-type]
    state = fold((opened, *(e for e in run.events[1:] if not isinstance(e, FactObserved) or e.fact.name == "stands")))
    assert state.belief.hands[HAND].part == "shaft#99"
    assert state.trouble.hold is not None
    assert f"{HAND} is taken to hold shaft#99" in state.trouble.hold.text
    shown, _ = advance(state, FactObserved(state.now, OF, Fact("empty", (HAND,)), True, "grip", 0.0))
    assert shown.belief.hands[HAND].part is None
    assert shown.manual is not None


def test_another_controller_goes_on_with_it_once_somebody_has_looked(begun: Jogged) -> None:
    state, _ = advance(begun.state, RunResumed(begun.state.now, OF, "", "", "virtual", 0, 0))
    assert state.manual is None
    state, _ = advance(state, FactObserved(state.now, OF, Fact("stands", (ROBOT, "home")), True, ROBOT, 0.0))
    assert state.manual is None, "nobody has looked"
    assert means_nothing(state, "resume") is None
    state, commands = told(state, "resume")
    assert state.manual is not None
    assert state.pack == "Held"
    assert any(isinstance(c, Activate) for c in commands.send)


def test_a_run_with_a_plan_is_not_in_manual_mode_by_itself() -> None:
    given, plan = unplanned()
    drivers = world()
    assert drivers.virtual is not None
    journal = MemoryJournal()
    runner = Runner(
        replace(given, is_manual=False), drivers, VirtualClock(drivers.virtual), journal, AtOnce(Ways(3)), Script(()),
        ends_when_held=True,
    )  # fmt: skip
    state: RunState = runner.run(plan)
    assert state.pack == "Complete"
    assert not of(journal.events, ModeChanged)
    assert not of(journal.events, WayFound)

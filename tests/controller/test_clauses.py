"""`within`, `never`, zones and the start: what is watched besides the steps, and what holds the run by it."""

from dataclasses import replace

import pytest

from cell.commands import RequestPlan, StartMotion, StopAll, Subject
from cell.events import (
    ClauseBroken,
    CommandSent,
    DeviceAlarm,
    Event,
    FactObserved,
    HoldRaised,
    PlanReleased,
    RunOpened,
    StateChanged,
    StepConfirmed,
    SupplyReported,
    TimerExpired,
    TrackingErrorSeen,
    ZoneReported,
)
from cell.run import EACH_CLAUSE_IS_NAMED, Aim
from cell.scenario import Late, MissingPart, Stall
from cell.steps import AtMeasured, Fact, Move, Step
from controller.draft import draft_of
from controller.goals import aims, goals
from controller.machine import advance
from controller.nevers import forbidding
from controller.rehearsal import Ask
from controller.run_state import NOTHING_YET, Commands, RunState
from tests.controller.tending import POLICIES, Tended, tend

NEVER = "never g1 in inside_lathe and lathe.spindle is running\n"


def broken(run: Tended) -> list[tuple[str, str]]:
    return [(e.kind, e.text.split(":")[0]) for e in run.all(ClauseBroken)]


def until(run: Tended, stop: type, skip: int = 0) -> RunState:
    """The state just before the first event of that type, after `skip` of them."""
    state = NOTHING_YET
    for event in run.record.events:
        if isinstance(event, stop):
            if skip == 0:
                return state
            skip -= 1
        state, _ = advance(state, event)
    raise AssertionError(stop)


def after(state: RunState, *events: Event) -> tuple[RunState, Commands]:
    commands = Commands()
    for event in events:
        state, commands = advance(state, event)
    return state, commands


def of_rules(run: Tended, rules: int) -> RunState:
    """What the events come to in a run that was opened under those rules."""
    opened, *others = run.record.events
    assert isinstance(opened, RunOpened)
    state, _ = after(NOTHING_YET, replace(opened, context=replace(opened.context, rules=rules)), *others)
    return state


# --- within ------------------------------------------------------------------------------------------------------------


def test_a_run_within_its_time_breaks_nothing() -> None:
    run = tend(tail=POLICIES + "within 10 min\n")
    assert broken(run) == []
    assert run.record.summary.state == "Complete"


def test_a_within_that_runs_out_holds_where_no_policy_has_the_timeout() -> None:
    run = tend(Late("lathe", 2.0), tail=POLICIES + "within 60 s\n")
    assert broken(run) == [("within", "within 60 s")]
    assert run.all(HoldRaised)[0].code == "R711"
    assert run.record.summary.violations == 1
    hold, before = run.state.trouble.hold, of_rules(run, EACH_CLAUSE_IS_NAMED - 1).trouble.hold
    assert hold is not None
    assert before is not None
    assert (hold.because, before.because) == (run.all(ClauseBroken)[0].because, ())
    assert len(hold.because) == 1
    expired = next(e.at for e in run.all(TimerExpired) if e.timer.startswith("within"))
    assert expired / 1e9 == pytest.approx(60.1, abs=0.2)


def test_a_timeout_is_handled_by_its_policy_and_the_run_goes_on() -> None:
    run = tend(Late("lathe", 2.0), tail='on timeout: hold "late"\nwithin 60 s\n', asks=(Ask(200.0, "resume"),))
    assert [(e.code, e.text) for e in run.all(HoldRaised)] == [("R701", "late")]
    assert run.record.summary.state == "Complete"


def test_time_that_ran_out_costs_a_hold_and_no_plan() -> None:
    run = tend(Late("lathe", 2.0), tail='on timeout: hold "late"\nwithin 60 s\n', asks=(Ask(200.0, "resume"),))
    assert len(run.all(PlanReleased)) == 1
    assert run.record.summary.state == "Complete"


def test_what_is_tried_again_because_time_ran_out_is_planned_again() -> None:
    run = tend(Late("lathe", 2.0), tail='on timeout: retry 1, then hold "late"\nwithin 60 s\n', asks=(Ask(200.0, "resume"),))
    assert len(run.all(PlanReleased)) == 2
    assert run.record.summary.state == "Complete"


def test_a_within_in_a_loop_runs_for_each_iteration() -> None:
    head = """
param batch = 3 parts
for each s in infeed until outfeed.count >= batch {
  process s at lathe using OP10
  inspect s at gauge
  move s to outfeed
  within 100 s
  on timeout: hold "slow"
}
"""
    run = tend(head=head, tail="")
    assert run.record.summary.state == "Complete"
    opened = [name for name in run.state.trouble.opened if name.startswith("within .0 l1=")]
    assert sorted(opened) == [f"within .0 l1=shaft#{n}" for n in (1, 2, 3)]
    slow = tend(Stall("g1", 50.0, 60.0), head=head, tail="")
    assert "R701" in [e.code for e in slow.all(HoldRaised)]


# --- never -------------------------------------------------------------------------------------------------------------


def test_a_never_that_the_plan_keeps_stops_nothing() -> None:
    run = tend(tail=POLICIES + NEVER)
    assert run.record.summary.state == "Complete"
    assert broken(run) == []


def test_motion_stops_when_the_world_makes_a_never_true() -> None:
    run = tend(tail=POLICIES + NEVER)
    inside = next(
        n for n, e in enumerate(run.record.events) if isinstance(e, CommandSent) and e.of.step == "s8"
    )  # the clamp closes while the hand is in the lathe
    state = NOTHING_YET
    for event in run.record.events[: inside + 1]:
        state, _ = advance(state, event)
    assert state.belief.robots["g1"].inside == ("inside_lathe",)
    spins = FactObserved(state.now, Subject("test"), Fact("running", ("lathe",)), True, "lathe.running", 0.0)
    state, commands = after(state, spins)
    assert [c.kind for c in commands.send if isinstance(c, StopAll)] == ["hold"]
    assert [e.text for e in commands.record if isinstance(e, ClauseBroken)] == ["g1 in inside_lathe and lathe.spindle is running"]
    assert state.trouble.violations == 1
    assert state.pack in ("Holding", "Held")


def test_a_never_is_settled_by_one_conjunct_that_is_known_to_be_false() -> None:
    """Outside the zone it does not matter that nobody knows the spindle; inside it does."""
    run = tend(tail=POLICIES + NEVER)
    outside, inside = until(run, CommandSent, skip=2), until(run, StepConfirmed, skip=8)
    assert inside.belief.robots["g1"].inside == ("inside_lathe",)
    for state, codes in ((outside, []), (inside, ["R712"])):
        devices = state.belief.devices.set("lathe", replace(state.belief.devices["lathe"], running=None))
        seen = replace(state, belief=replace(state.belief, devices=devices))
        other = ZoneReported(seen.now, Subject("test"), "aisle", True, "scanner.aisle")
        _, commands = after(seen, other)
        assert [e.code for e in commands.record if isinstance(e, HoldRaised)] == codes


def test_nothing_starts_that_would_break_a_never_or_that_nobody_can_tell_to_keep_it() -> None:
    state = until(tend(tail=POLICIES + NEVER), CommandSent, skip=1)
    assert state.progress.plan is not None
    steps = state.progress.plan.steps
    entry, free = steps["s7"], steps["s2"]  # into the lathe; to the infeed
    assert isinstance(entry.action, Move)

    def forbidden(running: bool | None, step: Step) -> bool:
        lathe = replace(state.belief.devices["lathe"], running=running)
        seen = replace(state, belief=replace(state.belief, devices=state.belief.devices.set("lathe", lathe)))
        return forbidding(draft_of(seen, seen.now), step) is not None

    assert [forbidden(running, entry) for running in (True, False, None)] == [True, False, True]
    assert [forbidden(running, free) for running in (True, False, None)] == [False, False, False]


def test_a_step_that_a_never_forbids_is_not_sent() -> None:
    run = tend(tail=POLICIES + "never g1 in inside_lathe\n")
    assert "s7" not in {e.of.step for e in run.all(CommandSent)}
    assert [(e.code, e.text) for e in run.all(HoldRaised)] == [("R712", "s7 would break a never")]


# --- zones, tracking, supply ---------------------------------------------------------------------------------------------


def test_an_occupied_zone_that_stops_stops_and_suspends_and_holds_once_it_is_left() -> None:
    run = tend()
    state = until(run, CommandSent, skip=8)
    assert state.context is not None
    stopping = replace(state.context.zones["aisle"], when_occupied="stop")
    state = replace(state, context=replace(state.context, zones={**state.context.zones, "aisle": stopping}))
    entered = ZoneReported(state.now, Subject("test"), "aisle", True, "scanner.aisle")
    state, commands = after(state, entered)
    assert isinstance(commands.send[0], StopAll)
    assert [e for e in commands.record if isinstance(e, HoldRaised)] == []
    assert state.pack in ("Suspending", "Suspended")
    state, commands = after(state, ZoneReported(state.now, Subject("test"), "aisle", False, "scanner.aisle"))
    assert [e.code for e in commands.record if isinstance(e, HoldRaised)] == ["R715"]
    assert state.pack in ("Holding", "Held")


def test_of_two_zones_that_stop_the_one_that_is_left_last_counts() -> None:
    """The second person comes while the robots are still slowing down."""
    run = tend()
    state = until(run, CommandSent, skip=8)
    assert state.context is not None
    stopping = replace(state.context.zones["aisle"], when_occupied="stop")
    zones = {**state.context.zones, "aisle": stopping, "dock": replace(stopping, name="dock")}
    state = replace(state, context=replace(state.context, zones=zones))
    steps = (("aisle", True, False), ("dock", True, False), ("aisle", False, False), ("dock", False, True))
    for zone, is_occupied, holds in steps:
        state, commands = after(state, ZoneReported(state.now, Subject("test"), zone, is_occupied, "scanner"))
        assert bool([e for e in commands.record if isinstance(e, HoldRaised)]) is holds
        assert state.pack in (("Holding", "Held") if holds else ("Suspending",))


def test_a_robot_that_does_not_follow_is_stopped() -> None:
    state = until(tend(), CommandSent, skip=8)
    state, commands = after(state, TrackingErrorSeen(state.now, Subject("test"), "g1", 0.3, 0.1))
    assert isinstance(commands.send[0], StopAll)
    assert [e.code for e in commands.record if isinstance(e, HoldRaised)] == ["R714"]


def test_a_cell_that_starves_is_suspended_and_goes_on_by_itself() -> None:
    state = until(tend(), CommandSent, skip=20)
    of = Subject("test")
    state, commands = after(state, SupplyReported(state.now, of, "starved", "infeed", False))
    assert state.pack in ("Suspending", "Suspended")
    assert commands.send == ()
    state, _ = after(state, SupplyReported(state.now, of, "starved", "infeed", True))
    assert state.pack in ("Suspending", "Unsuspending", "Execute")


def test_what_goes_wrong_while_the_planner_thinks_is_not_forgotten() -> None:
    run = tend(MissingPart("infeed[2]"))
    state = until(run, PlanReleased, skip=1)
    plan = run.all(PlanReleased)[1]
    assert state.trouble.mode == "planning"
    alarm = DeviceAlarm(state.now, Subject("test"), "lathe", True, "alarm", "coolant")
    state, commands = after(state, alarm, plan)
    assert [e.code for e in commands.record if isinstance(e, HoldRaised)] == ["R701"]
    assert not [c for c in commands.send if isinstance(c, StartMotion)]


# --- the start -----------------------------------------------------------------------------------------------------------


def test_a_robot_that_stands_elsewhere_gets_another_plan() -> None:
    run = tend()
    state = NOTHING_YET
    asked: list[RequestPlan] = []
    for event in run.record.events:
        if isinstance(event, FactObserved) and event.fact.name == "stands":
            event = replace(event, fact=Fact("stands", ("g1", "measured 0.5 0.0 1.0 0.0")))
        state, commands = advance(state, event)
        asked += [c for c in commands.send if isinstance(c, RequestPlan)]
        if asked:
            break
    assert asked[0].reason == "g1 stands elsewhere than planned"
    assert asked[0].state.stances["g1"] == AtMeasured((0.5, 0.0, 1.0, 0.0))


def test_a_start_that_sees_not_everything_holds_and_names_it() -> None:
    events = [e for e in tend().record.events if not (isinstance(e, FactObserved) and e.fact.name == "unclamped")]
    state = NOTHING_YET
    for event in events[: next(n for n, e in enumerate(events) if isinstance(e, StateChanged) and e.after == "Execute")]:
        state, _ = advance(state, event)
    assert state.pack == "Starting"
    state, commands = after(state, TimerExpired(state.timers["unseen"], Subject("test"), "unseen"))
    holds = [(e.code, e.text) for e in commands.record if isinstance(e, HoldRaised)]
    assert holds == [("R705", "the clamp of lathe is reported neither open nor closed")]


def test_goals_are_counted_from_facts() -> None:
    run = tend()
    state = until(run, RunOpened, skip=0)
    assert goals(state) == (0, 0)
    assert aims(until(run, CommandSent, skip=30)) == (Aim("outfeed.count", 0, 3),)
    assert aims(run.state) == (Aim("outfeed.count", 3, 3),)
    assert [goals(until(run, CommandSent, skip=n))[1] for n in (2, 30, 60)] == [9, 9, 9]

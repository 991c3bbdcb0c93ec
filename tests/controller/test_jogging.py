"""Manual mode: when a cell is set to it, what a key that is held moves, what stops it, and what a run does afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from immutables import Map

from cell.commands import Acknowledge, Activate, RequestJog, SetSpeed, StartMotion, StopAll, Subject
from cell.device import LinkLoss
from cell.events import (
    CommandReported,
    CommandSent,
    DeviceAlarm,
    FactObserved,
    ForceSeen,
    JogAsked,
    JogEnded,
    JogRefused,
    JogRequested,
    JointSpeedSeen,
    LinkMeasured,
    ModeChanged,
    Observation,
    PlanRequested,
    RunResumed,
    TrackingErrorSeen,
    WayFound,
    ZoneReported,
)
from cell.jog import ALONE, FASTEST, LONGEST, Jog
from cell.motion_plan import MotionPlan
from cell.program import Never
from cell.run import WAITS_FOR_GOOD_LINKS
from cell.scenario import Bump
from cell.steps import AtMeasured, Fact, stance_name
from controller import keeping_out
from controller.attached.messages import HoldKey
from controller.attached.permits import Standing, refusal
from controller.draft import draft_of
from controller.journal.replay import fold
from controller.journal.rows import event_of, row_of, snapshot_of, state_of
from controller.links import LEAST
from controller.machine import advance
from controller.run_state import RunState
from controller.taken_back import unwanted
from tests.controller.jogged import (
    AHEAD,
    HELD,
    LEAVE,
    MANUAL,
    OF,
    RESUME,
    TURN,
    asked,
    in_manual,
    in_production,
    jogged,
    let_go,
    moving,
    press,
    told,
    up,
    way,
)
from tests.controller.small_planner import ROBOT
from tests.controller.tending import POLICIES

STANDS = Fact("stands", (ROBOT, stance_name(AtMeasured((0.1, 0.0, 1.0, 0.0)))))
NEVER = "never g1 in inside_lathe and lathe.spindle is running\n"


def refused(commands) -> list[str]:  # type: ignore[no-untyped-def]
    return [event.why for event in commands.record if isinstance(event, JogRefused)]


# --- the mode ----------------------------------------------------------------------------------------------------------


def test_the_mode_changes_in_a_hold_and_back_and_both_are_told() -> None:
    run = jogged(asks=(HELD, MANUAL, LEAVE))
    assert [(e.before, e.after, e.who) for e in run.all(ModeChanged)] == [
        ("Production", "Manual", "ann"),
        ("Manual", "Production", "ann"),
    ]
    assert run.state.manual is None


def test_no_mode_changes_while_the_run_goes_on() -> None:
    run = jogged(asks=(replace(MANUAL, time=15.0),))
    assert run.all(ModeChanged) == []
    assert run.state.pack == "Complete"


def test_no_mode_changes_while_a_robot_is_still_on_its_way() -> None:
    state = in_production()
    flight = replace(next(iter(moving(in_manual()).progress.flights.values())), step=None)
    busy = replace(state, progress=replace(state.progress, flights=Map({"c1": flight})))
    after, _ = told(busy, "manual")
    assert after.manual is None
    assert told(state, "manual")[0].manual is not None


def test_who_asks_for_manual_mode_acknowledges_faults_and_gives_power_and_nothing_moves() -> None:
    held = in_production()
    stopped, _ = advance(held, DeviceAlarm(held.now, OF, ROBOT, True, "protective stop", "joint 2 met something"))
    state, commands = told(stopped, "manual")
    assert [(c.device, c.operator) for c in commands.send if isinstance(c, Acknowledge)] == [(ROBOT, "ann")]
    (power,) = (c for c in commands.send if isinstance(c, Activate))
    assert not any(isinstance(c, StartMotion) for c in commands.send)
    state, _ = advance(state, DeviceAlarm(state.now, OF, ROBOT, False, "protective stop", ""))
    state, commands = asked(state, AHEAD)
    assert commands.send == ()  # it gets power first
    _, commands = advance(state, CommandReported(state.now, OF, power.id, "done", "", ""))
    assert [type(c) for c in commands.send] == [RequestJog]


def test_a_run_in_manual_mode_is_not_resumed() -> None:
    state, commands = told(in_manual(), "resume")
    assert (state.pack, commands.send) == ("Held", ())
    assert told(in_production(), "resume")[0].pack != "Held"


def test_a_stop_leaves_manual_mode_and_ends_the_run() -> None:
    state, commands = told(moving(in_manual()), "quick stop")
    assert [c.kind for c in commands.send if isinstance(c, StopAll)] == ["quick"]
    assert state.manual is not None
    state, commands = advance(state, CommandReported(state.now, OF, state.manual.flight, "aborted", "", "stopped"))
    assert (state.pack, state.manual) == ("Stopped", None)
    assert [type(e).__name__ for e in commands.record][-1] == "RunEnded"
    assert [e.why for e in commands.record if isinstance(e, JogEnded)] == ["everything was stopped"]


# --- a key that is held ------------------------------------------------------------------------------------------------


def test_a_robot_moves_while_a_key_is_held_and_stands_when_it_is_not() -> None:
    before = jogged().q
    run = jogged((61.0, press(AHEAD)), (62.0, up()))
    assert run.q[0] > before[0] + 0.01
    assert run.q[0] < before[0] + 0.39
    assert run.q[1:] == pytest.approx(before[1:], abs=1e-9)
    assert [e.why for e in run.all(JogEnded)] == ["the key was let go"]
    assert not run.world.record().violations
    assert fold(run.events) == run.state


def test_the_way_is_asked_for_from_where_the_robot_is_measured() -> None:
    run = jogged((61.0, press(AHEAD)), (62.0, up()), (63.0, press(AHEAD)), (64.0, up()))
    first, second = (request.state.stances[ROBOT].q for request in run.planner.ways)  # type: ignore[union-attr]
    assert second[0] > first[0] + 0.01
    assert run.q[0] > second[0] + 0.01


def test_a_key_that_is_held_on_goes_on_behind_the_end_of_a_way_until_something_stands_there() -> None:
    run = jogged((61.0, press(AHEAD)), (120.0, up()))
    assert run.q[0] == pytest.approx(1.5, abs=1e-3)
    assert run.all(JogEnded)[-1].why == "the wall is in the way"
    assert [(e.code, e.why) for e in run.all(JogRefused)] == [("R781", "the wall is in the way")]
    assert len(run.planner.ways) == 3


def test_who_only_looks_moves_nothing() -> None:
    run = jogged((61.0, press(AHEAD, is_held=False)))
    assert [c for c in run.all(CommandSent) if c.at > 60e9] == []
    assert run.state.manual is not None
    assert run.state.manual.way is not None
    assert run.state.manual.way.found.reach == pytest.approx(0.4)


def test_what_was_looked_at_is_not_asked_for_again() -> None:
    run = jogged((61.0, press(AHEAD, is_held=False)), (70.0, press(AHEAD)), (71.0, up()))
    assert len(run.planner.ways) == 1
    assert run.q[0] > jogged().q[0] + 0.01


def test_another_key_stops_the_robot_first_and_then_moves_it() -> None:
    run = jogged((61.0, press(AHEAD)), (62.0, press(TURN)), (64.0, up()))
    assert [e.why for e in run.all(JogEnded)] == ["another key is held", "the key was let go"]
    assert run.q[3] > 0.01


def test_a_stop_goes_out_before_anything_is_written_and_only_once() -> None:
    state = moving(in_manual())
    state, commands = let_go(state)
    assert [type(c) for c in commands.send] == [StopAll]
    state, commands = let_go(state)
    assert commands.send == ()


def test_what_still_waited_for_the_disk_does_not_go_out_when_the_key_is_up() -> None:
    state, _ = asked(in_manual(), AHEAD)
    state, commands = way(state)
    (start,) = (c for c in commands.send if isinstance(c, StartMotion))
    assert unwanted(state, start) is None
    state, _ = let_go(state)
    assert unwanted(state, start) == "the key was let go"
    state, commands = advance(state, CommandReported(state.now, OF, start.id, "not begun", "not sent", "a stop came first"))
    assert [e.why for e in commands.record if isinstance(e, JogEnded)] == ["the key was let go"]
    assert (state.progress.flights, state.trouble.replan) == (in_manual().progress.flights, in_manual().trouble.replan)


def test_what_was_looked_at_in_a_cell_that_is_seen_otherwise_since_is_asked_for_anew() -> None:
    state, _ = asked(in_manual(), AHEAD, is_held=False)
    state, _ = way(state)
    state, commands = advance(state, changed(state))
    assert [type(c) for c in commands.send] == [RequestJog]
    state, commands = asked(state, AHEAD)
    assert commands.send == ()  # not before there is an answer
    _, commands = way(state)
    assert StartMotion in [type(c) for c in commands.send]
    same, _ = way(asked(in_manual(), AHEAD, is_held=False)[0])
    assert StartMotion in [type(c) for c in asked(same, AHEAD)[1].send]


def test_an_answer_about_the_cell_as_it_was_is_no_way() -> None:
    before, _ = asked(in_manual(), AHEAD)
    state, commands = advance(before, changed(before))
    assert [type(c) for c in commands.send] == [RequestJog]
    assert before.manual is not None
    at, of = (0.0, 0.0, 1.0, 0.0), Subject("test", "plan", motion="m")
    late = WayFound(state.now, of, before.manual.asked, AHEAD, at, at, 0.4, 4.0, None, (), (), "")
    assert advance(before, late)[1].send != ()
    assert advance(state, late)[1].send == ()


def test_a_robot_under_way_stops_where_the_cell_is_seen_otherwise() -> None:
    state = moving(in_manual())
    state, commands = advance(state, changed(state))
    assert [type(c) for c in commands.send] == [StopAll]
    assert refused(commands) == ["the cell is not seen as it was when the way was proved"]
    stands(broken_off(state))


def test_a_machine_that_comes_to_its_end_meanwhile_stops_nothing() -> None:
    state = moving(running(in_manual(), True))
    state, commands = advance(state, FactObserved(state.now, OF, Fact("idle", ("lathe",)), True, "lathe", 0.0))
    assert state.belief.devices["lathe"].running is False
    assert (commands.send, refused(commands)) == ((), [])


def changed(state: RunState) -> FactObserved:
    """Somebody opens, or shuts, the door of the lathe."""
    is_open = state.belief.devices["lathe"].door_open
    return FactObserved(state.now, OF, Fact("shut" if is_open else "open", ("lathe",)), True, "lathe", 0.0)


# --- refused -----------------------------------------------------------------------------------------------------------

HARMLESS = Jog(ROBOT, "joint", "1", True, 0.1)


@pytest.mark.parametrize(
    ("jog", "why"),
    [
        (replace(HARMLESS, speed=0.251), "251 mm/s is asked for, and 250 mm/s is the most"),
        (replace(HARMLESS, speed=float("inf")), "250 mm/s is the most"),
        (replace(HARMLESS, speed=0.0), "1 mm/s is the least"),
        (replace(HARMLESS, robot="g9"), "there is no robot 'g9'"),
        (replace(HARMLESS, axis="x"), "has no joint 'x'"),
        (replace(HARMLESS, axis="0"), "has no joint '0'"),
        (replace(HARMLESS, axis="²"), "has no joint"),
        (replace(HARMLESS, frame="tool", axis="w"), "is no axis"),
    ],
)
def test_what_is_no_jog_is_refused_and_asks_for_no_way(jog: Jog, why: str) -> None:
    state, commands = asked(in_manual(), jog)
    assert commands.send == ()
    assert why in refused(commands)[0]
    assert why in str(refusal(Standing("running", in_manual()), HoldKey(1, jog, True)))
    assert state.manual is not None
    assert state.manual.wanted is None


def test_250_mm_a_second_may_be_asked_for() -> None:
    _, commands = asked(in_manual(), replace(AHEAD, speed=FASTEST))
    assert [type(c) for c in commands.send] == [RequestJog]


def test_nothing_is_jogged_in_production_mode() -> None:
    state, commands = asked(in_production(), AHEAD)
    assert commands.send == ()
    assert "production mode" in refused(commands)[0]
    assert state.manual is None


def test_one_terminal_has_a_key_at_a_time() -> None:
    state = moving(in_manual())
    after, commands = asked(state, AHEAD, terminal=2)
    assert commands.send == ()
    assert refused(commands) == ["ann holds a key at another terminal"]
    assert after.manual == state.manual
    after, commands = let_go(state, terminal=2)
    assert commands.send == ()


def test_nothing_is_jogged_while_somebody_is_in_a_zone_that_stops() -> None:
    manual = in_manual()
    assert manual.context is not None
    zone = replace(manual.context.zones["aisle"], when_occupied="stop", slow_to=None)
    stops = replace(manual, context=replace(manual.context, zones={**manual.context.zones, "aisle": zone}))
    inside = ZoneReported(stops.now, OF, "aisle", True, "scanner.aisle")
    assert refused(asked(advance(stops, inside)[0], AHEAD)[1]) == ["somebody is in aisle"]
    state, commands = advance(moving(stops), inside)
    assert [type(c) for c in commands.send] == [StopAll]
    assert state.manual is not None
    assert state.manual.stopping == "somebody is in aisle"


def broken_off(state: RunState) -> RunState:
    """The robot has come to rest, with the key still down."""
    assert state.manual is not None
    return advance(state, CommandReported(state.now, OF, state.manual.flight, "aborted", "", "stopped"))[0]


def test_a_robot_whose_link_is_bad_is_stopped_and_over_that_of_another_device_it_moves_on() -> None:
    state = moving(in_manual())
    other, commands = advance(state, heard(state, "lathe", 40))
    assert (commands.send, refused(commands)) == ((), [])
    for one in (state, other):  # the second is held with R775 already
        good, commands = advance(one, heard(one, ROBOT, 2))
        assert (commands.send, refused(commands)) == ((), [])
        bad, commands = advance(good, heard(good, ROBOT, 40))
        assert [type(c) for c in commands.send] == [StopAll]
        assert f"40 of 100 answers of {ROBOT} did not come within 500 ms" in refused(commands)[0]
        assert advance(bad, heard(bad, ROBOT, 40))[1].send == ()
        good, _ = advance(broken_off(bad), heard(bad, ROBOT, 0))
        stands(good)


def declaring(state: RunState, loss: LinkLoss | None) -> RunState:
    assert state.context is not None
    robots = {name: replace(robot, on_link_loss=loss) for name, robot in state.context.robots.items()}
    return replace(state, context=replace(state.context, robots=robots))


def test_a_run_has_written_down_what_the_drivers_of_its_robots_declare() -> None:
    context = in_manual().context
    assert context is not None
    assert context.robots[ROBOT].on_link_loss == "finishes its buffer"


@pytest.mark.parametrize(("loss", "most"), [("stops", LONGEST), ("finishes its buffer", ALONE / AHEAD.speed), (None, LONGEST)])
def test_how_long_a_way_may_last_goes_by_what_the_robot_does_without_its_link(loss: LinkLoss | None, most: float) -> None:
    _, commands = asked(declaring(in_manual(), loss), AHEAD)
    (request,) = commands.send
    assert isinstance(request, RequestJog)
    assert request.wanted.lasts == most


def test_a_robot_of_which_nobody_knows_what_it_does_without_its_link_is_not_jogged() -> None:
    state, commands = asked(declaring(in_manual(), "unknown"), AHEAD)
    assert refused(commands) == [f"the driver of {ROBOT} does not say what {ROBOT} does when its link is lost"]
    assert commands.send == ()
    assert state.manual is not None
    assert state.manual.wanted is None


def test_a_way_that_was_asked_for_before_it_was_said_how_long_it_may_last_lasts_as_long_as_any() -> None:
    _, commands = asked(in_manual(), AHEAD)
    (asked_for,) = (event for event in commands.record if isinstance(event, JogRequested))
    row = row_of(1, asked_for)
    before = replace(row, body=row.body.replace(f',"lasts":{asked_for.wanted.lasts}', ""))
    assert before.body != row.body
    plans = dict[str, MotionPlan]()
    assert event_of(before, plans.__getitem__) == replace(asked_for, wanted=replace(asked_for.wanted, lasts=LONGEST))


def test_no_press_moves_a_robot_whose_link_was_bad_before_it_has_been_good_for_a_whole_window() -> None:
    bad = after_a_bad_link(in_manual())
    again, commands = asked(bad, AHEAD)
    assert "wait until its link has been good for 10 s" in refused(commands)[0]
    assert commands.send == ()
    for little in (heard(again, "lathe", 0), heard(again, ROBOT, 0, of=LEAST - 1)):
        assert refused(asked(advance(again, little)[0], AHEAD)[1])
    stands(advance(again, heard(again, ROBOT, 0))[0])


def test_a_bad_link_is_not_forgotten_by_leaving_manual_mode() -> None:
    bad = after_a_bad_link(in_manual())
    again = told(told(bad, "production")[0], "manual")[0]
    assert "wait until its link" in refused(asked(again, AHEAD)[1])[0]


def test_a_run_of_before_that_rule_is_told_as_it_was() -> None:
    state = in_manual()
    assert state.context is not None
    before = replace(state, context=replace(state.context, rules=WAITS_FOR_GOOD_LINKS - 1))
    assert refused(asked(after_a_bad_link(before), AHEAD)[1]) == []


def after_a_bad_link(state: RunState) -> RunState:
    """What was jogged stands, stopped over it."""
    state = moving(state)
    return broken_off(advance(state, heard(state, ROBOT, 40))[0])


def heard(state: RunState, device: str, lost: int, of: int = 100) -> LinkMeasured:
    return LinkMeasured(state.now, OF, device, 10.0, of, lost, 0, 0.5, 0.8, ())


def test_who_has_stopped_a_jog_and_is_gone_before_it_stands_does_not_set_it_going_again() -> None:
    manual = in_manual()
    assert manual.context is not None
    zone = replace(manual.context.zones["aisle"], when_occupied="stop", slow_to=None)
    stops = replace(manual, context=replace(manual.context, zones={**manual.context.zones, "aisle": zone}))
    state, commands = advance(moving(stops), ZoneReported(stops.now, OF, "aisle", True, "scanner.aisle"))
    assert refused(commands) == ["somebody is in aisle"]
    state, _ = advance(state, ZoneReported(stops.now, OF, "aisle", False, "scanner.aisle"))
    stands(broken_off(state))


@pytest.mark.parametrize(
    "seen",
    [
        ForceSeen(0, OF, ROBOT, 200.0, 150.0, None),
        TrackingErrorSeen(0, OF, ROBOT, 0.2, 0.1),
        JointSpeedSeen(0, OF, ROBOT, "joint 2", 3.0, 2.0),
    ],
)
@pytest.mark.parametrize("ends", ["aborted", "done"])
def test_behind_a_stop_of_everything_the_key_is_to_be_let_go_first(seen: Observation, ends: str) -> None:
    state = moving(in_manual())
    state, commands = advance(state, replace(seen, at=state.now))
    assert [type(c) for c in commands.send] == [StopAll]
    assert refused(commands) == ["everything was stopped"]
    assert state.manual is not None
    state, _ = advance(state, CommandReported(state.now, OF, state.manual.flight, ends, "", ""))  # type: ignore[arg-type]
    stands(state)


def stands(state: RunState) -> None:
    """No way is asked for, nothing is started, where the robot is seen to stand; a press of the key begins anew."""
    assert state.manual is not None
    assert (state.manual.flight, state.manual.wanted, state.manual.is_held) == ("", None, False)
    state, commands = advance(state, FactObserved(state.now, OF, STANDS, True, ROBOT, 0.0))
    assert commands.send == ()
    assert [type(c) for c in asked(state, AHEAD)[1].send] == [RequestJog]


def test_a_key_that_is_refused_ends_the_one_before_it() -> None:
    state = moving(in_manual())
    state, commands = asked(state, replace(AHEAD, robot="g9"))
    assert [type(c) for c in commands.send] == [StopAll]
    state = broken_off(state)
    assert state.manual is not None
    assert (state.manual.flight, state.manual.wanted) == ("", None)


def test_what_a_robot_meets_by_hand_stops_it() -> None:
    run = jogged((61.0, press(AHEAD)), (63.0, up()), disturbances=(Bump(ROBOT, 62.0, 0.05, 212.0),))
    (met,) = run.all(ForceSeen)
    assert (met.at, met.limit) == (62 * 10**9, 150.0)
    assert [e.at for e in run.all(CommandSent) if isinstance(e.command, StopAll)][-1] == met.at
    assert [e.why for e in run.all(JogEnded)] == ["everything was stopped"]
    assert len(run.planner.ways) == 1


def test_a_jog_is_not_made_slower_for_somebody_but_refused() -> None:
    manual = in_manual()
    assert manual.context is not None
    zone = replace(manual.context.zones["aisle"], slow_to=0.05)
    slows = replace(manual, context=replace(manual.context, zones={**manual.context.zones, "aisle": zone}))
    state, _ = advance(slows, ZoneReported(slows.now, OF, "aisle", True, "scanner.aisle"))
    assert refused(asked(state, AHEAD)[1]) == ["somebody is in a zone in which robots go at 50 mm/s at most"]
    assert refused(asked(state, replace(AHEAD, speed=0.05))[1]) == []


def test_a_jog_goes_as_fast_as_it_was_proved_also_where_robots_were_slowed() -> None:
    manual = in_manual()
    slowed = manual.belief.robots.set(ROBOT, replace(manual.belief.robots[ROBOT], fraction=0.2))
    state, _ = asked(replace(manual, belief=replace(manual.belief, robots=slowed)), AHEAD)
    _, commands = way(state)
    assert [type(c) for c in commands.send] == [SetSpeed, StartMotion]
    assert next(c.fraction for c in commands.send if isinstance(c, SetSpeed)) == 1.0


def test_a_robot_with_a_fault_is_not_jogged() -> None:
    state, _ = advance(in_manual(), DeviceAlarm(in_manual().now, OF, ROBOT, True, "collision", "joint 2 met something"))
    assert "joint 2 met something" in refused(asked(state, AHEAD)[1])[0]


# --- zones -------------------------------------------------------------------------------------------------------------


def running(state: RunState, is_running: bool | None = True, inside: tuple[str, ...] = ()) -> RunState:
    lathe, robot = state.belief.devices["lathe"], state.belief.robots[ROBOT]
    devices = state.belief.devices.set("lathe", replace(lathe, running=is_running))
    robots = state.belief.robots.set(ROBOT, replace(robot, inside=inside))
    return replace(state, belief=replace(state.belief, devices=devices, robots=robots))


def closed(state: RunState) -> tuple[str, ...]:
    return keeping_out.closed(draft_of(state, state.now), ROBOT)


@pytest.mark.parametrize("is_running", [True, None])
def test_the_guard_zone_of_a_machine_that_may_run_is_closed(is_running: bool | None) -> None:
    state = running(in_manual(), is_running)
    assert closed(state) == ("inside_lathe",)
    assert closed(running(state, False)) == ()
    _, commands = asked(state, AHEAD)
    (request,) = (c for c in commands.send if isinstance(c, RequestJog))
    assert request.wanted.avoid == ("inside_lathe",)


def test_a_way_into_a_zone_that_is_closed_by_now_is_not_gone() -> None:
    state, _ = asked(running(in_manual(), False), AHEAD)
    state, commands = way(running(state, True), zones=("inside_lathe",))
    assert [type(c) for c in commands.send] == [RequestJog]


def test_a_robot_in_a_guard_zone_is_stopped_when_the_machine_may_run() -> None:
    state, _ = asked(running(in_manual(), False), AHEAD)
    state, _ = way(state, zones=("inside_lathe",))
    assert state.belief.robots[ROBOT].inside == ("inside_lathe",)
    state, commands = advance(
        running(state, True, ("inside_lathe",)), ZoneReported(state.now, OF, "aisle", False, "scanner.aisle")
    )
    assert [type(c) for c in commands.send] == [StopAll]


def test_a_never_closes_its_zone_and_keeps_a_robot_in_it_still() -> None:
    state = in_manual(POLICIES + NEVER)
    assert state.context is not None
    (never,) = state.context.program.nevers
    assert isinstance(never, Never)
    unguarded = replace(
        state,
        context=replace(state.context, devices={n: replace(d, guard=None) for n, d in state.context.devices.items()}),
    )
    assert closed(running(unguarded, True)) == ("inside_lathe",)
    assert closed(running(unguarded, False)) == ()
    why = refused(asked(running(unguarded, True, ("inside_lathe",)), AHEAD)[1])
    assert why == ["never g1 in inside_lathe and lathe.spindle is running"]


def test_a_full_zone_takes_no_other_robot() -> None:
    state = in_manual()
    assert state.context is not None
    zones = {**state.context.zones, "aisle": replace(state.context.zones["aisle"], capacity=1)}
    robots = state.belief.robots.set("g2", replace(state.belief.robots[ROBOT], inside=("aisle",)))
    known = replace(state.context, zones=zones, robots={**state.context.robots, "g2": state.context.robots[ROBOT]})
    two = replace(state, context=known, belief=replace(state.belief, robots=robots))
    assert closed(running(two, False)) == ("aisle",)
    empty = two.belief.robots.set("g2", replace(robots["g2"], inside=()))
    assert closed(running(replace(two, belief=replace(two.belief, robots=empty)), False)) == ()


# --- what the device says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "replans", "why", "code"),
    [
        ("done", True, "the wall is in the way", None),
        ("aborted", True, "it is hot", "R780"),
        ("refused", False, "it is hot", "R780"),
        ("unknown", True, "it is hot", "R780"),
        ("not begun", False, "it is hot", None),
    ],
)
def test_however_the_motion_ends_it_is_told(status: str, replans: bool, why: str, code: str | None) -> None:
    state, _ = asked(in_manual(), AHEAD)
    state, _ = way(state, because="the wall is in the way")
    assert state.manual is not None
    report = CommandReported(state.now, OF, state.manual.flight, status, "", "it is hot")  # type: ignore[arg-type]
    state, commands = advance(state, report)
    assert [e.why for e in commands.record if isinstance(e, JogEnded)] == [why]
    assert [e.code for e in commands.record if isinstance(e, JogRefused)] == ([code] if code else [])
    assert (state.trouble.replan is not None) is replans
    assert state.manual is not None
    assert (state.manual.flight, ROBOT in state.progress.busy) == ("", False)


# --- afterwards --------------------------------------------------------------------------------------------------------


def test_behind_a_jog_the_rest_is_planned_from_where_the_robot_is_found() -> None:
    run = jogged((61.0, press(AHEAD)), (62.0, up()), asks=(HELD, MANUAL, LEAVE, RESUME))
    assert run.state.pack == "Complete"
    (request,) = run.all(PlanRequested)
    assert request.reason == f"{ROBOT} was jogged"
    assert request.state.stances[ROBOT].q[0] == pytest.approx(run.planner.ways[0].state.stances[ROBOT].q[0] + 0.1, abs=0.15)  # type: ignore[union-attr]
    assert not run.world.record().violations


def test_manual_mode_in_which_nothing_moved_leaves_the_plan_in_hand() -> None:
    run = jogged((61.0, press(AHEAD, is_held=False)), asks=(HELD, MANUAL, LEAVE, RESUME))
    assert run.state.pack == "Complete"
    assert run.all(PlanRequested) == []


def test_another_controller_stops_what_was_jogged_and_begins_in_production_mode() -> None:
    state = moving(in_manual())
    state, commands = advance(state, RunResumed(state.now, OF, "", "", "virtual", 0, 0))
    assert [c.kind for c in commands.send if isinstance(c, StopAll)] == ["hold"]
    assert state.manual is None
    assert state.trouble.replan == f"{ROBOT} was jogged"
    _, commands = advance(in_manual(), RunResumed(in_manual().now, OF, "", "", "virtual", 0, 0))
    assert [c for c in commands.send if isinstance(c, StopAll)] == []


def test_a_snapshot_has_the_mode() -> None:
    state = moving(in_manual())
    assert state.progress.plan is not None
    plans = {state.progress.plan.plan.plan_id: state.progress.plan.plan}
    assert state_of(snapshot_of(state), plans.__getitem__).manual == state.manual


def test_a_jog_that_is_asked_for_stands_in_the_journal_with_who_holds_the_key() -> None:
    run = jogged((61.0, press(AHEAD)), (62.0, up()))
    assert [(e.jog, e.who, e.is_held) for e in run.all(JogAsked)] == [(AHEAD, "ann", True)]

"""`never` while a run goes on: in every state of it, whatever makes it true, and with the policy that the intent has for it."""

from dataclasses import replace

import pytest

from cell.commands import RequestPlan, StopAll, Subject
from cell.events import (
    ClauseBroken,
    CommandReported,
    CommandSent,
    DeviceSilent,
    Event,
    FactObserved,
    HoldRaised,
    LinkReported,
    OperatorAsked,
    ZoneReported,
)
from cell.program import AllOf, IsIn
from cell.run import WATCHES_NEVERS_ALWAYS, RobotContext
from cell.steps import AtHome, Fact, FactName
from controller.draft import draft_of
from controller.machine import advance
from controller.nevers import forbidding
from controller.run_state import NOTHING_YET, Commands, RobotBelief, RunState
from tests.controller.tending import POLICIES, Tended, tend
from tests.controller.told import Kind
from tests.controller.under_rules import under_rules

SPINDLE = "never g1 in inside_lathe and lathe.spindle is running\n"
AISLE = "never g1 in aisle and aisle is occupied\n"
DOOR = "never g1 in inside_lathe and lathe.door is closed\n"
CLAMP = "never g1 in inside_lathe and lathe.clamp is closed and lathe.spindle is running\n"
INTO = "s7"
"""The motion into the lathe, where the first part is set down."""
OUTSIDE = "s2"
"""To the infeed."""
OF = Subject("test")


def on_its_way(run: Tended, step: str = INTO, rules: int | None = None) -> RunState:
    """The state in which the robot was told to go that way, and is at it."""
    state = NOTHING_YET
    for event in run.record.events if rules is None else under_rules(run.record.events, rules):
        state, _ = advance(state, event)
        if isinstance(event, CommandReported) and event.of.step == step and event.status == "running":
            return state
    raise AssertionError(step)


def after(state: RunState, *events: Event) -> tuple[RunState, list[Commands]]:
    said = []
    for event in events:
        state, commands = advance(state, event)
        said.append(commands)
    return state, said


def seen(state: RunState, name: FactName, holds: bool = True) -> FactObserved:
    return FactObserved(state.now, OF, Fact(name, ("lathe",)), holds, "lathe", 0.0)


def stops(said: list[Commands]) -> int:
    return sum(isinstance(command, StopAll) for commands in said for command in commands.send)


def told(said: list[Commands], kind: type[Kind]) -> list[Kind]:
    return [event for commands in said for event in commands.record if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("never", "name", "holds"),
    [(SPINDLE, "running", True), (DOOR, "shut", True), (DOOR, "open", False), (CLAMP, "running", True)],
)
def test_whatever_device_makes_it_true_or_hides_that_it_is_not_stops_motion(never: str, name: FactName, holds: bool) -> None:
    state = on_its_way(tend(tail=POLICIES + never))
    if never == CLAMP:
        state, _ = after(state, seen(state, "clamped"))
    state, said = after(state, seen(state, name, holds))
    assert stops(said) == 1
    assert [event.code for event in told(said, HoldRaised)] == ["R712"]
    assert state.pack == "Holding"


def test_it_binds_a_run_that_somebody_holds_and_is_told_once() -> None:
    state = on_its_way(tend(tail=POLICIES + SPINDLE))
    state, said = after(state, OperatorAsked(state.now, OF, "hold", "ann"))
    assert (state.pack, stops(said)) == ("Holding", 0)
    state, said = after(state, seen(state, "running"), seen(state, "clamped"), seen(state, "unclamped"))
    assert stops(said) == 1
    assert len(told(said, ClauseBroken)) == 1
    assert state.trouble.violations == 1


@pytest.mark.parametrize("event", [DeviceSilent(0, OF, "lathe", True, 1.0), LinkReported(0, OF, "lathe", False, "no line")])
def test_what_a_device_that_is_not_heard_said_last_is_not_known_any_more(event: DeviceSilent | LinkReported) -> None:
    state = on_its_way(tend(tail=POLICIES + SPINDLE))
    assert state.belief.devices["lathe"].running is False
    state, said = after(state, replace(event, at=state.now))
    assert stops(said) == 1
    assert "R712" in [event.code for event in told(said, HoldRaised)]


def test_a_device_that_is_not_heard_stops_nothing_where_another_conjunct_settles_it() -> None:
    state = on_its_way(tend(tail=POLICIES + SPINDLE), OUTSIDE)
    state, said = after(state, DeviceSilent(state.now, OF, "lathe", True, 1.0))
    assert state.belief.silent == ("lathe",)
    assert stops(said) == 0
    assert told(said, ClauseBroken) == []


def test_its_policy_has_it_and_is_asked_once() -> None:
    state = on_its_way(tend(tail='on violated: hold "Call the shift lead"\n' + SPINDLE))
    state, said = after(state, seen(state, "running"), seen(state, "clamped"))
    assert stops(said) == 1
    (broken,) = told(said, ClauseBroken)
    assert [failure.because for failure in state.trouble.failures] == [broken.because]
    assert broken.because
    flight = next(command for command, flight in state.progress.flights.items() if flight.step == INTO)
    state, said = after(state, CommandReported(state.now, OF, flight, "aborted", "", "stopped", state.now))
    assert [(event.code, event.text) for event in told(said, HoldRaised)] == [("R701", "Call the shift lead")]
    assert not [command for commands in said for command in commands.send if isinstance(command, RequestPlan)]


def test_a_robot_that_was_broken_off_on_its_way_may_be_in_any_zone_of_it() -> None:
    state = on_its_way(tend(tail=POLICIES + SPINDLE))
    assert state.progress.plan is not None
    opens = next(s for s in state.progress.plan.plan.tasks.steps if type(s.action).__name__ == "RunProgram")
    flight = next(command for command, flight in state.progress.flights.items() if flight.step == INTO)
    stop = OperatorAsked(state.now, OF, "stop", "ann")
    state, _ = after(state, stop, CommandReported(state.now, OF, flight, "aborted", "", "stopped", state.now))
    assert state.belief.robots["g1"].inside == ("inside_lathe",)
    assert forbidding(draft_of(state, state.now), opens) is not None


def test_a_motion_that_was_refused_has_brought_the_robot_nowhere() -> None:
    run = tend(tail=POLICIES + SPINDLE)
    state = NOTHING_YET
    for event in run.record.events:
        state, _ = advance(state, event)
        if isinstance(event, CommandSent) and event.of.step == INTO:
            break
    flight = next(command for command, flight in state.progress.flights.items() if flight.step == INTO)
    state, _ = after(state, CommandReported(state.now, OF, flight, "refused", "BUSY", "not now", state.now))
    assert state.belief.robots["g1"].inside == ()


def with_somebody_beside(state: RunState, *, other: str = "g2") -> RunState:
    """The same, with another robot that stands in the aisle, where it must not be with somebody there: the first `never`."""
    assert state.context is not None
    beside, *nevers = state.context.program.nevers
    assert isinstance(beside.condition, AllOf)
    parts = beside.condition.parts
    of_other = tuple(replace(p, subject=replace(p.subject, path=(other,))) if isinstance(p, IsIn) else p for p in parts)
    beside = replace(beside, condition=replace(beside.condition, parts=of_other))
    program = replace(state.context.program, nevers=(beside, *nevers))
    robots = {**state.context.robots, other: RobotContext((), None)}
    standing = state.belief.robots.set(other, RobotBelief(AtHome(), ("aisle",)))
    context = replace(state.context, program=program, robots=robots)
    return replace(state, context=context, belief=replace(state.belief, robots=standing))


def test_who_is_waited_out_by_one_robot_is_told_once_while_another_ends_its_motion_and_hides_no_other_never() -> None:
    state = with_somebody_beside(on_its_way(tend(tail=POLICIES + AISLE + SPINDLE)))
    state, said = after(state, ZoneReported(state.now, OF, "aisle", True, "scanner.aisle"))
    assert ([event.code for event in told(said, HoldRaised)], stops(said)) == (["R712"], 0)
    assert list(state.trouble.halted) == ["g2"]
    state, said = after(state, seen(state, "clamped"), seen(state, "unclamped"))
    assert (told(said, ClauseBroken), stops(said), state.trouble.violations) == ([], 0, 1)
    state, said = after(state, seen(state, "running"), seen(state, "clamped"))
    assert stops(said) == 1
    assert [event.text for event in told(said, ClauseBroken)] == ["g1 in inside_lathe and lathe.spindle is running"]


def test_a_run_of_before_is_folded_as_it_was() -> None:
    state = on_its_way(tend(tail=POLICIES + DOOR), rules=WATCHES_NEVERS_ALWAYS - 1)
    _, said = after(state, seen(state, "shut"))
    assert stops(said) == 0
    assert told(said, ClauseBroken) == []

"""What a run may start and when, judged from its events and the world's record alone."""

from dataclasses import replace

import pytest

from cell.commands import StartMotion, Subject
from cell.events import (
    BranchTaken,
    CommandReported,
    CommandSent,
    Conclusion,
    Event,
    FactObserved,
    GoalReached,
    OutcomeTold,
    PlanReleased,
    StepConfirmed,
    StepFailed,
    TimerExpired,
)
from cell.motion_plan import MotionPlan
from cell.scenario import Disturbance, Late, Reject, RejectShare, Stall
from cell.steps import Decide, Grip, Inspect, Move, SetDoor
from controller.dispatch import Dispatcher
from controller.machine import advance
from controller.run_state import NOTHING_YET
from tests.controller.tending import Tended, released, tend, world

SLOW: tuple[tuple[Disturbance, ...], ...] = (
    (),
    (Late("lathe", 3.0),),
    (Late("lathe", 0.2), Late("gauge", 9.0)),
    (Stall("g1", 7.0, 40.0), Stall("g1", 60.0, 13.0)),
    (Reject(1), Reject(2), Late("gauge", 4.0)),
)


def plans(run: Tended) -> list[MotionPlan]:
    return [event.plan for event in run.all(PlanReleased)]


def dropped(plan: MotionPlan, taken: dict[str, int | None]) -> set[str]:
    return {s.id for s in plan.tasks.steps if s.branch and s.branch.choice in taken and taken[s.branch.choice] != s.branch.index}


@pytest.mark.parametrize("disturbances", SLOW)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_step_starts_only_when_its_predecessors_are_confirmed(disturbances: tuple[Disturbance, ...], seed: int) -> None:
    run = tend(*disturbances, seed=seed)
    assert run.record.summary.state == "Complete"
    plan, confirmed, taken, checked = plans(run)[0], set[str](), dict[str, int | None](), 0
    steps = {s.id: s for s in plan.tasks.steps}
    for event in run.record.events:
        match event:
            case PlanReleased(plan=MotionPlan() as released):
                plan, confirmed, taken = released, set(), {}
                steps = {s.id: s for s in plan.tasks.steps}
            case BranchTaken(choice=choice, index=index):
                taken[choice] = index
            case StepConfirmed(of=of):
                confirmed.add(of.step or "")
            case CommandSent(of=of) if of.step is not None:
                assert set(steps[of.step].predecessors) <= confirmed | dropped(plan, taken), of.step
                checked += 1
    assert checked > 60


def test_every_command_is_sent_once_and_carried_out_once() -> None:
    run = tend(Reject(1))
    sent = [event.command.id for event in run.all(CommandSent)]
    assert len(sent) == len(set(sent))
    assert run.world.record().executions == dict.fromkeys(sent, 1)


def test_a_grip_is_confirmed_by_the_gripper_and_not_by_the_plan() -> None:
    run = tend()
    grips = {s.id for s in plans(run)[0].tasks.steps if isinstance(s.action, Grip)}
    seen = {e.of.step: e for e in run.all(FactObserved) if e.fact.name == "held"}
    for event in run.all(StepConfirmed):
        if event.of.step in grips:
            assert seen[event.of.step].source == "grip"
            assert seen[event.of.step].at <= event.at


def test_a_door_is_open_when_its_signal_says_so() -> None:
    run = tend()
    doors = {s.id for s in plans(run)[0].tasks.steps if isinstance(s.action, SetDoor)}
    seen = [e for e in run.all(FactObserved) if e.fact.name in ("open", "shut") and e.holds]
    assert {e.source for e in seen} == {"lathe.door"}
    assert len([e for e in run.all(StepConfirmed) if e.of.step in doors]) == len(seen) - 1  # one at the first look


@pytest.mark.parametrize(
    ("fact", "code"),
    [*((fact, "R716") for fact in ("stands", "held", "empty", "open", "shut", "clamped")), ("told", "R706")],
)
def test_done_is_not_confirmed_before_its_effect_is_seen(fact: str, code: str) -> None:
    """The same run without one observation: its step is never confirmed, and after a while the run says what it misses."""
    events = tend().record.events
    shows = next(
        e
        for e in events
        if e.of.step is not None
        and (isinstance(e, OutcomeTold) if fact == "told" else isinstance(e, FactObserved) and e.fact.name == fact and e.holds)
    )
    step = shows.of.step
    state, said = NOTHING_YET, list[Event]()
    for event in events:
        if event is shows or isinstance(event, Conclusion):
            continue
        state, commands = advance(state, event)
        said += commands.record
        if isinstance(event, CommandReported) and event.of.step == step and event.status == "done":
            break
    assert step not in {e.of.step for e in said if isinstance(e, StepConfirmed)}
    (waiting,) = [name for name in state.timers if name.startswith("effect")]
    state, commands = advance(state, TimerExpired(state.timers[waiting], shows.of, waiting))
    assert [e.code for e in commands.record if isinstance(e, StepFailed)] == [code]


def test_the_branch_is_the_one_that_was_told() -> None:
    run = tend(Reject(2))
    told = {e.of.part: e.value for e in run.all(OutcomeTold)}
    taken = {e.of.part: (e.value, e.index) for e in run.all(BranchTaken)}
    assert told["shaft#2"] == "reject"
    assert taken == {part: (value, 0 if value == "reject" else 1) for part, value in told.items()}
    assert run.truly_in("scrap") == {"shaft#2"}
    assert len(run.truly_in("outfeed")) == 3


def test_nothing_of_a_branch_not_taken_is_sent() -> None:
    run = tend(Reject(2))
    plan = plans(run)[0]
    taken = {e.choice: e.index for e in run.all(BranchTaken) if e.of.plan == plan.plan_id}
    sent = {e.of.step for e in run.all(CommandSent) if e.of.plan == plan.plan_id}
    assert dropped(plan, taken)
    assert not dropped(plan, taken) & sent


def test_goals_are_reached_in_the_order_of_the_route_on_every_part() -> None:
    run = tend(Reject(1))
    reached: dict[str, list[str]] = {}
    for event in run.all(GoalReached):
        reached.setdefault(event.of.part, []).append(event.of.goal)
    assert reached.pop("shaft#1") == ["g1", "g2", "g3"]
    assert list(reached.values()) == [["g1", "g2", "g4"]] * 3
    assert (run.record.summary.goals_met, run.record.summary.goals_total) == (12, 12)


def test_the_robot_works_while_the_lathe_cuts() -> None:
    run = tend()
    cuts = [e.of.step for e in run.all(CommandSent) if type(e.command).__name__ == "StartProgram"]
    begun = {e.of.step: e.at for e in run.all(CommandSent)}
    ended = {e.of.step: e.at for e in run.all(StepConfirmed)}
    moves = [e.at for e in run.all(CommandSent) if isinstance(e.command, StartMotion)]
    assert all(any(begun[cut] < at < ended[cut] for at in moves) for cut in cuts)


def test_a_plan_at_its_end_with_too_few_good_parts_is_gone_on_with() -> None:
    run = tend(Reject(1), Reject(3))
    assert [request.number for request in run.planner.asked] == [2]
    assert len(run.truly_in("outfeed")) == 3
    assert run.truly_in("scrap") == {"shaft#1", "shaft#3"}


def test_every_part_is_where_the_ledger_says() -> None:
    run = tend(RejectShare(0.4), seed=3)
    truth = {p.id: getattr(p.where, "place", "") for p in run.world.record().parts}
    assert {p.id: p.where for p in run.record.summary.parts} == truth


def test_every_event_names_run_and_what_it_is_about() -> None:
    run = tend()
    assert {event.of.run for event in run.record.events} == {"test"}
    for event in run.all(CommandReported):
        if event.of.step is not None:
            step = next(s for s in plans(run)[0].tasks.steps if s.id == event.of.step)
            assert event.of.motion == step.motion
            assert (event.of.motion is not None) is isinstance(step.action, Move)
            assert event.of.part == step.part


def test_decisions_and_inspections_are_steps_of_the_plan() -> None:
    kinds = {type(s.action) for s in plans(tend())[0].tasks.steps}
    assert {Decide, Inspect} <= kinds


def test_motions_of_plans_long_gone_are_let_go() -> None:
    """A run that plans anew all day holds no more than it may still send."""
    dispatcher, plan = Dispatcher(world()), plans(tend())[0]
    first = next(iter(plan.motions))
    for number in range(5):
        dispatcher.take(released(replace(plan, motions={f"{number}": plan.motions[first]})))
    for gone in ("0", "1", "2"):
        with pytest.raises(KeyError):
            list(dispatcher.send(StartMotion("c", Subject("test", motion=gone), "g1"), 0))
    assert list(dispatcher.send(StartMotion("c", Subject("test", motion="4"), "g1"), 0)) != []

"""People in a run: awaited through the driver contract, never commanded; late, away, refusing, and while the run is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from cell.commands import AwaitWork, RequestPlan, Subject, Withdraw
from cell.device import PersonWork
from cell.diagnostic import Outcome
from cell.events import (
    CommandReported,
    CommandSent,
    HoldRaised,
    LookMissed,
    OperatorAsked,
    RunOpened,
    StepStarted,
    TimerExpired,
)
from cell.released_plan import ReleasedPlan
from cell.run import RULES, TELLS_WHO_IS_STILL_ASKED, RunSpec
from cell.scenario import Disturbance, GripLost, Late, PersonAway, PersonRefuses, Reject, Scenario
from cell.state import PlanningRequest
from cell.world_record import WorldRecord
from cell_drivers.simulated import simulated_cell
from cell_drivers.simulated.person_face import PersonFace
from controller import unheard
from controller.journal.replay import fold
from controller.machine import advance
from controller.rehearsal import Ask, RunRecord, rehearse
from controller.run_state import RunState
from controller.summary import summary_of
from planner.proof.release import release
from tests.crash.moments import just_sent, sends, taken_over
from tests.planner.proof.bench import INTENT, handed_over, planned, request
from tests.planner.proof.gantry import VERSIONS
from tests.planner.proof.test_people import AT_THE_BENCH, GIVEN
from tests.planner.proof.test_release import CERTIFICATES

NEVER = 1e8


@dataclass(frozen=True)
class Planner:
    request: PlanningRequest

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        return released(replace(self.request, state=request.state))


def released(asked: PlanningRequest) -> Outcome[ReleasedPlan]:
    case = handed_over() if asked is handed_over().request else planned(asked)
    return release(case.plan, asked, CERTIFICATES, versions=VERSIONS)


def run(*disturbed: Disturbance, asks: Sequence[Ask] = (), intent: str = INTENT, seed: int = 1) -> tuple[RunRecord, WorldRecord]:
    asked = handed_over().request if intent == INTENT else request(intent)
    drivers = simulated_cell(asked.cell, asked.robots, Scenario(seed, disturbed))
    spec = RunSpec("r1", asked.program, asked.cell, asked.state)
    record = rehearse(spec, released(asked).expect(), drivers, Planner(asked), asks)
    return record, drivers.record()


def is_complete(record: RunRecord, world: WorldRecord) -> bool:
    """All goals, every part accounted for by the world, and nothing done that nobody may do."""
    everything = record.summary.goals_met == record.summary.goals_total == 16
    where = [part.where for part in record.summary.parts] == ["finished"] * 4
    return everything and where and len(world.parts_in("finished")) == 4 and not world.violations


def test_a_person_takes_over_works_and_carries_away() -> None:
    record, world = run()
    assert record.summary.state == "Complete"
    assert is_complete(record, world)
    work = (("printer", "label"), ("operator", "inspect"), ("operator", "seal"))
    assert {part.programs for part in world.parts} == {work}
    assert len(world.of("takes hold")) == len(world.of("carried")) == 4
    assert all(count == 1 for count in world.executions.values())


def test_a_robot_stands_still_while_a_part_is_taken_over() -> None:
    """By the world's record: no motion is under way between the asking and the opening of the hand."""
    _, world = run()
    asked = [effect.time for effect in world.of("asked") if effect.detail == "handover"]
    opened = [effect.time for effect in world.of("released") if effect.detail.startswith("bench")]
    for begin, end in zip(asked, opened, strict=True):
        assert not any(motion.time[0] < end and motion.time[-1] > begin for motion in world.motions if len(motion.time))


def test_a_person_who_is_away_is_waited_for() -> None:
    record, world = run(PersonAway("operator", 0.0, 120.0))
    assert is_complete(record, world)
    assert min(effect.time for effect in world.of("work started") if effect.device == "operator") >= 120e9


def test_a_person_who_never_comes_is_waited_for_and_then_the_run_holds() -> None:
    record, world = run(PersonAway("operator", 0.0, NEVER))
    assert record.summary.state == "Held"
    assert record.summary.held_because is not None
    assert record.summary.held_because.startswith("R728")
    assert not world.violations


def test_who_is_still_asked_for_what_was_withdrawn_holds_the_run_until_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their driver does not withdraw. They come after 50 minutes and do it; meanwhile nothing else is asked of them."""
    monkeypatch.setattr(PersonFace, "withdraw", lambda self: None)
    resumes = [Ask(900.0, "resume"), Ask(3100.0, "resume"), Ask(3200.0, "resume")]
    record, world = run(PersonAway("operator", 0.0, 3000.0), asks=resumes)
    assert is_complete(record, world)
    still = "operator is still asked to handover box#1, though it was withdrawn: see that it is done or taken off their screen"
    assert [(e.code, e.text == still, e.because != ()) for e in record.events if isinstance(e, HoldRaised)] == [
        ("R728", True, True), ("R728", True, True), ("R728", False, True),
    ]  # fmt: skip
    assert [effect.detail for effect in world.of("asked") if effect.time < 3100e9] == ["handover"]


def test_runs_of_before_say_nothing_of_who_is_still_asked() -> None:
    events = run(PersonAway("operator", 0.0, NEVER))[0].events
    for rules, holds in ((RULES, ["R728"]), (TELLS_WHO_IS_STILL_ASKED - 1, [])):
        state, command = just_sent(events, sends(AwaitWork), rules)
        for _ in range(2):
            state, commands = advance(state, TimerExpired(state.now, Subject("r1"), f"late {command}"))
        assert [event.code for event in commands.record if isinstance(event, HoldRaised)] == holds


def left_asked() -> tuple[RunState, TimerExpired]:
    """Somebody who did not come is withdrawn; and what comes where their driver does not say that they are."""
    state, command = just_sent(run(PersonAway("operator", 0.0, NEVER))[0].events, sends(AwaitWork))
    late = TimerExpired(state.now, Subject("r1"), f"late {command}")
    state, commands = advance(state, late)
    assert [type(sent) for sent in commands.send] == [Withdraw]
    assert state.timers[late.timer] - state.now == 10_000_000_000
    return state, late


def test_in_a_hold_for_something_else_who_is_still_asked_is_no_hold_more() -> None:
    state, late = left_asked()
    state, commands = advance(state, LookMissed(state.now, Subject("r1"), 4.0))
    assert [event.code for event in commands.record if isinstance(event, HoldRaised)] == ["R787"]
    _, commands = advance(state, late)
    assert [event for event in commands.record if isinstance(event, HoldRaised)] == []


def test_another_controller_withdraws_once_more_what_was_withdrawn() -> None:
    """Whether the one before was heard nobody has told it."""
    state, _ = left_asked()
    state, commands = advance(taken_over(state), OperatorAsked(state.now, Subject("r1"), "resume", "ann"))
    (power,) = commands.send
    _, commands = advance(state, CommandReported(state.now, Subject("r1"), power.id, "done"))
    assert [type(sent) for sent in commands.send] == [Withdraw]


def test_who_may_still_be_at_what_nobody_can_tell_of_is_said_once() -> None:
    """As somebody who is awaited, and not as a device that is waited for."""
    state, command = just_sent(run()[0].events, sends(AwaitWork))
    state, _ = advance(taken_over(state), CommandReported(state.now, Subject("r1"), command, "unknown"))
    assert summary_of(state).awaiting == ("operator: handover box#1",)
    assert unheard.awaited(state) == ()


def test_a_deadline_gives_up_waiting_sooner() -> None:
    intent = INTENT.replace("force <= 60 N", '{\n    within 40 s\n    on timeout: hold "Nobody came"\n  }')
    record, _ = run(PersonAway("operator", 0.0, NEVER), intent=intent)
    assert record.summary.held_because == "R701 Nobody came"
    assert record.summary.awaiting == ()


def test_only_work_that_was_begun_is_broken_off_by_a_withdrawal() -> None:
    asked = handed_over().request
    drivers = simulated_cell(asked.cell, asked.robots, Scenario(1, ()))
    drivers.open()
    operator, virtual, part = drivers.persons["operator"], drivers.virtual, asked.state.parts[0].id
    assert virtual is not None
    for command, waits in (("c1", 0), ("c2", 5_000_000_000)):
        operator.await_work(command, PersonWork("inspect", part, "", "bench"))
        virtual.advance_to(virtual.now() + waits)
        operator.withdraw()
    assert [effect.command for effect in drivers.record().of("work started")] == ["c2"]
    assert [effect.command for effect in drivers.record().of("work aborted")] == ["c2"]


def test_a_refusal_holds_and_is_asked_again_after_the_resume() -> None:
    record, _ = run(PersonRefuses("operator", 2))
    assert record.summary.held_because == "R736 operator refuses: inspect box#1"
    assert is_complete(*run(PersonRefuses("operator", 2), asks=[Ask(300.0, "resume")]))


def test_a_refusal_has_a_policy_of_its_own() -> None:
    record, _ = run(PersonRefuses("operator", 1), intent=INTENT + 'on refused: hold "Give it to somebody else"\n')
    assert record.summary.held_because == "R701 Give it to somebody else"


def test_a_part_that_a_person_rejects_is_held_for() -> None:
    record, _ = run(Reject(2))
    assert record.summary.held_because == "R701 look"
    assert is_complete(*run(Reject(2, times=1), asks=[Ask(600.0, "resume")]))


def test_waiting_survives_a_hold_and_a_slow_person() -> None:
    assert is_complete(*run(asks=[Ask(50.0, "hold"), Ask(90.0, "resume")]))
    assert is_complete(*run(Late("operator", 5.0)))


def test_waiting_survives_a_new_plan() -> None:
    """A grip is lost while the person is asked: what they have not begun is withdrawn and asked for again."""
    record, world = run(GripLost("grip", 3, "at grip"), PersonAway("operator", 40.0, 400.0), asks=[Ask(800.0, "resume")])
    assert is_complete(record, world)
    assert record.summary.state == "Complete"


def test_a_run_says_what_people_are_asked_for() -> None:
    """Folded up to the first asking: whoever looks sees it, and that it has begun as soon as it has."""
    record, _ = run()
    events = record.events
    asking = next(i for i, e in enumerate(events) if isinstance(e, CommandSent) and type(e.command).__name__ == "AwaitWork")
    from controller.summary import summary_of

    before = summary_of(fold(events[: asking + 1]))
    assert before.awaiting == ("operator: handover box#1",)
    begun = next(i for i, e in enumerate(events) if i > asking and isinstance(e, StepStarted) and e.of == events[asking].of)
    assert summary_of(fold(events[: begun + 1])).awaiting == ("operator: handover box#1, begun",)
    assert isinstance(events[0], RunOpened)


def test_a_person_gives_what_a_robot_then_stores() -> None:
    """Their part is in the hand once they confirm: by the world's record it was nowhere else."""
    asked = request(GIVEN, AT_THE_BENCH)
    drivers = simulated_cell(asked.cell, asked.robots, Scenario(3))
    spec = RunSpec("r1", asked.program, asked.cell, asked.state)
    record = rehearse(spec, released(asked).expect(), drivers, Planner(asked))
    world = drivers.record()
    assert record.summary.state == "Complete"
    assert record.summary.goals_met == record.summary.goals_total == 8
    assert sorted(world.parts_in("infeed")) == ["box#1", "box#2", "box#3"]
    assert [part.where.split("[")[0] for part in record.summary.parts] == ["infeed"] * 3
    assert len(world.of("gives")) == 2
    assert not world.violations

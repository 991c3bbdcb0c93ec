"""A plan from any state that a run can be stopped in completes what is open, and no more."""

from __future__ import annotations

import random

import pytest

from cell.declared_state import declared_state
from cell.state import CellState, DeviceState, InHand, InPlace, Lost, PartState
from cell.steps import AtHub, AtMeasured, Carried, Decide, Inspect, Move, RunProgram
from tests.planner.tasks.cells import TEND, TENDING, cell_of, changed, plan
from tests.planner.tasks.symbolic import collisions_of_order, play, state_after

BATCH = 3


def in_outfeed(state: CellState) -> int:
    return sum(1 for p in state.parts if isinstance(p.location, InPlace) and p.location.place.startswith("outfeed"))


@pytest.mark.parametrize("seed", range(12))
def test_a_run_that_is_stopped_anywhere_and_planned_again_ends_with_the_batch(seed: int) -> None:
    """Random stops, random rejects, random durations, until nothing is open."""
    rng, cell = random.Random(seed), cell_of(TENDING)
    state = declared_state(cell)
    for _ in range(60):
        outcome = plan(TEND.format(batch=BATCH), state=state, iterations=10)
        assert outcome.is_ok, outcome.diagnostics
        task_plan = outcome.expect()
        if not task_plan.steps:
            break
        stop_at = rng.uniform(0.0, 1.2) * task_plan.bounds.makespan
        played = play(cell, state, task_plan, rng, stop_at=stop_at)
        assert played.broken == []
        assert collisions_of_order(cell, task_plan, played) == []
        state = state_after(cell, state, task_plan, played)
    assert in_outfeed(state) == BATCH
    assert not any(isinstance(p.location, InHand) for p in state.parts)


def goals(intent: str) -> dict[str, str]:
    """Goal id by verb, for the tending intent: process, inspect, move to scrap, move to outfeed."""
    return {"process": "g1", "inspect": "g2", "scrap": "g3", "outfeed": "g4"}


def with_part(location: object, reached: tuple[str, ...] = (), verdict: str | None = None, **more: object) -> CellState:
    ids = goals("")
    part = PartState(
        "shaft#1", "shaft", location, "infeed[1]", frozenset(ids[r] for r in reached),  # type: ignore[arg-type]
        () if verdict is None else (("verdict", verdict),),
    )  # fmt: skip
    return changed(declared_state(cell_of(TENDING)), part, **more)  # type: ignore[arg-type]


def verbs_of(state: CellState, batch: int = 1) -> list[str]:
    task_plan = plan(TEND.format(batch=batch), state=state).expect()
    played = play(cell_of(TENDING), state, task_plan, random.Random(0))
    assert played.broken == []
    return [o.verb for o in task_plan.operations if o.part == "shaft#1"]


def test_a_processed_part_in_the_lathe_is_not_processed_again() -> None:
    state = with_part(InPlace("lathe"), ("process",), devices={"lathe": DeviceState(False, True, False)})
    assert verbs_of(state)[:2] == ["inspect", "when"]


def test_a_part_in_the_running_lathe_is_awaited() -> None:
    state = with_part(InPlace("lathe"), devices={"lathe": DeviceState(False, True, True)})
    task_plan = plan(TEND.format(batch=1), state=state).expect()
    run = next(s for s in task_plan.steps if isinstance(s.action, RunProgram))
    assert [f.text for f in run.needs if f.name in ("idle", "running")] == ["running(lathe)"]
    assert verbs_of(state)[0] == "process"


def test_no_travel_is_counted_before_work_that_needs_no_robot() -> None:
    """The lathe may begin at once, so the way of the robot to it adds nothing to the bound."""
    few = TENDING.replace("contains shaft 40 parts", "contains shaft 1 parts")
    part = PartState("shaft#1", "shaft", InPlace("lathe"), "infeed[1]")
    state = changed(declared_state(cell_of(few)), part, devices={"lathe": DeviceState(False, True, False)})
    bounds = plan("for each s in infeed {\n  process s at lathe\n}\n", few, state).expect().bounds
    assert (bounds.lower_bound, bounds.makespan) == (42.0, 42.0)


def test_a_part_in_the_open_lathe_is_clamped_shut_in_and_processed() -> None:
    state = with_part(InPlace("lathe"), devices={"lathe": DeviceState(True, False, False)})
    assert verbs_of(state)[0] == "process"


def test_a_part_in_the_hand_is_put_down_without_a_pick() -> None:
    state = with_part(InHand("twin.a", 0), stances={"r1": AtHub("infeed")})
    task_plan = plan(TEND.format(batch=1), state=state).expect()
    assert task_plan.operations[0].source is None
    assert verbs_of(state) == ["process", "inspect", "when", "move", "move"]


def test_a_part_given_up_in_a_hand_is_carried_along_and_counted_in_every_motion() -> None:
    given_up = PartState("shaft#40", "shaft", InHand("twin.a", 0), "infeed[40]", given_up=True)
    state = changed(declared_state(cell_of(TENDING)), given_up)
    task_plan = plan(TEND.format(batch=2), state=state).expect()
    needs = [s.action.need for s in task_plan.steps if isinstance(s.action, Move)]
    assert all(Carried("twin.a", "shaft", 0) in need.carried for need in needs)
    assert play(cell_of(TENDING), state, task_plan, random.Random(4)).broken == []


def test_full_hands_are_emptied_without_deadlock() -> None:
    second = PartState("shaft#2", "shaft", InHand("twin.b", 0), "infeed[2]")
    state = changed(with_part(InHand("twin.a", 0)), second)
    task_plan = plan(TEND.format(batch=2), state=state)
    assert task_plan.is_ok, task_plan.diagnostics
    assert play(cell_of(TENDING), state, task_plan.expect(), random.Random(2)).broken == []


@pytest.mark.parametrize(("verdict", "target"), [("reject", "scrap"), ("accept", "outfeed[1]")])
def test_a_told_verdict_takes_just_its_branch(verdict: str, target: str) -> None:
    state = with_part(InPlace("gauge"), ("process", "inspect"), verdict)
    task_plan = plan(TEND.format(batch=1), state=state).expect()
    mine = [o for o in task_plan.operations if o.part == "shaft#1"]
    assert [o.target for o in mine] == [target]
    assert not any(isinstance(s.action, Decide) and s.part == "shaft#1" for s in task_plan.steps)


def test_a_reject_admits_another_part() -> None:
    state = with_part(InPlace("gauge"), ("process", "inspect"), "reject")
    task_plan = plan(TEND.format(batch=2), state=state).expect()
    assert [p.id for p in task_plan.parts] == ["shaft#1", "shaft#2", "shaft#3"]


def test_a_part_in_the_gauge_that_is_running_is_awaited() -> None:
    state = with_part(InPlace("gauge"), ("process",), devices={"gauge": DeviceState(None, None, True)})
    task_plan = plan(TEND.format(batch=1), state=state).expect()
    first = next(s for s in task_plan.steps if isinstance(s.action, Inspect))
    assert "running(gauge)" in [f.text for f in first.needs]
    assert verbs_of(state)[0] == "inspect"


def test_an_iteration_given_up_is_left_alone_and_another_started() -> None:
    lost = PartState("shaft#1", "shaft", Lost("not there"), "infeed[1]", given_up=True)
    state = changed(declared_state(cell_of(TENDING)), lost)
    task_plan = plan(TEND.format(batch=2), state=state).expect()
    assert [p.id for p in task_plan.parts] == ["shaft#2", "shaft#3"]


def test_parts_that_are_done_count_and_nothing_is_planned_beyond() -> None:
    done = PartState("shaft#1", "shaft", InPlace("outfeed[1]"), "infeed[1]", frozenset(("g1", "g2", "g4")))
    state = changed(declared_state(cell_of(TENDING)), done)
    assert plan(TEND.format(batch=1), state=state).expect().steps == ()
    assert len(plan(TEND.format(batch=2), state=state).expect().parts) == 1


@pytest.mark.parametrize("stance", [AtHub("gauge"), AtHub("scrap"), AtMeasured((0.1, -1.0, 1.0, 0.0, 0.2, 0.0))])
def test_the_first_motion_starts_where_the_robot_stands(stance: AtHub | AtMeasured) -> None:
    state = changed(declared_state(cell_of(TENDING)), stances={"r1": stance})
    task_plan = plan(TEND.format(batch=1), state=state).expect()
    first = next(s for s in task_plan.steps if isinstance(s.action, Move))
    assert isinstance(first.action, Move)
    assert first.action.need.start == stance

"""What an intent limits and forbids, held against recordings that keep it and break it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.geometry import Array
from cell.motion_plan import ZoneVisit
from cell.program import AllOf, Amount, Block, Compare, Ensure, IntentProgram, IsIn, IsState, Never, Ref, Within
from cell.quantities import Quantity
from cell.zones import Zone
from tests.judge.arm import arm_of
from tests.judge.bodies import tcp_frames
from tests.judge.judge import judge
from tests.judge.made import SPAN, TICK, block_moved, corners_of, listed, made_cell
from tests.judge.recording import Interval

HERE = Path(__file__).parent
DOOR = Zone("door", (0.4, -0.3, 0.0), (0.6, -0.1, 0.3), False, None, False, None, None, None, None, False, SPAN)
EVERYWHERE = [ZoneVisit("door", 0.0, 1.0)]


@pytest.fixture(scope="module")
def spots() -> dict[str, Array]:
    arm = arm_of(made_cell().robots["r1"], HERE)
    return corners_of(arm, tcp_frames(arm, made_cell())["grip.a"])


def ref(text: str) -> Ref:
    return Ref(tuple(text.split(".")), SPAN)


def program(block: Block | None = None, *nevers: Never) -> IntentProgram:
    return IntentProgram(block or Block((), ()), tuple(nevers), (), (), "made.intent")


IN_DOOR = IsIn(ref("r1"), ref("door"), False, SPAN)
RUNNING = IsState(ref("wall.spindle"), "running", False, SPAN)
NEVER = Never(AllOf((IN_DOOR, RUNNING), SPAN), SPAN)


def second(number: float) -> int:
    return round(number * 1e9)


def test_refuses_a_robot_in_the_door_while_the_spindle_runs(spots: dict[str, Array]) -> None:
    """The block comes down to the right fixture, which is in the zone, between 6.6 s and 8.6 s."""
    recording = block_moved(spots, running=[Interval(second(7.0), second(7.5))])
    verdict = judge(recording, made_cell(zones=[DOOR]), HERE, listed(visits=EVERYWHERE), program(None, NEVER))
    assert {e.rule for e in verdict.entries} == {"never r1 in door and wall.spindle is running"}
    assert all(second(7.0) <= e.since <= e.until <= second(7.5) for e in verdict.entries)


@pytest.mark.parametrize("running", [(), (Interval(0, second(3.0)),)])
def test_passes_a_robot_in_the_door_while_the_spindle_stands(spots: dict[str, Array], running: tuple[Interval, ...]) -> None:
    recording = block_moved(spots, running=running)
    verdict = judge(recording, made_cell(zones=[DOOR]), HERE, listed(visits=EVERYWHERE), program(None, NEVER))
    assert verdict.is_clean, verdict.text


def test_refuses_a_robot_that_stands_in_the_door_when_the_spindle_starts(spots: dict[str, Array]) -> None:
    """It stands still over the fixture, so no sample differs from the one before: the spindle alone makes it wrong."""
    recording = block_moved(spots)
    run = recording.tracks["r1"].runs[3]
    standing = Interval((run.last - 8) * TICK, (run.last - 4) * TICK)
    recording = replace(recording, running={"wall": (standing,)})
    verdict = judge(recording, made_cell(zones=[DOOR]), HERE, listed(visits=EVERYWHERE), program(None, NEVER))
    assert verdict.entries


def test_refuses_a_robot_where_it_is_never_to_be(spots: dict[str, Array]) -> None:
    verdict = judge(
        block_moved(spots), made_cell(zones=[DOOR]), HERE, listed(visits=EVERYWHERE), program(None, Never(IN_DOOR, SPAN))
    )
    assert {e.rule for e in verdict.entries} == {"never r1 in door"}


@pytest.mark.parametrize(("limit", "is_over"), [(0.40, False), (0.36, True)])
def test_holds_the_recorded_speed_against_ensure(spots: dict[str, Array], limit: float, is_over: bool) -> None:
    speed = Compare(ref("r1.speed"), "<=", Amount(Quantity(limit, "speed"), SPAN), SPAN)
    block = Block((), (), (Ensure(speed, "limit", SPAN),))
    found = judge(block_moved(spots), made_cell(), HERE, listed(), program(block)).exceedances
    assert bool(found) is is_over


@pytest.mark.parametrize(("limit", "is_over"), [(12.0, False), (10.0, True)])
def test_holds_the_recorded_time_against_within(spots: dict[str, Array], limit: float, is_over: bool) -> None:
    """Five motions of 2 s with 0.2 s after each."""
    block = Block((), (), within=Within(Amount(Quantity(limit, "time"), SPAN), SPAN))
    found = judge(block_moved(spots), made_cell(), HERE, listed(), program(block)).exceedances
    assert bool(found) is is_over


def test_names_a_clause_that_it_cannot_judge(spots: dict[str, Array]) -> None:
    odd = Never(IsState(ref("wall.door"), "open", False, SPAN), SPAN)
    assert judge(block_moved(spots), made_cell(), HERE, listed(), program(None, odd)).not_judged == ("`never` on line 1",)


def test_time_stands_still_for_a_robot_between_its_samples(spots: dict[str, Array]) -> None:
    times = block_moved(spots).tracks["r1"].at
    assert np.all(np.diff(times) == TICK)

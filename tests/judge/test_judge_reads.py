"""From a world's record, written by hand, to a recording: nothing dropped, nothing invented."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cell.program import Amount, Block, Compare, Ensure, Group, IntentProgram, Ref
from cell.quantities import Quantity
from cell.scenario import Scenario
from cell.world_record import Effect, MotionRecord, Occupation, PartRecord, RestsIn, What, WorldRecord
from tests.judge.clauses import NotJudged, clauses
from tests.judge.from_world import recording_of
from tests.judge.made import HOME, SPAN, TICK, made_cell
from tests.judge.recording import AtPlace, Gone, InHand, Interval


def motion(command: str, first: int, count: int, start: float) -> MotionRecord:
    """`count` samples from tick `first` on, all joints counting up from `start`."""
    time = (first + np.arange(count, dtype=np.int64)) * TICK
    q = np.tile((start + np.arange(count))[:, None], (1, 6)) * 1e-3
    s = np.linspace(0.0, 1.0, count)
    return MotionRecord("r1", command, f"motion {command}", "done", (), time, q, q, q, s, np.ones(count))


def effect(time: int, what: What, device: str = "wall", part: str = "block#1", detail: str = "") -> Effect:
    return Effect(time, device, "c", what, part, detail)


def world(*effects: Effect, motions: tuple[MotionRecord, ...] = (), occupations: tuple[Occupation, ...] = ()) -> WorldRecord:
    part = PartRecord("block#1", "block", RestsIn("right"), (), ())
    return WorldRecord(1000, Scenario(), (part,), effects, (), motions, {}, occupations, {})


def test_motions_are_laid_end_to_end() -> None:
    record = world(motions=(motion("a", 0, 5, 0.0), motion("b", 10, 4, 4.0)))
    track = recording_of(record, made_cell()).tracks["r1"]
    assert list(track.at // TICK) == [0, 1, 2, 3, 4, 10, 11, 12, 13]
    assert [(r.command, r.motion, r.first, r.last) for r in track.runs] == [("a", "motion a", 0, 5), ("b", "motion b", 5, 9)]


def test_a_tick_that_ends_one_motion_and_starts_the_next_is_there_once() -> None:
    record = world(motions=(motion("a", 0, 5, 0.0), motion("b", 4, 4, 100.0)))
    track = recording_of(record, made_cell()).tracks["r1"]
    assert list(track.at // TICK) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert track.readback[4, 0] == 0.1
    assert [(r.first, r.last) for r in track.runs] == [(0, 4), (4, 8)]


def test_a_robot_that_never_moved_stands_at_its_declared_home() -> None:
    cell = made_cell()
    track = recording_of(world(), cell).tracks["r1"]
    assert track.readback.tolist() == [list(HOME)]
    assert track.runs == ()
    homeless = replace(cell, robots={"r1": replace(cell.robots["r1"], home=None)})
    assert recording_of(world(), homeless).tracks == {}


def test_parts_go_where_the_world_says() -> None:
    record = world(
        effect(100, "gripped", "grip", detail="grip.a"),
        effect(150, "slipped", "grip", detail="grip.a"),
        effect(200, "released", "grip", detail="right"),
        effect(300, "fell", "grip", detail="lost on the way"),
    )
    changes = recording_of(record, made_cell()).changes
    wheres = [AtPlace("left"), InHand("grip", "a"), AtPlace("right"), Gone("lost on the way")]
    assert [c.where for c in changes] == wheres
    assert [c.at for c in changes] == [0, 100, 200, 300]


def test_a_spindle_turns_from_start_to_end_alarm_or_the_end_of_the_record() -> None:
    record = world(
        effect(100, "program started", detail="OP10"), effect(200, "program ended", detail="OP10"),
        effect(300, "program started", detail="OP10"), effect(350, "alarm"),
        effect(400, "program started", detail="OP10"), effect(450, "program aborted", detail="OP10"),
        effect(500, "program started", "other"),
    )  # fmt: skip
    running = recording_of(record, made_cell()).running
    assert running == {"wall": (Interval(100, 200), Interval(300, 350), Interval(400, 450)), "other": (Interval(500, 1000),)}


def test_a_person_is_in_a_zone_until_seen_to_leave() -> None:
    record = world(occupations=(Occupation("aisle", 10, 20), Occupation("aisle", 30, None)))
    assert recording_of(record, made_cell()).occupied == {"aisle": (Interval(10, 20), Interval(30, 1000))}


def test_a_limit_that_binds_a_block_is_named_as_not_judged() -> None:
    limit = Compare(Ref(("r1", "speed"), SPAN), "<=", Amount(Quantity(0.1, "speed"), SPAN), SPAN)
    inner = Block((), (), (Ensure(limit, "limit", SPAN),))
    program = IntentProgram(Block((Group(True, inner, SPAN),), ((),)), (), (), (), "made.intent")
    assert clauses(program, made_cell()) == (NotJudged("`ensure` on line 1: it binds a block"),)

"""One store: live, replay and tests fold the same events, and believe what the controller believes."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from cell.events import HoldRaised, PlanReleased, RunResumed, StepConfirmed, StepStarted
from controller.journal.journal import FILE
from controller.journal.replay import fold, states
from controller.journal.rows import row_of
from tests.journals.packing import ENDING, FOLDER, recordings, unpacked
from tests.tui.operate.on_record import ASSEMBLY, HELD, TENDING, events_of, record_of, scene_of
from tui.operate.scene import Scene, all_taken, begun_from, taken

SORTING = "sorting"
ALL = [path.name.removesuffix(ENDING) for path in recordings()]


@pytest.mark.parametrize("name", [HELD, *(pytest.param(name, marks=pytest.mark.slow) for name in ALL if name != HELD)])
def test_what_is_believed_is_what_the_controller_believed(name: str) -> None:
    assert scene_of(name).run == fold(events_of(name))


@pytest.mark.parametrize("number", [0, 1, 199, 200, 201, 399, 425, 426])
def test_a_record_gone_back_in_is_where_it_was_then(number: int) -> None:
    assert record_of(ASSEMBLY).after(number) == scene_of(ASSEMBLY, number)


def test_a_step_is_seen_to_begin_and_to_end_when_its_events_say() -> None:
    scene = scene_of(TENDING)
    began = {event.of.step: event.at for event in events_of(TENDING) if isinstance(event, StepStarted)}
    ended = {event.of.step: event.at for event in events_of(TENDING) if isinstance(event, StepConfirmed)}
    done = {name: seen for name, seen in scene.steps.items() if seen.how == "done"}
    assert len(done) > 20
    assert all(seen.began == began.get(name, seen.began) and seen.ended == ended[name] for name, seen in done.items())


def test_begun_from_a_state_it_goes_on_as_if_it_had_seen_all() -> None:
    events = events_of(ASSEMBLY)
    middle = list(states(events[:300]))[-1]
    late = all_taken(begun_from(300, middle, events[0].at, "virtual"), enumerate(events[300:], 301))
    whole = scene_of(ASSEMBLY)
    assert late.run == whole.run
    assert {"hold"} <= set(late.alarms.listed) <= set(whole.alarms.listed)
    assert late.from_seq == 300 < late.log[0].seq


def test_begun_from_a_snapshot_the_steps_of_the_plan_are_where_they_were(tmp_path: Path) -> None:
    run = unpacked(FOLDER / f"{SORTING}{ENDING}", tmp_path)
    events, journal = events_of(SORTING), run.journal()
    everywhere = list(states(events))
    for number in (60, len(events) // 2, len(events)):
        state = everywhere[number - 1]
        plan = state.progress.plan
        assert plan is not None
        scene = begun_from(number, state, *journal.opening(number), journal.of_steps(plan.plan.plan_id, number))
        whole = scene_of(SORTING, number)
        assert scene.steps
        assert (scene.steps, scene.plan_began) == (whole.steps, whole.plan_began)
    journal.close()


def test_steps_are_those_of_the_plan_in_hand_in_the_clock_of_who_has_the_run_now(tmp_path: Path) -> None:
    """Another plan waits for a word, and another controller has taken over."""
    run, number, before = unpacked(FOLDER / f"{HELD}{ENDING}", tmp_path), 200, scene_of(HELD, 200)
    assert before.plan_began is not None
    of = events_of(HELD)[1].of
    proposed = PlanReleased(before.now + 6, replace(of, plan="another"), 2, None, 0, ())
    resumed = RunResumed(before.now + 7, of, "", "", "real", 5_000, 0)
    with sqlite3.connect(run.path / FILE) as connection:
        connection.execute("DROP TRIGGER events_are_kept")
        connection.execute("DELETE FROM events WHERE seq > ?", (number,))
        for row in (row_of(number + 1, proposed), row_of(number + 2, resumed)):
            values = row.seq, row.at, row.kind, row.body
            connection.execute("INSERT INTO events (seq, at, kind, body) VALUES (?, ?, ?, ?)", values)
    connection.close()
    journal, plan = run.journal(), before.run.progress.plan
    assert plan is not None
    scene = begun_from(number + 2, before.run, 0, "real", journal.of_steps(plan.plan.plan_id, number + 2))
    journal.close()
    after = taken(before, number + 1, resumed)
    assert scene.plan_began == before.plan_began + 5_000
    assert (scene.steps, scene.plan_began) == (after.steps, after.plan_began)


def test_what_stands_when_somebody_attaches_is_in_the_list_of_alarms() -> None:
    events = events_of(ASSEMBLY)
    held = next(n for n, event in enumerate(events, 1) if isinstance(event, HoldRaised))
    scene = begun_from(held, list(states(events[:held]))[-1], events[0].at, "virtual")
    assert scene.alarms.top is not None
    assert scene.alarms.top.cause.code == "R715"


def test_an_event_that_is_missing_or_comes_twice_is_no_scene() -> None:
    events = events_of(ASSEMBLY)
    scene = taken(Scene(), 1, events[0])
    for seq in (1, 3):
        with pytest.raises(ValueError, match="does not follow 1"):
            taken(scene, seq, events[1])

"""What whoever takes over reads of a journal is what all of its events come to, and reading it costs no more after hours."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cell.commands import Subject
from cell.events import Event, OrderArrived, OrderWithdrawn, PlanReleased, PlanRequested, RunOpened, TimeMarked
from cell.state import CellState
from cell.steps import AtMeasured
from controller.journal.damage import Torn, picked_rows
from controller.journal.journal import FILE, StoredJournal
from controller.journal.left_off import left_off
from controller.journal.replay import fold
from controller.observe import stances_of
from controller.run_state import RunState
from controller.time_shift import times_of
from tests.controller.tending import tend
from tests.journals.packing import recordings, unpacked
from tests.journals.rewriting import rewritten


def planned_from(events: Sequence[Event], number: int) -> CellState | None:
    """The plain way: from the first event on."""
    asked: CellState | None = None
    for event in events:
        if isinstance(event, RunOpened) or (isinstance(event, PlanRequested) and event.number <= number):
            asked = event.state
    return asked


def stances(state: RunState, events: Sequence[Event]) -> set[tuple[str, object]]:
    """Those in which robots are believed to be, and which some plan of the run knows."""
    plans = [event.plan for event in events if isinstance(event, PlanReleased) and event.plan is not None]
    known = {(robot, stance) for plan in plans for robot, own in stances_of(plan).items() for stance in own}
    believed = {(name, robot.stance) for name, robot in state.belief.robots.items()}
    return {(name, stance) for name, stance in believed & known if not isinstance(stance, AtMeasured)}


def compare(journal: StoredJournal, events: Sequence[Event]) -> None:
    state, off = fold(events), left_off(journal)
    assert off.state == state
    assert off.told == len(events)
    assert off.times == times_of(events)
    assert off.planned_from == planned_from(events, state.progress.number)
    assert off.come == {e.order.id for e in events if isinstance(e, OrderArrived)}
    assert off.gone == {e.order for e in events if isinstance(e, OrderWithdrawn)}
    learned = {(robot, stance) for plan in off.plans for robot, own in stances_of(plan).items() for stance in own}
    assert stances(state, events) <= learned


@pytest.mark.parametrize("recorded", recordings()[1::7], ids=lambda path: path.name.partition(".")[0])
def test_a_recorded_run_left_off_halfway_is_what_its_events_come_to(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = unpacked(recorded, tmp_path).events()
    half = events[: len(events) // 2]
    (tmp_path / "again").mkdir()
    journal = rewritten(half, tmp_path / "again", len(half) // 3, monkeypatch)
    assert journal.snapshot() is not None
    compare(journal, half)
    journal.close()


@pytest.mark.slow
@pytest.mark.parametrize("recorded", recordings(), ids=lambda path: path.name.partition(".")[0])
def test_every_recorded_run_left_off_anywhere_is_what_its_events_come_to(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = unpacked(recorded, tmp_path).events()
    for number, cut in enumerate(range(30, len(events) + 1, max(1, len(events) // 7))):
        folder = tmp_path / f"again-{number}"
        folder.mkdir()
        journal = rewritten(events[:cut], folder, 25, monkeypatch)
        compare(journal, events[:cut])
        journal.close()


def test_behind_a_snapshot_no_event_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shift has a hundred thousand."""
    events = tend().record.events
    journal = rewritten(events, tmp_path, 60, monkeypatch)
    number, _ = journal.snapshot() or (0, None)
    assert number > len(events) - 100
    behind: list[int] = []
    every = journal.events

    def read(after: int = 0) -> object:
        behind.append(after)
        return every(after)

    monkeypatch.setattr(journal, "events", read)
    compare(journal, events)
    assert behind == [number]
    journal.close()


@pytest.mark.parametrize(("knows", "read"), [(1, 2), (2, 2), (5, 5)])
def test_plans_are_read_back_to_the_one_that_knows_where_a_robot_stands(
    knows: int, read: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`knows`: the newest that does; there are fifty."""
    events = tend().record.events
    plan = next(e.plan for e in events if isinstance(e, PlanReleased))
    assert plan is not None
    plans = {str(k): plan if k >= knows else replace(plan, motions={}) for k in range(1, 51)}
    journal = rewritten(events, tmp_path, 60, monkeypatch)
    assert stances(fold(events), events)
    monkeypatch.setattr(journal, "plans_newest_first", lambda: iter(plans))
    monkeypatch.setattr(journal, "plan", plans.__getitem__)
    monkeypatch.setattr(journal, "snapshot", lambda: None)
    monkeypatch.setattr(journal, "events", lambda after=0: iter(events))
    assert len(left_off(journal).plans) == read
    journal.close()


def test_a_row_that_was_changed_is_not_picked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = [TimeMarked(at, Subject("r"), str(at)) for at in range(9)]
    events = [*tend().record.events[:20], *marks]
    rewritten(events, tmp_path, 1000, monkeypatch).close()
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("DROP TRIGGER events_are_append_only")
    connection.execute("UPDATE events SET body = replace(body, '\"4\"', '\"5\"') WHERE seq = 25")
    rows = picked_rows(connection, ("TimeMarked",), newest_first=False)
    assert [next(rows).seq for _ in range(4)] == [21, 22, 23, 24]
    with pytest.raises(Torn, match="behind event 24"):
        next(rows)
    connection.close()

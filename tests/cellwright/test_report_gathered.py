"""What a page tells is gathered event by event: nothing of a run is kept that its page does not tell."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cell.events import Event, PlanReleased, RunOpened
from cellwright.report import tables
from cellwright.report.gathered import gathered
from cellwright.report.page import run_page
from cellwright.report.record import Record
from cellwright.report.tables import MOST_ROWS, FirstRows, table
from controller.journal.folder import RunFolder
from tests.journals.packing import recordings, unpacked
from tui.event_text import event_line

KINDS = {PlanReleased.__module__, RunOpened.__module__, "cell.conclusions", "cell.device_reports"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Two plans after the first one."""
    folder = tmp_path_factory.mktemp("run")
    return unpacked(next(r for r in recordings() if r.name.startswith("gantry-missing-and-lost")), folder)


def events_held() -> int:
    gc.collect()
    return sum(type(one).__module__ in KINDS and hasattr(one, "at") and hasattr(one, "of") for one in gc.get_objects())


def test_of_the_events_only_the_first_one_is_kept(run: RunFolder) -> None:
    before = events_held()
    seen = gathered(run.each_event(), event_line)
    assert seen.released > 1
    assert events_held() - before == 1
    assert seen.opened is not None


def test_a_motion_that_two_plans_have_is_kept_once(run: RunFolder) -> None:
    plans = [laid.plan for laid in gathered(run.each_event(), event_line).course.told().plans]
    first, second = plans[:2]
    both = first.motions.keys() & second.motions.keys()
    assert both
    assert all(first.motions[name] is second.motions[name] for name in both)
    assert len({id(text) for plan in plans for step in plan.tasks.steps for text in step.predecessors}) == len(
        {text for plan in plans for step in plan.tasks.steps for text in step.predecessors}
    )


def test_a_plan_that_comes_back_is_kept_once(run: RunFolder) -> None:
    def twice() -> Iterator[Event]:
        for event in run.each_event():
            yield event
            if isinstance(event, PlanReleased):
                yield replace(event, plan=None if event.plan is None else replace(event.plan))

    plans = [laid.plan for laid in gathered(twice(), event_line).course.told().plans]
    assert len(plans) == 2 * len({id(plan) for plan in plans})


def test_of_many_rows_a_table_shows_the_first_ones_and_counts_the_others(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(str(n),) for n in range(MOST_ROWS + 3)]
    some: FirstRows[tuple[str]] = FirstRows()
    for row in rows:
        some.add(row)
    whole = table("t", ("n",), iter(rows))
    assert whole == table("t", ("n",), some.shown, more=some.more)
    assert "and 3 more" in whole.text
    assert f">{MOST_ROWS - 1}<" in whole.text
    assert f">{MOST_ROWS}<" not in whole.text
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    seen = gathered(run.each_event(), event_line)
    said = [line for event in run.each_event() if (line := event_line(event)) is not None]
    assert ([text for _, text in seen.told.happened.shown], seen.told.happened.more) == (said[:2], len(said) - 2)
    assert seen.told.alarms.more > 0
    page = run_page(Record(seen, run.summary(), no_ground="nothing is drawn"))
    assert f"and {len(said) - 2} more" in page
    assert f"and {seen.told.alarms.more} more" in page


def test_what_is_gathered_is_in_every_controllers_clock(tmp_path: Path) -> None:
    run = unpacked(next(r for r in recordings() if r.name.startswith("gantry-taken-back")), tmp_path)
    assert gathered(run.each_event(), event_line).clock.zeros

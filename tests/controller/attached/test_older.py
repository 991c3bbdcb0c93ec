"""What is no longer in memory is read from the journal as it was written."""

import queue
from pathlib import Path

from cell.events import Event
from controller.journal.folder import new_run
from controller.journal.journal import StoredJournal
from controller.journal.rows import row_of
from controller.service import serve
from tests.controller.small_planner import small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, world


def test_a_journal_gives_its_events_as_texts_a_few_at_a_time(tmp_path: Path) -> None:
    given = spec(intent(), "served")
    plan = small_plan(given.state, 3)
    assert plan is not None
    folder = new_run(tmp_path, "served")
    told: list[Event] = []
    serve(
        given, released(plan), world(), SmallPlanner(3), folder, queue.SimpleQueue(),
        tell=lambda events, state: told.extend(events), is_recorded=False,
    )  # fmt: skip
    journal = StoredJournal(folder.path)
    found: list[tuple[int, str]] = []
    while more := journal.bodies(len(found), 50):
        assert len(more) <= 50
        found += more
    journal.close()
    assert found == [(seq, row_of(seq, event).body) for seq, event in enumerate(told, start=1)]

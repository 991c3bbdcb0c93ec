"""Bad disks and torn copies: whole events are told, what is behind the damage is not, and it is said. Older versions are read."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cell.commands import Subject
from cell.events import Conclusion, Event, PlanReleased, TimeMarked
from cell.scenario import MissingPart, Reject
from controller.journal.disk import DiskJournal
from controller.journal.folder import RunFolder, all_runs
from controller.journal.journal import FILE, JournalError
from controller.journal.replay import fold, states
from controller.journal.versions import VERSION
from controller.run_state import NOTHING_YET
from tests.controller.tending import tend


def story() -> tuple[Event, ...]:
    return tend(MissingPart("infeed[2]"), Reject(1)).record.events


def batches(events: tuple[Event, ...]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    for event in events:
        if batch and not isinstance(event, Conclusion):
            yield batch
            batch = []
        batch.append(event)
    yield batch


def written(folder: Path, *, is_closed: bool) -> RunFolder:
    """A run of 812 events or so: closed, or as SIGKILL leaves it."""
    folder.mkdir()
    journal, events = DiskJournal(folder, "r"), story()
    for state, batch in zip(after_each_batch(events), batches(events), strict=True):
        for event in batch:
            if isinstance(event, PlanReleased) and event.plan is not None:
                journal.keep_plan(event.plan)
        journal.append(batch, state, is_durable=False)
    if is_closed:
        journal.close()
        return RunFolder(folder)
    copy = folder.with_name("killed")
    shutil.copytree(folder, copy)
    journal.close()
    return RunFolder(copy)


def after_each_batch(events: tuple[Event, ...]):  # type: ignore[no-untyped-def]
    folded = list(states(events))
    number = 0
    for batch in batches(events):
        number += len(batch)
        yield folded[number - 1]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return written(tmp_path_factory.mktemp("closed") / "r", is_closed=True)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return written(tmp_path_factory.mktemp("killed") / "r", is_closed=False)


def copied(run: RunFolder, to: Path) -> RunFolder:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(run.path, to)
    return RunFolder(to)


PLANS = {
    event.of.plan: event.plan
    for event in story()
    if isinstance(event, PlanReleased) and event.plan is not None and event.of.plan is not None
}


def told(run: RunFolder) -> tuple[int, bool]:
    """How many events are told, all of them those of the story, and whether it is said that there were more."""
    journal = run.journal()
    journal._plans.update(PLANS)  # to read one takes longer than all the rest
    events, damage = tuple(journal.events()), journal.damage()
    journal.close()
    assert events == story()[: len(events)]
    assert damage is None or damage.after == len(events)
    return len(events), damage is not None


def test_an_undamaged_run_is_whole(closed: RunFolder, killed: RunFolder) -> None:
    assert told(closed) == told(killed) == (len(story()), False)


def test_reading_changes_nothing(killed: RunFolder) -> None:
    before = {path.name: path.read_bytes() for path in killed.path.iterdir()}
    killed.events(), killed.state(), killed.damage()
    after = {path.name: path.read_bytes() for path in killed.path.iterdir()}
    assert before.keys() == after.keys()
    assert before[FILE] == after[FILE]
    assert before[f"{FILE}-wal"] == after[f"{FILE}-wal"]


def turned(path: Path, place: int, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1 << bit
    path.write_bytes(data)


def leaf_of_the_last_rows(run: RunFolder) -> int:
    """The page (from 0) that has the last row."""
    data = (run.path / FILE).read_bytes()
    last = str(story()[-1].at).encode()
    pages = [data[start : start + 4096] for start in range(0, len(data), 4096)]
    return next(number for number, page in enumerate(pages) if page[0] == 13 and last in page)


def test_a_bit_that_is_turned_in_the_last_page_costs_what_is_in_that_page_at_most(closed: RunFolder, tmp_path: Path) -> None:
    draw, page = random.Random(7), leaf_of_the_last_rows(closed)
    in_page = 4096 // 60
    lost = 0
    for number in range(16):
        run = copied(closed, tmp_path / "turned")
        place = page * 4096 + (number if number < 8 else draw.randrange(4096))
        turned(run.path / FILE, place, draw.randrange(8))
        count, is_said = told(run)
        assert count >= len(story()) - in_page
        assert is_said or count == len(story())
        lost += is_said
    assert lost > 8


def test_a_file_that_is_cut_off_is_told_as_far_as_it_goes(closed: RunFolder, tmp_path: Path) -> None:
    size = (closed.path / FILE).stat().st_size
    counts = []
    for share in (0.99, 0.9, 0.7, 0.5):
        run = copied(closed, tmp_path / "cut")
        with (run.path / FILE).open("r+b") as file:
            file.truncate(int(size * share))
        count, is_said = told(run)
        assert is_said
        counts.append(count)
    assert counts[0] > counts[-1] > 0
    run.path.joinpath(FILE).write_bytes(b"")
    with pytest.raises(JournalError):
        run.events()


def test_a_log_that_is_torn_is_told_to_its_last_whole_transaction(killed: RunFolder, tmp_path: Path) -> None:
    """Cut off it cannot be told from a shorter one; with a bit turned, what was committed behind it is missed."""
    log = f"{FILE}-wal"
    used = story_frames(killed)
    counts = set()
    for share in (0.25, 0.5, 0.75, 0.99):
        run = copied(killed, tmp_path / "torn")
        (run.path / f"{FILE}-shm").unlink()  # as after the machine died: SQLite looks at the log anew
        turned(run.path / log, int(used * share), 3)
        count, is_said = told(run)
        assert count < len(story())
        assert is_said or share == 0.99
        counts.add(count)
    assert len(counts) == 4
    run = copied(killed, tmp_path / "torn")
    (run.path / f"{FILE}-shm").unlink()
    with (run.path / log).open("r+b") as file:
        file.truncate(used // 2)
    assert 0 < told(run)[0] < len(story())


def story_frames(run: RunFolder) -> int:
    """Bytes of the log that are used: behind them lies what is set aside."""
    return len((run.path / f"{FILE}-wal").read_bytes().rstrip(b"\0"))


@pytest.mark.parametrize("change", ["UPDATE events SET at = at + 1 WHERE seq = 400", "DELETE FROM events WHERE seq = 400"])
def test_a_row_that_was_changed_or_taken_out_is_where_the_telling_ends(closed: RunFolder, tmp_path: Path, change: str) -> None:
    run = copied(closed, tmp_path / "changed")
    connection = sqlite3.connect(run.path / FILE)
    connection.executescript("DROP TRIGGER events_are_append_only; DROP TRIGGER events_are_kept;")
    connection.execute(change)
    connection.commit()
    connection.close()
    assert told(run) == (399, True)
    damage = run.damage()
    assert damage is not None
    assert damage.text.startswith("R743: the journal is damaged behind event 399")
    assert (run.summary().run_id, len(all_runs(tmp_path.parent).unreadable)) == ("changed", 0)


def test_a_snapshot_that_is_damaged_or_anothers_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.journal.disk.SNAPSHOT_EVERY", 200)
    run = written(tmp_path / "r", is_closed=True)
    journal = run.journal()
    newest = journal.snapshot()
    journal.close()
    connection = sqlite3.connect(run.path / FILE)
    connection.execute(
        "UPDATE snapshots SET body = replace(body, 'Execute', 'Aborted') WHERE seq = (SELECT max(seq) FROM snapshots)"
    )
    connection.commit()
    connection.close()
    journal = run.journal()
    older = journal.snapshot()
    journal.close()
    assert newest is not None
    assert older is not None
    assert older[0] < newest[0]
    assert run.state() == fold(story())


def as_version_1(run: RunFolder, to: Path, damage: Callable[[Path], None] | None = None) -> RunFolder:
    """The same run as the first version wrote it."""
    shutil.copytree(run.path, to)
    (to / FILE).unlink()
    old, new = sqlite3.connect(run.path / FILE), sqlite3.connect(to / FILE)
    new.execute("PRAGMA journal_mode = WAL")
    new.executescript(
        "CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE events (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);"
        "CREATE TABLE snapshots (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);"
        "INSERT INTO about VALUES ('schema', '1'), ('run', 'r'); INSERT INTO snapshots VALUES (100, '{}');"
    )
    new.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", old.execute("SELECT seq, at, kind, body FROM events"))
    new.commit()
    new.close()
    old.close()
    return RunFolder(to)


def test_a_journal_of_the_first_version_is_read_and_left_as_it_is(closed: RunFolder, tmp_path: Path) -> None:
    run = as_version_1(closed, tmp_path / "old")
    before = (run.path / FILE).read_bytes()
    assert told(run) == (len(story()), False)
    assert run.state() == fold(story())
    assert (run.path / FILE).read_bytes() == before
    with (run.path / FILE).open("r+b") as file:
        file.truncate(len(before) * 2 // 3)
    count, is_said = told(run)
    assert 0 < count < len(story())
    assert is_said


def test_a_run_of_the_first_version_is_gone_on_with_in_the_newest(closed: RunFolder, tmp_path: Path) -> None:
    run = as_version_1(closed, tmp_path / "old")
    journal = DiskJournal(run.path, "r", is_resumed=True)
    assert journal.kept == len(story())
    journal.append((TimeMarked(story()[-1].at, Subject("r"), "later"),), NOTHING_YET, is_durable=True)
    journal.close()
    stored = run.journal()
    stored._plans.update(PLANS)
    assert (stored.written_by, stored.damage()) == (VERSION, None)
    events = tuple(stored.events())
    stored.close()
    assert events[:-1] == story()
    assert isinstance(events[-1], TimeMarked)


def test_a_damaged_run_is_not_gone_on_with(closed: RunFolder, tmp_path: Path) -> None:
    run = copied(closed, tmp_path / "damaged")
    turned(run.path / FILE, leaf_of_the_last_rows(run) * 4096 + 4000, 3)
    before = (run.path / FILE).read_bytes()
    with pytest.raises(JournalError, match="R743") as refused:
        DiskJournal(run.path, "r", is_resumed=True)
    assert refused.value.code == "R743"
    assert (run.path / FILE).read_bytes() == before

"""The journal: on disk before what it leads to, readable after anything, folding to the same state again."""

import errno
import json
import queue
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.codec import CodecError
from cell.commands import Command, SetSpeed, StopAll, Subject
from cell.device import ReadbackBlock
from cell.events import Asked, CommandSent, Event, GoalReached, PlanReleased, StepConfirmed, TimeMarked
from cell.scenario import Disturbance, GripLost, MissingPart, PersonEnters, Reject
from controller.dispatch import Dispatcher
from controller.journal import disk as disk_module
from controller.journal.disk import DiskJournal
from controller.journal.folder import RunFolder, all_runs, find_run, new_run, run_folders
from controller.journal.journal import FILE, JournalError, StoredJournal, legible, plan_path
from controller.journal.recording import Recording, read_recording
from controller.journal.replay import ReplayDiffers, fold, replay, states, verified
from controller.journal.report import report
from controller.journal.rows import Row, chained, event_of, row_of, snapshot_of, state_of
from controller.rehearsal import Ask
from controller.run_state import NOTHING_YET
from controller.service import post, serve
from tests.controller.small_planner import small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, tend, world

DISTURBED = (MissingPart("infeed[2]"), Reject(1), PersonEnters("aisle", 42.0, 45.0))


def served(root: Path, run_id: str, asks: tuple[str, ...] = (), *, is_recorded: bool = True) -> RunFolder:
    given = spec(intent(), run_id)
    plan = small_plan(given.state, 3)
    assert plan is not None
    folder = new_run(root, run_id)
    inbox, outbox = queue.SimpleQueue[str](), queue.SimpleQueue[str]()
    for what in asks:
        post(inbox, what)  # type: ignore[arg-type]
    serve(given, released(plan), world(*DISTURBED), SmallPlanner(3), folder, inbox, outbox, is_recorded=is_recorded)
    return folder


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunFolder]:
    """A disturbed run with a snapshot each 100 events."""
    patch = pytest.MonkeyPatch()
    patch.setattr(disk_module, "SNAPSHOT_EVERY", 100)
    yield served(tmp_path_factory.mktemp("state"), "stored")
    patch.undo()


def test_a_disk_that_takes_no_more_is_the_worlds_error(tmp_path: Path) -> None:
    """Not a defect: it is told in a line, as for every other file."""
    journal = DiskJournal(tmp_path, "r")
    journal._connection.execute("PRAGMA max_page_count = 1")
    much = tuple(TimeMarked(at, Subject("r"), "x" * 1000) for at in range(100))
    with pytest.raises(OSError, match="disk is full") as told:
        journal.append(much, NOTHING_YET, is_durable=True)
    assert told.value.errno == errno.ENOSPC
    journal.close()


# --- what is in it -------------------------------------------------------------------------------------------------------


def test_the_stored_run_is_the_rehearsed_one(stored: RunFolder) -> None:
    def essence(events: tuple[Event, ...]) -> list[tuple[str, str | None, str | None]]:
        return [(type(e).__name__, e.of.step, e.of.part) for e in events if not isinstance(e, TimeMarked)]

    assert essence(stored.events()) == essence(tend(*DISTURBED).record.events)


def test_every_event_comes_back_as_it_was() -> None:
    run = tend(*DISTURBED)
    plans = {e.plan.plan_id: e.plan for e in run.all(PlanReleased)}
    for number, event in enumerate(run.record.events):
        again = event_of(row_of(number, event), plans.__getitem__)
        assert again == event


def test_conclusions_are_concluded_again(stored: RunFolder) -> None:
    assert verified(stored.events()) == stored.state()


def test_a_changed_journal_is_noticed(stored: RunFolder) -> None:
    events = list(stored.events())
    place = next(i for i, e in enumerate(events) if isinstance(e, GoalReached))
    forged = [*events[:place], replace(events[place], of=replace(events[place].of, goal="g9")), *events[place + 1 :]]
    with pytest.raises(ReplayDiffers) as differs:
        verified(forged)
    assert differs.value.code == "R723"
    with pytest.raises(ReplayDiffers):
        verified([*events[:place], *events[place + 1 :]])


def test_rows_cannot_be_changed_or_deleted(stored: RunFolder) -> None:
    connection = sqlite3.connect(stored.path / FILE)
    for attack in ("UPDATE events SET at = 0 WHERE seq = 5", "DELETE FROM events WHERE seq = 5"):
        with pytest.raises(sqlite3.DatabaseError, match="append only"):
            connection.execute(attack)
    connection.close()


# --- replay --------------------------------------------------------------------------------------------------------------


def test_replay_agrees_at_each_prefix_with_and_without_snapshots(stored: RunFolder) -> None:
    journal = stored.journal()
    events = list(journal.events())
    folded = list(states(events))
    snapshots = [journal.snapshot(up_to=n) for n in range(120, len(events), 150)]
    assert len(snapshots) >= 4
    for found in snapshots:
        assert found is not None
        number, state = found
        assert state == folded[number - 1]
        for again, straight in zip(states(events[number : number + 250], state), folded[number:], strict=False):
            assert again == straight
    assert replay(journal) == replay(journal, with_snapshot=False) == folded[-1]
    journal.close()


def test_a_state_survives_its_snapshot_at_every_event() -> None:
    run = tend(*DISTURBED)
    plans = {e.plan.plan_id: e.plan for e in run.all(PlanReleased)}
    for number, state in enumerate(states(run.record.events)):
        if number % 19 == 0:
            assert state_of(snapshot_of(state), plans.__getitem__) == state


disturbances = st.sets(
    st.sampled_from((MissingPart("infeed[2]"), Reject(1), GripLost("grip", 2, "on the way"), PersonEnters("aisle", 42.0, 45.0))),
    max_size=3,
)  # fmt: skip


@settings(max_examples=5, deadline=None, derandomize=True)
@given(disturbances, st.floats(1.0, 120.0), st.sampled_from(["hold", "stop"]), st.data())
def test_whatever_happened_a_snapshot_goes_on_as_the_run_did(
    what: set[Disturbance], at: float, asked: Asked, data: st.DataObject
) -> None:
    asks = (Ask(round(at, 2), asked), Ask(200.0, "resume"), Ask(300.0, "resume"))
    run = tend(*sorted(what, key=repr), asks=asks)
    events = run.record.events
    plans = {e.plan.plan_id: e.plan for e in run.all(PlanReleased)}
    folded = list(states(events))
    for _ in range(4):
        cut = data.draw(st.integers(1, len(events)))
        again = state_of(snapshot_of(folded[cut - 1]), plans.__getitem__)
        assert fold(events[cut:], again) == folded[-1]


@pytest.mark.parametrize("path", [("alarms",), ("manual",), ("trouble", "going_on"), ("context", "links")], ids=".".join)
def test_a_snapshot_that_lacks_something_is_none_and_nothing_is_made_up_for_it(stored: RunFolder, path: tuple[str, ...]) -> None:
    journal = stored.journal()
    found = journal.snapshot()
    assert found is not None
    plain = json.loads(snapshot_of(found[1]))
    of = plain
    for name in path[:-1]:
        of = of[name]
    del of[path[-1]]
    with pytest.raises((KeyError, CodecError)):
        state_of(json.dumps(plain), journal.plan)


def test_the_fold_is_pure() -> None:
    events = tend(*DISTURBED).record.events
    half = len(events) // 2
    middle = fold(events[:half])
    assert fold(events[half:], middle) == fold(events[half:], middle) == fold(events, NOTHING_YET)
    assert middle == fold(events[:half])


# --- on disk first -------------------------------------------------------------------------------------------------------


def test_no_command_goes_out_before_its_event_is_on_disk_but_a_stop_and_what_slows_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bool] = []
    slowed: list[bool] = []
    stopped: list[bool] = []

    def is_written(command: Command) -> bool:
        reader = sqlite3.connect(tmp_path / "runs" / "order" / FILE)
        kind = "SpeedAsked" if isinstance(command, SetSpeed) else "CommandSent"
        bodies = [json.loads(body) for (body,) in reader.execute("SELECT body FROM events WHERE kind = ?", (kind,))]
        reader.close()
        if isinstance(command, SetSpeed):
            return command.fraction in [body["fraction"] for body in bodies]
        return command.id in {body["command"]["id"] for body in bodies}

    send, stop = Dispatcher.send, Dispatcher.stop

    def spied_send(self: Dispatcher, command: Command, now: int) -> object:
        slower = isinstance(command, SetSpeed) and command.fraction < 1.0
        (slowed if slower else sent).append(is_written(command))
        if len(sent) == 40:
            post(inbox, "stop")
        return send(self, command, now)  # type: ignore[arg-type]

    def spied_stop(self: Dispatcher, command: StopAll) -> object:
        stopped.append(is_written(command))
        return stop(self, command)

    monkeypatch.setattr(Dispatcher, "send", spied_send)
    monkeypatch.setattr(Dispatcher, "stop", spied_stop)
    given = spec(intent(), "order")
    plan = small_plan(given.state, 3)
    assert plan is not None
    folder, inbox = new_run(tmp_path, "order"), queue.SimpleQueue[str]()
    serve(given, released(plan), world(*DISTURBED), SmallPlanner(3), folder, inbox, queue.SimpleQueue())
    assert len(sent) >= 40
    assert all(sent)
    assert stopped == slowed == [False]
    assert [e.command.kind for e in folder.events() if isinstance(e, CommandSent) and isinstance(e.command, StopAll)] == ["hold"]


CHILD = """
import queue, sys, threading
from itertools import accumulate, pairwise
from pathlib import Path
from controller.journal.folder import new_run
from controller.service import serve
from tests.controller.small_planner import small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, world

class Loud(queue.SimpleQueue):
    def put(self, text, *more):
        print(text[:60], flush=True)

given = spec(intent(batch="6 parts"), "killed")
serve(given, released(small_plan(given.state, 6)), world(), SmallPlanner(6), new_run(Path(sys.argv[1]), "killed"),
      queue.SimpleQueue(), Loud())
"""


@pytest.mark.long
def test_after_kill_9_the_journal_reads(tmp_path: Path, repository: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=repository)
    assert child.stdout is not None
    told = [child.stdout.readline() for _ in range(400)]
    alive = find_run(tmp_path, None).pid()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert alive == child.pid
    folder = find_run(tmp_path, "kil")
    events = folder.events()
    kinds = [line.split('"')[3] for line in told if '"RunSummary"' not in line]
    assert kinds[: len(events)] == [type(event).__name__ for event in events][: len(kinds)]  # what was told and what is kept
    state = verified(events)
    assert state.progress.confirmed == sum(isinstance(e, StepConfirmed) for e in events) > 0
    (summary,) = all_runs(tmp_path).summaries
    assert (summary.run_id, summary.state, summary.pid) == ("killed", "Interrupted", None)
    assert 0 < summary.steps_done < summary.steps_total
    assert "killed" in report(events)
    assert sum(1 for _ in read_recording(folder.recording)) >= 0


# --- what cannot be read -------------------------------------------------------------------------------------------------


def test_a_folder_without_a_journal_is_said(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="holds no journal") as raised:
        StoredJournal(tmp_path)
    assert raised.value.code == "R724"


def test_no_journal_of_a_newer_version_is_read(stored: RunFolder, tmp_path: Path) -> None:
    copied = sqlite3.connect(tmp_path / FILE)
    with sqlite3.connect(stored.path / FILE) as source:
        source.backup(copied)
    copied.execute("UPDATE about SET value = '3' WHERE key = 'schema'")
    copied.commit()
    copied.close()
    with pytest.raises(JournalError, match="version 3, and this program reads up to 2") as refused:
        StoredJournal(tmp_path)
    assert refused.value.code == "R744"


def rewritten(folder: RunFolder, seq: int, body: str) -> None:
    """The journal as a version with other events would have written it."""
    connection = sqlite3.connect(folder.path / FILE)
    connection.execute("DROP TRIGGER events_are_append_only")
    connection.execute("UPDATE events SET body = ? WHERE seq = ?", (body, seq))
    rows = connection.execute("SELECT seq, at, kind, body FROM events ORDER BY seq")
    sums = list(accumulate((Row(*row) for row in rows), chained, initial=0))[1:]
    connection.executemany("UPDATE events SET sum = ? WHERE seq = ?", [(total, n + 1) for n, total in enumerate(sums)])
    connection.execute("UPDATE snapshots SET body = '{}'")
    connection.commit()
    connection.close()
    (folder.path / "summary.json").unlink()


@pytest.mark.parametrize("body", ['{"type": "EventOfTomorrow"}', "{", "[]", "null"])
def test_a_run_of_another_version_is_told_and_does_not_hide_the_others(tmp_path: Path, body: str) -> None:
    for name in ("good", "old"):
        served(tmp_path, name, asks=("stop",), is_recorded=False)
    old = find_run(tmp_path, "old")
    rewritten(old, 3, body)
    runs = all_runs(tmp_path)
    assert [s.run_id for s in runs.summaries] == ["good"]
    assert [u.run_id for u in runs.unreadable] == ["old"]
    assert "is damaged or was written by another version" in runs.unreadable[0].why
    for read in (old.events, old.state, old.summary):
        with pytest.raises(JournalError):
            read()


def test_a_state_that_this_version_cannot_fold_is_told_as_such(stored: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(state: object, event: object) -> object:
        raise KeyError("a step of another version")

    monkeypatch.setattr("controller.journal.replay.advance", broken)
    with pytest.raises(JournalError, match="a step of another version"):
        stored.state()


def test_a_plan_beside_the_journal_is_what_its_name_says(tmp_path: Path) -> None:
    folder = served(tmp_path, "forged", is_recorded=False)
    plan_id = next(e.of.plan for e in folder.events() if isinstance(e, PlanReleased))
    path = plan_path(folder.path, plan_id or "")
    path.write_text(path.read_text().replace('"duration":30.0', '"duration":29.0'))
    with pytest.raises(JournalError):
        folder.events()
    path.unlink()
    with pytest.raises(JournalError, match="missing"):
        folder.events()


def test_a_disk_without_room_has_damaged_nothing(tmp_path: Path) -> None:
    def raised(code: int) -> str:
        cause = sqlite3.OperationalError("disk I/O error")
        cause.sqlite_errorcode = code
        with pytest.raises(JournalError) as told, legible(tmp_path):
            raise cause
        return str(told.value)

    for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_CANTOPEN):
        assert "cannot be read now" in raised(code)
    for code in (sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_ERROR):
        assert "is damaged" in raised(code)


# --- samples, runs, report -----------------------------------------------------------------------------------------------


def test_the_recording_holds_every_motion_with_its_command(stored: RunFolder) -> None:
    samples = list(read_recording(stored.recording))
    motions = {e.of.motion for e in stored.events() if isinstance(e, CommandSent) and e.of.motion}
    assert {s.motion for s in samples} == motions
    assert {s.command for s in samples} <= {e.command.id for e in stored.events() if isinstance(e, CommandSent)}
    assert any(s.occupied == ("aisle",) for s in samples)
    assert all(a.time < b.time or (a.time == b.time and a.command != b.command) for a, b in pairwise(samples))


def test_a_torn_recording_reads_to_its_last_whole_chunk(stored: RunFolder, tmp_path: Path) -> None:
    whole = list(read_recording(stored.recording))
    torn = tmp_path / "torn.mcap"
    torn.write_bytes(stored.recording.read_bytes()[: stored.recording.stat().st_size * 2 // 3])
    read = list(read_recording(torn))
    assert read == whole[: len(read)]
    assert len(read) > len(whole) // 4


def test_of_a_damaged_recording_only_what_is_whole_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("controller.journal.recording.CHUNK", 1024)
    recording, bad = Recording(tmp_path / "whole.mcap"), tmp_path / "bad.mcap"
    column = np.zeros((20, 1))
    recording.put([(ReadbackBlock("r1", "c1", "m1", 0, np.arange(20), *[column] * 3, *[column[:, 0]] * 2), [])])
    recording.close()
    content, whole = (tmp_path / "whole.mcap").read_bytes(), list(read_recording(tmp_path / "whole.mcap"))
    assert len(whole) == 20
    found = set()
    cut = (content[:k] for k in range(0, len(content), 23))
    flipped = (content[:k] + bytes([content[k] ^ 0x55]) + content[k + 1 :] for k in range(5, len(content), 17))
    for damaged in (*cut, *flipped):
        bad.write_bytes(damaged)
        read = list(read_recording(bad))
        assert read == [sample for sample in whole if sample in read]
        found.add(len(read))
    assert len(found) > 2


def test_runs_are_listed_newest_first_and_found_by_their_start(tmp_path: Path) -> None:
    for name in ("one", "other"):
        served(tmp_path, name, asks=("stop",), is_recorded=False)
    assert [s.run_id for s in all_runs(tmp_path).summaries] == ["other", "one"]
    assert find_run(tmp_path, "on").id == "one"
    with pytest.raises(JournalError, match="2 runs begin with 'o': other, one"):
        find_run(tmp_path, "o")
    with pytest.raises(FileExistsError):
        new_run(tmp_path, "one")


def test_a_copy_of_a_run_is_listed_under_its_own_name(tmp_path: Path) -> None:
    served(tmp_path, "one", asks=("stop",), is_recorded=False)
    shutil.copytree(tmp_path / "runs" / "one", tmp_path / "runs" / "one-copy")
    assert [run.run_id for run in all_runs(tmp_path).summaries] == ["one-copy", "one"]


def test_the_newest_run_is_the_one_that_was_begun_last_whichever_was_written_to_last(tmp_path: Path) -> None:
    begun = ("20261128-235959", "20261129-101500", "20261129-101500-2", "20261129-101500-10")
    for name in reversed(begun):
        (new_run(tmp_path, name).path / FILE).touch()
    assert [folder.id for folder in run_folders(tmp_path)] == list(reversed(begun))
    assert find_run(tmp_path, None).id == begun[-1]


def test_the_report_accounts_for_every_part_and_what_happened(stored: RunFolder) -> None:
    text = report(stored.events())
    assert "goals 12 of 12, iterations skipped 1" in text
    assert "shaft#2  given up  not found at infeed[2]" in text
    assert "skipped shaft#2: part_missing" in text
    assert "zone aisle is occupied" in text
    assert "told accept 3, reject 1" in text


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE FROM about WHERE key = 'schema'", "it has no entry `schema`"),
        ("UPDATE about SET value = 'x' WHERE key = 'schema'", "an entry of it is not as it was written"),
        ("DROP TABLE about", "no such table: about"),
    ],
)
def test_what_is_wrong_with_a_journal_is_told_in_words_about_the_file(damage: str, told: str, tmp_path: Path) -> None:
    folder = new_run(tmp_path, "a")
    connection = sqlite3.connect(folder.path / FILE)
    connection.executescript(f"CREATE TABLE about (key TEXT, value TEXT); INSERT INTO about VALUES ('schema', '4'); {damage};")
    connection.close()
    with pytest.raises(JournalError) as refused:
        folder.journal()
    assert str(refused.value) == f"{folder.path / FILE} is damaged or was written by another version: {told}"


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (json.JSONDecodeError("Expecting value", "", 0), "what stands in it is no JSON"),
        (OSError(5, "Input/output error"), "input/output error"),
        (CodecError("steps[3]", "missing"), "steps[3]: missing"),
    ],
)
def test_and_so_is_what_is_wrong_with_what_it_holds(cause: Exception, told: str, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=re.escape(f"version: {told}")), legible(tmp_path):
        raise cause

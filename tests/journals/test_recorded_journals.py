"""Every recorded run replays: the fold of today concludes from its observations what was concluded then."""

import sqlite3
from pathlib import Path

import pytest

from cell.events import Conclusion, Event
from controller.journal.journal import FILE, StoredJournal
from controller.journal.replay import ReplayDiffers, replay, verified
from controller.journal.versions import VERSION
from tests.journals.packing import packed, recordings, unpacked

MOST = 1_500_000  # bytes, of all of them


@pytest.mark.parametrize("recorded", recordings(), ids=lambda path: path.name.partition(".")[0])
def test_it_replays_to_the_same_conclusions_and_the_same_state(recorded: Path, tmp_path: Path) -> None:
    run = unpacked(recorded, tmp_path)
    journal = run.journal()
    events = tuple(journal.events())
    assert verified(events) == replay(journal)
    assert journal.damage() is None
    assert sum(isinstance(event, Conclusion) for event in events) > len(events) // 4
    journal.close()


def test_they_are_small_and_tell_a_dozen_stories() -> None:
    assert len(recordings()) >= 12
    assert sum(path.stat().st_size for path in recordings()) < MOST


def test_they_hold_what_a_run_may_meet(tmp_path: Path) -> None:
    """Not their bytes but what is in them: a hold and a resume, an order, a person, an outcome, a jog, several plans."""
    kinds: set[str] = set()
    plans = 0
    for recorded in recordings():
        connection = sqlite3.connect(unpacked(recorded, tmp_path).path / FILE)
        counts = dict(connection.execute("SELECT kind, count(*) FROM events GROUP BY kind"))
        connection.close()
        kinds |= counts.keys()
        plans = max(plans, counts["PlanReleased"])
    assert {"HoldRaised", "OperatorAsked", "OrderArrived", "OutcomeTold", "ZoneReported", "LinkReported"} <= kinds
    assert {"JogAsked", "JogLeft", "WayFound", "NoWay", "JogEnded", "JogRefused", "ModeChanged"} <= kinds
    assert plans >= 3


def test_a_conclusion_that_is_another_today_is_seen(tmp_path: Path) -> None:
    events = list(unpacked(recordings()[0], tmp_path).events())
    place = next(n for n, event in enumerate(events) if isinstance(event, Conclusion))
    with pytest.raises(ReplayDiffers):
        verified(without(events, place))


def without(events: list[Event], place: int) -> list[Event]:
    return [*events[:place], *events[place + 1 :]]


def test_runs_of_every_version_are_among_them_but_of_the_newest_at_most(tmp_path: Path) -> None:
    found = {version(unpacked(recorded, tmp_path).journal()) for recorded in recordings()}
    assert set(range(1, VERSION)) <= found


def version(journal: StoredJournal) -> int:
    found = journal.written_by
    journal.close()
    return found


def test_packing_gives_the_same_bytes_again(tmp_path: Path) -> None:
    recorded = recordings()[0]
    run = unpacked(recorded, tmp_path)
    assert packed(run) == packed(run) == recorded.read_bytes()

"""What a terminal is told: the journal's events, each once, in order, whenever it comes and however slowly it reads."""

from pathlib import Path

import numpy as np
import pytest

from cell.device import ReadbackBlock
from controller.attached.messages import (
    Accepted,
    News,
    Parting,
    Prepared,
    Seen,
    Snapshot,
    State,
    Subscribe,
    Told,
    Watch,
    WatchWork,
    Welcome,
    Working,
)
from controller.attached.server import LAST_WORDS, WORK_PERIOD
from controller.attached.terminal import ENOUGH, SEEN_BEHIND, TAKES_WITHIN
from controller.journal.rows import row_of
from controller.summary import summary_of
from tests.controller.attached.at_a_socket import Site, told

EVENTS, STATES = told()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def bodies(messages: object) -> list[str]:
    return [row_of(0, m.event).body for m in messages if isinstance(m, Told)]  # type: ignore[attr-defined]


ALL = [row_of(0, event).body for event in EVENTS]


def test_the_socket_is_its_owners_alone(site: Site, tmp_path: Path) -> None:
    assert site.path.stat().st_mode & 0o777 == 0o600
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_path_that_is_too_long_for_a_socket_is_not_used(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    site = Site(deep)
    assert site.path.parent.stat().st_mode & 0o777 == 0o700
    assert isinstance(site.attach().read()[0], Welcome)
    site.server.close()


def test_a_terminal_gets_what_the_run_has_come_to_and_every_event_after_it(site: Site) -> None:
    half = len(EVENTS) // 2
    site.tell(EVENTS[:half], STATES[half - 1])
    end = site.attach()
    (welcome,) = end.read()
    assert isinstance(welcome, Welcome)
    assert (welcome.seq, welcome.role, welcome.run_id) == (half, "operate", "run-1")
    assert welcome.summary is not None
    assert welcome.summary.steps_done == summary_of(STATES[half - 1]).steps_done
    end.say(Subscribe(7, welcome.seq))
    site.tell(EVENTS[half:], STATES[-1])
    answers = end.read()
    assert Accepted(7) in answers
    assert bodies(answers) == ALL[half:]
    assert [m.seq for m in answers if isinstance(m, Told)] == list(range(half + 1, len(EVENTS) + 1))


def test_nothing_is_missing_and_nothing_is_told_twice_where_only_the_newest_are_in_memory(tmp_path: Path) -> None:
    site = Site(tmp_path, in_memory=20_000)
    site.rows = [(n, body) for n, body in enumerate(ALL, start=1)]
    site.tell_all()
    end = site.attach(after=0)
    answers = end.read()
    assert bodies(answers) == ALL
    assert [m.seq for m in answers if isinstance(m, Told)] == list(range(1, len(ALL) + 1))


def test_a_journal_that_lags_behind_delays_and_leaves_nothing_out(tmp_path: Path) -> None:
    site = Site(tmp_path, in_memory=20_000)
    site.tell_all()
    end = site.attach(after=0)
    before = end.read()
    assert bodies(before) == []
    assert not any(isinstance(message, News) for message in before)
    site.rows = [(n, body) for n, body in enumerate(ALL, start=1)]
    assert bodies(end.read()) == ALL


def test_news_follow_the_events_that_they_count(site: Site) -> None:
    end = site.attach(after=0)
    end.read()
    site.tell_all()
    answers = end.read()
    news = [m for m in answers if isinstance(m, News)]
    assert news
    seen = 0
    for message in answers:
        if isinstance(message, Told):
            seen = message.seq
        if isinstance(message, News):
            assert message.seq <= seen
    site.now += 1.0
    site.tell([], STATES[-1])
    assert news[-1].summary.steps_done == summary_of(STATES[-1]).steps_done


def test_a_snapshot_is_what_the_controller_believes(site: Site) -> None:
    site.tell_all()
    end = site.attach("view")
    end.say(Snapshot(3))
    state = end.read()[-1]
    assert isinstance(state, State)
    assert (state.id, state.seq) == (3, len(EVENTS))
    assert {name: held.part for name, held in state.belief.parts.items()} == {
        name: held.part for name, held in STATES[-1].belief.parts.items()
    }


def test_who_watches_is_told_where_the_robots_are_the_newest_only_and_who_does_not_costs_nothing(site: Site) -> None:
    idle, watcher = site.attach("view"), site.attach("view")
    site.turn()
    site.server.see({"r1": Unread()})  # type: ignore[dict-item]
    watcher.say(Watch(4))
    assert Accepted(4) in watcher.read()
    for place in (0.1, 0.2, 0.3):
        site.now += 0.02
        site.server.see({"r1": block("r1", place)})
    site.turn()
    site.now += 0.05
    site.server.see({"r1": block("r1", 0.4)})
    told = [message for message in watcher.read() if isinstance(message, Seen)]
    assert [message.robots[0].q for message in told] == [(0.1, 0.0), (0.4, 0.0)]
    site.server.see({"r1": block("r1", 0.4)})
    assert not [message for message in watcher.read() if isinstance(message, Seen)]
    assert not [message for message in idle.read() if isinstance(message, Seen)]


def test_who_does_not_read_where_the_robots_are_is_not_sent_more_of_it(site: Site) -> None:
    watcher = site.attach("view")
    watcher.say(Watch(4))
    site.turn()
    for number in range(190):
        site.now += 0.051
        site.server.see({"r1": block("r1", float(number), 300)})
        site.turn(1)
    (link,) = site.server._links.values()
    assert len(link.terminal.out) < 2 * SEEN_BEHIND
    newest = [message for message in watcher.read() if isinstance(message, Seen)][-1]
    assert newest.robots[0].q[0] == 189.0


def test_who_watches_what_takes_long_is_told_the_newest_word_a_few_times_a_second_and_that_it_is_over(site: Site) -> None:
    idle, watcher = site.attach("view"), site.attach("view")
    watcher.say(WatchWork(4))
    assert watcher.read()[-1] == Accepted(4)
    for done in range(10):
        site.server.working("motions", done, 10)
        site.turn()
        site.now += 0.3 * WORK_PERIOD
    told = [message for message in watcher.read() if isinstance(message, Working)]
    assert [message.done for message in told] == [0, 4, 8]
    late = site.attach("view")
    late.say(WatchWork(5))
    assert late.read()[-2:] == [Accepted(5), Working("motions", 8, 10)]
    site.now += WORK_PERIOD
    assert [end.read() for end in (watcher, late)] == [[Working("motions", 9, 10)]] * 2
    site.now += WORK_PERIOD
    site.server.prepared(Prepared(True, None))
    assert [end.read() for end in (watcher, late)] == [[Prepared(True, None), Working("", 0, 0)]] * 2
    assert not [message for message in idle.read() if isinstance(message, Working)]


class Unread:
    """Samples that nobody may look at."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError("nobody watches")


def block(robot: str, q: float, joints: int = 2) -> ReadbackBlock:
    rows = np.zeros((2, joints)) + np.pi * (joints > 2)
    rows[1, 0] = q
    ones = np.ones(2)
    return ReadbackBlock(robot, "c1", "motion", 0, np.array([0, 1]), rows, rows, rows, ones, ones)


def test_the_last_word_comes_behind_every_event(site: Site) -> None:
    end = site.attach(after=0)
    end.read()
    site.tell_all()
    site.server.finish(Parting("over", "", "Complete", 0))
    answers = end.read()
    assert bodies(answers) == ALL
    assert answers[-1] == Parting("over", "", "Complete", len(EVENTS))
    last_news = next(m for m in reversed(answers) if isinstance(m, News))
    assert last_news.summary.state == STATES[-1].pack
    assert end.is_over
    assert site.server.is_done()


def test_a_run_that_is_over_does_not_wait_for_ever_for_who_does_not_read(site: Site) -> None:
    sleeper = site.attach(after=0)
    for _ in range(20):
        site.tell_all()
    site.turn(40)
    site.server.finish(Parting("over", "", "Complete", 0))
    site.turn(40)
    assert not site.server.is_done()
    site.now += LAST_WORDS + 0.1
    assert site.server.is_done()
    sleeper.socket.close()


def test_handing_over_never_waits_though_nobody_takes_anything_up(site: Site) -> None:
    """The thread of the server does not even run: what a loop hands over waits in memory."""
    for _ in range(200):
        site.tell(EVENTS[:50], STATES[49])
    site.turn(1)
    assert site.attach(after=9_999).read()[-1].seq == 10_000  # type: ignore[union-attr]


def test_one_of_twenty_that_stops_reading_delays_nobody_and_is_cut_off_with_a_reason(site: Site) -> None:
    sleeper = site.attach(after=0)
    others = [site.attach(after=0) for _ in range(19)]
    rounds = ENOUGH // sum(map(len, ALL)) + 4
    for number in range(1, rounds + 1):
        site.tell_all()
        for other in others:
            assert other.read_numbers() == list(range((number - 1) * len(ALL) + 1, number * len(ALL) + 1))
    waiting = [link.terminal for link in site.server._links.values() if link.terminal.out]
    assert len(waiting) == 1
    assert len(waiting[0].out) < 2 * ENOUGH
    site.now += TAKES_WITHIN + 0.1
    site.turn()
    answers = sleeper.read()
    assert isinstance(answers[-1], Parting)
    assert (answers[-1].why, answers[-1].code) == ("cut off", "R755")
    assert sleeper.is_over
    had = [m.seq for m in answers if isinstance(m, Told)]
    again = site.attach(after=had[-1])
    more = [m.seq for m in again.read() if isinstance(m, Told)]
    assert had + more == list(range(1, rounds * len(ALL) + 1))


def test_who_was_told_nothing_for_an_hour_is_told_what_comes_then(site: Site) -> None:
    end = site.attach(after=0)
    end.read()
    site.now += 3600.0
    site.turn()
    site.now += 3600.0
    site.tell(EVENTS[:5], STATES[4])
    answers = end.read()
    assert bodies(answers) == ALL[:5]
    assert not any(isinstance(message, Parting) for message in answers)


def test_whoever_takes_not_even_the_last_word_is_let_go(site: Site) -> None:
    sleeper = site.attach(after=0)
    for _ in range(20):
        site.tell_all()
    site.turn(40)
    for _ in range(3):
        site.now += TAKES_WITHIN + 0.1
        site.turn()
    assert not site.server._links
    sleeper.socket.close()


def test_what_is_prepared_is_told_to_who_waits_and_to_who_comes(site: Site) -> None:
    early = site.attach("view")
    early.read()
    site.server.prepared(Prepared(True, None))
    assert early.read() == [Prepared(True, None)]
    assert site.attach("view").read()[1] == Prepared(True, None)
    site.tell(EVENTS[:1], STATES[0])
    assert [type(m) for m in site.attach("view").read()] == [Welcome]

"""A run with jogs, as its page tells it: who moved what by hand, and a replay in which the robot goes that way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.events import Event, JogAsked, JogEnded, RunOpened, WayFound
from cellwright.reading import read
from cellwright.report.bars import actual_bars
from cellwright.report.course import Course
from cellwright.report.gantt import gantt
from cellwright.report.gathered import gathered
from cellwright.report.keyframes import planned_tracks
from cellwright.report.record import Ground
from cellwright.report.replay_scene import scene
from cellwright.session import load_robots
from cellwright.workshop import open_workshop
from tests.journals.packing import FOLDER, unpacked
from tui.event_text import event_line

ROOT = Path(__file__).resolve().parents[2]
QUICKEST = 1.0  # rad/s of a joint that a jog at 0.1 m/s may have


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> tuple[Event, ...]:
    return unpacked(FOLDER / "first-move-jogged.tar.xz", tmp_path_factory.mktemp("jogged")).events()


@pytest.fixture(scope="module")
def taken(events: tuple[Event, ...]) -> Course:
    found = gathered(events, event_line).course.told()
    assert len(found.jogs) == 4
    return found


def test_each_jog_is_there_from_where_the_robot_stood_to_where_it_stood_then(events: tuple[Event, ...], taken: Course) -> None:
    ended = [event for event in events if isinstance(event, JogEnded)]
    assert [jogged.jog for jogged in taken.jogs] == [event.jog for event in ended]
    assert {jogged.who for jogged in taken.jogs} == {event.who for event in events if isinstance(event, JogAsked)}
    ways = {(way.jog, way.start): way for way in events if isinstance(way, WayFound)}
    for jogged in taken.jogs:
        assert jogged.start < jogged.stop
        assert jogged.after is not None
        assert jogged.before != jogged.after
        way, gone = ways[jogged.jog, jogged.before], np.subtract(jogged.after, jogged.before)
        assert (np.abs(gone) <= np.abs(np.subtract(way.end, way.start)) + 1e-3).all()
    first, last = taken.jogs[0], ended[0]
    assert last.why.startswith("no press for 250 ms")
    assert np.abs(np.subtract(first.after or (), ways[first.jog, first.before].end)).max() > 1e-3, "it went on to its end"


def test_without_samples_the_robot_goes_there_and_does_not_jump(taken: Course) -> None:
    track = planned_tracks(taken)["arm"]
    time, q = np.diff(track.time), np.abs(np.diff(track.q, axis=0)).max(axis=1)
    by_hand = [(j.start, j.stop) for j in taken.jogs]
    assert all(np.any((track.time >= a - 1e-9) & (track.time <= b + 1e-9)) for a, b in by_hand)
    still = q < 1e-9
    first, last = by_hand[0][0], by_hand[-1][1]
    during = (track.time[:-1] >= first) & (track.time[1:] <= last) & ~still
    assert during.sum() == len(by_hand)
    assert (q[during] <= QUICKEST * time[during]).all()


def test_the_replay_says_who_jogs_what_while_it_does(taken: Course, events: tuple[Event, ...], tmp_path: Path) -> None:
    reading = read(str(ROOT / "examples/01_first_move/first_move.intent"), {})
    assert reading.cell is not None
    robots = load_robots(reading.cell, open_workshop(lambda what, done, of: None, processes=1, cache=tmp_path)).expect()
    opened = next(event for event in events if isinstance(event, RunOpened))
    document = scene(Ground(reading.cell, robots), taken, opened.state, {}, {})
    for jogged in taken.jogs:
        middle = (jogged.start + jogged.stop) / 2.0
        assert jogged.text in [document["texts"][text] for start, stop, text in document["steps"] if start <= middle < stop]
    assert document["steps"] == sorted(document["steps"])


def test_it_stands_among_what_the_robot_was_busy_with_and_is_no_work_of_the_plan(taken: Course) -> None:
    bars = [bar for bar in actual_bars(taken) if bar.by_hand]
    assert [(bar.resource, bar.start, bar.works) for bar in bars] == [("arm", j.start, 0.0) for j in taken.jogs]
    page = str(gantt(taken))
    assert page.count("jogged by ann") == 2 * len(taken.jogs)
    assert page.count("↔") == len(taken.jogs) + 1


def test_a_run_in_which_nothing_is_planned_has_what_was_jogged(taken: Course) -> None:
    page = str(gantt(replace(taken, runs=(), plans=())))
    assert page.count("jogged by ann") == 2 * len(taken.jogs)

"""What a run has come to is told as events: when, what is in them, and that they are the figures that a report has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from cell.codec import to_plain
from cell.commands import Subject
from cell.events import Conclusion, Event, FiguresTold, RunEnded, RunResumed, StateChanged, TimeMarked
from cell.run import TELLS_FIGURES
from cell.scenario import GripLost, PersonEnters, Reject
from cell.steps import Grip
from controller.figures.figures import SECOND, Figures
from controller.figures.output import output_of
from controller.journal.replay import states, verified
from controller.journal.rows import snapshot_of, state_of
from controller.machine import advance
from controller.rehearsal import Ask
from controller.run_state import RunState
from controller.tally import Tally, figures_of
from tests.controller.tending import Tended, tend
from tests.controller.test_taking_over import just_sent
from tests.controller.under_rules import under_rules

OF = Subject("test")
DISTURBED = (Reject(1), GripLost("grip", 2, "on the way"), PersonEnters("aisle", 5.0, 25.0))


def run() -> Tended:
    return tend(*DISTURBED, asks=(Ask(100.0, "resume"), Ask(120.0, "hold"), Ask(131.0, "resume")))


def figures_at(events: Sequence[Event]) -> Iterator[tuple[FiguresTold, Figures]]:
    """Each that was told, with what a reader of the journal makes of the events before it."""
    tally = Tally()
    for event in events:
        if isinstance(event, FiguresTold):
            yield event, tally.told()
        tally.take(event)


def test_what_is_told_is_what_a_reader_of_the_journal_has_at_that_moment() -> None:
    told = list(figures_at(run().record.events))
    assert len(told) > 8
    for event, figures in told:
        assert [(s.cause, s.detail, s.seconds) for s in event.spent] == [
            (spell.cause, spell.detail, spent / SECOND) for spell, spent in figures.spells
        ]
        assert event.time == pytest.approx(sum(spell.seconds for spell in event.spent))
        assert (event.good, event.bad, event.planned) == (figures.output.good, figures.output.bad, figures.planned)
        assert (event.availability, event.effectiveness) == (figures.availability, figures.effectiveness)
        assert (event.quality, event.oee, event.late) == (figures.quality, figures.oee, figures.late)
        assert [(t.loop, t.target, t.actual, t.ended) for t in event.takts] == [
            (t.loop, t.target, t.actual, t.ended) for t in figures.takts
        ]


def test_the_last_one_is_of_the_whole_run_and_stands_before_its_end() -> None:
    events = run().record.events
    whole, last, end = figures_of(events), events[-2], events[-1]
    assert isinstance(last, FiguresTold)
    assert isinstance(end, RunEnded)
    assert (last.good, last.bad, last.oee) == (whole.output.good, whole.output.bad, whole.oee)
    assert last.state == end.state == "Complete"
    assert last.time == whole.total / SECOND > 100.0
    assert {s.cause for s in last.spent} >= {"running", "planning", "held by an operator", "slowed for a person"}


def test_they_are_told_at_each_change_of_state_each_part_and_each_minute_and_no_more_often() -> None:
    events = run().record.events
    marks = {event.at for event in events if isinstance(event, TimeMarked)}
    changes = {event.at for event in events if isinstance(event, StateChanged)}
    told = [event for event in events if isinstance(event, FiguresTold)]
    assert marks | changes <= {event.at for event in told}
    produced = [event.good + event.bad for event in told]
    assert produced == sorted(produced)
    assert set(produced) == set(range(produced[-1] + 1))
    others = [now for before, now in pairwise(told) if now.at not in marks | changes]
    assert len(others) == sum(now.good + now.bad > before.good + before.bad for before, now in pairwise(told) if now in others)


def test_nothing_follows_from_a_figure_that_is_told() -> None:
    events = run().record.events
    told = next(event for event in events if isinstance(event, FiguresTold))
    for state in list(states(events))[:: len(events) // 5]:
        assert advance(state, told) == (state, advance(state, told)[1])
        assert advance(state, told)[1].send == ()


def test_a_replay_tells_the_same_and_a_run_of_before_tells_none() -> None:
    events = run().record.events
    verified(events)
    old = under_rules((event for event in events if not isinstance(event, Conclusion)), TELLS_FIGURES - 1)
    said, state = list[Event](), RunState()
    for event in old:
        state, commands = advance(state, event)
        said += commands.record
    assert not [event for event in said if isinstance(event, FiguresTold)]
    assert [*said] == [e for e in events if isinstance(e, Conclusion) and not isinstance(e, FiguresTold)]
    assert figures_of(old) == figures_of(events)


def test_who_takes_a_run_over_goes_on_with_its_sums_also_from_a_snapshot() -> None:
    state, _ = just_sent(Grip, 2)
    plan = state.progress.plan
    assert plan is not None
    state = state_of(snapshot_of(state), lambda _: plan.plan)
    last, shift = state.now, 500_000_000_000
    resumed = RunResumed(last + shift + 33_000_000_000, OF, "", "", "virtual", shift, shift)
    after, commands = advance(state, resumed)
    (told,) = (event for event in commands.record if isinstance(event, FiguresTold))
    spent = {s.cause: s.seconds for s in told.spent}
    assert spent["without a controller"] == 33.0
    assert spent["running"] > 0.0
    assert told.time == pytest.approx(last / SECOND + 33.0)
    assert (told.good, told.bad) == (output_of(after).good, output_of(after).bad)


def test_a_line_of_it_is_short_and_all_plain() -> None:
    events = run().record.events
    longest = max(len(json.dumps(to_plain(event))) for event in events if isinstance(event, FiguresTold))
    assert longest < 1_500

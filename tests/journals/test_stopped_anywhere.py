"""Wherever a recorded run was, and whatever it waited for: asked for a stop it sends that, nothing that moves, and ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from immutables import Map

from cell.asked import STOPS, Asked
from cell.commands import StopAll, Subject
from cell.events import OperatorAsked, TimerExpired
from controller.journal.replay import states
from controller.machine import advance
from controller.run_state import Question, RunState
from tests.journals.packing import ENDING, recordings, unpacked

QUICK = "gantry-held-and-resumed"


def kind_of(state: RunState) -> tuple[object, ...]:
    """What may make a difference to a stop."""
    trouble, progress = state.trouble, state.progress
    return (
        state.pack, trouble.mode, trouble.stopping, state.manual is not None, state.manual and bool(state.manual.flight),
        trouble.is_looking, bool(trouble.questions), bool(trouble.unwritten), bool(trouble.failures), trouble.errand is not None,
        bool(progress.flights), bool(state.belief.cut), bool(state.belief.silent), trouble.hold and trouble.hold.code,
    )  # fmt: skip


def each_kind(recorded: Path, folder: Path) -> Iterator[RunState]:
    seen = set[tuple[object, ...]]()
    for state in states(unpacked(recorded, folder).each_event()):
        if state.context is not None and not state.is_over and (kind := kind_of(state)) not in seen:
            seen.add(kind)
            yield state
            if state.pack == "Held":  # none of these runs was asked anything
                asked = Map({"question.1": Question("Was it done?", ("done", "not done"))})
                yield replace(state, trouble=replace(state.trouble, questions=asked))


def stopped(state: RunState, what: Asked) -> None:
    of, where = Subject(state.run), (kind_of(state), what)
    after, commands = advance(state, OperatorAsked(state.now, of, what, "ann"))
    assert [type(command) for command in commands.send[:1]] == [StopAll], where
    assert {type(command) for command in commands.send} == {StopAll}, where
    if not after.is_over:
        assert after.pack in ("Stopping", "Aborting"), where
        after, commands = advance(after, TimerExpired(after.timers["standstill"], of, "standstill"))
        assert not commands.send, where
    assert after.is_over, where


@pytest.mark.parametrize(
    "recorded",
    [pytest.param(one, marks=() if one.name == QUICK + ENDING else pytest.mark.long) for one in recordings()],
    ids=lambda one: one.name.removesuffix(ENDING),
)
def test_a_stop_ends_a_recorded_run_wherever_it_is(recorded: Path, tmp_path: Path) -> None:
    found = list(each_kind(recorded, tmp_path))
    assert len(found) > 2
    for state in found:
        for what in sorted(STOPS):
            stopped(state, what)

"""A command that was just folded may go out: it is never in its own way, however long the disk then takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from cell.events import Conclusion, Event
from controller.machine import advance
from controller.run_state import NOTHING_YET
from controller.taken_back import unwanted
from tests.constructs.test_orders_of_people import bench
from tests.controller.tending import tend


def of_people() -> Sequence[Event]:
    """Whether somebody is idle nothing shows but that they were asked for nothing."""
    return bench().run().record.events


def of_machines() -> Sequence[Event]:
    return tend().record.events


@pytest.mark.parametrize("events", [of_people, of_machines])
def test_nothing_that_is_sent_is_in_its_own_way(events: Callable[[], Sequence[Event]]) -> None:
    state, sent = NOTHING_YET, 0
    for event in events():
        if isinstance(event, Conclusion):
            continue
        state, commands = advance(state, event)
        for command in commands.send:
            assert unwanted(state, command) is None, command
            sent += 1
    assert sent > 10

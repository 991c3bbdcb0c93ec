"""One store: live, replay and tests fold the same events, and believe what the controller believes."""

from __future__ import annotations

import pytest

from cell.events import HoldRaised, StepConfirmed, StepStarted
from controller.journal.replay import fold, states
from tests.journals.packing import ENDING, recordings
from tests.tui.operate.on_record import ASSEMBLY, HELD, TENDING, events_of, record_of, scene_of
from tui.operate.scene import Scene, all_taken, begun_from, taken

ALL = [path.name.removesuffix(ENDING) for path in recordings()]


@pytest.mark.parametrize("name", [HELD, *(pytest.param(name, marks=pytest.mark.slow) for name in ALL if name != HELD)])
def test_what_is_believed_is_what_the_controller_believed(name: str) -> None:
    assert scene_of(name).run == fold(events_of(name))


@pytest.mark.parametrize("number", [0, 1, 199, 200, 201, 399, 425, 426])
def test_a_record_gone_back_in_is_where_it_was_then(number: int) -> None:
    assert record_of(ASSEMBLY).after(number) == scene_of(ASSEMBLY, number)


def test_a_step_is_seen_to_begin_and_to_end_when_its_events_say() -> None:
    scene = scene_of(TENDING)
    began = {event.of.step: event.at for event in events_of(TENDING) if isinstance(event, StepStarted)}
    ended = {event.of.step: event.at for event in events_of(TENDING) if isinstance(event, StepConfirmed)}
    done = {name: seen for name, seen in scene.steps.items() if seen.how == "done"}
    assert len(done) > 20
    assert all(seen.began == began.get(name, seen.began) and seen.ended == ended[name] for name, seen in done.items())


def test_begun_from_a_state_it_goes_on_as_if_it_had_seen_all() -> None:
    events = events_of(ASSEMBLY)
    middle = list(states(events[:300]))[-1]
    late = all_taken(begun_from(300, middle, events[0].at, "virtual"), enumerate(events[300:], 301))
    whole = scene_of(ASSEMBLY)
    assert late.run == whole.run
    assert {"hold"} <= set(late.alarms.listed) <= set(whole.alarms.listed)
    assert late.from_seq == 300 < late.log[0].seq


def test_what_stands_when_somebody_attaches_is_in_the_list_of_alarms() -> None:
    events = events_of(ASSEMBLY)
    held = next(n for n, event in enumerate(events, 1) if isinstance(event, HoldRaised))
    scene = begun_from(held, list(states(events[:held]))[-1], events[0].at, "virtual")
    assert scene.alarms.top is not None
    assert scene.alarms.top.cause.code == "R715"


def test_an_event_that_is_missing_or_comes_twice_is_no_scene() -> None:
    events = events_of(ASSEMBLY)
    scene = taken(Scene(), 1, events[0])
    for seq in (1, 3):
        with pytest.raises(ValueError, match="does not follow 1"):
            taken(scene, seq, events[1])

"""Whatever happens, in whatever order: the fold takes no transition but those of the PackML table, ends once, and a stop ends it.

Events that no cell would send in that order: the property is of the fold, not of a cell.
"""

from __future__ import annotations

from functools import cache
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from cell.attended import AlarmAcknowledged, AlarmShelved, AlarmUnshelved
from cell.commands import Subject
from cell.conclusions import RunEnded, StateChanged
from cell.diagnostic import error
from cell.events import (
    Asked,
    CommandReported,
    CommandStatus,
    Conclusion,
    CountReported,
    DeviceAlarm,
    DeviceSilent,
    Event,
    HandClosedEmpty,
    JournalReported,
    LinkReported,
    LookMissed,
    NoPlan,
    NoProgressSeen,
    OperatorAsked,
    OrderArrived,
    OrderWithdrawn,
    OutcomeTold,
    SupplyReported,
    TimerExpired,
    TrackingErrorSeen,
    ZoneReported,
)
from cell.orders import Order
from controller.machine import advance
from controller.packml import ENDED
from controller.run_state import NOTHING_YET, RunState
from tests.controller.small_planner import SPAN
from tests.controller.tending import tend
from tests.controller.test_packml import ADDED, diagram

OF = Subject("test")
ARROWS = {(state, to) for (state, _), to in (diagram() | ADDED).items() if to is not None}

Draw = st.DrawFn


@cache
def real() -> tuple[Event, ...]:
    """The observations of an undisturbed run, the first two of which open it and give it a plan."""
    return tuple(event for event in tend().record.events if not isinstance(event, Conclusion))


@st.composite
def anything(draw: Draw, state: RunState) -> Event:
    """An event that some source could send, about what there is in the cell; time never runs backwards."""
    at = state.now + draw(st.sampled_from((0, 1, 10_000_000, 5_000_000_000, 40_000_000_000)))
    flag, device = draw(st.booleans()), draw(st.sampled_from(("g1", "grip", "lathe", "gauge", "nobody")))
    match draw(st.integers(0, 16)):
        case 0 | 1 | 2:
            return OperatorAsked(at, OF, draw(st.sampled_from(get_args(Asked))), "somebody")
        case 3:
            return ZoneReported(at, OF, "aisle", flag, "scanner")
        case 4:
            return SupplyReported(at, OF, draw(st.sampled_from(("starved", "blocked"))), "infeed", flag)
        case 5 if state.timers:
            return TimerExpired(at, OF, draw(st.sampled_from(sorted(state.timers))))
        case 6 | 7 if state.progress.flights:
            command = draw(st.sampled_from(sorted(state.progress.flights)))
            return CommandReported(at, OF, command, draw(st.sampled_from(get_args(CommandStatus))), "", "somehow")
        case 8:
            return DeviceAlarm(at, OF, device, flag, "E1", "an alarm")
        case 9:
            return DeviceSilent(at, OF, device, flag, 1.0)
        case 10:
            return LinkReported(at, OF, device, flag, "unplugged")
        case 11:
            number = state.progress.number + draw(st.integers(0, 1))
            return NoPlan(at, OF, number, (error("E601", "there is none", SPAN),))
        case 12:
            seen: tuple[Event, ...] = (
                TrackingErrorSeen(at, OF, "g1", 0.3, 0.1),
                NoProgressSeen(at, OF, "g1", 0.5, 5.0),
                HandClosedEmpty(at, OF, "grip.a", flag, "grip", 0.0),
                OutcomeTold(at, Subject("test", part="shaft#1"), "verdict", "reject", "gauge"),
                CountReported(at, OF, "infeed", 3.0, "count"),
            )
            return draw(st.sampled_from(seen))
        case 13:
            return JournalReported(at, OF, "no space" if flag else "") if device != "nobody" else LookMissed(at, OF, 12.0)
        case 14:
            order = Order(f"WO-{draw(st.integers(1, 3))}", "orders", ())
            return OrderArrived(at, OF, order) if flag else OrderWithdrawn(at, OF, order.id)
        case 15:
            key = draw(st.sampled_from(sorted(state.alarms.listed) or ["nobody"]))
            done: tuple[Event, ...] = (
                AlarmAcknowledged(at, OF, key, "ann"),
                AlarmShelved(at, OF, key, at + 60_000_000_000, "the fitter comes", "ann"),
                AlarmUnshelved(at, OF, key, "ann"),
            )
            return draw(st.sampled_from(done))
        case _:
            return draw(st.sampled_from(real()[2:]))


class Told:
    """A run folded event by event, held against the diagram at each of them."""

    def __init__(self) -> None:
        self.state, self.ends = NOTHING_YET, 0

    def fold(self, event: Event) -> None:
        before = self.state
        self.state, commands = advance(before, event)
        pack = before.pack
        for said in commands.record:
            if isinstance(said, StateChanged):
                assert said.before == pack
                assert (said.before, said.after) in ARROWS
                pack = said.after
            if isinstance(said, RunEnded):
                self.ends += 1
                assert said.state == pack in ENDED
        assert self.state.pack == pack
        assert self.ends == self.state.is_over <= 1
        if before.is_over:
            assert self.state.is_over
            assert not commands.send
            assert self.state.belief == before.belief


@given(st.data())
@settings(max_examples=120, deadline=None, derandomize=True)
def test_the_fold_keeps_to_the_table_ends_once_and_a_stop_ends_it(data: st.DataObject) -> None:
    told = Told()
    for event in real()[: data.draw(st.integers(2, 60), label="events of a real run")]:
        told.fold(event)
    for _ in range(data.draw(st.integers(0, 25), label="events of any kind")):
        told.fold(data.draw(anything(told.state)))
    before = told.state.pack
    was_over = told.state.is_over
    told.fold(OperatorAsked(told.state.now, OF, "stop", "somebody"))
    if not told.state.is_over:
        told.fold(TimerExpired(told.state.timers["standstill"], OF, "standstill"))
    assert told.state.is_over
    if not was_over:
        assert told.state.pack == ("Aborted" if before == "Aborting" else "Stopped")

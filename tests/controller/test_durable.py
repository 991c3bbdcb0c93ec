"""What has to be on the disk itself before anything follows from it: asked for by the loop, and done by the journal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cell.commands import SetSpeed, StopAll
from cell.events import CommandReported, CommandSent, Event, OutcomeTold
from controller.clock import VirtualClock
from controller.journal.disk import DiskJournal
from controller.journal.journal import MemoryJournal
from controller.rehearsal import AtOnce, Script
from controller.run_state import NOTHING_YET, RunState
from controller.runner import Runner
from tests.controller.small_planner import small_plan
from tests.controller.tending import SmallPlanner, released, spec, tend, world


class Noted(MemoryJournal):
    """`batches`: what was handed over at once, and whether it has to be on the disk itself."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[tuple[tuple[Event, ...], bool]] = []

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        super().append(events, state, is_durable=is_durable)
        self.batches.append((tuple(events), is_durable))


def goes_out(event: Event) -> bool:
    """Whether a command follows from it that may not go out before it is kept."""
    return isinstance(event, CommandSent) and not isinstance(event.command, StopAll | SetSpeed)


def is_outcome(event: Event) -> bool:
    return isinstance(event, OutcomeTold) or (isinstance(event, CommandReported) and event.status != "running")


def test_what_a_command_follows_from_and_what_nobody_tells_twice_is_durable_and_not_everything_is() -> None:
    given, journal = spec(), Noted()
    plan = small_plan(given.state, 3)
    assert plan is not None
    simulated = world()
    assert simulated.virtual is not None
    runner = Runner(given, simulated, VirtualClock(simulated.virtual), journal, AtOnce(SmallPlanner()), Script(()))
    assert runner.run(released(plan)).pack == "Complete"
    sent = [is_durable for events, is_durable in journal.batches if any(map(goes_out, events))]
    told = [is_durable for events, is_durable in journal.batches if any(map(is_outcome, events))]
    assert len(sent) > 20
    assert len(told) > 20
    assert all(sent)
    assert all(told)
    assert not all(is_durable for _, is_durable in journal.batches)


def test_what_is_durable_is_committed_with_the_disk_waited_for(tmp_path: Path) -> None:
    events = tend().record.events
    journal = DiskJournal(tmp_path, "test")
    said: list[str] = []
    journal._connection.set_trace_callback(said.append)
    wanted = (True, False, False, True, False)
    for event, is_durable in zip(events, wanted, strict=False):
        journal.append([event], NOTHING_YET, is_durable=is_durable)
    journal.close()
    assert list(synchronous(said)) == ["FULL" if is_durable else "NORMAL" for is_durable in wanted]


def synchronous(statements: Sequence[str]) -> Sequence[str]:
    """How the disk was waited for at each commit."""
    now, found = "FULL", []
    for statement in statements:
        if statement.startswith("PRAGMA synchronous"):
            now = statement.rpartition(" ")[2]
        if statement == "COMMIT":
            found.append(now)
    return found

"""Service: the same run as in rehearsal, behind two queues of texts."""

import pickle
import queue
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cell.codec import CodecError
from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.events import Event, NoPlan, OperatorAsked, PlanReleased, RunEnded, StepStarted
from cell.released_plan import ReleasedPlan
from cell.run import RunSummary
from cell.scenario import Disturbance, Reject
from controller.clock import PacedClock, VirtualClock
from controller.journal.beside import JournalBeside
from controller.journal.disk import DiskJournal
from controller.journal.folder import RunFolder, new_run
from controller.journal.rows import row_of
from controller.run_state import RunState
from controller.service import Message, post, read_message, serve
from tests.controller.small_planner import small_plan
from tests.controller.tending import SmallPlanner, intent, released, spec, tend, world


def drained(outbox: "queue.SimpleQueue[str]") -> list[Message]:
    found = []
    while not outbox.empty():
        found.append(read_message(outbox.get_nowait()))
    return found


def run(
    root: Path, *asks: str, speed: float | None = None, disturbances: tuple[Disturbance, ...] = ()
) -> tuple[RunSummary, list[Message], RunFolder]:
    given = spec(intent(), "served")
    plan = small_plan(given.state, 3)
    assert plan is not None
    inbox, outbox = queue.SimpleQueue[str](), queue.SimpleQueue[str]()
    for what in asks:
        post(inbox, what)  # type: ignore[arg-type]
    folder = new_run(root, "served")
    drivers = world(*disturbances)
    summary = serve(given, released(plan), drivers, SmallPlanner(3), folder, inbox, outbox, speed=speed, is_recorded=False)
    return summary, drained(outbox), folder


def test_the_session_hears_every_event_and_the_summary_last(tmp_path: Path) -> None:
    summary, messages, folder = run(tmp_path, disturbances=(Reject(2),))
    assert summary.state == "Complete"
    assert messages[-1] == summary
    events = [m for m in messages if not isinstance(m, RunSummary)]
    assert [type(e) for e in events] == [type(e) for e in folder.events()]
    assert all(e.plan is None for e in events if isinstance(e, PlanReleased))
    assert folder.summary() == summary


def test_the_summary_is_the_same_as_in_rehearsal(tmp_path: Path) -> None:
    summary, _, _ = run(tmp_path, disturbances=(Reject(2),))
    rehearsed = tend(Reject(2)).record.summary
    assert (summary.steps_done, summary.goals_met, summary.parts) == (rehearsed.steps_done, rehearsed.goals_met, rehearsed.parts)
    assert summary.makespan_s == pytest.approx(rehearsed.makespan_s, abs=1e-6)


def test_a_stop_ends_in_a_stopped_journaled_run(tmp_path: Path) -> None:
    summary, messages, folder = run(tmp_path, "stop")
    assert summary.state == "Stopped"
    assert any(isinstance(m, OperatorAsked) and m.what == "stop" for m in messages)
    assert isinstance(folder.events()[-1], RunEnded)
    assert folder.pid() is None


def test_paced_time_does_not_run_ahead(tmp_path: Path) -> None:
    summary, _, _ = run(tmp_path, speed=2000.0)
    assert summary.state == "Complete"
    drivers = world()
    drivers.open()
    clock = PacedClock(drivers.virtual, 1e-6)
    clock.step(10**9, lambda seconds: False)
    assert clock.now() < 10**6


def test_virtual_time_jumps_to_what_happens_next() -> None:
    drivers = world()
    drivers.open()
    drivers.motion["g1"].activate("a")
    clock = VirtualClock(drivers.virtual)
    clock.step(10**12, lambda seconds: False)
    assert clock.now() == 100_000_000
    clock.step(2 * 10**8, lambda seconds: False)
    assert clock.now() == 2 * 10**8
    with pytest.raises(RuntimeError, match="nothing will ever happen"):
        clock.step(None, lambda seconds: False)


class Broken(SmallPlanner):
    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        post(self.inbox, "stop")  # type: ignore[attr-defined]
        raise ZeroDivisionError("a defect")


def test_a_journal_that_cannot_be_opened_leaves_no_claim(tmp_path: Path) -> None:
    plan = small_plan(spec(intent(), "served").state, 3)
    assert plan is not None
    folder = new_run(tmp_path, "served")
    (folder.path / "journal.sqlite").mkdir()
    with pytest.raises(Exception, match=r"journal\.sqlite|unable to open"):
        serve(spec(intent(), "served"), released(plan), world(), SmallPlanner(3), folder, queue.SimpleQueue[str]())
    assert folder.pid() is None


def test_a_defect_of_the_planner_holds_the_run_and_ends_no_supervision(tmp_path: Path) -> None:
    given = spec(intent(), "served")
    plan = small_plan(given.state, 3)
    assert plan is not None
    inbox, outbox, planner = queue.SimpleQueue[str](), queue.SimpleQueue[str](), Broken(3)
    planner.inbox = inbox  # type: ignore[attr-defined]
    folder = new_run(tmp_path, "served")
    summary = serve(given, released(plan), world(Reject(1)), planner, folder, inbox, outbox, is_recorded=False)
    assert summary.state == "Stopped"
    refusals = [m for m in drained(outbox) if isinstance(m, NoPlan)]
    assert all("ZeroDivisionError: a defect" in r.diagnostics[0].message for r in refusals)


def test_a_text_that_is_no_request_is_a_defect_and_raised(tmp_path: Path) -> None:
    given = spec(intent(), "served")
    plan = small_plan(given.state, 3)
    assert plan is not None
    for text in ('{"type":"Request","what":"dance","who":"me"}', "[]", '{"type":"Order"}'):
        inbox = queue.SimpleQueue[str]()
        inbox.put(text)
        folder = new_run(tmp_path, f"bad{len(text)}")
        with pytest.raises(CodecError):
            serve(given, released(plan), world(), SmallPlanner(3), folder, inbox, queue.SimpleQueue(), is_recorded=False)


@pytest.mark.parametrize("side", [JournalBeside, DiskJournal])
def test_a_defect_of_ours_leaves_nothing_moving_and_an_interrupted_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: type[JournalBeside] | type[DiskJournal]
) -> None:
    """In the loop, or in the thread that writes beside it."""
    given = spec(intent(), "served")
    plan = small_plan(given.state, 3)
    assert plan is not None
    drivers, folder = world(), new_run(tmp_path, "served")
    take = side.append

    def fails_later(self: Any, events: Sequence[Event], state: RunState, **how: bool) -> None:
        if any(isinstance(e, StepStarted) and e.of.motion for e in events) and state.progress.confirmed > 3:
            raise ZeroDivisionError("a defect")
        take(self, events, state, **how)

    monkeypatch.setattr(side, "append", fails_later)
    with pytest.raises(ZeroDivisionError, match="a defect"):
        serve(given, released(plan), drivers, SmallPlanner(3), folder, queue.SimpleQueue(), queue.SimpleQueue())
    arm = drivers.motion["g1"].arm
    assert arm.run.stopping == "hold" if arm.run is not None else side is DiskJournal
    assert (folder.summary().state, folder.summary().pid) == ("Interrupted", None)


def test_spec_and_record_cross_to_another_process() -> None:
    record = tend(Reject(2)).record
    again = pickle.loads(pickle.dumps(record))
    assert again.summary == record.summary
    assert [row_of(n, e) for n, e in enumerate(again.events)] == [row_of(n, e) for n, e in enumerate(record.events)]
    assert again.spec == record.spec

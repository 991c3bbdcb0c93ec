"""Going on with a run that its controller has left: what it needs is read and proved again, and its devices are found again.

Law: until somebody confirms nothing is written and nothing moves; a run that is not gone on with stays as it was, and its
simulated world lives on for its time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cell.commands import RequestPlan
from cell.dataclass import dataclass
from cell.diagnostic import Outcome, error
from cell.orders import OrderAdded, OrderCancelled, OrderChange
from cell.plan_inputs import plan_inputs
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.scenario import Scenario
from cell.scenario_orders import order_changes
from cell.state import PlanningRequest
from cellwright.begun import Begun, read_begun
from cellwright.cell_lock import CellLock
from cellwright.following import followed_by
from cellwright.in_service import FASTEST, InService, drivers_again, drivers_in_service
from cellwright.planner_link import PlannerProcess
from cellwright.reading import Reading
from cellwright.refusal import Refusal
from cellwright.running import run_spec
from cellwright.session import release_plan, request_for
from cellwright.start_file import Start
from cellwright.workshop import Workshop
from controller.acceptance import inputs_differ
from controller.clock import Clock, RealClock
from controller.difference import Difference, differences
from controller.inquiry import sent_beyond
from controller.journal.folder import RunFolder
from controller.journal.journal import MemoryJournal, legible
from controller.journal.left_off import LeftOff, left_off
from controller.packml import STOPPED_OR_ABOUT_TO
from controller.rehearsal import AtOnce, Script
from controller.run_state import Question, RunState
from controller.runner import Resumption, Runner
from controller.time_shift import Moment, Times, shift_to

GONE = "R760"
AGAIN = "`cellwright run` begins anew; look at the cell first"
OLDER = f"where the newer record is, put it back and resume; else {AGAIN}"


@dataclass(frozen=True, slots=True)
class Left:
    """A run without a controller and without an end, read and proved again. `off` is what its journal says."""

    folder: RunFolder
    start: Start
    begun: Begun
    reading: Reading
    request: PlanningRequest
    workshop: Workshop
    off: LeftOff
    before: Resumption

    @property
    def spec(self) -> RunSpec:
        return run_spec(self.folder.id, self.request, self.start.is_manual)

    def planner(self) -> PlannerProcess:
        """A process of its own, which begins when it is asked or warmed. A run that outlives its controller has real time."""
        return PlannerProcess(self.folder.path, self.workshop, self.request, proves_beside=True)


@dataclass(frozen=True, slots=True)
class Found:
    """What its devices show. `after` is what the run would go on from; `before` has its moments in the clock of now, and what
    devices have told so far."""

    left: Left
    clock: Clock
    before: Resumption
    after: RunState

    @property
    def differences(self) -> tuple[Difference, ...]:
        return differences(self.left.before.state, self.after)

    @property
    def asked(self) -> dict[str, Question]:
        return dict(self.after.trouble.questions)

    @property
    def held_because(self) -> str | None:
        """Beside that its controller was gone, which is why somebody looks."""
        is_ending = not self.left.before.state.is_over and self.after.pack in STOPPED_OR_ABOUT_TO
        if is_ending and not self.after.trouble.holds_then:  # as a version of before has begun it
            return "it was being stopped: that ends first, and nothing moves; then resume once more"
        hold = self.after.trouble.hold
        return None if hold is None or hold.code == GONE else f"{hold.code} {hold.text}"

    @property
    def questions(self) -> tuple[tuple[str, Question], ...]:
        return tuple(sorted(self.after.trouble.questions.items()))

    @property
    def replans_because(self) -> str | None:
        """None: the plan in hand goes on."""
        return self.after.trouble.replan


def left_run(folder: RunFolder, start: Start, reading: Reading, workshop: Workshop) -> Outcome[Left]:
    """`reading` is what the run was begun with, as it is now. Raises JournalError."""
    workshop.progress("journal", 0, 0)
    off = _left_off(folder)
    state, begun, plan = off.state, read_begun(folder.path), off.state.progress.plan
    if not state.may_go_on:
        return refused("R762", f"run {folder.id} is over: {state.pack}", AGAIN)
    if begun is None or plan is None or off.opened is None:
        return refused("R765", f"nothing says how run {folder.id} was begun", AGAIN)
    if state.run != folder.id:
        text = f"folder {folder.id} is a copy of run {state.run}, or was renamed: what it knows may be old"
        return refused("R765", text, f"resume run {state.run}; where only this record of it is left, give it that name back")
    if not begun.is_simulated and (later := followed_by(folder, begun, off.opened)) is not None:
        text = f"run {later.id} has begun in the same cell since: what run {folder.id} knows of its parts is old"
        return refused("R762", text, AGAIN)
    workshop.progress("robots", 0, 0)
    request = request_for(reading, workshop, start.seed, off.planned_from, frozenset(start.without), (), start.is_continuous)
    if request.value is None:
        return Outcome(None, request.diagnostics)
    other = [
        error("R719", f"{what} has changed since the run was begun", help="put it back, or begin anew: `cellwright run`")
        for what in inputs_differ(plan.plan, plan_inputs(request.value))
    ]
    if other:
        return Outcome(None, tuple(other))
    released = release_plan(plan.plan, request.value, workshop)
    if released.value is None:
        return Outcome(None, released.diagnostics)
    first = replace(request.value, state=off.opened.state)
    before = Resumption(state, released.value, off.plans, 0, off.opened.at)
    return Outcome(Left(folder, start, begun, reading, first, workshop, off, before))


def _left_off(folder: RunFolder) -> LeftOff:
    journal = folder.journal()
    try:
        with legible(folder.path):
            return left_off(journal)
    finally:
        journal.close()


def drivers_of(left: Left, worlds: Path, lock: CellLock) -> Outcome[InService]:
    """Found again, or made anew; not opened yet. Whoever does not go on lets the process end and closes nothing: a world that is
    told goodbye ends."""
    begun = left.begun
    if begun.world is not None:
        record = None if begun.record is None else Path(begun.record)
        return drivers_again(left.request, Path(begun.world), left.start.speed, record, lock=lock)
    if begun.is_simulated:
        text = "the simulated world of this run ended with its controller: nobody can say how it would stand now"
        help_ = f"with --speed up to {FASTEST:g} it has a process of its own, and outlives its controller for ten minutes"
        return refused("R764", text, help_)
    return drivers_in_service(left.request, Scenario(), left.start.speed, worlds, lock=lock)


def looked_at(left: Left, drivers: InService, last: Found | None = None) -> Found:
    """Writes nothing, and may be done again: what was told in the `last` look is told no second time. Raises DriverError, and
    Refusal where the devices have done more than the journal knows of."""
    clock = drivers.clock or RealClock()
    assert left.off.times is not None, "a run that was begun has a first event"
    before = replace(_in_clock(left.before, left.off.times, clock), heard=() if last is None else last.before.heard)
    runner = Runner(left.spec, drivers.drivers, clock, MemoryJournal(), AtOnce(_Nobody()), Script(()))
    after = runner.look(before)
    if (beyond := sent_beyond(drivers.drivers, before.state)) is not None:
        device, command = beyond
        text = f"{device} knows of {command}, which this record never sent: the record is older than the cell"
        raise Refusal(error("R765", text, help=OLDER))
    return Found(left, clock, replace(before, heard=runner.heard), after)


def orders_to_come(left: Left) -> Iterator[tuple[float, OrderChange]]:
    """Those of its scenario that had not come, or gone, when its controller went."""
    for at, change in order_changes(left.start.scenario or Scenario(), left.request.cell):
        match change:
            case OrderAdded(order) if order.id not in left.off.come:
                yield at, change
            case OrderCancelled(order_id) if order_id not in left.off.gone:
                yield at, change
            case _:
                pass


class _Nobody:
    """While somebody looks nothing is planned."""

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        return Outcome(None)


def _in_clock(left: Resumption, times: Times, clock: Clock) -> Resumption:
    shift = shift_to(times, Moment(clock.now(), clock.utc(), clock.boot(), clock.kind))
    return replace(left, shift=shift, opened=times.opened + shift)


def refused(code: str, text: str, help: str) -> Outcome[Any]:
    return Outcome(None, (error(code, text, help=help),))

"""Going on with a run that its controller has left: what it needs is read and proved again, and its devices are found again.

Law: until somebody confirms nothing is written and nothing moves; a run that is not gone on with stays as it was, and its
simulated world lives on for its time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cell.diagnostic import Outcome, error
from cell.events import Event, PlanReleased, PlanRequested, RunOpened
from cell.plan_inputs import plan_inputs
from cell.run import RunSpec
from cell.scenario import Scenario
from cell.state import CellState, PlanningRequest
from cellwright.begun import Begun, read_begun
from cellwright.in_service import InService, drivers_again, drivers_in_service
from cellwright.reading import Reading
from cellwright.running import ResidentPlanner, run_spec
from cellwright.session import read_again, release_plan, request_for
from cellwright.workshop import Workshop
from controller.acceptance import inputs_differ
from controller.clock import Clock, RealClock
from controller.difference import Difference, differences
from controller.journal.folder import RunFolder
from controller.journal.journal import MemoryJournal
from controller.journal.replay import fold
from controller.rehearsal import AtOnce, Script
from controller.run_state import Question, RunState
from controller.runner import Resumption, Runner
from controller.time_shift import Moment, Times, shift_to, times_of

AGAIN = "`cellwright run` begins anew; look at the cell first"


@dataclass(frozen=True, slots=True)
class Left:
    """A run without a controller and without an end, read and proved again. `events` are all of its journal."""

    folder: RunFolder
    begun: Begun
    reading: Reading
    request: PlanningRequest
    workshop: Workshop
    events: tuple[Event, ...]
    before: Resumption

    @property
    def spec(self) -> RunSpec:
        return run_spec(self.folder.id, self.request)

    @property
    def planner(self) -> ResidentPlanner:
        begun = self.begun
        return ResidentPlanner(self.reading, self.workshop, begun.seed, frozenset(begun.without), begun.is_continuous)


@dataclass(frozen=True, slots=True)
class Found:
    """What its devices show. `after` is what the run would go on from; `before` has its moments in the clock of now."""

    left: Left
    drivers: InService
    clock: Clock
    before: Resumption
    after: RunState

    @property
    def differences(self) -> tuple[Difference, ...]:
        return differences(self.left.before.state, self.after)

    @property
    def questions(self) -> tuple[tuple[str, Question], ...]:
        return tuple(sorted(self.after.trouble.questions.items()))

    @property
    def replans_because(self) -> str | None:
        """None: the plan in hand goes on."""
        return self.after.trouble.replan


def left_run(folder: RunFolder, workshop: Workshop) -> Outcome[Left]:
    """Raises JournalError, and OSError where a file that the plan was made from cannot be read."""
    pid = folder.pid()
    if pid is not None:
        return _refused("R763", f"run {folder.id} has a controller that lives, process {pid}", "Nothing is to be resumed.")
    events = folder.events()
    state = fold(events)
    if state.is_over:
        return _refused("R762", f"run {folder.id} is over: {state.pack}", AGAIN)
    begun, plan = read_begun(folder.path), state.progress.plan
    if begun is None or plan is None:
        return _refused("R765", f"nothing says how run {folder.id} was begun", AGAIN)
    reading = read_again(plan.plan, Path(begun.folder))
    if reading is None:
        return _refused("R765", "its plan names no intent", AGAIN)
    made_from = _planned_from(events, state.progress.number)
    request = request_for(reading, workshop, begun.seed, made_from, frozenset(begun.without), (), begun.is_continuous)
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
    plans = tuple(event.plan for event in events if isinstance(event, PlanReleased) and event.plan is not None)
    opened = next(event for event in events if isinstance(event, RunOpened))
    start = replace(request.value, state=opened.state)
    before = Resumption(state, released.value, plans, 0, opened.at)
    return Outcome(Left(folder, begun, reading, start, workshop, events, before))


def found_run(left: Left, worlds: Path) -> Outcome[Found]:
    """Opens its devices and looks. Whoever does not go on lets the process end and closes nothing: a world that is told goodbye
    ends. Raises DriverError."""
    drivers = _drivers(left, worlds)
    if drivers.value is None:
        return Outcome(None, drivers.diagnostics)
    clock = drivers.value.clock or RealClock()
    times = times_of(left.events)
    assert times is not None, "a run that was begun has a first event"
    before = _in_clock(left.before, times, clock)
    runner = Runner(left.spec, drivers.value.drivers, clock, MemoryJournal(), AtOnce(left.planner), Script(()))
    after = runner.look(before)
    return Outcome(Found(left, drivers.value, clock, before, after))


def _drivers(left: Left, worlds: Path) -> Outcome[InService]:
    begun = left.begun
    if begun.world is not None:
        return drivers_again(left.request, Path(begun.world), begun.speed, None if begun.record is None else Path(begun.record))
    if begun.is_simulated:
        text = "the simulated world of this run ended with its controller: nobody can say how it would stand now"
        return _refused("R764", text, "with --speed it has a process of its own, and outlives its controller for two minutes")
    return drivers_in_service(left.request, Scenario(), begun.speed, worlds)


def _in_clock(before: Resumption, times: Times, clock: Clock) -> Resumption:
    shift = shift_to(times, Moment(clock.now(), clock.utc(), clock.boot(), clock.kind))
    return replace(before, shift=shift, opened=times.opened + shift)


def _planned_from(events: tuple[Event, ...], number: int) -> CellState | None:
    """The state that the plan of that number was asked for from."""
    asked: CellState | None = None
    for event in events:
        match event:
            case RunOpened(state=state):
                asked = state
            case PlanRequested(number=of, state=state) if of <= number:
                asked = state
            case _:
                pass
    return asked


def _refused(code: str, text: str, help: str) -> Outcome[Any]:
    return Outcome(None, (error(code, text, help=help),))

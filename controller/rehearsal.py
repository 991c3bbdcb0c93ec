"""A run in one process and in virtual time, its journal in memory, no socket and no disk: for tests, `simulate` and campaigns.

The same fold, runner and dispatcher as in service; only the parts around them differ.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from cell.commands import RequestPlan
from cell.dataclass import dataclass
from cell.diagnostic import Outcome
from cell.driver import DriverSet, VirtualTime
from cell.events import Asked, Event
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec, RunSummary
from cell.scenario import ClockJump, DiskFull, DiskSlow, OperatorAsks, Scenario
from controller.callers import AnswerBook, NoAnswers, Recorder, Replanner
from controller.clock import VirtualClock
from controller.journal.journal import MemoryJournal
from controller.journal.rehearsed_disk import RehearsedDisk
from controller.order_book import Announced, OrderBook
from controller.run_state import RunState
from controller.runner import Runner
from controller.summary import summary_of

D = TypeVar("D")
UNDISTURBED = Scenario()


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a rehearsal leaves; it may cross to another process."""

    spec: RunSpec
    events: tuple[Event, ...]
    summary: RunSummary


@dataclass(frozen=True, slots=True)
class Ask:
    """At `time` s of virtual time the operator asks for `what`."""

    time: float
    what: Asked
    who: str = "operator"


def rehearse(
    spec: RunSpec,
    plan: ReleasedPlan,
    drivers: DriverSet,
    replanner: Replanner,
    asks: Sequence[Ask] = (),
    recorder: Recorder | None = None,
    orders: OrderBook | None = None,
    scenario: Scenario = UNDISTURBED,
    longest: float | None = None,
    keeps: int | None = None,
    hear: Callable[[Event], None] | None = None,
) -> RunRecord:
    """Runs `plan` to its end, or to a hold that no later one of `asks` answers, with the `orders` that come meanwhile. The world
    of `drivers` makes happen what `scenario` says of devices; what it says of the controller's own machine and of its operator
    happens here. `keeps`: of how many events, the newest ones, the record tells; None: of all, which a run of hours has no room
    for. `hear` is told each as it comes. Raises ValueError for drivers of real devices: they have no virtual time. Raises
    EndlessRun where it has not come to an end after `longest` s."""
    record, _ = rehearsed(spec, plan, drivers, replanner, asks, recorder, orders, scenario, longest, keeps=keeps, hear=hear)
    return record


def rehearsed(
    spec: RunSpec,
    plan: ReleasedPlan,
    drivers: DriverSet,
    replanner: Replanner,
    asks: Sequence[Ask] = (),
    recorder: Recorder | None = None,
    orders: OrderBook | None = None,
    scenario: Scenario = UNDISTURBED,
    longest: float | None = None,
    answers: AnswerBook | None = None,
    journal: MemoryJournal | None = None,
    keeps: int | None = None,
    hear: Callable[[Event], None] | None = None,
) -> tuple[RunRecord, RunState]:
    """The same, with the folded state, which does not cross to another process; and with somebody who `answers` questions.
    `journal`: where the events go, and no disk is slow or full then, nor does anybody `hear` of them."""
    if drivers.virtual is None:
        raise ValueError("a rehearsal needs drivers with virtual time")
    kept = journal or _journal(scenario, drivers.virtual, keeps, hear)
    runner = Runner(
        spec,
        drivers,
        VirtualClock(drivers.virtual, jumps=[(round(d.at * 1e9), d.by) for d in _of(scenario, ClockJump)], longest=longest),
        kept,
        AtOnce(replanner),
        Script((*asks, *(Ask(d.at, d.what) for d in _of(scenario, OperatorAsks)))),
        recorder,
        orders or Announced(),
        ends_when_held=True,
        answers=answers or NoAnswers(),
    )
    state = runner.run(plan)
    return RunRecord(spec, tuple(kept.events), summary_of(state)), state


def _journal(scenario: Scenario, virtual: VirtualTime, keeps: int | None, hear: Callable[[Event], None] | None) -> MemoryJournal:
    spells = [d for d in scenario.disturbances if isinstance(d, DiskSlow | DiskFull)]
    return RehearsedDisk(virtual, spells, keeps, hear) if spells else MemoryJournal(keeps, hear)


def _of(scenario: Scenario, kind: type[D]) -> list[D]:
    return [d for d in scenario.disturbances if isinstance(d, kind)]


class AtOnce:
    """A planner that answers in no time at all, as virtual time has it."""

    def __init__(self, replanner: Replanner) -> None:
        self._replanner = replanner
        self._answer: tuple[RequestPlan, Outcome[ReleasedPlan]] | None = None

    def ask(self, request: RequestPlan) -> None:
        self._answer = (request, self._replanner.replan(request))

    def answer(self) -> tuple[RequestPlan, Outcome[ReleasedPlan]] | None:
        answer, self._answer = self._answer, None
        return answer


class Script:
    """An operator who asks by the clock."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        self._asks = deque(sorted(asks, key=lambda ask: ask.time))

    def take(self, now: int) -> Sequence[tuple[Asked, str]]:
        due = []
        while self._asks and round(self._asks[0].time * 1e9) <= now:
            due.append(self._asks.popleft())
        return [(ask.what, ask.who) for ask in due]

    def wait(self, seconds: float) -> bool:
        return False

    def next_time(self) -> int | None:
        return round(self._asks[0].time * 1e9) if self._asks else None

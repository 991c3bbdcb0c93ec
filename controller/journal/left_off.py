"""Where a controller has left a run off, as far as whoever takes over has to know: the newest snapshot and what came behind it,
and the few events that are asked for by their kind. So a run of a shift is gone on with as quickly as one of a minute.

Law: it is what the fold of all events comes to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cell.dataclass import dataclass
from cell.events import Event, OrderArrived, OrderWithdrawn, PlanRequested, RunOpened, RunResumed, TimeMarked
from cell.motion_plan import MotionPlan
from cell.state import CellState
from cell.steps import AtMeasured, Stance
from controller.journal.journal import StoredJournal
from controller.journal.replay import replayed
from controller.observe import stances_of
from controller.run_state import RunState
from controller.time_shift import Times, times_of

RARE = (RunOpened, RunResumed, OrderArrived, OrderWithdrawn)
KNOWN = 2  # plans at least whose stances are known again


@dataclass(frozen=True, slots=True)
class LeftOff:
    """`told`: the number of the last whole event, `state` the one behind it. `opened` and `times` None where no run was opened.
    `planned_from`: the state that the plan in hand was asked for from. `plans`, the oldest first, are those whose stances are to
    be known. `come` and `gone` are the orders that were told of, and told to be withdrawn."""

    told: int
    state: RunState
    opened: RunOpened | None
    times: Times | None
    planned_from: CellState | None
    plans: tuple[MotionPlan, ...]
    come: frozenset[str]
    gone: frozenset[str]


def left_off(journal: StoredJournal) -> LeftOff:
    """Raises JournalError."""
    told, state = replayed(journal)
    few = tuple(journal.of_kinds(*(kind.__name__ for kind in RARE)))
    return LeftOff(
        told=told,
        state=state,
        opened=next((event for event in few if isinstance(event, RunOpened)), None),
        times=_times(journal, few, state),
        planned_from=_planned_from(journal, state.progress.number),
        plans=tuple(reversed(list(_plans(journal, state)))),
        come=frozenset(event.order.id for event in few if isinstance(event, OrderArrived)),
        gone=frozenset(event.order for event in few if isinstance(event, OrderWithdrawn)),
    )


def _times(journal: StoredJournal, few: Sequence[Event], state: RunState) -> Times | None:
    """`few` have every opening. The state's own moment is the latest in the clock of the last controller."""
    begun = [event for event in few if isinstance(event, RunOpened | RunResumed)]
    newest = next(journal.of_kinds(TimeMarked.__name__, RunResumed.__name__, RunOpened.__name__, newest_first=True), None)
    times = times_of([*begun, *([newest] if isinstance(newest, TimeMarked) else [])])
    return None if times is None else replace(times, last=state.now)


def _planned_from(journal: StoredJournal, number: int) -> CellState | None:
    """The state that the plan of that number was asked for from."""
    for event in journal.of_kinds(PlanRequested.__name__, RunOpened.__name__, newest_first=True):
        match event:
            case RunOpened(state=state):
                return state
            case PlanRequested(number=of, state=state) if of <= number:
                return state
            case _:
                pass
    return None


def _plans(journal: StoredJournal, state: RunState) -> Iterator[MotionPlan]:
    """The newest first, back to where the stance of every robot is known. A robot that somebody has brought to where only an
    older plan has a stance is where it is measured to be."""
    wanted = {(name, robot.stance) for name, robot in state.belief.robots.items() if _has_name(robot.stance)}
    for count, name in enumerate(journal.plans_newest_first()):
        if count >= KNOWN and not wanted:
            return
        plan = journal.plan(name)
        yield plan
        wanted -= {(robot, stance) for robot, known in stances_of(plan).items() for stance in known}


def _has_name(stance: Stance | None) -> bool:
    return stance is not None and not isinstance(stance, AtMeasured)

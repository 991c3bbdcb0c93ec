"""A shift without end, rehearsed: what there is in memory at each plan, and what was made, by the run and by its world."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cell.commands import RequestPlan
from cell.diagnostic import Outcome
from cell.released_plan import ReleasedPlan
from cell.run import RunSpec
from cell.world_record import RestsIn, WorldRecord
from cell_drivers.simulated import SimulatedCell
from controller.callers import Replanner
from controller.figures.figures import Figures
from controller.rehearsal import Ask, RunRecord, rehearsed
from controller.run_state import RunState
from tests.rolling.newest import NewestJournal

OURS = ("cell.", "controller.", "cell_drivers.", "tui.")


@dataclass(frozen=True, slots=True)
class Moment:
    """`time` s of the cell's time, `memory` kB resident, `handles` open files, `objects` of our own types, by type."""

    time: float
    memory: int
    handles: int
    objects: Counter[str]


@dataclass(slots=True)
class Watched:
    """A planner that looks around whenever it is asked. `counts`: at which of these times, from 0, it counts objects too, which
    takes long in a process that has many."""

    planner: Replanner
    now: Callable[[], int]
    counts: Collection[int]
    moments: list[Moment] = field(default_factory=list)

    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        found = self.planner.replan(request)
        objects = Counter[str](_ours()) if len(self.moments) in self.counts else Counter[str]()
        self.moments.append(Moment(self.now() / 1e9, memory(), handles(), objects))
        return found


@dataclass(frozen=True, slots=True)
class Shift:
    record: RunRecord
    state: RunState
    figures: Figures
    truth: WorldRecord
    moments: tuple[Moment, ...]

    def made(self, place: str) -> int:
        """Parts that truly lie there, those that the world has only counted included."""
        lying = sum(part.where == RestsIn(place) for part in self.truth.parts)
        return lying + sum(count for _, where, count in self.truth.forgotten.parts if where == place)


def shift(
    spec: RunSpec,
    plan: ReleasedPlan,
    world: SimulatedCell,
    planner: Replanner,
    hours: float,
    keeps: int,
    counts: Collection[int] = (),
    journal: NewestJournal | None = None,
) -> Shift:
    """`keeps`: how many events the journal does, where none is given; `world` says for itself what it remembers."""
    watched, journal = Watched(planner, world.now, counts), journal or NewestJournal(keeps)
    record, state = rehearsed(spec, plan, world, watched, (Ask(hours * 3600.0, "finish"),), journal=journal)
    return Shift(record, state, journal.tally.told(), world.record(), tuple(watched.moments))


def memory() -> int:
    """kB resident."""
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))


def handles() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _ours() -> Iterator[str]:
    """Facts are not counted: the planner shares them between plans, up to a bound of its own (planner/tasks/draft.py)."""
    gc.collect()
    for one in gc.get_objects():
        kind = type(one)
        if str(kind.__module__).startswith(OURS) and kind.__name__ != "Fact":
            yield f"{kind.__module__}.{kind.__name__}"

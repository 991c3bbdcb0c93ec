"""The figures of a run, folded from its events: OEE, takt, parts, time by cause, links.

OEE index = availability * effectiveness * quality ratio, as in ISO 22400-2:2014 by what OPC 40501-1 (OPC UA for Machine Tools
1.01), C.2.4, quotes of it; the standard itself was not at hand:

    availability   = APT / PBT        actual production time / planned busy time
    effectiveness  = PRI * PQ / APT   planned run time for what was produced / actual production time
    quality ratio  = GQ / PQ          good parts / produced parts

APT: in Execute, with a plan being carried out (at whatever speed). PBT: the time of the run but that in which there were no
orders. PRI * PQ: what should have been taken for what was done of the plans (planned_time.py), so a late machine and less speed
are losses. None of the three is above 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cell.events import ClauseBroken, Conclusion, Event, RunEnded, RunOpened, RunResumed, StepConfirmed, SupplyReported
from controller.figures.link_quality import LinkQuality, LinkTally
from controller.figures.lost_time import STARTING, UNATTENDED, Spell, spell_of
from controller.figures.output import Output, output_of
from controller.figures.planned_time import PlannedTime
from controller.machine import advance
from controller.run_state import NOTHING_YET, RunState

SECOND = 1e9
PRODUCTION = ("running", "slowed for a person")


@dataclass(frozen=True, slots=True)
class Takt:
    """Of a loop with a pace. `target` and `actual` in s from the end of one iteration to that of the next, without the time
    suspended; `actual` None below two that ended. `late` counts the slips."""

    loop: str
    target: float
    actual: float | None
    ended: int


@dataclass(frozen=True, slots=True)
class Figures:
    """`spells` in ns, the longest first; they add up to `total`, the ns from the run's first event to its last one."""

    total: int
    spells: tuple[tuple[Spell, int], ...]
    output: Output
    planned: float
    takts: tuple[Takt, ...]
    late: int
    links: tuple[LinkQuality, ...]

    def seconds(self, *causes: str) -> float:
        return sum(spent for spell, spent in self.spells if spell.cause in causes) / SECOND

    @property
    def availability(self) -> float | None:
        busy = self.total / SECOND - self.seconds("without orders")
        return self._production / busy if busy > 0.0 else None

    @property
    def effectiveness(self) -> float | None:
        return self.planned / self._production if self._production > 0.0 else None

    @property
    def quality(self) -> float | None:
        return self.output.good / self.output.produced if self.output.produced else None

    @property
    def oee(self) -> float | None:
        """None where one of its factors is not known."""
        a, e, q = self.availability, self.effectiveness, self.quality
        return None if a is None or e is None or q is None else a * e * q

    @property
    def _production(self) -> float:
        return self.seconds(*PRODUCTION)


@dataclass(slots=True)
class Tally:
    """Takes in the events of a run, one after another; what it keeps does not grow with their number."""

    state: RunState = NOTHING_YET
    began: int | None = None
    last: int = 0
    spell: Spell = STARTING
    spent: dict[Spell, int] = field(default_factory=dict)
    production: int = 0
    supplies: dict[str, Literal["starved", "blocked"]] = field(default_factory=dict)
    planned: PlannedTime = field(default_factory=PlannedTime)
    links: LinkTally = field(default_factory=LinkTally)
    ends: dict[str, int] = field(default_factory=dict)
    late: int = 0

    def take(self, event: Event) -> None:
        match event:
            case ClauseBroken(kind=kind):
                self.late += kind == "every"
            case StepConfirmed(of=of):
                self.planned.confirmed(of, self.production)
            case _:
                pass
        if isinstance(event, Conclusion) and not isinstance(event, RunEnded):
            return
        self._until(event)
        before, (self.state, _) = self.state, advance(self.state, event)
        if isinstance(event, SupplyReported):
            self.supplies[event.what] = event.cause
        self.spell = spell_of(self.state, self.spell, self.supplies)
        self.planned.follow(self.state.progress, self.production)
        self.links.take(event, before)
        self._paced(before)

    def told(self) -> Figures:
        by_length = sorted(self.spent.items(), key=lambda entry: (-entry[1], entry[0]))
        return Figures(
            self.last - (self.last if self.began is None else self.began),
            tuple((spell, spent) for spell, spent in by_length if spent),
            output_of(self.state),
            self.planned.total(),
            tuple(self._takts()),
            self.late,
            self.links.told(self.last),
        )

    def _until(self, event: Event) -> None:
        """The time from the last event to this one goes to what it was spent with."""
        match event:
            case RunOpened(at=at):
                self.began = self.last = at
            case RunResumed(shift=shift):
                self.links.close(self.last)
                self.last += shift
                self.began = self.last if self.began is None else self.began + shift
                self.ends = {loop: end + shift for loop, end in self.ends.items()}
                self.spell = UNATTENDED
            case _:
                pass
        spent = max(0, event.at - self.last)
        self.spent[self.spell] = self.spent.get(self.spell, 0) + spent
        self.production += spent if self.spell.cause in PRODUCTION else 0
        self.last += spent

    def _paced(self, before: RunState) -> None:
        for loop, paced in self.state.trouble.paces.items():
            earlier = before.trouble.paces.get(loop)
            if earlier is None or paced.count > earlier.count:
                self.ends[loop] = self.state.now - self.state.trouble.starved

    def _takts(self) -> Iterable[Takt]:
        loops = self.state.policies.loops if self.state.policies is not None else {}
        for loop, paced in self.state.trouble.paces.items():
            pace = loops[loop].block.pace if loop in loops else None
            if pace is not None:
                ended = paced.count
                actual = (self.ends[loop] - paced.first) / (ended - 1) / SECOND if ended > 1 else None
                yield Takt(loops[loop].members.text, pace.interval.quantity.value, actual, ended)


def tallied(events: Iterable[Event]) -> Tally:
    tally = Tally()
    for event in events:
        tally.take(event)
    return tally


def figures_of(events: Iterable[Event]) -> Figures:
    return tallied(events).told()


def by_cause(figures: Figures) -> Mapping[str, float]:
    """Seconds by cause, details together, the longest first; all of them together are the run's time."""
    found: dict[str, float] = {}
    for spell, spent in figures.spells:
        found[spell.cause] = found.get(spell.cause, 0.0) + spent / SECOND
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))

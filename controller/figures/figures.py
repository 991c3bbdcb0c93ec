"""The figures of a run, from what is summed up of it: OEE, takt, parts, time by cause, links.

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

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cell.dataclass import dataclass
from controller.figures.output import Output, output_of
from controller.figures.planned_time import total
from controller.run_state import RunState
from controller.sums import PRODUCTION, Spell

if TYPE_CHECKING:
    from controller.figures.link_quality import LinkQuality

SECOND = 1e9


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


def figures_so_far(state: RunState, links: tuple[LinkQuality, ...] = ()) -> Figures:
    """Of the run that `state` is of, until its newest event. `links` are not summed up in it (link_quality.py)."""
    sums = state.sums
    by_length = sorted(sums.spells(), key=lambda entry: (-entry[1], entry[0]))
    return Figures(
        0 if sums.began is None else state.now - sums.began,
        tuple(by_length),
        output_of(state),
        total(sums.planned),
        tuple(_takts(state)),
        sums.late,
        links,
    )


def _takts(state: RunState) -> Iterator[Takt]:
    loops = state.policies.loops if state.policies is not None else {}
    for loop, paced in state.trouble.paces.items():
        pace = loops[loop].block.pace if loop in loops else None
        if pace is not None:
            ended = paced.count
            actual = (state.sums.ends[loop] - paced.first) / (ended - 1) / SECOND if ended > 1 else None
            yield Takt(loops[loop].members.text, pace.interval.quantity.value, actual, ended)


def by_cause(figures: Figures) -> Mapping[str, float]:
    """Seconds by cause, details together, the longest first; all of them together are the run's time."""
    found: dict[str, float] = {}
    for spell, spent in figures.spells:
        found[spell.cause] = found.get(spell.cause, 0.0) + spent / SECOND
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))

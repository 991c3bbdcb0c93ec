"""The figures of a run from its events, for whoever reads a journal or follows a run.

What a link was like is not summed up in a state: a program that follows a run has LinkMeasured for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cell.events import Conclusion, Event, RunResumed
from controller.figures.figures import Figures, figures_so_far
from controller.figures.link_quality import LinkTally
from controller.machine import advance
from controller.run_state import NOTHING_YET, RunState


@dataclass(slots=True)
class Tally:
    """Takes in the events of a run, one after another; what it keeps does not grow with their number."""

    state: RunState = NOTHING_YET
    links: LinkTally = field(default_factory=LinkTally)

    def take(self, event: Event) -> None:
        if isinstance(event, Conclusion):
            return
        if isinstance(event, RunResumed):
            self.links.close(self.state.now)
        before, (self.state, _) = self.state, advance(self.state, event)
        self.links.take(event, before)

    def told(self) -> Figures:
        return figures_so_far(self.state, self.links.told(self.state.now))


def tallied(events: Iterable[Event]) -> Tally:
    tally = Tally()
    for event in events:
        tally.take(event)
    return tally


def figures_of(events: Iterable[Event]) -> Figures:
    return tallied(events).told()

"""How well devices are heard, window by window: what drivers measure of their links, held against what the cell file asks of
them.

Law: what is silent or cut off is told as that, and not as a bad link. A window that is worse than its bound is told at once, and
so is the first good one after it, by itself; the others together, once a minute: what a run keeps of its links does not grow with
its answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from cell.commands import Subject
from cell.dataclass import dataclass
from cell.device import LinkHeard
from cell.driven_by import LinkBound
from cell.driver import DriverSet, Metered
from cell.events import LinkMeasured
from cell.latencies import counted
from controller.links import LEAST, is_worse
from controller.run_state import RunState

WINDOW = 10_000_000_000  # ns
TOGETHER = 60_000_000_000  # ns
SECOND = 1e9


@dataclass(slots=True)
class _Answers:
    since: int
    took: list[float] = field(default_factory=list)
    lost: int = 0

    def add(self, took: Sequence[float], lost: int) -> None:
        self.took += took
        self.lost += lost


class Hearing:
    def __init__(self, drivers: DriverSet) -> None:
        self._drivers = drivers if isinstance(drivers, Metered) else None
        self._windows: dict[str, _Answers] = {}
        self._kept: dict[str, _Answers] = {}
        self._told: set[str] = set()

    def look(self, state: RunState, now: int) -> Iterator[LinkMeasured]:
        for heard in self._drivers.heard() if self._drivers is not None else ():
            if heard.device in state.belief.silent or heard.device in state.belief.cut:
                self._windows.pop(heard.device, None)
            else:
                self._windows.setdefault(heard.device, _Answers(now)).add(heard.took, heard.lost)
                yield from self._judged(state, heard, now)

    def _judged(self, state: RunState, heard: LinkHeard, now: int) -> Iterator[LinkMeasured]:
        device, window = heard.device, self._windows[heard.device]
        if now - window.since < WINDOW:
            return
        del self._windows[device]
        bound = state.context.links.get(device, LinkBound()) if state.context is not None else LinkBound()
        measured = _measured(state, device, window, bound, now)
        if is_worse(measured, bound):
            self._told.discard(device)  # the next that is good is waited for, where a robot is moved by hand
            before = self._kept.pop(device, None)
            if before is not None:  # else the next window would be as good as those from before this one
                yield _measured(state, device, before, bound, now, until=window.since)
            yield measured
            return
        kept = self._kept.setdefault(device, _Answers(window.since))
        kept.add(window.took, window.lost)
        if now - kept.since >= TOGETHER or device not in self._told:
            if measured.asked >= LEAST:
                self._told.add(device)
            yield _measured(state, device, self._kept.pop(device), bound, now)


def _measured(
    state: RunState, device: str, answers: _Answers, bound: LinkBound, now: int, until: int | None = None
) -> LinkMeasured:
    """`until`: where the answers end, if that is not now."""
    took, end = answers.took, now if until is None else until
    late = sum(seconds > bound.latency for seconds in took)
    return LinkMeasured(
        now, Subject(state.run), device, (end - answers.since) / SECOND, len(took) + answers.lost, answers.lost, late,
        bound.latency, max(took, default=0.0), counted(took),
    )  # fmt: skip

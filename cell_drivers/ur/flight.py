"""One program on the controller, from the moment it is sent until it is known what became of it.

Law: what is told comes from the registers and never from what was sent. A program that was sent may only be called over when they
say so, or when nothing can begin it any more: its permit is gone and the time is over that a program waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.device import CommandStatus, StopKind
from cell_drivers.ur.registers import NOBODY, WORDS, Mark, State, Why
from cell_drivers.ur.sample import Runtime, Safety, Sample

SECOND = 1_000_000_000
LATE = 3 * SECOND
"""ns after which a program that does not begin loses its permit: it is parsed first, and a long one takes its time."""
GONE = 2 * SECOND
"""ns after which a program without a permit cannot begin any more."""
STANDS = 3
"""Samples in a row that say that no program runs, before that is believed: its start and its end take some."""


@dataclass(slots=True)
class Flight:
    """`asked` is the hardest stop that was asked for, at `asked_at` ns. `withdrawn` ns: since when it has no permit. `begun`: the
    registers have shown it; `s` is the newest path parameter that they told of it."""

    command: str
    motion: str
    mark: Mark
    sent: int
    asked: StopKind | None = None
    asked_at: int = 0
    withdrawn: int | None = None
    begun: bool = False
    s: float = 0.0
    cause: str = ""
    _idle: int = 0

    @property
    def permit(self) -> int:
        return self.mark.low if self.withdrawn is None else 0

    @property
    def stop(self) -> Why:
        return Why.NOTHING if self.asked is None else Why.HOLD if self.asked == "hold" else Why.QUICK

    def ask(self, kind: StopKind, now: int) -> None:
        """The harder one wins."""
        order: tuple[StopKind | None, ...] = (None, "hold", "quick", "power")
        if order.index(kind) > order.index(self.asked):
            self.asked, self.asked_at = kind, now
        if not self.begun:
            self.withdraw(now)

    def withdraw(self, now: int) -> None:
        if self.withdrawn is None:
            self.withdrawn = now

    def look(self, sample: Sample) -> CommandStatus:
        """What the registers say of it now."""
        report, now = sample.report, sample.received
        if report.mark != self.mark:
            return self._not_there(report.mark, now)
        self.begun, self.s = True, report.s
        match report.state:
            case State.DONE:
                return CommandStatus("done", report.s)
            case State.ABORTED:
                return CommandStatus("aborted", report.s, self._why(report.why))
            case _:
                return self._under_way(sample)

    def _not_there(self, seen: Mark, now: int) -> CommandStatus:
        if self.begun:  # it was there, and the controller has forgotten it: switched off, or another program of ours
            return CommandStatus("unknown", None, "the controller has forgotten it" if seen == NOBODY else "another program ran")
        if self.withdrawn is None and now - self.sent > LATE:
            self.cause = "the controller did not begin it"
            self.withdrawn = now
        if self.withdrawn is not None and now - self.withdrawn > GONE:
            return CommandStatus("aborted", 0.0, self._why(Why.LINK))
        return CommandStatus("queued")

    def _under_way(self, sample: Sample) -> CommandStatus:
        self._idle = self._idle + 1 if sample.runtime is Runtime.STOPPED else 0
        if self._idle < STANDS:
            return CommandStatus("running", self.s)
        stopped = {Safety.PROTECTIVE_STOP: "protective stop", Safety.SAFEGUARD_STOP: "safeguard stop"}
        cause = stopped.get(sample.safety, self.cause)
        return CommandStatus("aborted", self.s, cause or self._why(Why.NOTHING))

    def _why(self, told: Why) -> str:
        """A stop that was asked for is the cause, also where the permit was taken away for it."""
        if self.asked is not None and told is not Why.START:
            return f"{self.asked} stop"
        return self.cause or WORDS[told]

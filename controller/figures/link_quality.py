"""How well devices were heard in a run: how long they took to answer, and how often and for how long they could not.

Two things are told apart. What a *command* takes is from the moment that the controller decided on it to the first that was heard
of it: the disk, the link and the device together. What the *link* takes is what the driver measures of it (LinkMeasured): each
answer to a call, each state by how much later than due it came. Where nothing measures, nothing is told of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cell.events import CommandReported, DeviceSilent, Event, LinkMeasured, LinkReported
from cell.latencies import merged, percentile, step_of
from controller.run_state import RunState

SECOND = 1e9


@dataclass(frozen=True, slots=True)
class Spread:
    """Of latencies, in s: what half and what 99 of 100 took no longer than (a tenth too long at most), and the longest."""

    p50: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class LinkQuality:
    """`answered` is of commands, None where none was; `link` of the link itself, with `lost` and `late` of `asked` answers; None
    where nothing has measured it. `unknown` commands are those of which the device could not say what became. `silences` and
    `silent` (s): fresh samples did not come; `cuts` and `down` (s): there was no link."""

    device: str
    commands: int
    unknown: int
    answered: Spread | None
    link: Spread | None
    asked: int
    lost: int
    late: int
    silences: int
    silent: float
    cuts: int
    down: float

    @property
    def loss(self) -> float | None:
        """The share of answers that did not come."""
        return self.lost / self.asked if self.asked else None


@dataclass(slots=True)
class _Times:
    """Does not grow with their number."""

    counts: dict[int, int] = field(default_factory=dict)
    longest: float = 0.0

    def add(self, seconds: float) -> None:
        step = step_of(seconds)
        self.counts[step] = self.counts.get(step, 0) + 1
        self.longest = max(self.longest, seconds)

    def spread(self) -> Spread | None:
        half, most = percentile(self.counts, 0.5), percentile(self.counts, 0.99)
        if half is None or most is None:
            return None
        return Spread(min(half, self.longest), min(most, self.longest), self.longest)


@dataclass(slots=True)
class _Heard:
    commands: int = 0
    unknown: int = 0
    answered: _Times = field(default_factory=_Times)
    link: _Times = field(default_factory=_Times)
    asked: int = 0
    lost: int = 0
    late: int = 0
    silences: int = 0
    silent: int = 0
    cuts: int = 0
    down: int = 0


@dataclass(slots=True)
class LinkTally:
    """Taken in event by event. `open` are (what, device) since when (ns)."""

    heard: dict[str, _Heard] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    open: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, event: Event, before: RunState) -> None:
        """`before` is the state that the event found."""
        match event:
            case CommandReported(at=at, command=command, status=status):
                self._reported(before, at, command, status)
            case LinkMeasured():
                self._measured(event)
            case DeviceSilent(at=at, device=device, is_silent=is_bad):
                if self._changed("silent", device, at, is_bad):
                    self._of(device).silences += 1
            case LinkReported(at=at, device=device, is_up=is_up):
                if self._changed("down", device, at, not is_up):
                    self._of(device).cuts += 1
            case _:
                pass

    def close(self, now: int) -> None:
        """Another controller goes on and hears anew: what was not over is over."""
        self.told(now)
        self.open.clear()

    def told(self, now: int) -> tuple[LinkQuality, ...]:
        """By device; what is not over counts until `now`."""
        for (what, device), _ in tuple(self.open.items()):
            self._changed(what, device, now, False)
            self.open[what, device] = now
        return tuple(_quality(device, self.heard[device]) for device in sorted(self.heard))

    def _of(self, device: str) -> _Heard:
        return self.heard.setdefault(device, _Heard())

    def _reported(self, before: RunState, at: int, command: str, status: str) -> None:
        flight = before.progress.flights.get(command)
        if flight is None:
            return
        heard = self._of(flight.device.split(".")[0])
        heard.unknown += status == "unknown"
        if command not in self.answered:
            self.answered = {name for name in self.answered if name in before.progress.flights} | {command}
            heard.commands += 1
            heard.answered.add((at - flight.sent) / SECOND)

    def _measured(self, event: LinkMeasured) -> None:
        heard = self._of(event.device)
        heard.asked += event.asked
        heard.lost += event.lost
        heard.late += event.late
        merged(heard.link.counts, event.times)
        heard.link.longest = max(heard.link.longest, event.longest)

    def _changed(self, what: str, device: str, at: int, is_bad: bool) -> bool:
        """True where it begins."""
        since = self.open.pop((what, device), None)
        heard = self._of(device)
        if since is not None and what == "silent":
            heard.silent += at - since
        elif since is not None:
            heard.down += at - since
        if is_bad:
            self.open[what, device] = at
        return is_bad and since is None


def _quality(device: str, heard: _Heard) -> LinkQuality:
    return LinkQuality(
        device,
        heard.commands,
        heard.unknown,
        heard.answered.spread(),
        heard.link.spread(),
        heard.asked,
        heard.lost,
        heard.late,
        heard.silences,
        heard.silent / SECOND,
        heard.cuts,
        heard.down / SECOND,
    )

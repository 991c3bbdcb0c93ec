"""How well devices were heard in a run: how long they took to answer, and how often and for how long they could not.

Latency is from the moment that the controller decided on a command to the first that was heard of it: the disk, the link and the
device together. Whether samples were lost on the way is in the recording, not in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cell.events import CommandReported, DeviceSilent, Event, LinkReported
from controller.run_state import RunState

SECOND = 1e9


@dataclass(frozen=True, slots=True)
class LinkQuality:
    """Latencies in s, None where no command was answered. `unknown` commands are those of which the device could not say what
    became. `silences` and `silent` (s): fresh samples did not come; `cuts` and `down` (s): there was no link."""

    device: str
    commands: int
    unknown: int
    mean_latency: float | None
    longest_latency: float | None
    silences: int
    silent: float
    cuts: int
    down: float


@dataclass(slots=True)
class _Heard:
    commands: int = 0
    unknown: int = 0
    total: int = 0
    longest: int = 0
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
            heard.total += at - flight.sent
            heard.longest = max(heard.longest, at - flight.sent)

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
    is_answered = heard.commands > 0
    return LinkQuality(
        device,
        heard.commands,
        heard.unknown,
        heard.total / heard.commands / SECOND if is_answered else None,
        heard.longest / SECOND if is_answered else None,
        heard.silences,
        heard.silent / SECOND,
        heard.cuts,
        heard.down / SECOND,
    )

"""The link to one simulated device, which a scenario may cut, or make slow.

Law: without it nothing reaches the device and nothing is heard of it. It comes again only when the fault that came with the cut
is acknowledged, once the cause is gone. Over a slow one everything comes, in order and late. That there is none whoever opens the
driver is told again: who was told before may be gone.
"""

from __future__ import annotations

from cell.device import DeviceEvent, FaultCleared, FaultRaised, LinkChanged, LinkHeard
from cell.driver_errors import LinkLost
from cell.scenario import LinkSlow
from cell_drivers.simulated.timeline import nanoseconds
from cell_drivers.simulated.world import World

FAULT = "link"
WHY = "the link is cut"
BEAT = 100_000_000
"""ns between two answers that are measured."""
CONNECTING = 1.0
"""s from the acknowledgement until it is there again."""


class Link:
    def __init__(self, world: World, device: str) -> None:
        self.is_cut = False
        self._world, self._device = world, device
        self._causes = 0
        self._news: list[tuple[int, DeviceEvent]] = []
        self._slow = [spell for spell in world.luck.slow_links() if spell.device == device]
        self._beats = 0
        for cut in world.luck.cuts(device):
            world.timeline.after(cut.start, self._cut)
            world.timeline.after(cut.end, self._mended)

    def reach(self, command: str | None = None) -> None:
        """Raises LinkLost."""
        if self.is_cut:
            raise LinkLost(self._device, command, self._world.now, WHY)

    @property
    def latency(self) -> float:
        """s from now until what the device tells is heard."""
        return sum(spell.latency for spell in self._spells(self._world.now))

    def heard(self) -> LinkHeard | None:
        """What its driver has measured since the last time, at ten answers a second; None where nothing is worth measuring: a
        simulated link takes no time but where a scenario says so."""
        if not self._slow or self.is_cut:
            return None
        first, self._beats = self._beats, self._world.now // BEAT
        took, lost = list[float](), 0
        for number in range(first, self._beats):
            spells = self._spells(number * BEAT)
            if any(self._world.luck.is_lost(self._device, number, spell.share) for spell in spells):
                lost += 1
            else:
                took.append(sum(spell.latency for spell in spells))
        return LinkHeard(self._device, tuple(took), lost)

    def _spells(self, time: int) -> list[LinkSlow]:
        return [spell for spell in self._slow if nanoseconds(spell.start) <= time < nanoseconds(spell.end)]

    def news(self) -> list[tuple[int, DeviceEvent]]:
        """What is new of the link itself, with the world's running number of each."""
        found, self._news = self._news, []
        return found

    def open(self) -> None:
        if self.is_cut and not self._news:
            self._tell_that_it_is_cut()

    def acknowledge(self, fault: str) -> None:
        if fault == FAULT and self.is_cut and not self._causes:
            self._world.timeline.after(CONNECTING, self._up)

    def _cut(self) -> None:
        self._causes += 1
        if not self.is_cut:
            self.is_cut = True
            self._tell_that_it_is_cut()

    def _tell_that_it_is_cut(self) -> None:
        self._tell(LinkChanged(self._device, self._world.now, False, WHY))
        self._tell(FaultRaised(self._device, self._world.now, FAULT, WHY))

    def _mended(self) -> None:
        self._causes -= 1

    def _up(self) -> None:
        if self.is_cut and not self._causes:
            self.is_cut = False
            self._tell(LinkChanged(self._device, self._world.now, True))
            self._tell(FaultCleared(self._device, self._world.now, FAULT))

    def _tell(self, event: DeviceEvent) -> None:
        self._news.append((self._world.next_number(), event))

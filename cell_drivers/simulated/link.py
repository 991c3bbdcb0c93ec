"""The link to one simulated device, which a scenario may cut.

Law: without it nothing reaches the device and nothing is heard of it. It comes again only when the fault that came with the cut
is acknowledged, once the cause is gone.
"""

from __future__ import annotations

from cell.device import DeviceEvent, FaultCleared, FaultRaised, LinkChanged
from cell.driver_errors import LinkLost
from cell_drivers.simulated.world import World

FAULT = "link"
WHY = "the link is cut"
CONNECTING = 1.0
"""s from the acknowledgement until it is there again."""


class Link:
    def __init__(self, world: World, device: str) -> None:
        self.is_cut = False
        self._world, self._device = world, device
        self._causes = 0
        self._news: list[tuple[int, DeviceEvent]] = []
        for cut in world.luck.cuts(device):
            world.timeline.after(cut.start, self._cut)
            world.timeline.after(cut.end, self._mended)

    def reach(self, command: str | None = None) -> None:
        """Raises LinkLost."""
        if self.is_cut:
            raise LinkLost(self._device, command, self._world.now, WHY)

    def news(self) -> list[tuple[int, DeviceEvent]]:
        """What is new of the link itself, with the world's running number of each."""
        found, self._news = self._news, []
        return found

    def acknowledge(self, fault: str) -> None:
        if fault == FAULT and self.is_cut and not self._causes:
            self._world.timeline.after(CONNECTING, self._up)

    def _cut(self) -> None:
        self._causes += 1
        if not self.is_cut:
            self.is_cut = True
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

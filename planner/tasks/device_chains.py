"""The chains that the steps of each device hang on while they are written: its door, its clamp, its work."""

from __future__ import annotations

from dataclasses import dataclass

from cell.steps import SetDoor
from planner.tasks.draft import Draft, OperationDraft, fact
from planner.tasks.road import Numbers
from planner.tasks.shop import Shop


@dataclass(slots=True)
class DeviceChain:
    is_open: bool
    is_clamped: bool
    last: Numbers = ()


class DeviceChains:
    """Mutable: one chain for each equipment."""

    def __init__(self, shop: Shop, draft: Draft) -> None:
        self._shop, self._draft = shop, draft
        self._chains = {d.name: DeviceChain(d.is_open, d.is_clamped) for d in shop.devices.values()}

    def __getitem__(self, name: str) -> DeviceChain:
        return self._chains[name]

    def __setitem__(self, name: str, chain: DeviceChain) -> None:
        self._chains[name] = chain

    def open_door(self, hub: str, operation: OperationDraft, due: Numbers = ()) -> None:
        """`due`: what the line waits for, where nothing of the operation does so already."""
        device, known = self._chains[hub], self._shop.devices[hub]
        if not known.has_door or device.is_open:
            return
        needs = (fact("idle", hub), fact("shut", hub)) if known.works else (fact("shut", hub),)
        before = tuple(dict.fromkeys((*device.last, *due)))
        device.last = (self._draft.step(
            operation, SetDoor(hub, True), known.door_time, before, f"the door of {hub} is in the way",
            claims=(hub,), needs=needs, adds=(fact("open", hub),), deletes=(fact("shut", hub),), uses=(hub,),
        ),)  # fmt: skip
        device.is_open = True

    def shut_door(self, hub: str, operation: OperationDraft, robot: str, stance: str, before: Numbers) -> Numbers:
        """The robot stands still meanwhile, so that the door is known to close on nothing. Gives what comes last then."""
        device, known = self._chains[hub], self._shop.devices[hub]
        if not known.has_door:
            return before
        number = self._draft.step(
            operation, SetDoor(hub, False), known.door_time, tuple(dict.fromkeys((*before, *device.last))),
            f"{hub} runs behind its door",
            claims=(hub,), needs=(fact("open", hub), fact("stands", robot, stance)), adds=(fact("shut", hub),),
            deletes=(fact("open", hub),), uses=(hub,),
        )  # fmt: skip
        device.last = (number,)
        device.is_open = False
        return device.last

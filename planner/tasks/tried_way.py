"""One way of a fork, tried: carry the part along it and let devices work on it, all by one robot that waits beside them.

Law: devices with a door have it open when the choice is decided and when a way ends, whichever way is taken, so that what comes
after finds one state.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cell.steps import AtHub, Carried
from planner.tasks.contacts import Contact, held_with
from planner.tasks.floor import Stand
from planner.tasks.motions import Held
from planner.tasks.route import Stage
from planner.tasks.traffic import Passage

if TYPE_CHECKING:
    from planner.tasks.candidates import Candidates


@dataclass(frozen=True, slots=True)
class WayEnd:
    """Where the robot ends, the place of each stage, by which passages, and until when each device is at work (s)."""

    stand: Stand
    targets: tuple[str, ...]
    passages: tuple[Passage[float], ...]
    busy: Mapping[str, float]


@dataclass(slots=True)
class TriedWay:
    """`here` is where the part lies, `time` when the robot is free beside it (s). `shut` is the device whose door its own work
    has shut, `clamped` the one whose clamp holds the part. `speed` binds the robot: of the choice, where a way has no stages."""

    options: Candidates
    worker: int
    hand: int | None
    kind: str
    grasp: int
    others: Held
    here: str
    time: float
    speed: float | None
    shut: str = ""
    clamped: str = ""
    passages: list[Passage[float]] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    busy: dict[str, float] = field(default_factory=dict)

    def along(self, stages: tuple[Stage, ...]) -> WayEnd | None:
        """None where a place is taken or out of reach."""
        start = self.here
        for stage in stages:
            self.speed = self.options.shop.workers[self.worker].speed(stage.clauses)
            if self.here not in stage.places and not self._carry(stage, start):
                return None
            if stage.work is not None:
                self._work(stage)
            self.targets.append(self.here)
        hub = self._hub
        end = WayEnd(Stand(AtHub(hub), hub, self.time, self.speed), tuple(self.targets), tuple(self.passages), self.busy)
        return end if self.time < math.inf else None

    @property
    def _hub(self) -> str:
        return self.options.shop.equipment_of[self.here]

    def _carry(self, stage: Stage, start: str) -> bool:
        shop, options = self.options.shop, self.options
        assert self.hand is not None
        who, hub = shop.workers[self.worker], self._hub
        name = who.hands[self.hand].name
        is_back = start in stage.places and self.here != start
        place = start if is_back else options.free.first(stage, who, self.kind, name, self.grasp, self.speed, is_peek=False)
        if place is None:
            return False
        if self.shut == hub:
            self.time, self.shut = self.time + shop.devices[hub].door_time, ""
        held = held_with(self.others, Carried(name, self.kind, self.grasp), who)
        is_clamped = hub == self.clamped or options.floor.devices[hub].is_clamped
        self._touch(shop.contacts.taking(who, self.here, name, self.kind, self.grasp, self.others, self.speed, is_clamped))
        if stage.equipment != hub:
            travel = who.motions.travel(AtHub(hub), stage.equipment, held, self.speed)
            self._touch(Contact(travel.seconds, travel.way, travel.rest))
        if stage.equipment != shop.equipment_of[start]:
            self.time = max(self.time, options.accessible(stage.equipment, 0.0), self.busy.get(stage.equipment, 0.0))
        self._touch(shop.contacts.putting(who, place, name, self.kind, self.grasp, held, self.speed))
        self.here, self.clamped = place, stage.equipment if shop.devices[stage.equipment].has_clamp else ""
        return True

    def _touch(self, contact: Contact) -> None:
        self.time = max(self.time, self.options.clear(self.worker, contact.way, contact.rest)) + contact.seconds
        self.passages.append(Passage(contact.way, contact.rest, self.time))

    def _work(self, stage: Stage) -> None:
        assert stage.work is not None
        device = self.options.shop.devices[stage.equipment]
        if stage.work.kind == "program" and device.has_door:
            self.time, self.shut = self.time + device.door_time, stage.equipment
        self.time = self.busy[stage.equipment] = self.time + stage.work.duration

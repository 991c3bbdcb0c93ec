"""By which grasp a hand takes a part: one that it is reached with, beside what the robot holds, and put down with again."""

from __future__ import annotations

import math

from planner.tasks.contacts import Contact, held_with
from planner.tasks.floor import Floor
from planner.tasks.free_places import FreePlaces
from planner.tasks.motions import Held
from planner.tasks.route import Stage
from planner.tasks.shop import Shop
from planner.tasks.side_by_side import fit_together
from planner.tasks.worker import Worker


class Grips:
    """Over the floor as it is when it is asked."""

    def __init__(self, shop: Shop, floor: Floor, free: FreePlaces) -> None:
        self.shop, self.floor, self._free, self._contacts = shop, floor, free, shop.contacts
        self._workers = shop.workers
        self._fits: dict[Held, bool] = {}
        self._grasps: dict[tuple[int, int, int, int, bool], tuple[int, Contact] | None] = {}

    def has_to_look(self, stage: Stage, others: Held) -> bool:
        """Whether the grasp depends on what an act changes, more than the clamp."""
        return bool(others) or stage.handing is not None or stage.into is not None or stage.equipment in self._free.piles

    def grasped(self, job: int, stage: Stage, spot: str, worker: int, hand: int, others: Held) -> tuple[int, Contact] | None:
        """By which grasp it is taken. Where that depends on nothing that an act changes but the clamp, it is looked for once."""
        if self.has_to_look(stage, others):
            return self._grasp(job, stage, spot, worker, hand, others)
        is_clamped = self.floor.devices[self.shop.equipment_of[spot]].is_clamped
        key = (job, self.floor.at[job], worker, hand, is_clamped)
        if key not in self._grasps:
            self._grasps[key] = self._grasp(job, stage, spot, worker, hand, others)
        return self._grasps[key]

    def _grasp(self, job: int, stage: Stage, spot: str, worker: int, hand: int, others: Held) -> tuple[int, Contact] | None:
        who, kind = self._workers[worker], self.floor.kind(job)
        name, speed, force = who.hands[hand].name, who.speed(stage.clauses), stage.clauses.contact_force
        if not self.can_carry(who, others, kind):
            return None
        for grasp in self.shop.grasps[kind]:
            taking = self._taking(who, spot, name, kind, grasp, others, speed, force)
            if taking.seconds == math.inf or self._free.first(stage, who, kind, name, grasp, speed, is_peek=True) is None:
                continue
            if not others or self._is_released(job, worker, hand, grasp, others):
                return grasp, taking
        return None

    def _is_released(self, job: int, worker: int, hand: int, grasp: int, others: Held) -> bool:
        """Whether the part fits beside `others`, and at least one of all that is held can be put down where it goes: there may
        be motions for each alone and for none beside the rest."""
        shop, floor, who = self.shop, self.floor, self._workers[worker]
        held = held_with(others, who.carried(floor.kind(job), hand, grasp), who)
        if held not in self._fits:
            self._fits[held] = fit_together(shop.cell, held)
        if not self._fits[held]:
            return False
        for h, j in [*((h, j) for h, j in enumerate(floor.hands[worker]) if j >= 0), (hand, job)]:
            leg, kind, name = floor.leg(j), floor.kind(j), who.hands[h].name
            turned = grasp if j == job else floor.grasp[j]
            if isinstance(leg, Stage):
                speed = who.speed(leg.clauses)
                place = self._free.first(leg, who, kind, name, turned, speed, is_peek=True)
                force = leg.clauses.contact_force
                if (
                    place is not None
                    and self._contacts.putting(who, place, name, kind, turned, held, speed, force).seconds < math.inf
                ):
                    return True
        return not any(j >= 0 for j in floor.hands[worker])

    def can_carry(self, who: Worker, others: Held, kind: str) -> bool:
        beside = sum(self.shop.mass[c.kind] for c in others) if others else 0.0
        return beside + self.shop.mass[kind] <= who.load + 1e-9

    def _taking(
        self, who: Worker, place: str, hand: str, kind: str, grasp: int, others: Held, speed: float | None,
        force: float | None = None,
    ) -> Contact:  # fmt: skip
        is_clamped = self.floor.devices[self.shop.equipment_of[place]].is_clamped
        return self._contacts.taking(who, place, hand, kind, grasp, others, speed, is_clamped, force)

"""The chains that steps hang on while they are written: the robot's, each device's; where the robot stands and what it holds.

After a `when` the robot's chain has one tail for each way; they are joined at the hub where the next step begins.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.steps import AtHub, Carried, Move, SetDoor, Stance, stance_name
from planner.tasks.dispatch import common_hub
from planner.tasks.draft import Draft, OperationDraft, fact
from planner.tasks.floor import Stand
from planner.tasks.motions import Held
from planner.tasks.route import Clauses
from planner.tasks.shop import Shop
from planner.tasks.transfer_steps import Contact, Transfer

Numbers = tuple[int, ...]


@dataclass(slots=True)
class Tail:
    """The end of one way of a fork: the robot's stance and last step there, and who its way out belongs to."""

    stand: Stand
    last: int
    operation: OperationDraft
    branch: tuple[int, int]
    seconds: float


@dataclass(slots=True)
class DeviceChain:
    is_open: bool
    is_clamped: bool
    last: Numbers = ()


class Chains:
    """Mutable. `holding` maps a hand's number to the job and the grasp of the part in it."""

    def __init__(self, shop: Shop, draft: Draft) -> None:
        self.shop, self.draft = shop, draft
        self.robot = shop.worker.robot
        self.stance: Stance = shop.stance
        self.last: Numbers = ()
        self.tails: list[Tail] = []
        self.devices = {d.name: DeviceChain(d.is_open, d.is_clamped) for d in shop.devices.values()}
        self.holding = {shop.hand_number(j.hand): (k, j.grasp) for k, j in enumerate(shop.jobs) if j.hand is not None}

    def held(self, more: dict[int, tuple[int, int]] | None = None) -> Held:
        """All that the hands hold, in the order of hands; `more` is what they will hold beside it."""
        held: dict[int, Carried] = dict(self.shop.foreign_held)
        for hand, (job, grasp) in {**self.holding, **(more or {})}.items():
            held[hand] = self.shop.carried(self.shop.jobs[job].kind, hand, grasp)
        return tuple(held[hand] for hand in sorted(held))

    def settle_anywhere(self) -> None:
        """Join the tails at the hub where all can be soonest."""
        if self.tails:
            stands = [Stand(t.stand.stance, t.stand.hub, t.seconds, t.stand.speed) for t in self.tails]
            self._settle(common_hub(self.shop, stands, self.held()))

    def go(self, hub: str, operation: OperationDraft, clauses: Clauses, rule: str) -> None:
        self.leave_contact(operation, clauses)
        if self.tails:
            self._settle(hub)
        if self.stance != AtHub(hub):
            self.last = (self._travel(self.stance, hub, operation, self.shop.speed(clauses), self.last, None, rule),)
            self.stance = AtHub(hub)

    def _travel(
        self, start: Stance, hub: str, operation: OperationDraft, speed: float | None, before: Numbers,
        branch: tuple[int, int] | None, rule: str,
    ) -> int:  # fmt: skip
        need, seconds = self.shop.motions.travel(start, hub, self.held(), speed)
        stands = fact("stands", self.robot, stance_name(start))
        return self.draft.step(
            operation, Move(need), seconds, before, rule, robot=self.robot, needs=(stands,),
            adds=(fact("stands", self.robot, stance_name(AtHub(hub))),), deletes=(stands,), branch=branch, uses=(self.robot,),
        )  # fmt: skip

    def _settle(self, hub: str) -> None:
        """Every way of the last fork goes to one hub."""
        ends = []
        for tail in self.tails:
            last = tail.last
            if tail.stand.hub != hub:
                rule = f"all ways of this `when` end at {hub}"
                last = self._travel(tail.stand.stance, hub, tail.operation, tail.stand.speed, (last,), tail.branch, rule)
            ends.append(last)
        self.last, self.tails, self.stance = tuple(dict.fromkeys(ends)), [], AtHub(hub)

    def leave_contact(self, operation: OperationDraft, clauses: Clauses) -> None:
        """Out of a contact that an earlier plan left the robot in, under the clauses of what comes first."""
        stance = self.shop.contact
        if stance is None or self.stance is not stance:
            return
        hand, device = self.shop.hand_number(stance.hand), self.devices[self.shop.equipment_of[stance.place]]
        is_held = hand in self.holding or hand in self.shop.foreign_held
        part = operation.part
        if is_held:
            part = self.shop.jobs[self.holding[hand][0]].part if hand in self.holding else self.shop.foreign[stance.hand]
        transfer = Transfer(part, stance.kind, stance.hand, stance.grasp, stance.place, self.shop.speed(clauses))
        contact = Contact(self.shop, self.draft, transfer)
        if is_held:
            self.last = contact.leave_with(operation, self.last, self.held(), device.is_clamped)
            device.is_clamped = False
        else:
            self.last = contact.leave_without(operation, self.last, self.held())
        device.last = self.last
        self.stance = AtHub(self.shop.equipment_of[stance.place])

    def open_door(self, hub: str, operation: OperationDraft) -> None:
        device, known = self.devices[hub], self.shop.devices[hub]
        if not known.has_door or device.is_open:
            return
        needs = (fact("idle", hub), fact("shut", hub)) if known.works else (fact("shut", hub),)
        device.last = (self.draft.step(
            operation, SetDoor(hub, True), known.door_time, device.last, f"the door of {hub} is in the way",
            claims=(hub,), needs=needs, adds=(fact("open", hub),), deletes=(fact("shut", hub),), uses=(hub,),
        ),)  # fmt: skip
        device.is_open = True

    def shut_door(self, hub: str, operation: OperationDraft) -> None:
        """The robot stands still meanwhile, so that the door is known to close on nothing."""
        device, known = self.devices[hub], self.shop.devices[hub]
        if not known.has_door:
            return
        needs = (fact("open", hub), fact("stands", self.robot, stance_name(self.stance)))
        number = self.draft.step(
            operation, SetDoor(hub, False), known.door_time, tuple(dict.fromkeys((*self.last, *device.last))),
            f"{hub} runs behind its door",
            claims=(hub,), needs=needs, adds=(fact("shut", hub),), deletes=(fact("open", hub),), uses=(hub,),
        )  # fmt: skip
        self.last = device.last = (number,)
        device.is_open = False

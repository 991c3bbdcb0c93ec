"""The chain that the steps of one robot hang on while they are written; where it stands and what it holds.

After a `when` the chain has one tail for each way; they are joined at the hub where the next step begins, or at home.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cell.reasons import changing, gathering, parking
from cell.steps import AtHome, AtHub, AtPocket, Carried, Docking, Move, Stance, stance_name
from planner.tasks.change_steps import leave_pocket, write_half
from planner.tasks.changes import halves
from planner.tasks.device_chains import DeviceChains
from planner.tasks.dispatch import common_hub
from planner.tasks.draft import Draft, OperationDraft, fact
from planner.tasks.floor import Stand
from planner.tasks.motions import Held, Timed
from planner.tasks.right_of_way import Spots
from planner.tasks.road import Numbers, Road
from planner.tasks.route import Clauses
from planner.tasks.shop import Shop
from planner.tasks.transfer_steps import Contact, Transfer
from planner.tasks.worker import Worker, place_of


@dataclass(slots=True)
class Tail:
    """The end of one way of a fork: the robot's stance and last step there, and who its way out belongs to."""

    stand: Stand
    last: int
    operation: OperationDraft
    branch: tuple[int, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class Task:
    """What the robot does at the moment: for which operation, under which clauses."""

    operation: OperationDraft
    clauses: Clauses


class RobotChain:
    """Mutable. `holding` maps a hand's number to the job and the grasp of the part in it; `kinds` what each job's part is now.
    `latest` is its last task."""

    def __init__(
        self, shop: Shop, draft: Draft, worker: Worker, road: Road, devices: DeviceChains, kinds: Mapping[int, str]
    ) -> None:
        self.shop, self.draft, self.worker, self.road, self.devices = shop, draft, worker, road, devices
        self.kinds = kinds
        self.robot = worker.robot
        self.stance: Stance = worker.stance
        self.last: Numbers = ()
        self.tails: list[Tail] = []
        self.latest: Task | None = None
        hands = {hand.name for hand in worker.hands}
        jobs = [(k, job) for k, job in enumerate(shop.jobs) if job.hand is not None and job.hand in hands]
        self.holding = {worker.hand_number(job.hand or ""): (k, job.grasp) for k, job in jobs}

    def held(self, more: dict[int, tuple[int, int]] | None = None) -> Held:
        """All that the hands hold, in the order of hands; `more` is what they will hold beside it."""
        held: dict[int, Carried] = dict(self.worker.held)
        for hand, (job, grasp) in {**self.holding, **(more or {})}.items():
            held[hand] = self.worker.carried(self.kinds[job], hand, grasp)
        return tuple(held[hand] for hand in sorted(held))

    def go(self, hub: str, task: Task, rule: str) -> None:
        """To the hub, out of contact and out of a fork."""
        self.leave_contact(task)
        if self.tails:
            self._settle(AtHub(hub), gathering(hub))
        if self.stance != AtHub(hub):
            self._travel_on(AtHub(hub), task, self.worker.speed(task.clauses), rule)
        self.latest = task

    def equip(self, number: int, task: Task) -> None:
        """Change to the tool of worker `number`, where the robot has another one."""
        wanted, bare = self.shop.workers[number], self.shop.crew.bare[number]
        if wanted.tool == self.worker.tool or bare is None:
            return
        speed = self.worker.speed(task.clauses)
        for half in halves(self.shop.cell, self.worker, self.shop.workers[bare], wanted, speed):
            touch = half.into.need.touch
            assert isinstance(touch, Docking)
            self.go(half.changer, task, changing(touch))
            self.last = write_half(self.shop.cell, self.draft, self.road, half, task.operation, self.last)
            self.worker = half.equipped

    def settle_anywhere(self) -> None:
        """Join the tails at the hub where all can be soonest."""
        if self.tails:
            stands = [Stand(t.stand.stance, t.stand.hub, t.seconds, t.stand.speed) for t in self.tails]
            hub = common_hub(self.worker, stands, self.held())
            self._settle(AtHub(hub), gathering(hub))

    def park(self, task: Task) -> None:
        """Home, as part of the task."""
        rule = parking(self.robot)
        self.leave_contact(task)
        if self.tails:
            self._settle(AtHome(), rule)
        else:
            self._travel_on(AtHome(), task, self.worker.speed(task.clauses), rule)

    def _travel_on(self, end: AtHub | AtHome, task: Task, speed: float | None, rule: str) -> None:
        timed = self._way_to(self.stance, end, speed)
        self.last = (self._travel(timed, task.operation, self.last, None, rule),)
        self.stance = end
        self.road.passed(timed.way, timed.rest, self.last)

    def _settle(self, end: AtHub | AtHome, rule: str) -> None:
        """Every way of the last fork goes to one hub, or home."""
        ends, way, rest = [], Spots(), None
        for tail in self.tails:
            last = tail.last
            if tail.stand.stance != end:
                timed = self._way_to(tail.stand.stance, end, tail.stand.speed)
                last = self._travel(timed, tail.operation, (last,), tail.branch, rule)
                way, rest = (*way, *timed.way), timed.rest
            ends.append(last)
        self.last, self.tails, self.stance = tuple(dict.fromkeys(ends)), [], end
        if rest is not None:
            self.road.passed(way, rest, self.last)

    def _way_to(self, start: Stance, end: AtHub | AtHome, speed: float | None) -> Timed:
        if isinstance(end, AtHub):
            return self.worker.motions.travel(start, end.equipment, self.held(), speed)
        return self.worker.motions.homeward(start, self.held(), speed)

    def _travel(self, timed: Timed, operation: OperationDraft, before: Numbers, branch: tuple[int, int] | None, rule: str) -> int:
        stands = fact("stands", self.robot, stance_name(timed.need.start))
        return self.draft.step(
            operation, Move(timed.need), timed.seconds, (*before, *self.road.cleared(timed.way, timed.rest)), rule,
            robot=self.robot, needs=(stands,), adds=(fact("stands", self.robot, stance_name(timed.need.end)),), deletes=(stands,),
            branch=branch, uses=(self.robot,),
        )  # fmt: skip

    def contact_hub(self) -> str | None:
        """The equipment in which an earlier plan left the robot in contact, while it still is."""
        stance = self.worker.contact
        return self.shop.equipment_of[place_of(stance)] if stance is not None and self.stance is stance else None

    def leave_contact(self, task: Task) -> None:
        """Out of a contact that an earlier plan left the robot in, under the clauses of what comes first."""
        stance, hub = self.worker.contact, self.contact_hub()
        if stance is None or hub is None:
            return
        if isinstance(stance, AtPocket):
            self.last = leave_pocket(
                self.shop.cell, self.draft, self.road, self.worker, stance.pocket, task.operation, self.last,
                self.worker.speed(task.clauses),
            )  # fmt: skip
            self.stance = AtHub(hub)
            return
        device = self.devices[hub]
        hand, operation = self.worker.hand_number(stance.hand), task.operation
        is_held = hand in self.holding or hand in self.worker.held
        part = operation.part
        if is_held:
            part = self.shop.jobs[self.holding[hand][0]].part if hand in self.holding else self.shop.foreign[stance.hand]
        clauses = task.clauses
        transfer = Transfer(
            part, stance.kind, stance.hand, stance.grasp, stance.place, self.worker.speed(clauses), force=clauses.contact_force
        )  # fmt: skip
        contact = Contact(self.shop, self.draft, self.worker, self.road, transfer)
        ahead = set(self.draft.ahead)
        self.draft.ahead.add(operation.number)  # to get out of where it stands it waits for no line
        if is_held:
            self.last = contact.leave_with(operation, self.last, self.held(), device.is_clamped)
            device.is_clamped = device.is_clamped and self.shop.cell.places[stance.place].of is not None
        else:
            self.last = contact.leave_without(operation, self.last, self.held())
        self.draft.ahead = ahead
        device.last = self.last
        self.stance = AtHub(hub)

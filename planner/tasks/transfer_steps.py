"""The steps of one contact: approach, grip, unclamp, lift; or insert, clamp, release, retract. Each ends at the hub."""

from __future__ import annotations

from dataclasses import dataclass

from cell.reasons import action_reason, joining
from cell.scene import is_in_passing
from cell.steps import AtHub, AtPlace, Await, Drive, Fact, Grip, Move, Release, SetClamp, stance_name
from planner.tasks.draft import Draft, OperationDraft, fact
from planner.tasks.motions import Held, Timed
from planner.tasks.right_of_way import Spots
from planner.tasks.road import Numbers, Road
from planner.tasks.shop import Shop
from planner.tasks.worker import Worker


@dataclass(frozen=True, slots=True)
class Transfer:
    """`hand` is tool.hand; `speed` and `force` the limits in m/s and N that bind the motions. `carriers` are the parts that carry
    what lies in the place, each with its own place. `is_base`: others are joined to the part, so what it is is a fact."""

    part: str
    kind: str
    hand: str
    grasp: int
    place: str
    speed: float | None
    carriers: tuple[tuple[str, str], ...] = ()
    force: float | None = None
    is_base: bool = False


@dataclass(frozen=True, slots=True)
class Joint:
    """The `base` of kind `kind` that lies in `place`, its empty seat, and the kind that it becomes."""

    base: str
    kind: str
    place: str
    seat: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """A person who takes the part over, for `seconds`; `after` are the steps that have emptied the place where it will lie."""

    action: Await
    seconds: float
    after: Numbers


class Contact:
    def __init__(self, shop: Shop, draft: Draft, worker: Worker, road: Road, transfer: Transfer) -> None:
        self._shop, self._draft, self._worker, self._road, self._t = shop, draft, worker, road, transfer
        self._robot, self._motions = worker.robot, worker.motions.within(transfer.force)
        self._equipment = shop.equipment_of[transfer.place]
        self._tool, self._hand = transfer.hand.split(".", 1)
        device = shop.devices[self._equipment]
        self._device = device
        self._claims = ((self._equipment,) if device.works else ()) + self._motions.entered(transfer.place)
        self._uses = (self._robot, transfer.hand, transfer.place, *self._claims)
        there = AtPlace(transfer.place, transfer.hand, transfer.kind, transfer.grasp)
        self._there = fact("stands", self._robot, stance_name(there))
        self._hub = fact("stands", self._robot, stance_name(AtHub(self._equipment)))
        self._is = (fact("is", transfer.part, transfer.kind),) if transfer.is_base else ()
        self._lies = fact("at", transfer.part, transfer.place)
        self._in_hand = fact("held", transfer.part, transfer.hand)
        self._empty = fact("empty", transfer.hand)
        self._uncovered = tuple(fact("free", above) for above in shop.upon.get(transfer.place, ()))
        self._carriers = tuple(fact("at", part, place) for part, place in transfer.carriers)
        self._is_passing = is_in_passing(shop.cell, shop.cell.places[transfer.place])
        self._is_seat = shop.cell.places[transfer.place].of is not None
        is_kept = transfer.place in shop.heaps or self._is_seat
        self._free: tuple[Fact, ...] = () if is_kept else (fact("free", transfer.place),)

    def before_taking(self, others: Held, held: Held) -> Numbers:
        """The steps of other robots that have to end before this one goes for the part."""
        t = self._t
        there = self._motions.approach(t.place, t.hand, t.kind, t.grasp, others, t.speed)
        back = self._motions.lift(t.place, t.hand, t.kind, t.grasp, held, t.speed)
        return self._road.cleared((*there.way, *there.rest, *back.way), back.rest)

    def before_putting(self, held: Held, others: Held) -> Numbers:
        """The steps of other robots that have to end before this one goes in with the part."""
        t = self._t
        there = self._motions.insert(t.place, t.hand, t.kind, t.grasp, held, t.speed)
        back = self._motions.retract(t.place, t.hand, t.kind, t.grasp, others, t.speed)
        return self._road.cleared((*there.way, *there.rest, *back.way), back.rest)

    def take(self, operation: OperationDraft, before: Numbers, others: Held, held: Held, is_clamped: bool) -> Numbers:
        """PICK: from the hub to the part and back with it. `held` includes it."""
        t, access = self._t, self._access()
        there = self._motions.approach(t.place, t.hand, t.kind, t.grasp, others, t.speed)
        at = self._move(
            operation, there, before, f"to {t.part} at {t.place}",
            (self._hub, self._lies, *self._is, self._empty, *access, *self._uncovered), (self._there,), (self._hub,),
        )  # fmt: skip
        grip = self._draft.step(
            operation, Grip(self._tool, self._hand, t.part, self._worker.forces[t.kind]), self._worker.grip_time, (at,),
            f"{t.part} is taken out of {t.place}", robot=self._robot, claims=self._claims,
            needs=(self._there, self._lies, *self._is, self._empty), adds=(self._in_hand,), deletes=(self._lies, self._empty),
            uses=self._uses,
        )  # fmt: skip
        return self._lift(operation, (grip,), held, is_clamped, (*there.way, *there.rest))

    def receive(
        self, operation: OperationDraft, before: Numbers, others: Held, held: Held, awaited: Awaited, source: str, reached: Fact
    ) -> Numbers:
        """From the hub to where a person puts the part, which lies in `source` till then, into the open hand, and back."""
        t, action = self._t, awaited.action
        there = self._motions.approach(t.place, t.hand, t.kind, t.grasp, others, t.speed)
        last = self._move(
            operation, there, before, f"to {t.part} at {t.place}", (self._hub, self._empty, *self._access()), (self._there,),
            (self._hub,),
        )  # fmt: skip
        lies, left = fact("at", t.part, source), fact("free", source)
        last = self._draft.step(
            operation, action, awaited.seconds, (last, *awaited.after), action_reason(action, t.part, "", "", False),
            robot=self._robot, claims=self._claims,
            needs=(self._there, lies, self._empty, *self._free, fact("idle", action.person)), adds=(self._lies, left),
            deletes=(lies, *self._free), uses=self._uses,
        )  # fmt: skip
        last = self._draft.step(
            operation, Grip(self._tool, self._hand, t.part, self._worker.forces[t.kind]), self._worker.grip_time, (last,),
            f"{t.part} is taken out of {t.place}", robot=self._robot, claims=self._claims,
            needs=(self._there, self._lies, self._empty), adds=(self._in_hand, reached), deletes=(self._lies, self._empty),
            uses=self._uses,
        )  # fmt: skip
        return self._lift(operation, (last,), held, False, (*there.way, *there.rest))

    def put(
        self, operation: OperationDraft, before: Numbers, held: Held, others: Held, has_clamp: bool, reached: Fact | None,
        awaited: Awaited | None = None,
    ) -> Numbers:  # fmt: skip
        """PLACE: from the hub into the place and back without the part. `held` includes it, `others` does not. `awaited`: a
        person takes it over there, while the robot stands still."""
        t, e = self._t, self._equipment
        there = self._motions.insert(t.place, t.hand, t.kind, t.grasp, held, t.speed)
        unclamped = (fact("unclamped", e),) if has_clamp else ()
        last = self._move(
            operation, there, before, f"with {t.part} to {t.place}",
            (self._hub, self._in_hand, *self._free, *unclamped, *self._access(), *self._carriers), (self._there,),
            (self._hub, *self._free),
        )  # fmt: skip
        if has_clamp:
            last = self._draft.step(
                operation, SetClamp(e, True), self._device.clamp_time, (last,), f"{e} clamps {t.part} before the hand opens",
                claims=self._claims, needs=(self._there, self._in_hand, *unclamped), adds=(fact("clamped", e),),
                deletes=unclamped, uses=self._uses,
            )  # fmt: skip
        where, lies = t.place, self._lies
        if awaited is not None:
            where, last = awaited.action.place, self._hand_over(operation, awaited, last)
            lies = fact("at", t.part, where)
        last = self._draft.step(
            operation, Release(self._tool, self._hand, t.part), self._worker.grip_time, (last,), f"{t.part} lies at {where}",
            robot=self._robot, claims=self._claims, needs=(self._there, self._in_hand),
            adds=(lies, self._empty, *((reached,) if reached is not None else ())), deletes=(self._in_hand,),
            uses=self._uses,
        )  # fmt: skip
        return self._retract(operation, (last,), others, (*there.way, *there.rest))

    def _hand_over(self, operation: OperationDraft, awaited: Awaited, last: int) -> int:
        """The place in which the part will lie is kept for it from here on."""
        action, room = awaited.action, (fact("free", awaited.action.place),)
        return self._draft.step(
            operation, action, awaited.seconds, (last, *awaited.after), action_reason(action, action.part, "", "", False),
            robot=self._robot, claims=self._claims, needs=(self._there, self._in_hand, *room, fact("idle", action.person)),
            deletes=room, uses=self._uses,
        )  # fmt: skip

    def join(
        self,
        operation: OperationDraft,
        before: Numbers,
        held: Held,
        others: Held,
        joint: Joint,
        torque: float | None,
        reached: Fact,
    ) -> Numbers:
        """JOIN: from the hub into the seat; there the part becomes one of the base, which stays as it lies; back without it.
        `torque` in Nm where it is driven in."""
        t, vacant = self._t, fact("vacant", joint.base, joint.seat)
        lies, kind = fact("at", joint.base, joint.place), fact("is", joint.base, joint.kind)
        clamped = (fact("clamped", self._equipment),) if self._device.has_clamp else ()
        base = (lies, kind, vacant, *clamped)
        there = self._motions.insert(t.place, t.hand, t.kind, t.grasp, held, t.speed)
        last = self._move(
            operation, there, before, f"with {t.part} to {t.place}",
            (self._hub, self._in_hand, *base, *self._access()), (self._there,), (self._hub,),
        )  # fmt: skip
        changed = (kind,) if joint.becomes != joint.kind else ()
        became = (fact("is", joint.base, joint.becomes),) if changed else ()
        action = (
            Release(self._tool, self._hand, t.part)
            if torque is None
            else Drive(self._tool, self._hand, t.part, joint.base, torque)
        )
        last = self._draft.step(
            operation, action, self._shop.contacts.letting_go(self._worker, t.place), (last,), joining(t.part, joint.base),
            robot=self._robot, claims=self._claims, needs=(self._there, self._in_hand, *base),
            adds=(fact("joined", t.part, joint.base), self._empty, *became, reached), deletes=(self._in_hand, vacant, *changed),
            uses=self._uses,
        )  # fmt: skip
        return self._retract(operation, (last,), others, (*there.way, *there.rest))

    def leave_with(self, operation: OperationDraft, before: Numbers, held: Held, is_clamped: bool) -> Numbers:
        """Out of a contact that an earlier plan has begun, with the part in the hand."""
        t = self._t
        back = self._motions.lift(t.place, t.hand, t.kind, t.grasp, held, t.speed)
        return self._lift(operation, (*before, *self._road.cleared(back.way, back.rest)), held, is_clamped, ())

    def leave_without(self, operation: OperationDraft, before: Numbers, others: Held) -> Numbers:
        """Out of a contact that an earlier plan has begun, with an empty hand."""
        t = self._t
        back = self._motions.retract(t.place, t.hand, t.kind, t.grasp, others, t.speed)
        return self._retract(operation, (*before, *self._road.cleared(back.way, back.rest)), others, ())

    def _retract(self, operation: OperationDraft, before: Numbers, others: Held, so_far: Spots) -> Numbers:
        t = self._t
        back = self._motions.retract(t.place, t.hand, t.kind, t.grasp, others, t.speed)
        needs = (self._there, self._empty, *self._uncovered)
        left = (self._hub, *(self._free if self._is_passing else ()))
        last = (self._move(operation, back, before, f"out of {t.place}", needs, left, (self._there,)),)
        self._road.passed((*so_far, *back.way), back.rest, last)
        return last

    def _lift(self, operation: OperationDraft, before: Numbers, held: Held, is_clamped: bool, so_far: Spots) -> Numbers:
        t, e = self._t, self._equipment
        unclamped: tuple[Fact, ...] = ()
        if self._device.has_clamp and not self._is_seat:
            unclamped = (fact("unclamped", e),)
        if is_clamped and not self._is_seat:
            before = (self._draft.step(
                operation, SetClamp(e, False), self._device.clamp_time, before, f"{e} lets {t.part} go, the hand holds it",
                claims=self._claims, needs=(self._in_hand, self._there, fact("clamped", e)), adds=unclamped,
                deletes=(fact("clamped", e),), uses=self._uses,
            ),)  # fmt: skip
        back = self._motions.lift(t.place, t.hand, t.kind, t.grasp, held, t.speed)
        last = (self._move(
            operation, back, before, f"with {t.part} out of {t.place}",
            (self._in_hand, self._there, *unclamped, *self._uncovered), (self._hub, *self._free), (self._there,),
        ),)  # fmt: skip
        self._road.passed((*so_far, *back.way), back.rest, last)
        return last

    def _move(
        self, operation: OperationDraft, timed: Timed, before: Numbers, rule: str,
        needs: tuple[Fact, ...], adds: tuple[Fact, ...], deletes: tuple[Fact, ...],
    ) -> int:  # fmt: skip
        return self._draft.step(
            operation, Move(timed.need), timed.seconds, tuple(dict.fromkeys(before)), rule, robot=self._robot,
            claims=self._claims, needs=needs, adds=adds, deletes=deletes, uses=self._uses,
        )  # fmt: skip

    def _access(self) -> tuple[Fact, ...]:
        e, device = self._equipment, self._device
        return ((fact("open", e),) if device.has_door else ()) + ((fact("idle", e),) if device.works else ())

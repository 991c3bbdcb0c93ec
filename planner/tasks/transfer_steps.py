"""The steps of one contact: approach, grip, unclamp, lift; or insert, clamp, release, retract. Each ends at the hub."""

from __future__ import annotations

from dataclasses import dataclass

from cell.steps import AtHub, AtPlace, Fact, Grip, MotionNeed, Move, Release, SetClamp, stance_name
from planner.tasks.draft import Draft, OperationDraft, fact
from planner.tasks.motions import Held
from planner.tasks.shop import Shop

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """`hand` is tool.hand; `speed` the limit in m/s that binds the motions."""

    part: str
    kind: str
    hand: str
    grasp: int
    place: str
    speed: float | None


class Contact:
    def __init__(self, shop: Shop, draft: Draft, transfer: Transfer) -> None:
        self._shop, self._draft, self._t = shop, draft, transfer
        self._robot = shop.worker.robot
        self._equipment = shop.equipment_of[transfer.place]
        self._tool, self._hand = transfer.hand.split(".", 1)
        device = shop.devices[self._equipment]
        guard = shop.cell.equipment[self._equipment].guard
        self._device = device
        self._claims = ((self._equipment,) if device.works else ()) + ((guard,) if guard is not None else ())
        self._uses = (self._robot, transfer.hand, transfer.place, *self._claims)
        there = AtPlace(transfer.place, transfer.hand, transfer.kind, transfer.grasp)
        self._there = fact("stands", self._robot, stance_name(there))
        self._hub = fact("stands", self._robot, stance_name(AtHub(self._equipment)))
        self._lies = fact("at", transfer.part, transfer.place)
        self._in_hand = fact("held", transfer.part, transfer.hand)
        self._empty = fact("empty", transfer.hand)
        self._free: tuple[Fact, ...] = () if transfer.place in shop.heaps else (fact("free", transfer.place),)

    def take(self, operation: OperationDraft, before: Numbers, others: Held, held: Held, is_clamped: bool) -> Numbers:
        """PICK: from the hub to the part and back with it. `held` includes it."""
        t, access = self._t, self._access()
        need, seconds = self._shop.motions.approach(t.place, t.hand, t.kind, t.grasp, others, t.speed)
        at = self._move(
            operation, need, seconds, before, f"to {t.part} at {t.place}",
            (self._hub, self._lies, self._empty, *access), (self._there,), (self._hub,),
        )  # fmt: skip
        grip = self._draft.step(
            operation, Grip(self._tool, self._hand, t.part, self._shop.worker.forces[t.kind]), self._shop.grip_time, (at,),
            f"{t.part} is taken out of {t.place}", robot=self._robot, claims=self._claims,
            needs=(self._there, self._lies, self._empty), adds=(self._in_hand,), deletes=(self._lies, self._empty),
            uses=self._uses,
        )  # fmt: skip
        return self._lift(operation, (grip,), held, is_clamped)

    def put(
        self, operation: OperationDraft, before: Numbers, held: Held, others: Held, has_clamp: bool, reached: Fact | None
    ) -> Numbers:
        """PLACE: from the hub into the place and back without the part. `held` includes it, `others` does not."""
        t, e = self._t, self._equipment
        need, seconds = self._shop.motions.insert(t.place, t.hand, t.kind, t.grasp, held, t.speed)
        unclamped = (fact("unclamped", e),) if has_clamp else ()
        last = self._move(
            operation, need, seconds, before, f"with {t.part} to {t.place}",
            (self._hub, self._in_hand, *self._free, *unclamped, *self._access()), (self._there,), (self._hub, *self._free),
        )  # fmt: skip
        if has_clamp:
            last = self._draft.step(
                operation, SetClamp(e, True), self._device.clamp_time, (last,), f"{e} clamps {t.part} before the hand opens",
                claims=self._claims, needs=(self._there, self._in_hand, *unclamped), adds=(fact("clamped", e),),
                deletes=unclamped, uses=self._uses,
            )  # fmt: skip
        last = self._draft.step(
            operation, Release(self._tool, self._hand, t.part), self._shop.grip_time, (last,), f"{t.part} lies at {t.place}",
            robot=self._robot, claims=self._claims, needs=(self._there, self._in_hand),
            adds=(self._lies, self._empty, *((reached,) if reached is not None else ())), deletes=(self._in_hand,),
            uses=self._uses,
        )  # fmt: skip
        return self.leave_without(operation, (last,), others)

    def leave_with(self, operation: OperationDraft, before: Numbers, held: Held, is_clamped: bool) -> Numbers:
        return self._lift(operation, before, held, is_clamped)

    def leave_without(self, operation: OperationDraft, before: Numbers, others: Held) -> Numbers:
        t = self._t
        need, seconds = self._shop.motions.retract(t.place, t.hand, t.kind, t.grasp, others, t.speed)
        needs = (self._there, self._empty)
        return (self._move(operation, need, seconds, before, f"out of {t.place}", needs, (self._hub,), (self._there,)),)

    def _lift(self, operation: OperationDraft, before: Numbers, held: Held, is_clamped: bool) -> Numbers:
        t, e = self._t, self._equipment
        unclamped: tuple[Fact, ...] = ()
        if self._device.has_clamp:
            unclamped = (fact("unclamped", e),)
        if is_clamped:
            before = (self._draft.step(
                operation, SetClamp(e, False), self._device.clamp_time, before, f"{e} lets {t.part} go, the hand holds it",
                claims=self._claims, needs=(self._in_hand, self._there, fact("clamped", e)), adds=unclamped,
                deletes=(fact("clamped", e),), uses=self._uses,
            ),)  # fmt: skip
        need, seconds = self._shop.motions.lift(t.place, t.hand, t.kind, t.grasp, held, t.speed)
        return (self._move(
            operation, need, seconds, before, f"with {t.part} out of {t.place}",
            (self._in_hand, self._there, *unclamped), (self._hub, *self._free), (self._there,),
        ),)  # fmt: skip

    def _move(
        self, operation: OperationDraft, need: MotionNeed, seconds: float, before: Numbers, rule: str,
        needs: tuple[Fact, ...], adds: tuple[Fact, ...], deletes: tuple[Fact, ...],
    ) -> int:  # fmt: skip
        return self._draft.step(
            operation, Move(need), seconds, tuple(dict.fromkeys(before)), rule, robot=self._robot, claims=self._claims,
            needs=needs, adds=adds, deletes=deletes, uses=self._uses,
        )  # fmt: skip

    def _access(self) -> tuple[Fact, ...]:
        e, device = self._equipment, self._device
        return ((fact("open", e),) if device.has_door else ()) + ((fact("idle", e),) if device.works else ())

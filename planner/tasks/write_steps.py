"""From an order of acts to steps: which commands, which facts they need and change, and after which others they come.

The sequences of steps are those of PICK, PLACE, PROCESS, INSPECT, SWAP and CHOICE in docs/decisions/0040.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from cell.program import Goal
from cell.steps import AtHub, Because, Decide, Fact, Inspect, Move, RunProgram, SetClamp, SetDoor, Stance, stance_name
from planner.tasks.dispatch import Order, common_hub
from planner.tasks.draft import Draft, OperationDraft, choice_name, fact
from planner.tasks.floor import Act, Kind, Stand
from planner.tasks.motions import Held
from planner.tasks.route import Clauses, Fork, Stage
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


@dataclass(slots=True)
class ChoiceDraft:
    fork: Fork
    part: str
    operation: OperationDraft
    ways: list[tuple[tuple[str, ...], list[OperationDraft]]] = field(default_factory=list)


def write_steps(shop: Shop, order: Order) -> tuple[Draft, list[ChoiceDraft]]:
    """Steps in the order of acts, which is a topological order of them."""
    writer = _Writer(shop)
    for act in order.acts:
        writer.write(act)
    writer.finish()
    return writer.draft, writer.choices


class _Writer:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.draft = Draft()
        self.choices: list[ChoiceDraft] = []
        self.robot = shop.worker.robot
        self.stance: Stance = shop.stance
        self.last: Numbers = ()
        self.tails: list[Tail] = []
        self.devices = {d.name: DeviceChain(d.is_open, d.is_clamped) for d in shop.devices.values()}
        self.holding: dict[int, tuple[int, int]] = {}
        self.parts = {job.part: job for job in shop.jobs}
        self.open_operations: dict[tuple[int, int], OperationDraft] = {}
        self.told: dict[int, Numbers] = {}
        self.ends: dict[tuple[int, int], tuple[str, Numbers]] = {}
        for j, job in enumerate(shop.jobs):
            if job.hand is not None:
                self.holding[self.shop.hand_number(job.hand)] = (j, job.grasp)

    def write(self, act: Act) -> None:
        leg = self.shop.jobs[act.job].legs[act.leg]
        match act.kind:
            case Kind.PICK:
                assert isinstance(leg, Stage)
                self._pick(act, self._operation(act, leg), leg.clauses)
            case Kind.PLACE:
                assert isinstance(leg, Stage)
                operation = self._operation(act, leg)
                operation.target = act.place
                self._place(act.job, act.hand, act.place, operation, leg)
                self._work_after_placing(act, leg, operation)
            case Kind.RUN:
                assert isinstance(leg, Stage)
                self._run(act, leg)
            case Kind.CHOOSE:
                assert isinstance(leg, Fork)
                self._choose(act, leg)
            case _:
                assert_never(act.kind)

    def finish(self) -> None:
        if self.tails:
            self._settle(self._last_hub())

    # --- taking and putting ----------------------------------------------------------------------------------------

    def _pick(self, act: Act, operation: OperationDraft, clauses: Clauses) -> None:
        hub = self.shop.equipment_of[act.place]
        self._go(hub, operation, clauses, f"{operation.part} is fetched from {act.place}")
        self._open_door(hub, operation)
        self._take(act.job, act.hand, act.grasp, act.place, operation, clauses)

    def _take(self, job: int, hand: int, grasp: int, place: str, operation: OperationDraft, clauses: Clauses) -> None:
        hub = self.shop.equipment_of[place]
        device = self.devices[hub]
        contact = self._contact(job, hand, grasp, place, clauses)
        waits = device.last if self.shop.devices[hub].works else ()
        self.last = contact.take(operation, (*self.last, *waits), self.held(), self._with(job, hand, grasp), device.is_clamped)
        device.is_clamped = False
        self.holding[hand] = (job, grasp)
        self.stance = AtHub(hub)

    def _place(self, job: int, hand: int, place: str, operation: OperationDraft, stage: Stage) -> None:
        hub = stage.equipment
        self._go(hub, operation, stage.clauses, f"{operation.part} is brought to {place}")
        self._open_door(hub, operation)
        device, known = self.devices[hub], self.shop.devices[hub]
        if known.has_clamp and device.is_clamped:
            needs = (fact("clamped", hub), fact("free", place), fact("stands", self.robot, stance_name(self.stance)))
            self.last = (self.draft.step(
                operation, SetClamp(hub, False), known.clamp_time, (*self.last, *device.last), f"{hub} is empty and clamped",
                claims=(hub,), needs=needs, adds=(fact("unclamped", hub),), deletes=(fact("clamped", hub),), uses=(hub,),
            ),)  # fmt: skip
        _, grasp = self.holding[hand]
        contact = self._contact(job, hand, grasp, place, stage.clauses)
        waits = device.last if known.works else ()
        with_part = self.held()
        del self.holding[hand]
        reached = fact("reached", stage.goal.id, operation.part) if stage.work is None else None
        self.last = contact.put(operation, (*self.last, *waits), with_part, self.held(), known.has_clamp, reached)
        device.is_clamped = known.has_clamp
        device.last = self.last

    # --- work ------------------------------------------------------------------------------------------------------

    def _work_after_placing(self, act: Act, stage: Stage, operation: OperationDraft) -> None:
        if stage.work is None:
            self.ends[(act.job, act.leg)] = ("robot", self.last)
            return
        if stage.work.kind == "program":
            self._shut_door(stage.equipment, operation)
        self._work(act, stage, operation)

    def _run(self, act: Act, stage: Stage) -> None:
        if stage.work is None:
            self.ends[(act.job, act.leg)] = ("robot", self.last)
            return
        operation = self._operation(act, stage)
        hub, known, device = stage.equipment, self.shop.devices[stage.equipment], self.devices[stage.equipment]
        if self.shop.contact is not None and self.shop.equipment_of[self.shop.contact.place] == hub:
            self._leave_contact(operation)
        if stage.work.kind == "program" and not stage.joined:
            if known.has_clamp and not device.is_clamped:
                device.last = (self.draft.step(
                    operation, SetClamp(hub, True), known.clamp_time, device.last, f"{hub} clamps before it runs",
                    claims=(hub,), needs=(fact("unclamped", hub), fact("at", operation.part, act.place)),
                    adds=(fact("clamped", hub),), deletes=(fact("unclamped", hub),), uses=(hub,),
                ),)  # fmt: skip
                device.is_clamped = True
            if known.has_door and device.is_open:
                self._leave_contact(operation)
                if self.tails:
                    self._settle(self._last_hub())
                self._shut_door(hub, operation)
        self._work(act, stage, operation)

    def _work(self, act: Act, stage: Stage, operation: OperationDraft) -> None:
        """The program or the inspection; the step lasts as long as it runs."""
        work, hub = stage.work, stage.equipment
        assert work is not None
        device, known, part = self.devices[hub], self.shop.devices[hub], operation.part
        reached = fact("reached", stage.goal.id, part)
        idle = fact("running" if stage.joined else "idle", hub)
        lies = fact("at", part, act.place)
        if work.kind == "program":
            needs = [lies, idle]
            needs += [fact("clamped", hub)] if known.has_clamp else []
            needs += [fact("shut", hub)] if known.has_door else []
            action: RunProgram | Inspect = RunProgram(hub, work.name, part)
            adds: tuple[Fact, ...] = (reached,)
            rule = f"{hub} runs {work.name} on {part}"
        else:
            needs = [lies, idle]
            action = Inspect(hub, work.name, part)
            adds, rule = (fact("told", work.name, part), reached), f"{hub} tells the {work.name} of {part}"
        deletes: tuple[Fact, ...] = ()
        if stage.joined:
            adds, deletes = (*adds, fact("idle", hub)), (idle,)
            rule = f"{rule}, as it does already"
        number = self.draft.step(
            operation, action, work.duration, device.last, rule,
            claims=(hub,), needs=tuple(needs), adds=adds, deletes=deletes, uses=(hub,),
        )  # fmt: skip
        device.last = (number,)
        self.told[act.job] = (number,)
        self.ends[(act.job, act.leg)] = (hub, (number,))

    def _open_door(self, hub: str, operation: OperationDraft) -> None:
        device, known = self.devices[hub], self.shop.devices[hub]
        if not known.has_door or device.is_open:
            return
        needs = (fact("idle", hub), fact("shut", hub)) if known.works else (fact("shut", hub),)
        device.last = (self.draft.step(
            operation, SetDoor(hub, True), known.door_time, device.last, f"the door of {hub} is in the way",
            claims=(hub,), needs=needs, adds=(fact("open", hub),), deletes=(fact("shut", hub),), uses=(hub,),
        ),)  # fmt: skip
        device.is_open = True

    def _shut_door(self, hub: str, operation: OperationDraft) -> None:
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

    # --- choice ----------------------------------------------------------------------------------------------------

    def _choose(self, act: Act, fork: Fork) -> None:
        job, hub, number = self.shop.jobs[act.job], self.shop.equipment_of[act.place], len(self.choices)
        because = Because(fork.when.span, f"the {fork.outcome} of {job.part} decides")
        operation = self._new_operation(act, fork.when.id, "when", job.part, fork.clauses, act.place, None, because, None)
        choice = ChoiceDraft(fork, job.part, operation)
        self.choices.append(choice)
        self._go(hub, operation, fork.clauses, f"{job.part} waits in {act.place}")
        self._open_door(hub, operation)
        told = fact("told", fork.outcome, job.part)
        before = tuple(dict.fromkeys((*self.told.get(act.job, ()), *self.last, *self.devices[hub].last)))
        decide = self.draft.step(operation, Decide(choice_name(number)), 0.0, before, because.rule, needs=(told,))
        chain, held, tails = self.devices[hub], dict(self.holding), []
        start = (self.stance, DeviceChain(chain.is_open, chain.is_clamped, (decide,)))
        ends: list[Numbers] = []
        for index, way in enumerate(fork.ways):
            self.stance, self.holding, self.last = start[0], dict(held), (decide,)
            self.devices[hub] = DeviceChain(start[1].is_open, start[1].is_clamped, (decide,))
            done = self._way(act, fork, index, (number, index))
            choice.ways.append((way.values, done))
            at = self.stance.equipment if isinstance(self.stance, AtHub) else hub
            stand = Stand(self.stance, at, 0.0, self._way_speed(way.stages))
            last = self.last[-1]
            step = self.draft.steps[last]
            tails.append(Tail(stand, last, done[-1] if done else operation, (number, index), step.start + step.duration))
            ends.append(self.last)
        self.tails, self.holding = tails, held
        self.last = tuple(tail.last for tail in tails)
        self.devices[hub].last = tuple(dict.fromkeys(k for end in ends for k in end))
        self.ends[(act.job, act.leg)] = ("robot", self.last)

    def _way(self, act: Act, fork: Fork, index: int, branch: tuple[int, int]) -> list[OperationDraft]:
        job, place, done = self.shop.jobs[act.job], act.place, []
        for stage, target in zip(fork.ways[index].stages, act.targets[index], strict=True):
            operation = self._new_operation(
                act, stage.goal.id, stage.goal.verb, job.part, stage.clauses, place, target, _because(stage.goal), branch
            )
            done.append(operation)
            self._take(act.job, act.hand, act.grasp, place, operation, stage.clauses)
            self._place(act.job, act.hand, target, operation, stage)
            place = target
        return done

    def _way_speed(self, stages: tuple[Stage, ...]) -> float | None:
        return self.shop.speed(stages[-1].clauses) if stages else None

    # --- travels ---------------------------------------------------------------------------------------------------

    def _go(self, hub: str, operation: OperationDraft, clauses: Clauses, rule: str) -> None:
        self._leave_contact(operation)
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

    def _last_hub(self) -> str:
        stands = [Stand(t.stand.stance, t.stand.hub, t.seconds, t.stand.speed) for t in self.tails]
        return common_hub(self.shop, stands, self.held())

    def _leave_contact(self, operation: OperationDraft) -> None:
        """Out of a contact that an earlier plan left the robot in."""
        stance = self.shop.contact
        if stance is None or self.stance is not stance:
            return
        hand, device = self.shop.hand_number(stance.hand), self.devices[self.shop.equipment_of[stance.place]]
        part = self.shop.jobs[self.holding[hand][0]].part if hand in self.holding else operation.part
        transfer = Transfer(part, stance.kind, stance.hand, stance.grasp, stance.place, None)
        contact = Contact(self.shop, self.draft, transfer)
        if hand in self.holding:
            self.last = contact.leave_with(operation, self.last, self.held(), device.is_clamped)
            device.is_clamped = False
        else:
            self.last = contact.leave_without(operation, self.last, self.held())
        device.last = self.last
        self.stance = AtHub(self.shop.equipment_of[stance.place])

    # --- names -----------------------------------------------------------------------------------------------------

    def held(self) -> Held:
        return tuple(self.shop.carried(self.shop.jobs[j].kind, hand, grasp) for hand, (j, grasp) in sorted(self.holding.items()))

    def _with(self, job: int, hand: int, grasp: int) -> Held:
        more = {**self.holding, hand: (job, grasp)}
        return tuple(self.shop.carried(self.shop.jobs[j].kind, h, g) for h, (j, g) in sorted(more.items()))

    def _contact(self, job: int, hand: int, grasp: int, place: str, clauses: Clauses) -> Contact:
        j = self.shop.jobs[job]
        name = self.shop.worker.hands[hand].name
        return Contact(self.shop, self.draft, Transfer(j.part, j.kind, name, grasp, place, self.shop.speed(clauses)))

    def _operation(self, act: Act, stage: Stage) -> OperationDraft:
        key = (act.job, act.leg)
        if key not in self.open_operations:
            part = self.shop.jobs[act.job].part
            source = act.place if act.kind is Kind.PICK else None
            self.open_operations[key] = self._new_operation(
                act, stage.goal.id, stage.goal.verb, part, stage.clauses, source, None, _because(stage.goal), None
            )
        return self.open_operations[key]

    def _new_operation(
        self, act: Act, goal: str, verb: str, part: str, clauses: Clauses, source: str | None, target: str | None,
        because: Because, branch: tuple[int, int] | None,
    ) -> OperationDraft:  # fmt: skip
        robot = None if act.kind is Kind.RUN else self.robot
        operation = self.draft.operation(
            goal, verb, part, clauses.serves, robot, source, target, because, branch, clauses.deadlines
        )
        gate = self._gate(clauses)
        if gate and branch is None:
            self.draft.gates[operation.number] = gate
        return operation

    def _gate(self, clauses: Clauses) -> Numbers:
        """The last steps, one for each chain, that have to end before the barriers are open."""
        latest: dict[str, Numbers] = {}
        for k in clauses.after:
            for member in self.shop.routes.barriers[k].members:
                chain, steps = self.ends[member]
                if steps and (chain not in latest or max(steps) > max(latest[chain])):
                    latest[chain] = steps
        return tuple(dict.fromkeys(k for steps in latest.values() for k in steps))


def _because(goal: Goal) -> Because:
    return Because(goal.span, f"{goal.verb} {goal.object.text}")

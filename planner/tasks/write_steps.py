"""From an order of acts to steps: which commands, which facts they need and change, and after which others they come.

The sequences of steps are those of PICK, PLACE, PROCESS, INSPECT, SWAP and CHOICE in docs/decisions/0040.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from cell.program import Goal
from cell.steps import AtHub, Because, Decide, Fact, Inspect, RunProgram, SetClamp, stance_name
from planner.tasks.chains import Chains, DeviceChain, Numbers, Tail
from planner.tasks.dispatch import Order
from planner.tasks.draft import Draft, OperationDraft, choice_name, fact
from planner.tasks.floor import Act, Kind, Stand
from planner.tasks.route import Clauses, Fork, Stage
from planner.tasks.shop import Shop
from planner.tasks.transfer_steps import Contact, Transfer


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
        self.chains = Chains(shop, self.draft)
        self.open_operations: dict[tuple[int, int], OperationDraft] = {}
        self.told: dict[int, Numbers] = {}
        self.ends: dict[tuple[int, int], tuple[str, Numbers]] = {}

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
        self.chains.settle_anywhere()

    # --- taking and putting ----------------------------------------------------------------------------------------

    def _pick(self, act: Act, operation: OperationDraft, clauses: Clauses) -> None:
        hub = self.shop.equipment_of[act.place]
        self.chains.go(hub, operation, clauses, f"{operation.part} is fetched from {act.place}")
        self.chains.open_door(hub, operation)
        self._take(act.job, act.hand, act.grasp, act.place, operation, clauses)

    def _take(self, job: int, hand: int, grasp: int, place: str, operation: OperationDraft, clauses: Clauses) -> None:
        hub = self.shop.equipment_of[place]
        device = self.chains.devices[hub]
        contact = self._contact(job, hand, grasp, place, clauses)
        waits = device.last if self.shop.devices[hub].works else ()
        self.chains.last = contact.take(
            operation, (*self.chains.last, *waits), self.chains.held(), self.chains.held({hand: (job, grasp)}), device.is_clamped
        )
        device.is_clamped = False
        self.chains.holding[hand] = (job, grasp)
        self.chains.stance = AtHub(hub)

    def _place(self, job: int, hand: int, place: str, operation: OperationDraft, stage: Stage) -> None:
        hub = stage.equipment
        self.chains.go(hub, operation, stage.clauses, f"{operation.part} is brought to {place}")
        self.chains.open_door(hub, operation)
        device, known = self.chains.devices[hub], self.shop.devices[hub]
        if known.has_clamp and device.is_clamped:
            needs = (
                fact("clamped", hub),
                fact("free", place),
                fact("stands", self.chains.robot, stance_name(self.chains.stance)),
            )
            self.chains.last = (self.draft.step(
                operation, SetClamp(hub, False), known.clamp_time, (*self.chains.last, *device.last),
                f"{hub} is empty and clamped",
                claims=(hub,), needs=needs, adds=(fact("unclamped", hub),), deletes=(fact("clamped", hub),), uses=(hub,),
            ),)  # fmt: skip
        _, grasp = self.chains.holding[hand]
        contact = self._contact(job, hand, grasp, place, stage.clauses)
        waits = device.last if known.works else ()
        with_part = self.chains.held()
        del self.chains.holding[hand]
        reached = fact("reached", stage.goal.id, operation.part) if stage.work is None else None
        self.chains.last = contact.put(
            operation, (*self.chains.last, *waits), with_part, self.chains.held(), known.has_clamp, reached
        )
        device.is_clamped = known.has_clamp
        device.last = self.chains.last

    # --- work ------------------------------------------------------------------------------------------------------

    def _work_after_placing(self, act: Act, stage: Stage, operation: OperationDraft) -> None:
        if stage.work is None:
            self.ends[(act.job, act.leg)] = ("robot", self.chains.last)
            return
        if stage.work.kind == "program":
            self.chains.shut_door(stage.equipment, operation)
        self._work(act, stage, operation)

    def _run(self, act: Act, stage: Stage) -> None:
        if stage.work is None:
            self.ends[(act.job, act.leg)] = ("robot", self.chains.last)
            return
        operation = self._operation(act, stage)
        hub, known, device = stage.equipment, self.shop.devices[stage.equipment], self.chains.devices[stage.equipment]
        if self.shop.contact is not None and self.shop.equipment_of[self.shop.contact.place] == hub:
            self.chains.leave_contact(operation, stage.clauses)
        if stage.work.kind == "program" and not stage.joined:
            if known.has_clamp and not device.is_clamped:
                device.last = (self.draft.step(
                    operation, SetClamp(hub, True), known.clamp_time, device.last, f"{hub} clamps before it runs",
                    claims=(hub,), needs=(fact("unclamped", hub), fact("at", operation.part, act.place)),
                    adds=(fact("clamped", hub),), deletes=(fact("unclamped", hub),), uses=(hub,),
                ),)  # fmt: skip
                device.is_clamped = True
            if known.has_door and device.is_open:
                self.chains.leave_contact(operation, stage.clauses)
                self.chains.settle_anywhere()
                self.chains.shut_door(hub, operation)
        self._work(act, stage, operation)

    def _work(self, act: Act, stage: Stage, operation: OperationDraft) -> None:
        """The program or the inspection; the step lasts as long as it runs."""
        work, hub = stage.work, stage.equipment
        assert work is not None
        device, known, part = self.chains.devices[hub], self.shop.devices[hub], operation.part
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

    # --- choice ----------------------------------------------------------------------------------------------------

    def _choose(self, act: Act, fork: Fork) -> None:
        job, hub, number = self.shop.jobs[act.job], self.shop.equipment_of[act.place], len(self.choices)
        because = Because(fork.when.span, f"the {fork.outcome} of {job.part} decides")
        operation = self._new_operation(act, fork.when.id, "when", job.part, fork.clauses, act.place, None, because, None)
        choice = ChoiceDraft(fork, job.part, operation)
        self.choices.append(choice)
        self.chains.go(hub, operation, fork.clauses, f"{job.part} waits in {act.place}")
        self.chains.open_door(hub, operation)
        told = fact("told", fork.outcome, job.part)
        before = tuple(dict.fromkeys((*self.told.get(act.job, ()), *self.chains.last, *self.chains.devices[hub].last)))
        decide = self.draft.step(operation, Decide(choice_name(number)), 0.0, before, because.rule, needs=(told,))
        chain, held, tails = self.chains.devices[hub], dict(self.chains.holding), []
        start = (self.chains.stance, DeviceChain(chain.is_open, chain.is_clamped, (decide,)))
        ends: list[Numbers] = []
        for index, way in enumerate(fork.ways):
            self.chains.stance, self.chains.holding, self.chains.last = start[0], dict(held), (decide,)
            self.chains.devices[hub] = DeviceChain(start[1].is_open, start[1].is_clamped, (decide,))
            done = self._way(act, fork, index, (number, index))
            choice.ways.append((way.values, done))
            at = self.chains.stance.equipment if isinstance(self.chains.stance, AtHub) else hub
            stand = Stand(self.chains.stance, at, 0.0, self._way_speed(way.stages))
            last = self.chains.last[-1]
            step = self.draft.steps[last]
            tails.append(Tail(stand, last, done[-1] if done else operation, (number, index), step.start + step.duration))
            ends.append(self.chains.last)
        self.chains.tails, self.chains.holding = tails, held
        self.chains.last = tuple(tail.last for tail in tails)
        self.chains.devices[hub].last = tuple(dict.fromkeys(k for end in ends for k in end))
        self.ends[(act.job, act.leg)] = ("robot", self.chains.last)

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

    # --- names -----------------------------------------------------------------------------------------------------

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
        robot = None if act.kind is Kind.RUN else self.chains.robot
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

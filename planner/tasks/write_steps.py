"""From an order of acts to steps: which commands, which facts they need and change, and after which others they come.

The sequences of steps are those of PICK, PLACE, PROCESS, INSPECT, SWAP and CHOICE in docs/decisions/0040.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from cell.program import Goal
from cell.reasons import action_reason, bringing, goal_reason
from cell.seats import has_family
from cell.steps import AtHub, Because, Fact, Inspect, Present, RunProgram, SetClamp, Treat, stance_name
from planner.tasks.bases import Bases
from planner.tasks.chore_steps import ChoreSteps, Rounds
from planner.tasks.device_chains import DeviceChains
from planner.tasks.dispatch import Order
from planner.tasks.draft import Draft, OperationDraft, fact
from planner.tasks.floor import Act, Kind
from planner.tasks.freshness import more_rounds
from planner.tasks.path_steps import write_along
from planner.tasks.people_steps import PeopleSteps
from planner.tasks.road import Numbers, Road
from planner.tasks.robot_chain import RobotChain, Task
from planner.tasks.route import Clauses, Fork, Handing, Join, Stage
from planner.tasks.shop import Shop
from planner.tasks.traffic import Traffic
from planner.tasks.transfer_steps import Contact, Transfer
from planner.tasks.write_choice import ChoiceDraft, ChoiceWriter


def write_steps(shop: Shop, order: Order) -> tuple[Draft, list[ChoiceDraft]]:
    """Steps in the order of acts, which is a topological order of them, with the chores in between."""
    rounds: Rounds | None = {}
    while rounds is not None:
        writer = Writer(shop)
        chores = writer.chores = ChoreSteps(writer, order.acts, rounds)
        for number, act in enumerate(order.acts):
            chores.before(number)
            writer.write(act)
        chores.before(len(order.acts))
        writer.finish()
        rounds = more_rounds(shop, order.acts, writer.draft, chores, rounds)
    return writer.draft, writer.choices


class Writer:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.draft = Draft()
        self.choices: list[ChoiceDraft] = []
        self.devices = DeviceChains(shop, self.draft)
        traffic = Traffic[Numbers](shop.crew.rules, shop.crew.rests)
        self.kinds = {j: job.kind for j, job in enumerate(shop.jobs)}
        mounted = (w for w in shop.workers if w.is_mounted)
        self.robots = {
            w.robot: RobotChain(shop, self.draft, w, Road(w.robot, traffic), self.devices, self.kinds) for w in mounted
        }
        self.bases = Bases(shop)
        self.sent_home: list[RobotChain] = []
        self.open_operations: dict[tuple[int, int], OperationDraft] = {}
        self.told: dict[int, Numbers] = {}
        self.ends: dict[tuple[int, int], tuple[str, Numbers]] = {}
        self.lying = {place: part for place, part in shop.foreign.items() if place in shop.equipment_of}
        self.lying |= {job.place: job.part for job in shop.jobs if job.place is not None and job.arrival is None}
        self.changed: dict[str, tuple[str, Numbers]] = {}
        self.people = PeopleSteps(shop, self.draft, self.devices, self.changed)
        self.task: Task | None = None
        self.chores = ChoreSteps(self, (), {})

    def write(self, act: Act) -> None:
        robot = self.robots[self.shop.workers[act.worker].robot]
        if act.kind is Kind.PARK:
            self._park(robot)
            return
        leg = self.shop.jobs[act.job].legs[act.leg]
        if act.kind is Kind.GO:
            assert isinstance(leg, Stage)
            self._go_ahead(robot, act, leg)
            return
        self.kinds[act.job] = self.shop.kinds[act.job][act.leg]
        match act.kind:
            case Kind.PICK:
                assert isinstance(leg, Stage)
                self._pick(robot, act, leg)
            case Kind.PLACE:
                assert isinstance(leg, Stage)
                task = self.task_of(robot, act, leg)
                task.operation.target = act.place
                if leg.into is not None:
                    self._join(robot, act, task, leg, leg.into)
                else:
                    _, due = self.ends.get((act.job, act.leg - 1), ("", ()))
                    self.place(robot, act.job, act.hand, act.place, task, leg, due)
                    self.work_after_placing(robot, act, leg, task.operation)
            case Kind.RUN:
                assert isinstance(leg, Stage)
                self._run(robot, act, leg)
            case Kind.CHOOSE:
                assert isinstance(leg, Fork)
                ChoiceWriter(self, robot, act, leg).write()
            case Kind.ALONG:
                assert isinstance(leg, Stage)
                write_along(self, robot, act, leg)
            case Kind.CARRY:
                assert isinstance(leg, Stage)
                self.people.carry(act.job, act.place, leg)
                return
            case _:
                assert_never(act.kind)
        robot.road.end_act()

    def finish(self) -> None:
        for robot in self.robots.values():
            robot.settle_anywhere()
        task = self.task or self.chores.latest
        if task is not None:
            self._send_home(task)

    # --- out of the way ----------------------------------------------------------------------------------------------

    def _park(self, robot: RobotChain) -> None:
        """What a robot did last ends at home; one that has done nothing waits for what it is sent home for."""
        if robot.latest is None:
            self.sent_home.append(robot)
        else:
            self._send_home(robot.latest)
            robot.park(robot.latest)
            robot.road.end_act()

    def _send_home(self, task: Task) -> None:
        for robot in self.sent_home:
            robot.park(task)
            robot.road.end_act()
        self.sent_home.clear()

    def _go_ahead(self, robot: RobotChain, act: Act, stage: Stage) -> None:
        """The line is not due: what it waits for is known when the part is fetched."""
        task = self.task_of(robot, act, stage)
        robot.equip(act.worker, task)
        robot.go(self.shop.equipment_of[act.place], task, f"{task.operation.part} is fetched from {act.place}")
        robot.road.end_act()

    # --- taking and putting ----------------------------------------------------------------------------------------

    def _pick(self, robot: RobotChain, act: Act, stage: Stage) -> None:
        if stage.received is not None and stage.giver is not None:
            self._receive(robot, act, stage.received, stage.giver)
            return
        hub, task = self.shop.equipment_of[act.place], self.task_of(robot, act, stage)
        if (act.job, act.leg) in self.shop.ahead:
            self.draft.ahead.add(task.operation.number)
        robot.equip(act.worker, task)
        robot.go(hub, task, f"{task.operation.part} is fetched from {act.place}")
        self.devices.open_door(hub, task.operation)
        self.take(robot, act.job, act.hand, act.grasp, act.place, task)

    def _receive(self, robot: RobotChain, act: Act, stage: Stage, giver: Handing) -> None:
        """A person puts the part into the hand: an operation of its own, for the line that asks for it."""
        operation = self.new_operation(
            robot, act, stage.goal.id, stage.goal.verb, stage.clauses, act.place, None, self.because(stage.goal), None
        )
        task = self.begun(Task(operation, stage.clauses))
        hub, person = self.shop.equipment_of[giver.spot], self.devices[giver.person]
        robot.equip(act.worker, task)
        robot.go(hub, task, f"{operation.part} is fetched from {giver.spot}")
        contact = self._contact(robot, act.job, act.hand, act.grasp, giver.spot, stage.clauses)
        others, held = robot.held(), robot.held({act.hand: (act.job, act.grasp)})
        _, done = self.ends.get((act.job, act.leg - 1), ("", ()))
        awaited = self.people.giving(giver, operation.part, act.place)
        before = (*robot.last, *person.last, *done, *contact.before_taking(others, held))
        reached = fact("reached", stage.goal.id, operation.part)
        robot.last = person.last = contact.receive(operation, before, others, held, awaited, act.place, reached)
        self.lying.pop(act.place, None)
        self.changed[act.place] = (giver.person, robot.last)
        robot.holding[act.hand] = (act.job, act.grasp)
        robot.stance = AtHub(hub)

    def take(self, robot: RobotChain, job: int, hand: int, grasp: int, place: str, task: Task) -> None:
        hub = self.shop.equipment_of[place]
        device, known = self.devices[hub], self.shop.devices[hub]
        contact = self._contact(robot, job, hand, grasp, place, task.clauses)
        others, held = robot.held(), robot.held({hand: (job, grasp)})
        comes = self.shop.jobs[job].arrival is not None and place == self.shop.jobs[job].place
        if comes:
            self._present(job, place, task.operation)
        waits = device.last if known.works or comes else ()
        upon = self._changes(robot, self.shop.upon.get(place, ()))
        before = (*robot.last, *waits, *upon, *self.people.were_at(place), *contact.before_taking(others, held))
        robot.last = contact.take(task.operation, before, others, held, device.is_clamped)
        device.is_clamped = False
        if known.works and len(self.robots) > 1:
            device.last = robot.last
        if self.shop.cell.kind_of(self.shop.cell.equipment[hub]).brings_parts:
            device.last = robot.last  # the next part comes when this one is out of the way
        self.lying.pop(place, None)
        self.changed[place] = (robot.robot, robot.last)
        robot.holding[hand] = (job, grasp)
        robot.stance = AtHub(hub)

    def _present(self, job: int, place: str, operation: OperationDraft) -> None:
        """The conveyor brings the part; it may do so before the operation's line is due."""
        supply, part = self.shop.equipment_of[place], operation.part
        device = self.devices[supply]
        action, free = Present(supply, part), fact("free", place)
        device.last = (self.draft.step(
            operation, action, 0.0, device.last, action_reason(action, part, "", "", False), claims=(supply,), needs=(free,),
            adds=(fact("at", part, place),), deletes=(free,), uses=(supply,), until=self.shop.jobs[job].arrival,
        ),)  # fmt: skip

    def _changes(self, robot: RobotChain, places: Iterable[str]) -> Numbers:
        """The last steps by which other robots have filled or emptied these places."""
        found = (self.changed[place] for place in places if place in self.changed)
        return tuple(dict.fromkeys(k for who, steps in found if who != robot.robot for k in steps))

    def place(self, robot: RobotChain, job: int, hand: int, place: str, task: Task, stage: Stage, due: Numbers = ()) -> None:
        spot = place if stage.handing is None else stage.handing.spot
        hub, operation = self.shop.equipment_of[spot], task.operation
        robot.go(hub, task, f"{operation.part} is brought to {spot}")
        self.devices.open_door(hub, operation, due)
        device, known = self.devices[hub], self.shop.devices[hub]
        _, grasp = robot.holding[hand]
        contact = self._contact(robot, job, hand, grasp, spot, stage.clauses)
        with_part = robot.held()
        del robot.holding[hand]
        others = contact.before_putting(with_part, robot.held())
        if known.has_clamp and device.is_clamped:
            needs = (fact("clamped", hub), fact("free", place), fact("stands", robot.robot, stance_name(robot.stance)))
            robot.last = (self.draft.step(
                operation, SetClamp(hub, False), known.clamp_time, (*robot.last, *device.last, *others),
                f"{hub} is empty and clamped",
                claims=(hub,), needs=needs, adds=(fact("unclamped", hub),), deletes=(fact("clamped", hub),), uses=(hub,),
            ),)  # fmt: skip
        beneath = self._changes(robot, self.shop.cell.places[place].lies_on)
        awaited = self.people.taking_over(stage.handing, operation.part, place)
        freed = self.people.were_at(place) if awaited is None else ()
        before = (*robot.last, *(device.last if known.works else ()), *beneath, *freed, *others)
        reached = fact("reached", stage.goal.id, operation.part) if stage.work is None else None
        robot.last = contact.put(operation, before, with_part, robot.held(), known.has_clamp, reached, awaited)
        device.is_clamped = known.has_clamp
        device.last = robot.last
        self.lying[place] = operation.part
        self.changed[place] = (robot.robot if awaited is None else awaited.action.person, robot.last)

    def _join(self, robot: RobotChain, act: Act, task: Task, stage: Stage, into: Join) -> None:
        hub, operation = stage.equipment, task.operation
        robot.go(hub, task, bringing(operation.part, act.place))
        self.draft.ahead.discard(operation.number)
        self.devices.open_door(hub, operation)
        device, known = self.devices[hub], self.shop.devices[hub]
        contact = self._contact(robot, act.job, act.hand, robot.holding[act.hand][1], act.place, stage.clauses)
        with_part = robot.held()
        del robot.holding[act.hand]
        others = contact.before_putting(with_part, robot.held())
        joint = self.bases.joint(into.base, act.place)
        if known.has_clamp and not device.is_clamped:
            self.clamp(hub, operation, into.base, joint.place)
        built = (*self.bases.built(into.base), *self._changes(robot, (joint.place,)))
        before = (*robot.last, *(device.last if known.works else ()), *built, *others)
        reached = fact("reached", stage.goal.id, operation.part)
        torque = robot.worker.torque_for(into.torque) if into.is_driven else None
        robot.last = contact.join(operation, before, with_part, robot.held(), joint, torque, reached)
        device.last = robot.last
        self.bases.join(joint, robot.last)
        self.ends[(act.job, act.leg)] = (robot.robot, robot.last)

    def clamp(self, hub: str, operation: OperationDraft, part: str, place: str) -> None:
        """The device takes hold of what lies in it."""
        device, known = self.devices[hub], self.shop.devices[hub]
        device.last = (self.draft.step(
            operation, SetClamp(hub, True), known.clamp_time, device.last, f"{hub} clamps before it runs",
            claims=(hub,), needs=(fact("unclamped", hub), fact("at", part, place)), adds=(fact("clamped", hub),),
            deletes=(fact("unclamped", hub),), uses=(hub,),
        ),)  # fmt: skip
        device.is_clamped = True

    # --- work ------------------------------------------------------------------------------------------------------

    def work_after_placing(self, robot: RobotChain, act: Act, stage: Stage, operation: OperationDraft) -> None:
        if stage.work is None:
            self.ends[(act.job, act.leg)] = (robot.robot, robot.last)
            return
        if stage.work.kind == "program":
            self._shut_door(robot, stage.equipment, operation)
        self._work(act, stage, operation, robot.last)

    def _run(self, robot: RobotChain, act: Act, stage: Stage) -> None:
        if stage.work is None:
            self.ends[(act.job, act.leg)] = (robot.robot, robot.last)
            return
        task = self.task_of(robot, act, stage)
        operation = task.operation
        hub, known, device = stage.device, self.shop.devices[stage.device], self.devices[stage.device]
        if robot.contact_hub() == hub:
            robot.leave_contact(task)
        if stage.work.kind == "program" and not stage.joined:
            if known.has_clamp and not device.is_clamped:
                self.clamp(hub, operation, operation.part, act.place)
            if known.has_door and device.is_open:
                robot.leave_contact(task)
                robot.settle_anywhere()
                self._shut_door(robot, hub, operation)
        self._work(act, stage, operation)

    def _shut_door(self, robot: RobotChain, hub: str, operation: OperationDraft) -> None:
        robot.last = self.devices.shut_door(hub, operation, robot.robot, stance_name(robot.stance), robot.last)

    def _work(self, act: Act, stage: Stage, operation: OperationDraft, placed: Numbers = ()) -> None:
        """The program, the inspection or what is offered; the step lasts as long as it does. `placed`: what brought the part."""
        work, hub = stage.work, stage.equipment
        assert work is not None
        if work.by is not None:
            _, before = self.ends.get((act.job, act.leg - 1), ("", ()))
            done = self.people.work(operation, work, act.place, stage.goal.id, (*before, *placed))
            self.told[act.job] = done
            self.ends[(act.job, act.leg)] = (work.by, done)
            return
        device, known, part = self.devices[hub], self.shop.devices[hub], operation.part
        reached = fact("reached", stage.goal.id, part)
        idle = fact("running" if stage.joined else "idle", hub)
        lies = fact("at", part, act.place)
        if work.kind == "program":
            needs = [lies, idle]
            needs += [fact("clamped", hub)] if known.has_clamp else []
            needs += [fact("shut", hub)] if known.has_door else []
            action: RunProgram | Inspect | Treat = RunProgram(hub, work.name, part)
            adds: tuple[Fact, ...] = (reached,)
            rule = f"{hub} runs {work.name} on {part}"
        elif work.kind == "treatment":
            needs, adds = [lies, idle], (reached,)
            action = Treat(hub, work.name, part)
            rule = action_reason(action, part, "", "", False)
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

    # --- names -----------------------------------------------------------------------------------------------------

    def _contact(self, robot: RobotChain, job: int, hand: int, grasp: int, place: str, clauses: Clauses) -> Contact:
        j, worker, kind = self.shop.jobs[job], robot.worker, self.kinds[job]
        carriers = tuple((self.lying[p], p) for p in self.shop.cell.places[place].lies_on if p in self.lying)
        transfer = Transfer(
            j.part, kind, worker.hands[hand].name, grasp, place, worker.speed(clauses), carriers, clauses.contact_force,
            has_family(self.shop.cell, kind),
        )  # fmt: skip
        return Contact(self.shop, self.draft, worker, robot.road, transfer)

    def task_of(self, robot: RobotChain, act: Act, stage: Stage) -> Task:
        key = (act.job, act.leg)
        if key not in self.open_operations:
            source = act.place if act.kind in (Kind.PICK, Kind.GO) and stage.received is None else None
            self.open_operations[key] = self.new_operation(
                robot, act, stage.goal.id, stage.goal.verb, stage.clauses, source, None, self.because(stage.goal), None
            )
        operation = self.open_operations[key]
        if act.kind is not Kind.GO and operation.number not in self.draft.gates:
            self._shut(operation, stage.clauses)
        return self.begun(Task(operation, stage.clauses))

    def begun(self, task: Task) -> Task:
        """Who was sent home for it goes first."""
        self.task = task
        self._send_home(task)
        return task

    def new_operation(
        self, robot: RobotChain, act: Act, goal: str, verb: str, clauses: Clauses, source: str | None, target: str | None,
        because: Because, branch: tuple[int, int] | None,
    ) -> OperationDraft:  # fmt: skip
        part, who = self.shop.jobs[act.job].part, None if act.kind is Kind.RUN else robot.robot
        operation = self.draft.operation(
            goal, verb, part, clauses.serves, who, source, target, because, branch, clauses.deadlines
        )
        if act.kind is not Kind.GO:
            self._shut(operation, clauses)
        return operation

    def _shut(self, operation: OperationDraft, clauses: Clauses) -> None:
        """Until what its line waits for has ended; in a branch the decision does."""
        gate = self.gate(clauses)
        if gate and operation.branch is None:
            self.draft.gates[operation.number] = gate

    @staticmethod
    def because(goal: Goal) -> Because:
        return Because(goal.span, goal_reason(goal))

    def gate(self, clauses: Clauses) -> Numbers:
        """The last steps, one for each chain, that have to end before the barriers are open."""
        latest: dict[str, Numbers] = {}
        for k in clauses.after:
            for member in self.shop.routes.barriers[k].members:
                chain, steps = self.ends[member]
                if steps and (chain not in latest or max(steps) > max(latest[chain])):
                    latest[chain] = steps
            latest |= self.chores.ended(self.shop.routes.barriers[k].chores)
        return tuple(dict.fromkeys(k for steps in latest.values() for k in steps))

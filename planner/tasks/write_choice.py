"""The steps of a choice: the robot comes, the outcome decides, and each way is written from the same state to the same state.

Devices that a way works with have their doors open before the decision, and open again at the end of the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cell.reasons import choice_reason
from cell.steps import AtHub, Because, Decide
from planner.tasks.device_chains import DeviceChain
from planner.tasks.draft import OperationDraft, choice_name, fact
from planner.tasks.floor import Act, Stand
from planner.tasks.road import Numbers
from planner.tasks.robot_chain import RobotChain, Tail, Task
from planner.tasks.route import Fork, Stage

if TYPE_CHECKING:
    from planner.tasks.write_steps import Writer


@dataclass(slots=True)
class ChoiceDraft:
    fork: Fork
    part: str
    operation: OperationDraft
    ways: list[tuple[int, tuple[str, ...], list[OperationDraft]]] = field(default_factory=list)


@dataclass(slots=True)
class ChoiceWriter:
    """`used` are the devices of all ways; `chains` how each of them is found by every way, `ends` its last steps by way."""

    writer: Writer
    robot: RobotChain
    act: Act
    fork: Fork
    used: tuple[str, ...] = ()
    chains: dict[str, DeviceChain] = field(default_factory=dict)
    ends: dict[str, list[Numbers]] = field(default_factory=dict)
    told: list[Numbers] = field(default_factory=list)

    def write(self) -> None:
        w, robot, act, fork = self.writer, self.robot, self.act, self.fork
        job, hub, number = w.shop.jobs[act.job], w.shop.equipment_of[act.place], len(w.choices)
        because = Because(fork.when.span, choice_reason(fork.outcome, job.part))
        operation = w.new_operation(robot, act, fork.when.id, "when", fork.clauses, act.place, None, because, None)
        task = w.begun(Task(operation, fork.clauses))
        choice = ChoiceDraft(fork, job.part, operation)
        w.choices.append(choice)
        robot.equip(act.worker, task)
        robot.go(hub, task, f"{job.part} waits in {act.place}")
        self.used = tuple(dict.fromkeys((hub, *(stage.equipment for way in fork.ways for stage in way.stages))))
        told = self._due()
        waited = [name for name in self.used if name == hub or w.shop.devices[name].has_door]
        for name in waited:
            if name != hub:
                w.devices[name].last = _both(told, w.devices[name].last)  # nothing of a line comes before the line is due
            w.devices.open_door(name, operation)
        before = tuple(dict.fromkeys((*told, *robot.last, *(k for name in waited for k in w.devices[name].last))))
        needs = (fact("told", fork.outcome, job.part),)
        decide = w.draft.step(operation, Decide(choice_name(number)), 0.0, before, because.rule, needs=needs)
        robot.road.decided(decide)
        self._note(waited, decide)
        tails = self._ways(choice, operation, number, decide)
        robot.tails, robot.latest = [] if fork.later else tails, task  # what comes next lies in no way
        robot.last = tuple(tail.last for tail in tails)
        for name, ends in self.ends.items():
            w.devices[name].last = tuple(dict.fromkeys(k for end in ends for k in end))
        w.told[act.job] = tuple(dict.fromkeys(k for told in self.told for k in told))
        w.ends[(act.job, act.leg)] = (robot.robot, robot.last)

    def _due(self) -> Numbers:
        """What tells the outcome, and what another robot has done to the part since."""
        w, job = self.writer, self.act.job
        who, done = w.ends.get((job, self.act.leg - 1), ("", ()))
        told = w.told.get(job, ())
        return told if who in ("", self.robot.robot) else _both(told, done)

    def _note(self, waited: list[str], decide: int) -> None:
        """How each way finds the devices: after the decision, and after what those were at that it has not waited for."""
        for name in self.used:
            chain = self.writer.devices[name]
            last = (decide,) if name in waited else _both((decide,), chain.last)
            self.chains[name] = DeviceChain(chain.is_open, chain.is_clamped, last)

    def _ways(self, choice: ChoiceDraft, operation: OperationDraft, number: int, decide: int) -> list[Tail]:
        w, robot, act = self.writer, self.robot, self.act
        hub, stance, held, tails = w.shop.equipment_of[act.place], robot.stance, dict(robot.holding), list[Tail]()
        earlier = w.told.get(act.job, ())
        for index, way in enumerate(self.fork.ways):
            robot.road.next_way()
            robot.stance, robot.holding, robot.last = stance, dict(held), (decide,)
            w.told[act.job] = earlier
            for name, chain in self.chains.items():
                w.devices[name] = DeviceChain(chain.is_open, chain.is_clamped, chain.last)
            done = self._way(index, (number, way.number))
            choice.ways.append((way.number, way.values, done))
            at = robot.stance.equipment if isinstance(robot.stance, AtHub) else hub
            stand = Stand(robot.stance, at, 0.0, robot.worker.speed(way.stages[-1].clauses if way.stages else self.fork.clauses))
            last = robot.last[-1]
            step = w.draft.steps[last]
            tails.append(Tail(stand, last, done[-1] if done else operation, (number, way.number), step.start + step.duration))
            self.told.append(w.told.get(act.job, ()))
            for name in self.used:
                self.ends.setdefault(name, []).append(w.devices[name].last)
        robot.holding = held
        return tails

    def _way(self, index: int, branch: tuple[int, int]) -> list[OperationDraft]:
        w, robot, act = self.writer, self.robot, self.act
        place, done = act.place, list[OperationDraft]()
        for stage, target in zip(self.fork.ways[index].stages, act.targets[index], strict=True):
            source = place if target != place else None
            operation = w.new_operation(
                robot, act, stage.goal.id, stage.goal.verb, stage.clauses, source, target if source else None,
                w.because(stage.goal), branch,
            )  # fmt: skip
            done.append(operation)
            if source is None:
                operation.robot = None  # it is worked on where it lies
            else:
                self._carry(stage, operation, place, target)
            if stage.work is not None:
                w.work_after_placing(robot, act._replace(place=target), stage, operation)
                robot.last = tuple(dict.fromkeys((*robot.last, *w.devices[stage.equipment].last)))
            place = target
        return done

    def _carry(self, stage: Stage, operation: OperationDraft, place: str, target: str) -> None:
        w, robot, act = self.writer, self.robot, self.act
        task = Task(operation, stage.clauses)
        w.devices.open_door(w.shop.equipment_of[place], operation)
        w.take(robot, act.job, act.hand, act.grasp, place, task)
        w.place(robot, act.job, act.hand, target, task, stage)


def _both(one: Numbers, other: Numbers) -> Numbers:
    return tuple(dict.fromkeys((*one, *other)))

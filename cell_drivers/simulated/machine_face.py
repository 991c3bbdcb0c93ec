"""The driver of a simulated machine, station or fixture: door, clamp, programs, inspections, alarm.

Law: a program runs only behind a closed door, on a part that is truly there and, where there is a clamp, clamped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cell.device import (
    CommandStatus,
    DoorState,
    FaultCleared,
    FaultRaised,
    MachineChanged,
    MachineState,
    OutcomeTold,
    SignalValue,
)
from cell.driver_errors import Refusal
from cell.durations import action_duration
from cell.equipment import DurationRange, Equipment
from cell.scenario import MachineAlarm
from cell.steps import SetClamp, SetDoor
from cell.world_record import What
from cell_drivers.simulated.chance import drawn_duration
from cell_drivers.simulated.face import DONE, LOST, StatedFace
from cell_drivers.simulated.parts import Part, rests_at
from cell_drivers.simulated.telling import Telling
from cell_drivers.simulated.timeline import nanoseconds
from cell_drivers.simulated.under_way import Doing, Leaf, Work
from cell_drivers.simulated.world import World

ALARM = "alarm"
ENDED: Mapping[Doing, What] = {"program": "program ended", "inspect": "told", "treat": "work ended"}
ABORTED: Mapping[Doing, What] = {"program": "program aborted", "inspect": "inspection aborted", "treat": "work aborted"}


class MachineFace(StatedFace[MachineState]):
    def __init__(self, world: World, equipment: Equipment) -> None:
        super().__init__(world, equipment.name)
        self.equipment = equipment
        name, signals = equipment.name, equipment.signals
        door, clamp = (action_duration(world.cell, a).longest for a in (SetDoor(name, True), SetClamp(name, True)))
        self._door = Leaf(door, "closed") if "door" in signals else None
        self._clamp = Leaf(clamp, "open") if "clamp" in signals else None
        self._work: Work | None = None
        self._alarm: str | None = None
        self._fault = ALARM
        self._works_begun = 0
        self._telling = Telling(world)
        self._told: dict[str, str] = {}
        self._clamped: str | None = None

    # --- what the world asks ---

    @property
    def door(self) -> str | None:
        return None if self._door is None else self._door.at or "moving"

    @property
    def clamped(self) -> str | None:
        return self._clamped

    def signal(self, fact: str) -> SignalValue:
        """The value of the signal that reports `fact`; None: nothing simulates it."""
        match fact:
            case "door":
                return None if self._door is None else self._door.at
            case "clamp":
                return None if self._clamp is None else self._clamp.at
            case "spindle":
                return "running" if self._work is not None and self._work.doing == "program" else "stopped"
            case name if (event := self._raised_by(name)) is not None:
                return self._alarm is not None and self._fault == event
            case "occupied":
                return "occupied" if self._part_here() is not None else "free"
        return next((value for outcome, value in self._told.items() if self._reports(fact, outcome)), None)

    def _raised_by(self, signal: str) -> str | None:
        """The event of its kind that the signal of that attribute reports."""
        return next((e.name for e in self.world.cell.kind_of(self.equipment).events if e.signal == signal), None)

    def _reports(self, fact: str, outcome: str) -> bool:
        schema = self.world.cell.vocabulary.outcome(outcome)
        return schema is not None and fact in (schema.signal, outcome)

    # --- door and clamp ---

    def set_door(self, command: str, is_open: bool) -> None:
        self._set(self._door, "door", command, "open" if is_open else "closed")

    def set_clamp(self, command: str, is_closed: bool) -> None:
        self._set(self._clamp, "clamp", command, "closed" if is_closed else "open")

    def _set(self, leaf: Leaf | None, what: str, command: str, goal: DoorState) -> None:
        if not self.takes(command, what, goal):
            return
        if leaf is None:
            raise self.refused(Refusal.NOT_OFFERED, command, f"it has no {what}")
        if leaf.at == goal:
            self.already(command, what, goal)
            return
        if self._work is not None:
            raise self.refused(Refusal.RUNNING, command, self._work.name)
        if leaf.command is not None:
            raise self.refused(Refusal.BUSY, command, leaf.command)
        self.begin(command, what, goal)
        leaf.at, leaf.command = None, command
        self._say()
        self.world.refresh()
        arrive = self._door_arrives if what == "door" else self._clamp_arrives
        seconds = leaf.seconds * self.world.luck.stretch(self.name, command)
        leaf.due = self.world.timeline.after(seconds, lambda: arrive(leaf, command, goal))

    def _door_arrives(self, leaf: Leaf, command: str, goal: DoorState) -> None:
        guard = self.equipment.guard
        if guard is not None and goal == "closed":
            self._judge_inside(command, guard, "the door closes on {robot}", "the door closes")
        self._arrived(leaf, command, goal)
        self.world.effect(self.name, command, "door", detail=goal)
        self.change(command, DONE)

    def _clamp_arrives(self, leaf: Leaf, command: str, goal: DoorState) -> None:
        part = self._part_here(with_held=True) if goal == "closed" else None
        if goal == "closed" and part is None and self._lost_with_a_part() is not None:
            leaf.command, leaf.due = None, None
            self.change(command, CommandStatus("aborted", None, LOST))
            return
        self._clamped = None if part is None else part.id
        self._arrived(leaf, command, goal)
        self.world.effect(self.name, command, "clamp", self._clamped or "", goal)
        self.change(command, DONE)

    def _arrived(self, leaf: Leaf, command: str, goal: DoorState) -> None:
        leaf.at, leaf.command, leaf.due = goal, None, None
        self._say()

    # --- work ---

    def program(self, command: str, name: str) -> None:
        if not self.takes(command, "program", name):
            return
        found = next((p for p in self.equipment.programs if p.name == name), None)
        if found is None:
            raise self.refused(Refusal.UNKNOWN_NAME, command, f"no program {name!r}")
        part = self._ready_part(command)
        if self._clamp is not None and (self._clamp.at != "closed" or self._clamped != part.id):
            raise self.refused(Refusal.NOT_CLAMPED, command)
        if self._door is not None and self._door.at != "closed":
            raise self.refused(Refusal.DOOR_OPEN, command)
        guard = self.equipment.guard
        if guard is not None:
            self._judge_inside(command, guard, f"{name} starts while {{robot}} is inside {guard}", f"{name} starts")
        work = self._begin_work(command, name, part, found.duration, "program")
        self.world.effect(self.name, command, "program started", part.id, name)
        self._run(work, self._program_ends)

    def inspect(self, command: str, outcome: str) -> None:
        if not self.takes(command, "inspect", outcome):
            return
        words = self.world.cell.vocabulary
        offer = next((o for o in self.equipment.offers if outcome in (t.name for t in words.told_by(o.verb))), None)
        if offer is None:
            raise self.refused(Refusal.NOT_OFFERED, command, f"it tells no {outcome}")
        part = self._ready_part(command)
        self._told.pop(outcome, None)
        work = self._begin_work(command, outcome, part, offer.duration, "inspect")
        self.world.effect(self.name, command, "inspection started", part.id, outcome)
        self._run(work, self._tells)

    def treat(self, command: str, verb: str) -> None:
        if not self.takes(command, "treat", verb):
            return
        offer = next((o for o in self.equipment.offers if o.verb == verb and not self.world.cell.vocabulary.told_by(verb)), None)
        if offer is None:
            raise self.refused(Refusal.NOT_OFFERED, command, f"it does no {verb}")
        part = None
        if not self.world.cell.vocabulary.is_about_things(verb):
            part = self._ready_part(command)
        else:
            self._check_empty(command)
        work = self._begin_work(command, verb, part, offer.duration, "treat")
        self.world.effect(self.name, command, "work started", work.part, verb)
        self._run(work, self._program_ends)

    def stop(self) -> None:
        """Raises LinkLost: then what it works on goes on."""
        self.link.reach()
        if self._work is not None:
            self._abort(self._work, "stop")

    def acknowledge(self, fault: str, operator: str) -> None:
        super().acknowledge(fault, operator)
        if fault == self._fault and self._alarm is not None:
            self.world.effect(self.name, "", "acknowledged", detail=f"{fault} by {operator}")
            self._clear_alarm()

    def _check_empty(self, command: str) -> None:
        """For what is done to the station itself."""
        self._check_ready(command)
        if (robot := self._lost_with_a_part()) is not None:
            self.refuse_lost(robot, command)
        if self._part_here(with_held=True) is not None:
            raise self.refused(Refusal.PART_THERE, command)

    def _ready_part(self, command: str) -> Part:
        self._check_ready(command)
        part = self._part_here()
        if part is None:
            raise self.refused(Refusal.NO_PART, command)
        return part

    def _check_ready(self, command: str) -> None:
        if self._alarm is not None:
            raise self.refused(Refusal.ALARM, command, self._alarm)
        if self._work is not None:
            raise self.refused(Refusal.RUNNING, command, self._work.name)

    def _begin_work(self, command: str, name: str, part: Part | None, span: DurationRange, doing: Doing) -> Work:
        self._works_begun += 1
        seconds = drawn_duration(span, self.world.luck.seed, "work", self.name, self._works_begun)
        length = nanoseconds(seconds * self.world.luck.slowness(self.name) * self.world.luck.stretch(self.name, command))
        self._work = Work(command, name, "" if part is None else part.id, self.world.now, length, doing)
        self.begin(command, doing, name)
        self._say()
        return self._work

    def _run(self, work: Work, ends: Callable[[Work], None]) -> None:
        """To its end, or to where the scenario has it break off."""
        alarm = self.world.luck.alarm(self.name, self._works_begun)
        if alarm is None:
            work.due = self.world.timeline.at(work.started + work.length, lambda: ends(work))
        else:
            breaks = work.started + round(alarm.fraction * work.length)
            work.due = self.world.timeline.at(breaks, lambda: self._breaks_off(work, alarm))

    def _program_ends(self, work: Work) -> None:
        self._work = None
        if work.part:
            self.world.parts.processed(self.world.parts.parts[work.part], self.name, work.name)
        self._say()
        self.world.effect(self.name, work.command, ENDED[work.doing], work.part, work.name)
        self.change(work.command, DONE)

    def _breaks_off(self, work: Work, alarm: MachineAlarm) -> None:
        self.raise_alarm(f"{work.name} broke off", alarm.event or ALARM)
        if alarm.clears_after is not None:
            self.world.timeline.after(alarm.clears_after, self._clear_alarm)

    def raise_alarm(self, text: str, event: str = ALARM) -> str:
        """What runs is aborted. Gives the name of the fault, for `acknowledge`."""
        work, self._alarm, self._fault = self._work, text, event
        if work is not None:
            self._abort(work, event)
        self.world.effect(self.name, work.command if work else "", "alarm", work.part if work else "", text)
        self.tell(FaultRaised(self.name, self.world.now, event, text))
        return event

    def _clear_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm = None
            self._say()
            self.world.effect(self.name, "", "alarm cleared")
            self.tell(FaultCleared(self.name, self.world.now, self._fault))

    def _abort(self, work: Work, why: str) -> None:
        if work.due is not None:
            work.due.cancel()
        self._work = None
        self._say()
        done = work.fraction(self.world.now)
        self.world.effect(self.name, work.command, ABORTED[work.doing], work.part, work.name)
        self.change(work.command, CommandStatus("aborted", done, why))

    def _tells(self, work: Work) -> None:
        self._work = None
        part = self.world.parts.parts[work.part]
        value = self._telling.value(work.name, part)
        self._told[work.name] = value
        self.world.parts.told(part, work.name, value)
        self._say()
        self.world.effect(self.name, work.command, "told", part.id, f"{work.name} is {value}")
        self.tell(OutcomeTold(self.name, self.world.now, work.command, work.name, value))
        self.change(work.command, DONE)

    # --- what is there, what it says ---

    def _part_here(self, with_held: bool = False) -> Part | None:
        """The part in its first occupied place; `with_held`: also one that a hand holds there."""
        for place in self.equipment.places:
            part = self.world.parts.resting_in(place.name)
            if part is not None:
                return part
            if with_held:
                for robot in self.world.arms:
                    for tool, hand, held in self.world.held(robot):
                        T_world_tcp = self.world.T_world_tcp(tool, hand)
                        if T_world_tcp is not None and rests_at(
                            self.world.cell, held.kind, self.world.parts.pose_in(held, T_world_tcp), place.frame
                        ):
                            return held
        return None

    def _lost_with_a_part(self) -> str | None:
        """A robot of which nobody knows where it is, so that its part may be here."""
        return next((robot for robot in self.world.lost for _ in self.world.held(robot)), None)

    def _judge_inside(self, command: str, guard: str, is_so: str, may_be: str) -> None:
        """`is_so` has the robot's name in it. Of one that is lost it is not known, and that is no less wrong."""
        for robot in self.world.robots_in(guard):
            self.world.violation(self.name, command, is_so.format(robot=robot))
        for robot in self.world.lost:
            self.world.violation(self.name, command, f"{may_be} while nobody knows where {robot} is")

    def last_state(self) -> MachineState:
        return self.state()

    def status(self, command: str) -> CommandStatus:
        if self._is_heard and self._work is not None and self._work.command == command:
            return CommandStatus("running", self._work.fraction(self.world.now))
        return super().status(command)

    def _say(self) -> None:
        self.tell(MachineChanged(self.name, self.world.now, self._state_now()))

    def _state_now(self) -> MachineState:
        work, now = self._work, self.world.now
        return MachineState(
            device=self.name,
            time=now,
            door=None if self._door is None else self._door.at,
            clamp=None if self._clamp is None else self._clamp.at,
            running=work is not None,
            work=None if work is None else work.name,
            fraction=None if work is None else work.fraction(now),
            occupied=self._part_here() is not None if "occupied" in self.equipment.signals else None,
            alarm=self._alarm,
        )

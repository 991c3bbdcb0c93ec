"""The driver of a simulated person: comes when they come, does what is asked of them, refuses or stays away as the scenario says.

Law: a person acts in the world by themselves. What is asked is only shown to them; a part that they take over is theirs from the
moment that they hold it, wherever a hand lets go of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.device import CommandStatus, OutcomeTold, PersonState, PersonWork
from cell.driver_errors import Refusal
from cell.people import CLEAR, HANDOVER, Person, person_duration
from cell_drivers.simulated.chance import fraction
from cell_drivers.simulated.face import DONE, StatedFace
from cell_drivers.simulated.telling import Telling
from cell_drivers.simulated.timeline import Due, nanoseconds
from cell_drivers.simulated.world import World

REACTION = 2.0
"""s: the longest that a person who is there takes to begin."""
QUICKEST = 0.6
"""A person takes between this share of what is usual and all of it."""


@dataclass(slots=True)
class _Asked:
    command: str
    work: PersonWork
    due: Due | None = None
    is_working: bool = False


class PersonFace(StatedFace[PersonState]):
    def __init__(self, world: World, person: Person) -> None:
        super().__init__(world, person.name)
        self.person = person
        self._asked: _Asked | None = None
        self._times = 0
        self._telling = Telling(world)
        for absence in world.luck.absences(person.name):
            world.timeline.after(absence.start, lambda: world.refresh())
            world.timeline.after(absence.end, self._is_back)

    def await_work(self, command: str, work: PersonWork) -> None:
        asked = ("await", work.verb, work.part, work.outcome, work.place)
        if not self.takes(command, *asked):
            return
        if self._asked is not None:
            raise self.refused(Refusal.BUSY, command, self._asked.command)
        if work.part not in self.world.parts.parts:
            raise self.refused(Refusal.NO_PART, command)
        self.commands.take(command, asked, CommandStatus("queued"))
        self.world.executed(command)
        self.world.effect(self.name, command, "asked", work.part, work.verb)
        self._times += 1
        self._asked = _Asked(command, work)
        self._look()

    def withdraw(self) -> None:
        if self._asked is not None:
            self._drop("withdrawn")

    def _state_now(self) -> PersonState:
        asked = self._asked
        work, is_working = (None, False) if asked is None else (asked.work, asked.is_working)
        return PersonState(self.name, self.world.now, self.is_there, work, is_working)

    @property
    def is_asked(self) -> bool:
        """By what is shown to them, whoever had it shown."""
        return self._asked is not None

    @property
    def is_there(self) -> bool:
        return not self.world.luck.is_absent(self.name, self.world.now)

    @property
    def ready(self) -> str:
        """The word of the signal that reports ready hands."""
        busy = self._asked is not None and self._asked.is_working
        return "ready" if self.is_there and not busy else "away"

    # --- what then happens ---

    def _is_back(self) -> None:
        self.world.refresh()
        self._look()

    def _look(self) -> None:
        """A person who is there begins after a moment; one who is not looks again when they are back."""
        asked = self._asked
        if asked is None or asked.due is not None or not self.is_there:
            return
        asked.due = self.world.timeline.after(REACTION * self._chance("reaction"), lambda: self._begins(asked))

    def _begins(self, asked: _Asked) -> None:
        asked.due = None
        if not self.is_there:
            return
        if self.world.luck.refuses(self.name, self._times):
            self.world.effect(self.name, asked.command, "refused", asked.work.part, asked.work.verb)
            self._drop("refused")
            return
        asked.is_working = True
        self.change(asked.command, CommandStatus("running", 0.0))
        self.world.effect(self.name, asked.command, "work started", asked.work.part, asked.work.verb)
        usual = person_duration(self.person, asked.work.verb).longest
        share = QUICKEST + (1.0 - QUICKEST) * self._chance("length")
        seconds = max(0.0, usual * share - REACTION * self._chance("reaction")) * self.world.luck.slowness(self.name)
        seconds *= self.world.luck.stretch(self.name, asked.command)
        asked.due = self.world.timeline.at(self.world.now + nanoseconds(seconds), lambda: self._ends(asked))

    def _ends(self, asked: _Asked) -> None:
        self._asked = None
        parts, work = self.world.parts, asked.work
        part = parts.parts[work.part]
        match work.verb:
            case verb if verb == HANDOVER and work.place == self.name:
                parts.give(part, work.place)
                self.world.effect(self.name, asked.command, "gives", part.id, work.place)
            case verb if verb == HANDOVER:
                parts.take_over(part, work.place)
                self.world.effect(self.name, asked.command, "takes hold", part.id, work.place)
            case verb if verb == CLEAR:
                parts.carry(part, work.place)
                self.world.effect(self.name, asked.command, "carried", part.id, work.place)
            case verb:
                parts.processed(part, self.name, verb)
                self.world.effect(self.name, asked.command, "work ended", part.id, verb)
        if work.outcome:
            self._tells(asked)
        self.change(asked.command, DONE)

    def _tells(self, asked: _Asked) -> None:
        part, outcome = self.world.parts.parts[asked.work.part], asked.work.outcome
        value = self._telling.value(outcome, part)
        self.world.parts.told(part, outcome, value)
        self.world.effect(self.name, asked.command, "told", part.id, f"{outcome} is {value}")
        self.tell(OutcomeTold(self.name, self.world.now, asked.command, outcome, value))

    def _drop(self, why: str) -> None:
        asked, self._asked = self._asked, None
        assert asked is not None
        if asked.due is not None:
            asked.due.cancel()
        if asked.is_working:
            self.world.effect(self.name, asked.command, "work aborted", asked.work.part, asked.work.verb)
        self.change(asked.command, CommandStatus("aborted", None, why))
        self.world.refresh()

    def _chance(self, what: str) -> float:
        return fraction(self.world.luck.seed, what, self.name, self._times)

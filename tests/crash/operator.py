"""An operator who looks at the world: resumes what holds, answers every question as it truly is when it is asked, and asks by the
clock for what the world's scenario says. Where somebody or something is still at it neither `done` nor `not done` is so: they
wait until it is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cell.commands import Subject
from cell.events import Answered, Asked, Event, OperatorAsked, QuestionAsked
from cell.scenario import OperatorAsks
from cell.steps import Step
from cell.world_record import RestsIn
from cell_drivers.simulated import SimulatedCell
from controller.questions import DONE, GONE, NOT_DONE
from controller.run_state import NOTHING_YET, RunState

MOST_RESUMES = 8
BEGUN = ("program started", "inspection started", "work started")
DONE_BY = ("program ended", "work ended", "joined", "presented", "told", "takes hold", "gives", "carried", "applied")
BROKEN_OFF = ("program aborted", "inspection aborted", "work aborted", "refused")


def still_asked(world: SimulatedCell, events: Sequence[Event]) -> list[OperatorAsks]:
    """What by these events nobody has heard yet."""
    heard = {event.what for event in events if isinstance(event, OperatorAsked)}
    asks = (d for d in world.record().scenario.disturbances if isinstance(d, OperatorAsks))
    return sorted((ask for ask in asks if ask.what not in heard), key=_time)


def _time(ask: OperatorAsks) -> int:
    return round(ask.at * 1e9)


@dataclass(slots=True)
class Operator:
    """`questions` counts those asked of them. After MOST_RESUMES resumes they give up. `stops_at`: behind how many writes they
    ask for which stop, `when_stopping` is done besides. `asks`: what for by the clock, the first one first."""

    world: SimulatedCell
    state: RunState = NOTHING_YET
    questions: list[QuestionAsked] = field(default_factory=list)
    resumes: int = 0
    stops_at: tuple[int, Asked] | None = None
    heard: int = 0
    when_stopping: Callable[[], None] = lambda: None
    asks: list[OperatorAsks] = field(default_factory=list)

    def hear(self, events: Sequence[Event], state: RunState) -> None:
        self.state = state
        self.heard += bool(events)
        self.questions += [event for event in events if isinstance(event, QuestionAsked)]

    # --- the inbox ---

    def take(self, now: int) -> Sequence[tuple[Asked, str]]:
        if self.asks and _time(self.asks[0]) <= now:
            return ((self.asks.pop(0).what, "ann"),)
        if self._is_stopping():
            assert self.stops_at is not None
            what, self.stops_at = self.stops_at[1], None
            self.when_stopping()
            return ((what, "ann"),)
        if not self._is_wanted() or self.state.trouble.questions:
            return ()
        self.resumes += 1
        return (("resume", "ann"),)

    def take_said(self, now: int, of: Subject) -> Sequence[Answered]:
        known = ((name, self._truth(name)) for name in self.state.trouble.questions)
        return [Answered(now, of, name, answer, "ann") for name, answer in known if answer is not None]

    def wait(self, seconds: float) -> bool:
        return False

    def next_time(self) -> int | None:
        if not (self._is_wanted() or self._is_stopping()):
            return _time(self.asks[0]) if self.asks else None
        questions = self.state.trouble.questions
        is_over = not questions or any(self._truth(name) is not None for name in questions)
        return self.world.now() if is_over or self._is_stopping() else self.world.next_event_time()

    def _is_stopping(self) -> bool:
        return self.stops_at is not None and self.heard >= self.stops_at[0]

    def _is_wanted(self) -> bool:
        return self.state.pack == "Held" and self.resumes < MOST_RESUMES

    # --- what is so ---

    def _truth(self, name: str) -> str | None:
        question = self.state.trouble.questions[name]
        if question.part is not None:
            return self._where(question.part, question.answers)
        if question.tool is not None:
            mount = self.world.record().mounts[question.tool]
            return next((one for one in question.answers if mount and one.partition(".")[0] == mount), GONE)
        if question.retreat is not None or question.grants is not None:
            return question.answers[0]  # nothing is in the way, and who asks may allow it
        plan = self.state.progress.plan
        assert plan is not None
        assert question.step is not None
        return self._became_of(plan.steps[question.step], question.answers)

    def _where(self, part: str, answers: Sequence[str]) -> str:
        where = next((p.where for p in self.world.record().parts if p.id == part), None)
        return where.place if isinstance(where, RestsIn) and where.place in answers else GONE

    def _became_of(self, step: Step, answers: Sequence[str]) -> str | None:
        command = f"{self.state.run}/{self.state.progress.number}.{step.id}"
        seen = {effect.what: effect.detail for effect in self.world.record().effects if effect.command == command}
        if seen.keys() & set(DONE_BY):
            return DONE if DONE in answers else seen["told"].rpartition(" is ")[2]
        return None if seen.keys() & set(BEGUN) and not seen.keys() & set(BROKEN_OFF) else NOT_DONE

"""A state while one event is folded into it: the only thing here that changes in place, and it never leaves `advance`.

Each rule of the fold takes the draft, changes what the event changes, and says what is to be sent and written.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

from immutables import Map

from cell.commands import Command, RequestJog, RequestPlan, SetSpeed, Subject
from cell.dataclass import dataclass, replaced
from cell.events import CommandSent, Conclusion, JogRequested, PlanRequested, SpeedAsked
from cell.run import PackState, RunContext
from controller.alarms import Alarms
from controller.plan_index import PlanIndex
from controller.policies import Policies
from controller.run_state import Belief, Commands, Manual, Progress, RunState, Trouble
from controller.sums import Sums

SECOND = 1_000_000_000


@dataclass(slots=True)
class Draft:
    run: str
    now: int
    pack: PackState
    context: RunContext | None
    policies: Policies | None
    belief: Belief
    progress: Progress
    trouble: Trouble
    timers: Map[str, int]
    first: int | None
    last: int | None
    is_over: bool
    manual: Manual | None
    alarms: Alarms
    sums: Sums
    send: list[Command] = field(default_factory=list)
    record: list[Conclusion] = field(default_factory=list)

    @property
    def plan(self) -> PlanIndex:
        """Only for rules that act on a plan, so when there is one."""
        assert self.progress.plan is not None
        return self.progress.plan

    @property
    def known(self) -> RunContext:
        assert self.context is not None
        return self.context

    @property
    def subject(self) -> Subject:
        """The run itself, with its plan."""
        return Subject(self.run, self.progress.plan.plan.plan_id if self.progress.plan else None)

    def about(self, step: str | None) -> Subject:
        return self.plan.subjects[step] if step is not None else self.subject

    def believe(self, **changes: Any) -> None:
        self.belief = replaced(self.belief, changes)

    def proceed(self, **changes: Any) -> None:
        self.progress = replaced(self.progress, changes)

    def mend(self, **changes: Any) -> None:
        self.trouble = replaced(self.trouble, changes)

    def jog(self, **changes: Any) -> None:
        """Of manual mode."""
        assert self.manual is not None
        self.manual = replaced(self.manual, changes)

    def say(self, conclusion: Conclusion) -> None:
        self.record.append(conclusion)

    def command(self, command: Command, why: str = "") -> None:
        """Sends `command` and says so, in the form that the journal keeps."""
        self.send.append(command)
        match command:
            case SetSpeed(of=of, robot=robot, fraction=fraction):
                self.say(SpeedAsked(self.now, of, robot, fraction, why))
            case RequestPlan(of=of, number=number, reason=reason, state=state):
                self.say(PlanRequested(self.now, of, number, reason, state))
            case RequestJog(of=of, id=request, wanted=wanted):
                self.say(JogRequested(self.now, of, request, wanted))
            case other:
                self.say(CommandSent(self.now, other.of, other))

    def fresh_id(self, word: str) -> str:
        """An id for a command that serves no step: as unique as the run, the same on every replay."""
        self.mend(commands=self.trouble.commands + 1)
        return f"{self.run}/{word}.{self.trouble.commands}"

    def set_timer(self, name: str, seconds: float) -> None:
        self.timers = self.timers.set(name, self.now + round(seconds * SECOND))

    def clear_timer(self, name: str) -> None:
        if name in self.timers:
            self.timers = self.timers.delete(name)


def draft_of(state: RunState, now: int) -> Draft:
    return Draft(
        state.run, max(now, state.now), state.pack, state.context, state.policies, state.belief, state.progress, state.trouble,
        state.timers, state.first, state.last, state.is_over, state.manual, state.alarms, state.sums,
    )  # fmt: skip


def finished(draft: Draft) -> tuple[RunState, Commands]:
    return as_it_is(draft), Commands(tuple(draft.send), tuple(draft.record))


def as_it_is(draft: Draft) -> RunState:
    return RunState(
        draft.run, draft.now, draft.pack, draft.context, draft.policies, draft.belief, draft.progress, draft.trouble,
        draft.timers, draft.first, draft.last, draft.is_over, draft.manual, draft.alarms, draft.sums,
    )  # fmt: skip

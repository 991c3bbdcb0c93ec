"""Whom the loop of a run asks in each round, and who stands in where there is none. Nothing here waits but what says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cell.attended import Attended
from cell.commands import RequestPlan, Subject
from cell.diagnostic import Outcome
from cell.driver import DriverSet
from cell.events import Answered, Asked
from cell.released_plan import ReleasedPlan
from controller.lease import Key
from controller.run_state import RunState


class Replanner(Protocol):
    def replan(self, request: RequestPlan) -> Outcome[ReleasedPlan]:
        """A released plan that goes on from `request.state`, or why there is none. Takes as long as it takes."""


class Inbox(Protocol):
    """What operators ask. `wait` returns True at once when there is something."""

    def take(self, now: int) -> Sequence[tuple[Asked, str]]: ...

    def wait(self, seconds: float) -> bool: ...

    def next_time(self) -> int | None:
        """When something will be asked, if that is known beforehand."""


class AnswerBook(Protocol):
    """What operators have answered, and what they did about alarms, as events of `now`."""

    def take_said(self, now: int, of: Subject) -> Sequence[Answered | Attended]: ...


class NoAnswers:
    def take_said(self, now: int, of: Subject) -> Sequence[Answered | Attended]:
        return ()


class KeyBook(Protocol):
    """Which keys are held in manual mode, told when that changes."""

    def take_keys(self, now: int) -> Sequence[Key]: ...

    def next_key(self) -> int | None:
        """When something will be told, if that is known beforehand."""


class NoKeys:
    def take_keys(self, now: int) -> Sequence[Key]:
        return ()

    def next_key(self) -> int | None:
        return None


SAMPLE_PERIOD = 50_000_000  # ns of a real clock between two looks at what robots have measured: as often as terminals are told


class Recorder(Protocol):
    def take(self, drivers: DriverSet, state: RunState) -> None:
        """Gathers samples, in memory."""

    def write(self) -> None: ...

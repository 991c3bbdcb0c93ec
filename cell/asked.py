"""What people want of a run, as events of it: orders, what operators ask and answer. What they do about alarms: attended.py."""

from __future__ import annotations

from typing import Final, Literal

from cell.commands import Subject
from cell.dataclass import dataclass
from cell.orders import Order


@dataclass(frozen=True, slots=True)
class OrderArrived:
    at: int
    of: Subject
    order: Order


@dataclass(frozen=True, slots=True)
class OrderWithdrawn:
    """Nobody wants the order of that id any more."""

    at: int
    of: Subject
    order: str


Asked = Literal["start", "hold", "resume", "stop", "quick stop", "abort", "clear", "reset", "finish", "manual", "production"]
"""finish: no more orders come; what has come is made, and then the run completes. manual, production: the mode of the cell."""

STOPS: Final[frozenset[Asked]] = frozenset({"stop", "quick stop", "abort"})


@dataclass(frozen=True, slots=True)
class OperatorAsked:
    at: int
    of: Subject
    what: Asked
    who: str


@dataclass(frozen=True, slots=True)
class Answered:
    """`who` has answered the question of that id (QuestionAsked) with one of its answers."""

    at: int
    of: Subject
    question: str
    answer: str
    who: str

"""Where a line of the intent stands, as far as its duties depend on it."""

from __future__ import annotations

from collections.abc import Mapping

from cell.dataclass import dataclass
from cell.members import Members
from cell.state import PartState
from planner.proof.device_limits import Limit
from planner.proof.duty import Under
from planner.proof.duty_keys import Key, Serves


@dataclass(frozen=True, slots=True)
class LineScope:
    """The loop variables bound to parts and to members of things, the iteration, the open branch, what binds and what precedes,
    and which iterations owe what is done only every so many parts. `shared` precedes for common members only: what the loops do
    that a loop waits for. `is_followed`: lines of the iteration stand behind it. `is_free`: it stands in an `any order` of
    several lines."""

    bound: Mapping[str, PartState]
    members: Members
    serves: Serves
    under: Under | None
    limits: tuple[Limit, ...]
    after: frozenset[Key]
    owed: frozenset[tuple[str, str]] = frozenset()
    shared: frozenset[Key] = frozenset()
    is_followed: bool = False
    is_free: bool = False

"""Of the events of a run those of one kind, and what it was held by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from cell.events import Event, HoldRaised

Kind = TypeVar("Kind")


def of(events: Sequence[Event], kind: type[Kind]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]


def holds(events: Sequence[Event]) -> list[tuple[str, str]]:
    """Code and text of each hold."""
    return [(hold.code, hold.text) for hold in of(events, HoldRaised)]

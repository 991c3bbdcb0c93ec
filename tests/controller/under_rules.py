"""The events of a run as those of one that a version of before has opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cell.events import Event, RunOpened


def under_rules(events: Iterable[Event], rules: int) -> list[Event]:
    return [replace(e, context=replace(e.context, rules=rules)) if isinstance(e, RunOpened) else e for e in events]

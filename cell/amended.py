"""A goal as it is asked for while it is tried again: `on jam: retry 2 torque 3 Nm` replaces the goal's own setting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cell.program import Amount, Bound, Goal
from cell.state import Amended

LIMITS = ("force", "speed")
"""What a goal that follows no path does not set but bounds."""
SETTINGS = (*LIMITS, "torque")
"""What a retry may change."""
_TURNS = ("fasten",)
"""Verbs with a torque: what a ladder for many lines says of it, the others do not take up."""


def as_amended(goal: Goal, serves: tuple[tuple[str, str], ...], amendments: Iterable[Amended]) -> Goal:
    """`goal` of the iteration `serves`, with the settings that its retry has changed."""
    settings = (s for a in amendments if (a.goal, a.serves) == (goal.id, serves) for s in a.settings)
    for setting in settings:
        if setting.name == "torque" and goal.verb not in _TURNS:
            continue
        if setting.name in LIMITS and not goal.along and isinstance(setting.value, Amount):
            bound = Bound(setting.name, "<=", setting.value, setting.span)
            goal = replace(goal, bounds=(*(b for b in goal.bounds if b.name != setting.name), bound))
        else:
            goal = replace(goal, roles=(*(r for r in goal.roles if r.name != setting.name), setting))
    return goal

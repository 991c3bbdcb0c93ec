"""From one thing that a robot does to the next one: the way between their places, over a changer where no tool does both."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cell.model import CellModel
from cell.steps import Couple, Docking, Move, Step, Touch, Uncouple

Hubs = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Carrier:
    """The one robot that can do something, with any of these tools; it begins and ends there."""

    robot: str
    tools: tuple[str, ...]
    begins: str
    ends: str


class ToolWays:
    """`ways` are seconds between hubs; what the plan has not takes no time here."""

    def __init__(self, cell: CellModel, steps: Sequence[Step], ways: Mapping[Hubs, float]) -> None:
        self._cell, self._ways = cell, ways
        self._pocket = {pocket.tool: pocket for pocket in cell.pockets.values()}
        self._least: dict[tuple[str, str, str], float] = {}
        for step in steps:
            key = _sort(step)
            if key is not None:
                self._least[key] = min(step.duration, self._least.get(key, math.inf))

    def carrier(self, robot: str, kinds: frozenset[str], begins: str, ends: str) -> Carrier | None:
        """None where the robot has a tool with more hands than one, or none for all of it."""
        tools = self._cell.tools_of(robot)
        able = tuple(tool.name for tool in tools if kinds <= {*tool.takes})
        is_one_handed = all(len(tool.hands) == 1 for tool in tools)
        return Carrier(robot, able, begins, ends) if able and is_one_handed else None

    def between(self, one: Carrier, other: Carrier) -> float:
        """From the end of the one to the begin of the other, where one robot does both; else nothing."""
        if one.robot != other.robot:
            return 0.0
        if {*one.tools} & {*other.tools}:
            return self._way(one.ends, other.begins)
        return min(self._change(one.ends, a, b, other.begins) for a in one.tools for b in other.tools)

    def _change(self, start: str, down: str, up: str, end: str) -> float:
        if down not in self._pocket or up not in self._pocket:
            return 0.0
        first, second = self._pocket[down], self._pocket[up]
        ways = self._way(start, first.changer) + self._way(first.changer, second.changer) + self._way(second.changer, end)
        return ways + self._half(first.name, down, "down") + self._half(second.name, up, "up")

    def _half(self, pocket: str, tool: str, what: str) -> float:
        into, out = ("tool and pocket", "flange and tool") if what == "down" else ("flange and tool", "tool and pocket")
        keys = ((into, "end", pocket), (what, "", tool), (out, "start", pocket))
        return sum(self._least.get(key, 0.0) for key in keys)

    def _way(self, start: str, end: str) -> float:
        return 0.0 if start == end else self._ways.get((start, end), 0.0)


def _sort(step: Step) -> tuple[str, str, str] | None:
    match step.action:
        case Move(need=need) if isinstance(need.touch, Docking):
            return need.touch.pair, need.touch.end, need.touch.pocket
        case Uncouple(tool=tool):
            return "down", "", tool
        case Couple(tool=tool):
            return "up", "", tool
        case _:
            return None


def kind_in(step: Step) -> str | None:
    """The kind of part that a motion in contact is about."""
    match step.action:
        case Move(need=need) if isinstance(need.touch, Touch):
            return need.touch.kind
        case _:
            return None


def leaves(step: Step) -> bool:
    """Whether it ends a contact."""
    match step.action:
        case Move(need=need) if isinstance(need.touch, Touch):
            return need.touch.end == "start"
        case _:
            return False


def lets_go(step: Step) -> bool:
    """Whether it ends a contact that leaves the part where it is."""
    match step.action:
        case Move(need=need) if isinstance(need.touch, Touch):
            return (need.touch.pair, need.touch.end) == ("fingers and part", "start")
        case _:
            return False

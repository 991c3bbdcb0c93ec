"""Who alone can carry a part, and what lies between that and the next part: the way, and a change where no tool does both."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from cell.changers import Pocket
from cell.dataclass import dataclass
from cell.model import CellModel
from cell.state import PlanningRequest
from cell.steps import Couple, Docking, Move, Step, Touch, Uncouple
from planner.proof.line_times import Piece
from planner.proof.unplanned_ways import Ways


@dataclass(frozen=True, slots=True)
class Hauler:
    """The only robot that has a tool for it, all of whose tools have one hand; `tools` are those for it, `start` and `end` the
    hubs."""

    robot: str
    tools: tuple[str, ...]
    start: str | None
    end: str | None

    @classmethod
    def of(cls, pieces: Sequence[Piece], steps: Sequence[Step], request: PlanningRequest) -> Hauler | None:
        robots = frozenset[str]().union(*(piece.by for piece in pieces))
        if len(robots) != 1:
            return None
        (robot,) = robots
        own = request.cell.tools_of(robot)
        kinds = {touch.kind for piece in pieces if (touch := _touch(steps[piece.at])) is not None}
        tools = tuple(tool.name for tool in own if kinds <= set(tool.takes))
        if not tools or any(len(tool.hands) > 1 for tool in own):
            return None
        return cls(robot, tools, pieces[0].items[0].hub, pieces[-1].items[0].hub)


def _touch(step: Step) -> Touch | None:
    touch = step.action.need.touch if isinstance(step.action, Move) else None
    return touch if isinstance(touch, Touch) else None


def change_over(one: Hauler, other: Hauler, steps: Sequence[Step], cell: CellModel, ways: Ways) -> float:
    """Seconds from the end of the one to the start of the other, of the same robot; what the plan has nowhere takes none."""
    if one.robot != other.robot:
        return 0.0
    if any(tool in other.tools for tool in one.tools):
        return _way(one.end, other.start, ways)
    pockets = {pocket.tool: pocket for pocket in cell.pockets.values()}
    if not all(tool in pockets for tool in (*one.tools, *other.tools)):
        return 0.0
    pairs = product((pockets[tool] for tool in one.tools), (pockets[tool] for tool in other.tools))
    return min(
        _way(one.end, a.changer, ways)
        + put_down(a, steps)
        + _way(a.changer, b.changer, ways)
        + fetch(b, steps)
        + _way(b.changer, other.start, ways)
        for a, b in pairs
    )


def put_down(pocket: Pocket, steps: Sequence[Step]) -> float:
    into, out = Docking("tool and pocket", pocket.name, "end"), Docking("flange and tool", pocket.name, "start")
    let_go = [s.duration for s in steps if isinstance(s.action, Uncouple) and s.action.tool == pocket.tool]
    return _docking(into, steps) + min(let_go, default=0.0) + _docking(out, steps)


def fetch(pocket: Pocket, steps: Sequence[Step]) -> float:
    into, out = Docking("flange and tool", pocket.name, "end"), Docking("tool and pocket", pocket.name, "start")
    taken = [s.duration for s in steps if isinstance(s.action, Couple) and s.action.tool == pocket.tool]
    return _docking(into, steps) + min(taken, default=0.0) + _docking(out, steps)


def _docking(touch: Docking, steps: Sequence[Step]) -> float:
    return min((s.duration for s in steps if isinstance(s.action, Move) and s.action.need.touch == touch), default=0.0)


def _way(start: str | None, end: str | None, ways: Ways) -> float:
    return 0.0 if start is None or end is None or start == end else ways.get((start, end), 0.0)

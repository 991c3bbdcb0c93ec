"""The steps of a tool change: in, uncouple, out bare; in bare, couple, out. Each half from the changer's hub and back to it."""

from __future__ import annotations

from cell.changers import Pocket
from cell.model import CellModel
from cell.reasons import action_reason, contact_reason
from cell.steps import Action, AtHub, AtPocket, Couple, Docking, Fact, Move, Uncouple, stance_name
from planner.tasks.changes import Half
from planner.tasks.draft import Draft, OperationDraft, fact
from planner.tasks.motions import Timed
from planner.tasks.road import Numbers, Road
from planner.tasks.worker import Worker


def write_half(cell: CellModel, draft: Draft, road: Road, half: Half, operation: OperationDraft, before: Numbers) -> Numbers:
    """The last of its steps."""
    writer = _Writer(cell, draft, half.equipped, cell.pockets[half.pocket], operation)
    there = writer.move(half.into, (*before, *road.cleared(half.way, half.out.rest)))
    last = (writer.move(half.out, (writer.change(half.action, half.seconds, (there,)),)),)
    road.passed(half.way, half.out.rest, last)
    return last


def leave_pocket(
    cell: CellModel, draft: Draft, road: Road, worker: Worker, pocket: str, operation: OperationDraft, before: Numbers,
    speed: float | None,
) -> Numbers:  # fmt: skip
    """Out of a pocket that an earlier plan has left the robot in, with the tool or without."""
    out = worker.motions.docking(pocket, "flange and tool" if worker.tool is None else "tool and pocket", "start", speed)
    writer = _Writer(cell, draft, worker, cell.pockets[pocket], operation)
    last = (writer.move(out, (*before, *road.cleared(out.way, out.rest))),)
    road.passed(out.way, out.rest, last)
    return last


class _Writer:
    def __init__(self, cell: CellModel, draft: Draft, worker: Worker, pocket: Pocket, operation: OperationDraft) -> None:
        self._draft, self._operation = draft, operation
        self._robot, self._pocket, tool = worker.robot, pocket.name, pocket.tool
        self._claims = (pocket.changer, *worker.motions.entered(pocket.name))
        self._hub = fact("stands", self._robot, stance_name(AtHub(pocket.changer)))
        self._there = fact("stands", self._robot, stance_name(AtPocket(pocket.name)))
        self._mounted, self._bare = fact("mounted", tool, self._robot), fact("bare", self._robot)
        self._stored = fact("stored", tool, pocket.name)
        self._empty = tuple(fact("empty", f"{tool}.{hand.name}") for hand in cell.tools[tool].hands)

    def move(self, timed: Timed, before: Numbers) -> int:
        touch = timed.need.touch
        assert isinstance(touch, Docking)
        start, end = (self._hub, self._there) if touch.end == "end" else (self._there, self._hub)
        rule = contact_reason(timed.need, self._operation.part)
        return self._step(Move(timed.need), timed.seconds, before, rule, (start, *self._needs(touch)), (end,), (start,))

    def _needs(self, touch: Docking) -> tuple[Fact, ...]:
        match touch.pair, touch.end:
            case "tool and pocket", "end":
                return self._mounted, *self._empty
            case "flange and tool", "end":
                return self._bare, self._stored
            case "tool and pocket", "start":
                return (self._mounted,)
            case _:
                return (self._bare,)

    def change(self, action: Couple | Uncouple, seconds: float, before: Numbers) -> int:
        rule = action_reason(action, self._operation.part, self._pocket, "", False)
        needs: tuple[Fact, ...]
        adds: tuple[Fact, ...]
        deletes: tuple[Fact, ...]
        if isinstance(action, Couple):
            needs, adds, deletes = (self._bare, self._stored), (self._mounted,), (self._bare, self._stored)
        else:
            needs, adds, deletes = (self._mounted, *self._empty), (self._bare, self._stored), (self._mounted,)
        return self._step(action, seconds, before, rule, (self._there, *needs), adds, deletes)

    def _step(
        self, action: Action, seconds: float, before: Numbers, rule: str,
        needs: tuple[Fact, ...], adds: tuple[Fact, ...], deletes: tuple[Fact, ...],
    ) -> int:  # fmt: skip
        return self._draft.step(
            self._operation, action, seconds, tuple(dict.fromkeys(before)), rule, robot=self._robot, claims=self._claims,
            needs=needs, adds=adds, deletes=deletes, uses=(self._robot, *self._claims),
        )  # fmt: skip

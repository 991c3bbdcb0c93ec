"""Where parts become one there is room for one base: it is there from when it goes in until it is out, and between two bases
comes whatever the robot has to do that takes the one away and brings the other, if there is only that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import inf

from cell.dataclass import dataclass
from cell.model import CellModel
from cell.steps import Fact, Step
from planner.proof.changing_over import Hauler, change_over
from planner.proof.joined_parts import Visit, Web
from planner.proof.unplanned_ways import Ways


@dataclass(frozen=True, slots=True)
class Stay:
    """`out`: who takes it away, and for how long yet; `brought`: by whom, and since how long. None where it is not certain."""

    visit: Visit
    out: tuple[Hauler, float] | None
    brought: tuple[Hauler, float] | None


def stays(web: Web, since: Sequence[float], steps: Sequence[Step], cell: CellModel) -> Iterator[tuple[str, Stay]]:
    """By the place."""
    behind = web.behind()
    for nest in _nests(web, steps, cell):
        for row in web.rows:
            come: int | None = None
            for k in row:
                items = web.pieces[k].items
                if items[0].hub != nest or not items[0].takes:
                    continue
                step = steps[web.pieces[k].at]
                if items[0].takes > 0 and _frees(step.adds):
                    yield nest, _stay(web, come, k, since, behind)
                    come = None
                elif items[0].takes < 0 and _frees(step.deletes):
                    come = k
            if come is not None:
                yield nest, _stay(web, come, None, since, behind)


def _frees(facts: Iterable[Fact]) -> bool:
    """Whether a place is among them that one part has for itself; seats are none."""
    return any(fact.name == "free" for fact in facts)


def _nests(web: Web, steps: Sequence[Step], cell: CellModel) -> set[str]:
    joints = {piece.items[0].hub for piece in web.pieces if any(f.name == "joined" for f in steps[piece.at].adds)}
    return {hub for hub in joints if hub is not None and len(cell.equipment[hub].places) == 1}


def _stay(web: Web, come: int | None, leave: int | None, since: Sequence[float], behind: Sequence[float]) -> Stay:
    begin, owed = 0.0 if come is None else since[come], 0.0 if leave is None else behind[leave]
    if come is None:
        length = 0.0 if leave is None else since[leave] + web.pieces[leave].seconds
    else:
        ends = [begun + piece.seconds for begun, piece in zip(web.from_piece(come), web.pieces, strict=True)]
        length = max(ends) if leave is None else max(ends[leave], 0.0)
    return Stay((begin, length, owed), _hauled(web, leave, is_after=True), _hauled(web, come, is_after=False))


def _hauled(web: Web, at: int | None, is_after: bool) -> tuple[Hauler, float] | None:
    """Who has it in hand then, and how long from the end of that piece on, or until its begin."""
    for (first, last), hauler in web.hauls.items():
        if at is not None and first <= at <= last:
            between = web.pieces[at + 1 : last + 1] if is_after else web.pieces[first:at]
            seconds = sum(piece.seconds for piece in between)
            ways = sum(piece.way for piece in (between if is_after else web.pieces[first + 1 : at + 1]))
            return hauler, seconds + ways
    return None


def in_turn(found: Sequence[Stay], steps: Sequence[Step], cell: CellModel, ways: Ways) -> list[Visit]:
    """With what lies at least between one and the next as a part of each, taken out of what is behind it."""
    out, brought = [s.out for s in found if s.out is not None], [s.brought for s in found if s.brought is not None]
    between = 0.0
    robots = {hauler.robot for hauler, _ in (*out, *brought)}
    if len(out) == len(brought) == len(found) and len(robots) == 1:
        over = {(a, b) for a, _ in out for b, _ in brought}
        least = min((change_over(a, b, steps, cell, ways) for a, b in over), default=inf)
        between = min(seconds for _, seconds in out) + least + min(seconds for _, seconds in brought)
    return [(since, length + between, owed - between) for since, length, owed in (stay.visit for stay in found)]

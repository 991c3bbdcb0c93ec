"""Between when and when each piece of a part's work has to lie: after what comes before it on the part's own line and after what
its goal waits for, before what comes behind it there and before what waits for its goal.

A goal that joins its part to another waits only with what it does from when the part is put in: fetching it does nothing to the
other one yet. Choices are done in one piece, and count with the way that takes longest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cell.dataclass import dataclass
from planner.proof.duty import Duties
from planner.proof.part_lines import Asked, Item, Line


@dataclass(frozen=True, slots=True)
class Waiting:
    """What each goal waits for, and those that join their part to another."""

    after: Mapping[Asked, frozenset[Asked]]
    joining: frozenset[Asked]

    @classmethod
    def of(cls, duties: Duties) -> Waiting:
        after = {key: duty.after for key, duty in duties.goals.items()}
        after |= {key: duty.after for key, duty in duties.forks.items()}
        return cls(after, frozenset(key for key, duty in duties.goals.items() if duty.joint is not None))


@dataclass(slots=True)
class Piece:
    """One item, or a choice with all its `ways`, of which `items` is the longest. `free`: when the line before it has ended;
    `since`: when it can begin after its way; `behind`: what comes after its end at least, s. `source`: the hub where what it puts
    was taken."""

    items: tuple[Item, ...]
    ways: tuple[tuple[Item, ...], ...]
    is_decided: bool
    awaited: frozenset[Asked]
    source: str | None = None
    free: float = 0.0
    since: float = 0.0
    behind: float = 0.0

    @property
    def at(self) -> int:
        return min(item.at for way in self.ways for item in way)

    @property
    def way(self) -> float:
        return 0.0 if self.is_decided else self.items[0].way

    @property
    def seconds(self) -> float:
        return taken(self.items) - self.way

    @property
    def by(self) -> frozenset[str]:
        """Whoever begins it does all of it."""
        return next((item.by for item in self.items if item.by), frozenset())

    def hubs(self) -> list[str]:
        return [item.hub for item in self.items if item.hub is not None]

    def asked(self) -> set[Asked]:
        return {item.asked for way in self.ways for item in way}


def taken(items: Iterable[Item]) -> float:
    return sum(item.way + item.seconds for item in items)


def pieces_of(lines: Sequence[Line], waiting: Waiting) -> list[list[Piece]]:
    """By line. What waits stands behind what it waits for: other plans are refused elsewhere."""
    found = [_cut(line, waiting) for line in lines]
    order = sorted((piece.at, i, k) for i, pieces in enumerate(found) for k, piece in enumerate(pieces))
    ended: dict[Asked, float] = {}
    for _, i, k in order:
        piece = found[i][k]
        piece.free = found[i][k - 1].since + found[i][k - 1].seconds if k else lines[i].ready
        piece.since = max([piece.free + piece.way, *(ended[key] for key in piece.awaited if key in ended)])
        for key in piece.asked():
            ended[key] = max(ended.get(key, 0.0), piece.since + piece.seconds)
    owed: dict[Asked, float] = {}
    for _, i, k in reversed(order):
        piece = found[i][k]
        piece.behind = max(owed.get(key, 0.0) for key in piece.asked())
        if k + 1 < len(found[i]):
            following = found[i][k + 1]
            piece.behind = max(piece.behind, following.way + following.seconds + following.behind)
        for key in piece.awaited:
            owed[key] = max(owed.get(key, 0.0), piece.seconds + piece.behind)
    return found


def _cut(line: Line, waiting: Waiting) -> list[Piece]:
    pieces, fetched, source = list[Piece](), set[Asked](), None
    for is_decided, ways in _parts_of(line):
        items = max(ways, key=taken)
        fetched |= {item.asked for item in items if item.takes < 0}
        keys = {item.asked for way in ways for item in way}
        awaited = (waiting.after.get(key, frozenset()) for key in keys if key in fetched or key not in waiting.joining)
        is_put = not is_decided and items[0].takes < 0
        pieces.append(Piece(items, ways, is_decided, frozenset[Asked]().union(*awaited), source if is_put else None))
        if is_decided or items[0].takes:
            source = items[0].hub if not is_decided and items[0].takes > 0 else None
    return pieces


def _parts_of(line: Line) -> Iterator[tuple[bool, tuple[tuple[Item, ...], ...]]]:
    """Choices whole, the rest item by item."""
    for stretch in line.stretches:
        if stretch.is_decided and any(stretch.ways):
            yield True, stretch.ways
        elif not stretch.is_decided:
            yield from ((False, ((item,),)) for way in stretch.ways for item in way)

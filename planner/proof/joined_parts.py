"""How long it takes at least until parts are one, derived from the steps: by facts and lines, and by what hands and places allow.

What a joint needs of its base (where it lies, what it is) is made by other pieces, which come before. Of two things that exclude
each other, one is over before the other begins; where anything of the one has to come before anything of the other, it is clear
which. A robot with one hand carries one part from where it goes for it until it is out of where it puts it, then it has to get to
the next, with another tool if that one is not for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field

from cell.dataclass import dataclass
from cell.state import PlanningRequest
from cell.steps import Move, Step, Touch
from planner.proof.changing_over import Hauler, change_over
from planner.proof.line_times import Piece
from planner.proof.unplanned_ways import Ways

MOST_PIECES = 500  # in a web; of larger ones nothing is derived

Visit = tuple[float, float, float]
"""From when, how long, how much comes behind it, s."""
_Span = tuple[int, int]
"""The first and the last piece."""
_HAND = "hand of "


@dataclass(slots=True)
class Web:
    """Pieces of parts that become one. `gaps[i][j]`: so long after the end of i begins j, s, at the earliest. `hauls` are the
    transfers that only one robot with one hand can do."""

    pieces: list[Piece]
    rows: list[list[int]]
    gaps: list[dict[int, float]] = field(default_factory=list)
    hauls: dict[_Span, Hauler] = field(default_factory=dict)

    def since(self) -> list[float] | None:
        """When each can begin; None where they wait for one another in a circle."""
        return self._settled([piece.since for piece in self.pieces])

    def from_piece(self, first: int) -> list[float]:
        """Begins after that of `first`; below zero for what does not come after it."""
        start = [float("-inf")] * len(self.pieces)
        start[first] = 0.0
        return self._settled(start) or start

    def _settled(self, begins: list[float]) -> list[float] | None:
        for _ in range(len(begins) + 1):
            is_moved = False
            for i, after in enumerate(self.gaps):
                end = begins[i] + self.pieces[i].seconds
                for j, gap in after.items():
                    if end + gap > begins[j]:
                        begins[j], is_moved = end + gap, True
            if not is_moved:
                return begins
        return None

    def behind(self) -> list[float]:
        owed = [piece.behind for piece in self.pieces]
        for _ in self.pieces:
            for i, after in enumerate(self.gaps):
                for j, gap in after.items():
                    owed[i] = max(owed[i], gap + self.pieces[j].seconds + owed[j])
        return owed

    def later(self, first: int) -> set[int]:
        """Everything that comes after it."""
        seen, left = set[int](), [first]
        while left:
            for j in self.gaps[left.pop()]:
                if j not in seen:
                    seen.add(j)
                    left.append(j)
        return seen


def webs(lines: Sequence[Sequence[Piece]], steps: Sequence[Step], request: PlanningRequest, ways: Ways) -> Iterator[Web]:
    """One for all parts that become one, where that is clear: nothing of it hangs on a choice."""
    for family in families(lines, steps):
        own = [lines[k] for k in family]
        if sum(map(len, own)) <= MOST_PIECES and not any(piece.is_decided for line in own for piece in line):
            web = _web(own, steps)
            web.hauls = dict(_hauls(web, steps, request))
            hands = ((_HAND + hauler.robot, span) for span, hauler in web.hauls.items())
            _select(web, [*_undivided(web, steps), *hands], lambda a, b: change_over(a, b, steps, request.cell, ways))
            yield web


def families(lines: Sequence[Sequence[Piece]], steps: Sequence[Step]) -> list[list[int]]:
    """Numbers of the lines of parts that become one."""
    line_of = {steps[line[0].at].part: {k} for k, line in enumerate(lines) if line}
    for step in (steps[piece.at] for line in lines for piece in line):
        for part, base in (fact.args for fact in step.adds if fact.name == "joined"):
            if part in line_of and base in line_of and line_of[part] is not line_of[base]:
                line_of[base] |= line_of[part]
                line_of |= dict.fromkeys((p for p, own in line_of.items() if own & line_of[part]), line_of[base])
    found = {min(own): sorted(own) for own in line_of.values()}
    return [own for _, own in sorted(found.items()) if len(own) > 1]


def _web(lines: Sequence[Sequence[Piece]], steps: Sequence[Step]) -> Web:
    pieces, rows = list[Piece](), list[list[int]]()
    for line in lines:
        rows.append(list(range(len(pieces), len(pieces) + len(line))))
        pieces += line
    web = Web(pieces, rows, [{} for _ in pieces])
    for row in rows:
        for j in row[1:]:
            web.gaps[j - 1][j] = pieces[j].way
    made = {f: i for i, piece in enumerate(pieces) for f in steps[piece.at].adds if f.name in ("at", "is")}
    last = {key: i for i, piece in enumerate(pieces) for key in piece.asked()}
    for j, piece in enumerate(pieces):
        for i in (*(made[f] for f in steps[piece.at].needs if f in made), *(last[key] for key in piece.awaited if key in last)):
            if i != j:
                web.gaps[i].setdefault(j, 0.0)
    return web


def _select(web: Web, spans: Sequence[tuple[str, _Span]], change: Callable[[Hauler, Hauler], float]) -> None:
    """Whatever has to come after something of another that it excludes comes after all of it."""
    is_new = True
    while is_new:
        is_new = False
        for group, one in spans:
            later = web.later(one[0])
            for other in (span for name, span in spans if name == group and span != one and span[1] in later):
                gap = change(web.hauls[one], web.hauls[other]) if group.startswith(_HAND) else 0.0
                if gap > web.gaps[one[1]].get(other[0], -1.0):
                    web.gaps[one[1]][other[0]], is_new = gap, True


def _undivided(web: Web, steps: Sequence[Step]) -> Iterator[tuple[str, _Span]]:
    """Contacts from in to out, and work without a robot, by what they have for themselves."""
    for row in web.rows:
        contact = list[int]()
        for k in row:
            contact.append(k)
            if web.pieces[k].by and not is_leaving(steps[web.pieces[k].at]):
                continue
            for name in {name for i in contact for name in web.pieces[i].items[0].alone}:
                yield from ((name, span) for span in _stretches([i for i in contact if name in web.pieces[i].items[0].alone]))
            contact.clear()


def _stretches(numbers: Sequence[int]) -> Iterator[_Span]:
    first = None
    for k, at in enumerate(numbers):
        first = at if first is None else first
        if k + 1 == len(numbers) or numbers[k + 1] != at + 1:
            yield first, at
            first = None


def _hauls(web: Web, steps: Sequence[Step], request: PlanningRequest) -> Iterator[tuple[_Span, Hauler]]:
    for row in web.rows:
        taken = list[int]()
        for k in row:
            if taken or web.pieces[k].by:
                taken.append(k)
            if taken and _is_left(steps[web.pieces[k].at]):
                hauler = Hauler.of([web.pieces[i] for i in taken], steps, request)
                if hauler is not None:
                    yield (taken[0], k), hauler
                taken = []


def is_leaving(step: Step) -> bool:
    """Whether a contact ends with it."""
    return isinstance(step.action, Move) and isinstance(step.action.need.touch, Touch) and step.action.need.touch.end == "start"


def _is_left(step: Step) -> bool:
    """Whether the part stays where it is when a contact ends."""
    touch = step.action.need.touch if isinstance(step.action, Move) else None
    return isinstance(touch, Touch) and (touch.pair, touch.end) == ("fingers and part", "start")

"""What may be done before a line is due, although it waits for others.

The ordering rule has a line wait because of a part that both lines name. Of a line that joins something to that part, fetching
what is joined does nothing to it, so the fetching waits only for lines that are about the fetched part themselves, and for those
that come before by `in order`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from cell.dataclass import dataclass
from cell.program import Block, Fresh, Goal, Group, IntentProgram, Line, Loop, Scope, When
from cell.steps import Along, AtHome, Couple, Grip, Move, Present, Step, Touch, Uncouple
from planner.proof.duty_keys import Key

_Turn = tuple[int, bool] | Loop
"""On the way to a line: which line of a block it is in, and whether that block is in order; or the loop that it is in."""


@dataclass(slots=True)
class Turns:
    """Which of two goals come one after the other because the text says `in order`."""

    program: IntentProgram
    _ways: dict[str, tuple[_Turn, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self._ways = dict(_ways(self.program.block, False, ()))

    def are_in_order(self, one: Key, other: Key) -> bool:
        """Decided where their ways part: at two lines of one block, or at two iterations of one loop."""
        for a, b in zip(self._ways.get(one[0], ()), self._ways.get(other[0], ()), strict=False):
            if isinstance(a, Loop) and isinstance(b, Loop):
                if dict(one[1]).get(a.id) != dict(other[1]).get(b.id):
                    return a.in_order
            elif isinstance(a, Loop) or isinstance(b, Loop) or a[0] != b[0]:
                return not isinstance(a, Loop) and a[1]
        return False


def _ways(block: Block, in_order: bool, before: tuple[_Turn, ...]) -> Iterator[tuple[str, tuple[_Turn, ...]]]:
    for number, line in enumerate(block.lines):
        here = (*before, (number, in_order))
        if isinstance(line, Goal | When):
            yield line.id, here
        for inner, more in _inner(line):
            yield from _ways(inner, isinstance(line, Group) and line.in_order, (*here, *more))


def _inner(line: Line) -> Iterator[tuple[Block, tuple[_Turn, ...]]]:
    match line:
        case Loop(block=block):
            yield block, (line,)
        case Group(block=block) | Scope(block=block) | Fresh(block=block):
            yield block, ()
        case When(branches=branches):
            for number, branch in enumerate(branches):
                yield branch.block, ((number, False),)
        case Goal():
            return


def is_ahead(step: Step) -> bool:
    """It does nothing to a part yet: a robot travels or changes its tool, a conveyor brings what comes."""
    match step.action:
        case Present() | Couple() | Uncouple():
            return True
        case Move(need=need):
            return not isinstance(need.touch, Touch | Along)
        case _:
            return False


def goes_home(step: Step) -> bool:
    """A robot gets out of everybody's way. It does nothing to a part, so a line waits for what its robot has done before, and not
    for that; what a line does behind it waits for it as its robot does."""
    return isinstance(step.action, Move) and step.action.need.touch is None and step.action.need.end == AtHome()


def fetching(steps: Sequence[Step]) -> frozenset[str]:
    """Of an operation that joins its part to another: the steps until the part is out of where it lay; none where it is held."""
    gripped = next((k for k, step in enumerate(steps) if isinstance(step.action, Grip)), len(steps))
    lifted = next((k for k, step in enumerate(steps) if k > gripped and _takes_out(step)), -1)
    return frozenset(step.id for step in steps[: lifted + 1])


def _takes_out(step: Step) -> bool:
    match step.action:
        case Move(need=need):
            return isinstance(need.touch, Touch) and (need.touch.pair, need.touch.end) == ("part and place", "start")
        case _:
            return False


def names_in(steps: Iterable[Step]) -> frozenset[str]:
    """Of everything that the steps need or change."""
    return frozenset(name for step in steps for fact in (*step.needs, *step.adds, *step.deletes) for name in fact.args)


def waited_for(
    key: Key, part: str | None, earlier: Iterable[Key], names: Mapping[Key, frozenset[str]], turns: Turns
) -> frozenset[Key]:
    """Of the `earlier` goals that the goal `key` waits for those that the fetching of its part waits for, too. `names` are those
    in the steps of each."""
    return frozenset(k for k in earlier if part in names.get(k, frozenset()) or turns.are_in_order(k, key))

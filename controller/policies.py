"""What an intent says about things going wrong: which policy has an event, which deadlines bind a goal, what a `when` asks.

Law (SEMANTICS, Failure): the innermost block around the goal that has a policy for the event has it, alone; nothing falls
through to an outer one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import assert_never

from cell.dataclass import dataclass
from cell.program import (
    AllOf,
    AnyOf,
    Block,
    Compare,
    Condition,
    Goal,
    IntentProgram,
    IsIn,
    IsState,
    Line,
    Loop,
    Policy,
    When,
    Within,
)
from cell.program_walk import inner_blocks


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A block around a goal. `id` is its path from the top ("" for the top, "0.2" for the block of line 2 in line 0), `loops`
    are the ids of the loops that it stands in, outermost first."""

    id: str
    block: Block
    loops: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Policies:
    """`around` gives for each goal its blocks, innermost first, `outward` the same for each block (itself first); `top` is the
    whole intent; `named` gives for each event that a policy names the innermost block that does; `goals` by id."""

    around: Mapping[str, tuple[Enclosure, ...]]
    outward: Mapping[str, tuple[Enclosure, ...]]
    top: Enclosure
    loops: Mapping[str, Loop]
    named: Mapping[str, str]
    goals: Mapping[str, Goal]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policies) and self.around == other.around and self.top == other.top

    def __hash__(self) -> int:
        return hash(self.top)

    def policy(self, goal: str | None, event: str) -> tuple[str, Policy] | None:
        """The policy that has `event` and its own name (block and index), which is stable for one text."""
        return _first(self.around.get(goal or "", (self.top,)), event)

    def policy_from(self, block: str, event: str) -> tuple[str, Policy] | None:
        """The same for an event that a block itself raises: looked for from that block outwards."""
        return _first(self.outward.get(block, (self.top,)), event)

    def called(self, thing: str, event: str) -> str:
        """How the intent speaks of that event of that thing: `lathe.alarm` where a policy says so, else `alarm`."""
        return f"{thing}.{event}" if f"{thing}.{event}" in self.named else event

    def called_among(self, goal: str | None, names: Iterable[str]) -> str | None:
        """Which of the `names` of one event the innermost block around the goal speaks of, the first where it speaks of several.
        None where no block does."""
        wanted = tuple(names)
        for enclosure in self.around.get(goal or "", (self.top,)):
            named = {event.text for policy in enclosure.block.policies for event in policy.events}
            if name := next((name for name in wanted if name in named), None):
                return name
        return None

    def asked_of(self, event: str, those: Iterable[str]) -> frozenset[str]:
        """The things that a policy names with the event; all of `those` where one names the event alone."""
        named = {name.rpartition(".")[0] for name in self.named if name.endswith(f".{event}")}
        return frozenset(named | set(those) if event in self.named else named)

    def deadlines(self, goal: str | None) -> Iterator[tuple[Enclosure, Within]]:
        for enclosure in self.around.get(goal or "", (self.top,)):
            if enclosure.block.within is not None:
                yield enclosure, enclosure.block.within

    def asks(self, goal: str | None, outcome: str) -> bool:
        """Whether a `when` behind the goal, in a block around it or in a later loop over the same set, asks about that outcome;
        one that it stands in has asked."""
        around = self.around.get(goal or "", ())
        sets = {self.loops[loop].members.text for enclosure in around for loop in enclosure.loops}
        return any(
            asked == outcome
            for enclosure in around
            for line in _behind(enclosure.block, goal)
            for when in _whens(line, sets)
            for branch in when.branches
            if branch.condition is not None
            for asked in _asked(branch.condition)
        )


def policies_of(program: IntentProgram) -> Policies:
    top = Enclosure("", program.block, ())
    around: dict[str, tuple[Enclosure, ...]] = {}
    loops: dict[str, Loop] = {}
    goals: dict[str, Goal] = {}
    for goal, blocks in _goals(program.block, (top,), loops):
        around[goal.id], goals[goal.id] = blocks, goal
    outward = {blocks[i].id: blocks[i:] for blocks in around.values() for i in range(len(blocks))}
    named = {ref.text: block.id for block in (top, *_innermost_last(outward)) for p in block.block.policies for ref in p.events}
    return Policies(around, outward, top, loops, named, goals)


def _behind(block: Block, goal: str | None) -> tuple[Line, ...]:
    """The lines of the block behind the one that has the goal in it; all where it has none."""
    index = next((i for i, line in enumerate(block.lines) if _has(line, goal)), -1)
    return block.lines[index + 1 :]


def _whens(line: Line, sets: Set[str]) -> tuple[When, ...]:
    """The line itself, or those of a loop that has every member of one of these sets."""
    if isinstance(line, Loop) and line.members.text in sets and line.until is None:
        return tuple(inner for inner in line.block.lines if isinstance(inner, When))
    return (line,) if isinstance(line, When) else ()


def _has(line: Line, goal: str | None) -> bool:
    return (isinstance(line, Goal) and line.id == goal) or any(_has(x, goal) for inner in inner_blocks(line) for x in inner.lines)


def _innermost_last(outward: Mapping[str, tuple[Enclosure, ...]]) -> list[Enclosure]:
    return sorted((blocks[0] for blocks in outward.values()), key=lambda block: block.id.count("."))


def _first(blocks: tuple[Enclosure, ...], event: str) -> tuple[str, Policy] | None:
    """In the innermost block that names it; in one block, who names the thing (`lathe.alarm`) before who names any (`alarm`)."""
    for enclosure in blocks:
        for name in dict.fromkeys((event, event.rpartition(".")[2])):
            for index, policy in enumerate(enclosure.block.policies):
                if any(ref.text == name for ref in policy.events):
                    return f"{enclosure.id}/{index}", policy
    return None


def _goals(block: Block, blocks: tuple[Enclosure, ...], loops: dict[str, Loop]) -> Iterator[tuple[Goal, tuple[Enclosure, ...]]]:
    here = blocks[0]
    for number, line in enumerate(block.lines):
        inner = here.loops
        if isinstance(line, Loop):
            loops[line.id] = line
            inner = (*inner, line.id)
        for part, child in enumerate(inner_blocks(line)):
            enclosure = Enclosure(f"{here.id}.{number}" + (f":{part}" if part else ""), child, inner)
            if isinstance(line, Goal):
                yield line, (enclosure, *blocks)
            yield from _goals(child, (enclosure, *blocks), loops)
        if isinstance(line, Goal) and line.block is None:
            yield line, blocks


def _asked(condition: Condition) -> Iterator[str]:
    match condition:
        case Compare(subject=subject) | IsState(subject=subject):
            yield subject.path[-1]
        case IsIn():
            return
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _asked(part)
        case _:
            assert_never(condition)

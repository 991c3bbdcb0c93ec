"""`every 10 parts { }` in a loop, derived again: the iterations that owe its block, from the state and the text alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from cell.dataclass import dataclass
from cell.program import Block, Fresh, Goal, Group, Loop, Scope, When
from cell.state import PartState

NEVER = 10**9  # iterations since a block that was never done


@dataclass(frozen=True, slots=True)
class Sampled:
    """`owing` of `of` iterations, in order, owe the block of `fresh`; those in `midst` owe what its `when`s ask for."""

    fresh: Fresh
    owing: tuple[str, ...]
    of: int
    midst: tuple[str, ...] = ()

    @property
    def owed(self) -> frozenset[tuple[str, str]]:
        return frozenset((self.fresh.id, part) for part in (*self.owing, *self.midst))


def sampled_in(loop: Loop, iterations: Sequence[PartState]) -> Iterator[Sampled]:
    """`iterations` are those begun, then those that the plan starts, each in the order of the set."""
    order = [goal.id for goal in _reading(loop.block)]
    for fresh in _counting(loop.block):
        block = [goal.id for goal in _reading(fresh.block)]
        behind = set(order[max(map(order.index, block), default=-1) + 1 :])
        needed = {goal.id for goal in _certain(fresh.block)}
        most = round(fresh.interval.quantity.value)
        is_done = [bool(needed) and needed <= part.reached for part in iterations]
        is_past = [part.given_up or not behind.isdisjoint(part.reached) for part in iterations]

        def since(passed: int, case: tuple[bool, bool], most: int = most) -> int:
            done, past = case
            return 0 if done or (not past and passed + 1 >= most) else passed + 1

        counts = list(accumulate(zip(is_done, is_past, strict=True), since, initial=NEVER))
        owing = [
            part.id
            for part, before, done, past in zip(iterations, counts, is_done, is_past, strict=False)
            if not done and not past and before + 1 >= most
        ]
        midst = (part.id for part, done, past in zip(iterations, is_done, is_past, strict=True) if done and not past)
        yield Sampled(fresh, tuple(owing), len(iterations), tuple(midst))


def _counting(block: Block) -> Iterator[Fresh]:
    for line in block.lines:
        if isinstance(line, Fresh) and line.interval.quantity.dimension == "parts":
            yield line
        elif isinstance(line, Group | Scope):
            yield from _counting(line.block)


def _reading(block: Block) -> Iterator[Goal]:
    for line in block.lines:
        match line:
            case Goal(block=inner):
                yield line
                within: tuple[Block, ...] = () if inner is None else (inner,)
            case When(branches=branches):
                within = tuple(branch.block for branch in branches)
            case Loop(block=inner) | Group(block=inner) | Scope(block=inner) | Fresh(block=inner):
                within = (inner,)
        for block_inside in within:
            yield from _reading(block_inside)


def _certain(block: Block) -> Iterator[Goal]:
    for line in block.lines:
        if isinstance(line, Goal):
            yield line
        elif isinstance(line, Group | Scope):
            yield from _certain(line.block)

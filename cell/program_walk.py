"""Through the tree of a program, always in reading order. A line in the block of a goal is a line of its own; where goals are
counted it belongs to the goal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from cell.program import Block, Fresh, Goal, Group, Line, Loop, Scope, When


def inner_blocks(line: Line) -> tuple[Block, ...]:
    """The blocks that stand directly in a line; one for each branch of a `when`."""
    match line:
        case Goal(block=inner):
            return () if inner is None else (inner,)
        case Loop(block=inner) | Group(block=inner) | Scope(block=inner) | Fresh(block=inner):
            return (inner,)
        case When(branches=branches):
            return tuple(branch.block for branch in branches)
    assert_never(line)


def blocks_in(block: Block) -> Iterator[Block]:
    """`block` and every block inside it."""
    yield block
    for line in block.lines:
        for inner in inner_blocks(line):
            yield from blocks_in(inner)


def lines_in(block: Block) -> Iterator[Line]:
    """Every line of the block, each followed by those that stand in it."""
    for line in block.lines:
        yield line
        for inner in inner_blocks(line):
            yield from lines_in(inner)


def goals_of(line: Line) -> Iterator[Goal]:
    """The goals of a line."""
    if isinstance(line, Goal):
        yield line
        return
    for inner in inner_blocks(line):
        yield from goals_in(inner)


def goals_in(block: Block) -> Iterator[Goal]:
    """The goals of a block."""
    for line in block.lines:
        yield from goals_of(line)

"""The program with other amounts in its `within` and `every`: what would have been read, had they been written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from cell.diagnostic import Span
from cell.program import Amount, Block, Fresh, Goal, Group, IntentProgram, Line, Loop, Scope, When

Seconds = Mapping[Span, float]
"""By where an amount of time is written."""


def with_amounts(program: IntentProgram, amounts: Seconds) -> IntentProgram:
    return replace(program, block=_block(program.block, amounts))


def _block(block: Block, amounts: Seconds) -> Block:
    within, pace = block.within, block.pace
    return replace(
        block,
        lines=tuple(_line(line, amounts) for line in block.lines),
        within=None if within is None else replace(within, limit=_amount(within.limit, amounts)),
        pace=None if pace is None else replace(pace, interval=_amount(pace.interval, amounts)),
    )


def _amount(amount: Amount, amounts: Seconds) -> Amount:
    seconds = amounts.get(amount.span)
    return amount if seconds is None else replace(amount, quantity=replace(amount.quantity, value=seconds))


def _line(line: Line, amounts: Seconds) -> Line:
    match line:
        case Goal(block=inner):
            return replace(line, block=None if inner is None else _block(inner, amounts))
        case Loop(block=inner) | Group(block=inner) | Scope(block=inner) | Fresh(block=inner):
            return replace(line, block=_block(inner, amounts))
        case When(branches=branches):
            return replace(line, branches=tuple(replace(b, block=_block(b.block, amounts)) for b in branches))
    assert_never(line)

"""The orders that a plan works on are the right ones: all that are begun, and as many more as the text asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.demands import bound_parts, order_of
from cell.diagnostic import Diagnostic, error
from cell.model import CellModel
from cell.program import AllOf, Amount, AnyOf, Compare, Condition, Loop
from cell.state import CellState
from planner.proof.iterations import holds


def check_orders(
    loops: Mapping[str, Loop],
    started: Mapping[str, tuple[str, ...]],
    cell: CellModel,
    state: CellState,
    is_continuous: bool = False,
) -> tuple[Diagnostic, ...]:
    """Of an order that is begun each open goal is a duty (asked_orders.py), so none of them is left out. Where
    the run `is_continuous` more may come, so all that there are is enough."""
    of_orders = {name: loop for name, loop in loops.items() if loop.members.text in cell.queues}
    return tuple(d for name, loop in of_orders.items() for d in _check(loop, started.get(name, ()), state, is_continuous))


def _check(loop: Loop, started: tuple[str, ...], state: CellState, is_continuous: bool) -> Iterator[Diagnostic]:
    queue = loop.members.text
    there = [o.id for o in state.orders if o.queue == queue and o.is_open and not o.is_done]
    begun = {order_of(name) for name in bound_parts(state.parts)}.intersection(there)
    for name in started:
        if name not in there:
            yield error("E689", f"{name} is no order of {queue} to work on", loop.span)
            return
    if loop.until is None:
        if left := [name for name in there if name not in begun and name not in started]:
            yield error("E689", f"the plan leaves out {left[0]} of {queue}", loop.span)
        return
    if not _asks_for_done(loop.until, queue):
        yield error("E690", "this `until` cannot be proved yet", loop.until.span)
        return
    done = sum(o.is_done for o in state.orders if o.queue == queue)
    fresh = len(set(started) - begun)
    is_all = is_continuous and begun.union(started).issuperset(there)
    if not is_all and not holds(loop.until, {queue: done + len(begun) + fresh}):
        yield error("E689", f"with {fresh} more orders `until` is not reached", loop.until.span)
    elif fresh and holds(loop.until, {queue: done + len(begun) + fresh - 1}):
        yield error("E689", f"{fresh} more orders are more than `until` asks for", loop.until.span)


def _asks_for_done(condition: Condition, queue: str) -> bool:
    match condition:
        case Compare(subject=subject, limit=Amount()):
            return subject.path == (queue, "done")
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return all(_asks_for_done(part, queue) for part in parts)
        case _:
            return False

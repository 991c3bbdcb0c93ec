"""`ensure job.age <= 10 min`: an order is done that soon after it came. Watched from its first step to its last one.

Law (SEMANTICS, `ensure`): a monitor binds the steps of its block and waits for nothing; where it breaks, `violated` is raised,
once for each order.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.events import ClauseBroken
from cell.program import Amount, Block, Compare, Ensure, Fresh, Goal, Group, IntentProgram, Loop, Scope, When
from controller import orders, recovery
from controller.draft import SECOND, Draft
from controller.run_state import Failure

Limit = tuple[Loop, Ensure, float]


def watched(program: IntentProgram) -> Iterator[Limit]:
    """The clauses that are watched here, each with its loop and its limit in s."""
    for loop in _loops(program.block):
        for ensure in loop.block.ensures:
            match ensure.condition:
                case Compare(subject=subject, operator="<" | "<=", limit=Amount(quantity=quantity)):
                    if loop.member == "order" and subject.path == (loop.variable, "age"):
                        yield loop, ensure, quantity.value
                case _:
                    pass


def follow(d: Draft, names: tuple[str, ...]) -> None:
    """Sets a timer for each of these orders and each clause that binds it."""
    for loop, _, limit in watched(d.known.program):
        for name in names:
            if d.belief.orders[name].queue == loop.members.text:
                d.set_timer(f"age {loop.id} {name}", limit)


def look(d: Draft, what: str) -> None:
    """A timer has run out. What is not begun yet is broken as soon as it is."""
    d.mend(opened=d.trouble.opened.set(f"age {what}", d.now))


def watch(d: Draft) -> None:
    late = sorted(name for name in d.trouble.opened if name.startswith("age "))  # a map has another order in each process
    begun = orders.begun(d) if late else ()
    for name in late:
        _, loop, order = name.split(" ")
        if order in begun:
            _break(d, loop, order)
        if order in begun or not d.belief.orders[order].is_open or d.belief.orders[order].is_done:
            d.mend(opened=d.trouble.opened.delete(name))


def _break(d: Draft, loop_id: str, name: str) -> None:
    for loop, ensure, limit in watched(d.known.program):
        if loop.id == loop_id:
            age = (d.now - d.belief.arrived[name]) / SECOND
            text = f"order {name} came {age:.0f} s ago and is not done; {limit:g} s is the most"
            d.mend(violations=d.trouble.violations + 1)
            d.say(ClauseBroken(d.now, d.subject, "ensure", text, (ensure.span,)))
            goal = orders.first_goal(d, loop_id)
            recovery.fail(d, Failure("violated", "R731", text, goal=goal, iteration=(loop_id, name)))


def _loops(block: Block) -> Iterator[Loop]:
    for line in block.lines:
        match line:
            case Loop():
                yield line
                yield from _loops(line.block)
            case Group(block=inner) | Scope(block=inner) | Fresh(block=inner):
                yield from _loops(inner)
            case When(branches=branches):
                for branch in branches:
                    yield from _loops(branch.block)
            case Goal():
                pass

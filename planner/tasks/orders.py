"""Orders: which of a queue are worked on, which parts their demands have, and which part a new one gets.

A demand keeps the part that it is bound to. One that is open gets any one that its line may take, chosen once for all lines of
the iteration: those that are named first get the parts that can be taken first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cell.demands import Demand, bound_parts, items_of, kit_of, order_of, urgency
from cell.members import Members, resolved
from cell.model import CellModel
from cell.orders import Order, contents
from cell.program import Block, Goal, IntentProgram, Loop, Ref
from cell.program_walk import blocks_in, goals_in
from cell.state import CellState, PartState
from planner.tasks.any_one import any_one, lies_in
from planner.tasks.counting import counted_things, counts_satisfy, missing
from planner.tasks.findings import Findings
from planner.tasks.route import Stage


@dataclass(slots=True)
class Orders:
    """`has` gives each demand its part: the one that it is bound to, or the one that this plan chooses."""

    cell: CellModel
    state: CellState
    program: IntentProgram
    found: Findings
    is_continuous: bool = False
    demands: dict[str, Demand] = field(default_factory=dict)
    has: dict[str, PartState] = field(default_factory=dict)
    goals: dict[str, list[str]] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    short: set[str] = field(default_factory=set)
    by_id: dict[str, Order] = field(init=False)

    def __post_init__(self) -> None:
        self.has = bound_parts(self.state.parts)
        self.by_id = {order.id: order for order in self.state.orders}
        self.done = {name: sum(o.is_done for o in self.state.orders if o.queue == name) for name in self.cell.queues}

    # --- which orders ----------------------------------------------------------------------------------------------

    def members(self, loop: Loop, bound: Members) -> tuple[str, ...] | None:
        """The orders, or the items of an order, that the loop is about; None for a loop about anything else."""
        name = resolved(loop.members, bound)
        if name in self.cell.queues and loop.members.path == (name,):
            return self._started(loop, name)
        order = self.by_id.get(order_of(name))
        return tuple(d.name for d in items_of(order)) if order is not None and name == f"{order.id}.items" else None

    def _started(self, loop: Loop, queue: str) -> tuple[str, ...]:
        """The orders that are begun, then as many more as are asked for."""
        begun_ids = {order_of(name) for name in self.has}
        there = [o for o in self.state.orders if o.queue == queue and o.is_open and not o.is_done]
        begun, fresh = [o for o in there if o.id in begun_ids], [o for o in there if o.id not in begun_ids]
        if any(p.objective == "urgent" for b in blocks_in(self.program.block) for p in b.prefers):
            fresh.sort(key=urgency)
        started = [*begun, *(fresh if loop.until is None else self._wanted(loop, queue, begun, fresh))]
        for order in started:
            demands = (kit_of(order, self.cell.queues[queue]), *items_of(order))
            self.demands.update((d.name, d) for d in demands)
        return tuple(order.id for order in started)

    def _wanted(self, loop: Loop, queue: str, begun: list[Order], fresh: list[Order]) -> list[Order]:
        assert loop.until is not None
        names = counted_things(loop.until)
        if names is None or set(names) - {queue}:
            self.found.unsupported("an `until` of a loop over orders that asks for anything but orders done", loop.until.span)
            return []
        for count in range(len(fresh) + 1):
            if counts_satisfy(loop.until, {queue: self.done[queue] + len(begun) + count}):
                return fresh[:count]
        if self.is_continuous:
            return fresh
        self._too_few(loop, queue, len(begun) + len(fresh))
        return []

    def _too_few(self, loop: Loop, queue: str, there: int) -> None:
        assert loop.until is not None
        count = missing(loop.until, {queue: self.done[queue] + there})
        message = f"{queue} has {there} orders to fill, {count} too few for `until`"
        help_ = f"Give {count} more with `--orders FILE`, or ask for {count} fewer."
        self.found.error("E601", message, loop.until.span, self.cell.queues[queue].span, help=help_)

    def read(self) -> tuple[tuple[str, str], ...]:
        """The facts of the orders that the plan relies on: what each of them asks for, and how many were done."""
        begun = {order_of(name) for name in self.demands}
        asked = [(f"order {o.id}", contents(o)) for o in self.state.orders if o.id in begun]
        queues = dict.fromkeys(o.queue for o in self.state.orders if o.id in begun)
        return (*asked, *((f"done {name}", str(self.done[name])) for name in queues))

    def ranks(self) -> tuple[tuple[str, int], ...]:
        """For each order that is worked on which one is due before which; those that are due at once have one rank."""
        worked = {order_of(name) for name in self.demands}
        due = sorted({urgency(self.by_id[name]) for name in worked})
        return tuple((name, due.index(urgency(self.by_id[name]))) for name in sorted(worked))

    # --- which parts -----------------------------------------------------------------------------------------------

    def demand(self, goal: Goal, bound: Members) -> Demand | None:
        """The demand that the goal is about."""
        return self.demands.get(resolved(goal.object, bound)) if bound else None

    def into(self, goal: Goal, bound: Members) -> Demand | None:
        """The kit that the goal puts its part into: `move item to job.kit`; None for any other goal."""
        where = goal.role("to") if goal.verb == "move" else None
        return self.demands.get(resolved(where, bound)) if isinstance(where, Ref) else None

    def has_passed(self, demand: Demand, goal: Goal) -> bool:
        """Whether the part has reached this goal, or one that comes after it on its way."""
        part = self.has.get(demand.name)
        if part is None or not part.reached:
            return False
        order = self.goals.setdefault(goal.id, _from(goal, self.program.block))
        return any(name in part.reached for name in order)

    def part_for(self, demand: Demand, stage: Stage, taken: frozenset[str]) -> PartState | None:
        """The part that it has, or one that it gets now."""
        if demand.kind in self.short and demand.name not in self.has:
            return None
        if demand.name not in self.has:
            there = {part.id for part in self.state.parts if lies_in(part, stage)}
            spoken_for = frozenset(there.union(taken, (part.id for part in self.has.values())))
            found = any_one(self.cell, self.state, stage, demand.kind, spoken_for, frozenset())
            if found is None:
                self._unfilled(demand, stage)
                return None
            self.has[demand.name] = found
        return self.has[demand.name]

    def _unfilled(self, demand: Demand, stage: Stage) -> None:
        """Told once for each kind: the orders after this one want it as well."""
        source = stage.goal.role("from") if stage.handing is None else None  # who hands it over is no place
        where = f" from {source.text}" if isinstance(source, Ref) else ""
        asked = sum(d.kind == demand.kind for d in self.demands.values())
        message = f"no {demand.kind} is left{where} for {demand.name}; the orders ask for {asked} together"
        help_ = f"Put more {demand.kind} where it is taken from, ask for fewer, or withdraw orders."
        self.found.error("E640", message, stage.goal.span, self.cell.parts[demand.kind].span, help=help_)
        self.short.add(demand.kind)


def _from(goal: Goal, block: Block) -> list[str]:
    """The goals from this one on that are about the same, in reading order."""
    goals = goals_in(block)
    same = [g.id for g in goals if g.object.path == goal.object.path]
    return same[same.index(goal.id) :]

"""A cell that packs orders: items come out of a shelf, kits from a stack, and a stand takes one kit at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cell.declared_state import declared_state
from cell.diagnostic import Outcome
from cell.orders import Item, Order
from cell.state import CellState, PartState, PlanningRequest
from cell.task_plan import TaskPlan
from planner.proof.demands import check_demands
from planner.proof.duties import duties_of
from planner.proof.figures import check_figures
from planner.proof.initial import initial_facts
from planner.proof.iterations import check_iterations, started_by
from planner.proof.meaning import check_meaning
from planner.proof.needs import Establishment
from planner.proof.operations import check_order, match
from planner.proof.order_loops import check_orders
from planner.proof.precedence import precedence_of
from planner.proof.told_bounds import check_bounds
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.planner.tasks.cells import cell_of, request_of, seconds

CELL = """
robot r1 {
  model "ur10e"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  payload 10 kg
}
tool grip {
  mounted r1
  tcp (0 mm, 0 mm, 150 mm)
  mass 1.4 kg
  shape cylinder radius 50 mm length 150 mm
  grips [bracket, pin, kit]
  force 20 N to 120 N
}
part bracket {
  mass 0.6 kg
  shape box (80 mm, 60 mm, 40 mm)
}
part pin {
  mass 0.1 kg
  shape cylinder radius 10 mm length 40 mm
}
part kit {
  mass 0.4 kg
  shape box (240 mm, 160 mm, 50 mm)
}
shelf bins {
  at (-400 mm, 500 mm, 0 mm)
  holds [bracket, pin]
  contains bracket 5 parts
  contains pin 4 parts
}
stack empties {
  at (-350 mm, -500 mm, 0 mm)
  holds kit
  contains kit 3 parts
}
station stand {
  at (420 mm, -380 mm, 0 mm)
  holds kit
  capacity 1
}
tray table {
  at (500 mm, 350 mm, 50 mm)
  grid 4x3
  pitch [100 mm, 100 mm]
  holds [bracket, pin]
}
tray done {
  at (0 mm, 700 mm, 0 mm)
  grid 2x2
  pitch [300 mm, 300 mm]
  holds kit
}
queue orders {
  of kit
}
"""
INTENT = """
for each job in orders {until}{{
  move job.kit from empties to stand
  for each item in job.items {{
    move item from bins to table
  }}
  move job.kit to done
}}
{clauses}
"""
A, B, C = (
    Order("A", "orders", (Item("bracket", 2), Item("pin", 1)), due=300.0),
    Order("B", "orders", (Item("pin", 2),)),
    Order("C", "orders", (Item("bracket", 1),), due=100.0),
)


def intent(until: int | None = None, clauses: str = "") -> str:
    return INTENT.format(until="" if until is None else f"until orders.done >= {until} orders ", clauses=clauses)


def asked(text: str, orders: Iterable[Order], state: CellState | None = None) -> PlanningRequest:
    known = declared_state(cell_of(CELL)) if state is None else state
    return request_of(text, CELL, replace(known, orders=tuple(orders)))


def planned(request: PlanningRequest) -> Outcome[TaskPlan]:
    return plan_tasks(request, Known(seconds))


def made(request: PlanningRequest) -> TaskPlan:
    outcome = planned(request)
    assert outcome.value is not None, outcome.diagnostics
    return outcome.value


def refusals(tasks: TaskPlan, request: PlanningRequest) -> list[str]:
    """What the symbolic part of the proof says, motions and times left out."""
    cell, state, started = request.cell, request.state, started_by(tasks)
    duties = duties_of(request.program, cell, state, started)
    matched = match(tasks, duties, cell, state)
    order = precedence_of(tasks.steps, tasks.choices)
    facts = Establishment(tasks.steps, tasks.choices, order, initial_facts(cell, state))
    said = [*duties.unproved, *check_iterations(duties.loops, started, cell, state), *matched.found]
    said += check_orders(duties.loops, started, cell, state)
    if not matched.found:
        said += [*check_demands(tasks, matched, cell, state), *check_meaning(tasks, request, matched.duty_of)]
        said += [*check_order(tasks, request.program, duties, matched, order), *check_figures(tasks, request, duties)]
        said += check_bounds(tasks, request, duties, {})
    return [d.message for d in said] + [f"{tasks.steps[u.step].id} needs {u.need.text}" for u in facts.unmet()]


def with_parts(state: CellState, *parts: PartState) -> CellState:
    new = {part.id: part for part in parts}
    return replace(state, parts=tuple(new.get(part.id, part) for part in state.parts))

"""Stage 3: from a PlanningRequest to a TaskPlan. Routes, robots, an order that is good, its steps, and how good it is.

Deterministic: the budget counts acts, chance is drawn from the request's seed, and nothing here knows a clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from cell.diagnostic import Outcome
from cell.members import begun_members
from cell.program import Prefer
from cell.program_walk import blocks_in
from cell.reasons import decided_later
from cell.state import PlanningRequest
from cell.steps import AtHome, AtHub, MotionNeed, Move
from cell.task_plan import Alternative, Bounds, Choice, ReadFact, TaskPlan
from planner.tasks.bounds import lower_bound
from planner.tasks.brought_on import ways_to_plan
from planner.tasks.conflict import explain
from planner.tasks.crew import Known, always
from planner.tasks.deadlines import check_deadlines, check_paces, lateness, misses, takt
from planner.tasks.dispatch import Order, dispatch
from planner.tasks.draft import Draft, Written, choice_name
from planner.tasks.findings import Findings
from planner.tasks.freshness import check_chores
from planner.tasks.groundwork import routes_for, shop_for
from planner.tasks.improve import Budget, best_of_rules, searched
from planner.tasks.motions import MeasuredFirst
from planner.tasks.near_bound import Bounded, bounded, is_near
from planner.tasks.objectives import is_about, score_by
from planner.tasks.reads import assumptions, planned_parts, read_facts
from planner.tasks.route import Routes
from planner.tasks.rules import RULES, select_by
from planner.tasks.shop import Shop, make_shop
from planner.tasks.steady import kept_to
from planner.tasks.ways_out import Escapes
from planner.tasks.write_choice import ChoiceDraft
from planner.tasks.write_steps import write_steps


def plan_tasks(request: PlanningRequest, known: Known) -> Outcome[TaskPlan]:
    """A plan whose steps are ordered and timed but have no motions yet. No step uses a need that `known` forbids, and no two
    presences that it says conflict coincide in any run. Where a rung has no plan alone, what is in hands may be brought on beside
    it; where that has none either, what is said is why it has none alone. Diagnostics: E5xx, E6xx, W690."""
    first: Outcome[TaskPlan] | None = None
    for brought_on in ways_to_plan(request.state):
        made = _planned(request, known, brought_on)
        if made.value is not None:
            return made
        first = first or made
    assert first is not None
    return first


def _planned(request: PlanningRequest, known: Known, brought_on: frozenset[str]) -> Outcome[TaskPlan]:
    found = Findings()
    routes = routes_for(request, found, brought_on)
    if routes is None:
        return Outcome(None, found.all())
    if not routes.jobs and not routes.chores:
        return Outcome(_nothing_to_do(request, routes), found.all())
    shop = shop_for(request, routes, known, found)
    if shop is None:
        return Outcome(None, found.all())
    return _schedule(request, shop, known, found)


def _schedule(request: PlanningRequest, shop: Shop, known: Known, found: Findings) -> Outcome[TaskPlan]:
    bottleneck, budget, score = _busiest_device(shop), Budget.of(request.iterations), score_by(shop, _prefers(request))
    order, certain = best_of_rules(shop, bottleneck, budget, score), measured_only(request, shop, known)
    if certain is not shop and not order.is_stuck and not _is_found(shop, order, known):
        other = best_of_rules(certain, bottleneck, budget := Budget.of(request.iterations), score)
        is_as_good = known.keeps_to_measured or is_about(score(other), score(order))
        order = other if not other.is_stuck and is_as_good else order
    steady = kept_to(shop, request.former, order, score)
    order = order if steady is None else steady
    if order.is_stuck:
        explain(shop, order, found)
        return Outcome(None, found.all())
    order, draft, choices, drafts = _keeping_deadlines(shop, order)
    is_certain = all(known.is_measured(need) for need in _needs(draft))
    told = bounded(request, shop.routes, draft, known.least)
    if is_certain and steady is None and (misses(shop.routes, draft) or not is_near(told, _prefers(request))):
        other = searched(certain, order, bottleneck, budget, score)
        better = _keeping_deadlines(shop, other) if other is not order else None
        if better is not None and lateness(shop.routes, better[1]) <= lateness(shop.routes, draft):
            order, draft, choices, drafts = better
            told = bounded(request, shop.routes, draft, known.least)
    if is_certain:  # an estimate proves nothing: the next round knows better
        check_deadlines(shop.routes, drafts, found)
        check_paces(shop.routes, draft, begun_members(request.state.parts), lower_bound(shop), found)
        check_chores(shop.routes, draft, found)
    if found.has_errors:
        return Outcome(None, found.all())
    if not draft.steps:  # all that is asked for is kept fresh, and is
        return Outcome(_nothing_to_do(request, shop.routes), found.all())
    one_by_one = _one_by_one(request, shop, draft, known)
    return Outcome(_task_plan(request, shop, order, draft, told, choices, one_by_one), found.all())


def _busiest_device(shop: Shop) -> str | None:
    loads = {name: seconds for name, seconds in lower_bound(shop).loads.items() if name in shop.devices}
    return max(loads, key=lambda name: loads[name], default=None)


def measured_only(request: PlanningRequest, shop: Shop, known: Known) -> Shop:
    """The shop without motions that nobody has found yet: a search among estimates would ask for ever new ones. But for the way
    home from a hub where an earlier plan has left a robot: only motions tell where that is. `shop` has made an order already, so
    it knows what there is to ask for."""
    if known.is_measured is always:
        return shop

    def measured(need: MotionNeed) -> float:
        is_left_there = isinstance(need.start, AtHub) and need.start == request.state.stances.get(need.robot)
        is_asked = known.is_measured(need) or (is_left_there and need.end == AtHome())
        return known.durations(need) if is_asked else math.inf

    met = {_sort(need) for worker in shop.workers for need in worker.motions.asked() if need.touch and known.is_measured(need)}
    certain = replace(known, durations=measured, alike=lambda need: _sort(need) in met)
    return make_shop(request, shop.routes, certain, Findings()) or shop


def _sort(need: MotionNeed) -> object:
    """A contact, whatever the other hands hold."""
    return need.robot, need.tool, need.touch, need.force_limit


def _prefers(request: PlanningRequest) -> tuple[Prefer, ...]:
    return tuple(p for block in blocks_in(request.program.block) for p in block.prefers)


def _needs(draft: Draft) -> Iterator[MotionNeed]:
    return (step.action.need for step in draft.steps if isinstance(step.action, Move))


def _is_found(shop: Shop, order: Order, known: Known) -> bool:
    """Whether all its motions are there, so that none is to be had for them."""
    return all(known.is_measured(need) for need in _needs(write_steps(shop, order)[0]))


def _keeping_deadlines(shop: Shop, order: Order) -> tuple[Order, Draft, list[ChoiceDraft], tuple[Draft, ...]]:
    """The order, or the serial one where that keeps more of a `within`: parts that wait for nobody go through fastest. The
    drafts are all that were tried."""
    draft, choices = write_steps(shop, order)
    if not misses(shop.routes, draft):
        return order, draft, choices, (draft,)
    serial = _serial(shop)
    if serial.is_stuck:
        return order, draft, choices, (draft,)
    other, other_choices = write_steps(shop, serial)
    if lateness(shop.routes, other) < lateness(shop.routes, draft):
        return serial, other, other_choices, (other, draft)
    return order, draft, choices, (draft, other)


def _serial(shop: Shop) -> Order:
    return dispatch(shop, Escapes(shop), select_by(RULES[1], shop, None), is_serial=True)


def _one_by_one(request: PlanningRequest, shop: Shop, draft: Draft, known: Known) -> float | None:
    """The makespan of the same work when a part is begun only after the one before is finished, with the plan's motions."""
    measured = {s.action.need: s.duration for s in draft.steps if isinstance(s.action, Move)}
    same = replace(known, durations=MeasuredFirst(measured, known.durations))
    alone = make_shop(request, shop.routes, same, Findings())
    order = _serial(alone) if alone is not None else None
    return None if order is None or order.is_stuck else order.makespan


def _task_plan(
    request: PlanningRequest, shop: Shop, order: Order, draft: Draft, told: Bounded, choices: list[ChoiceDraft],
    one_by_one: float | None,
) -> TaskPlan:  # fmt: skip
    written = told.written
    if one_by_one is not None and one_by_one < told.lower:  # estimates made it shorter than the plan's own motions can be
        one_by_one = None
    return TaskPlan(
        parts=planned_parts(shop.routes),
        operations=written.operations,
        steps=written.steps,
        orders=written.orders,
        choices=tuple(_choice(k, choice, written) for k, choice in enumerate(choices)),
        bounds=Bounds(told.makespan, told.lower, told.gap, told.bottleneck, takt(draft), one_by_one),
        reads=read_facts(shop, request.state, order, written.steps),
        assumptions=(
            *shop.routes.assumptions,
            *assumptions(shop, request.state, order, written.steps),
            *_decided_later(shop.routes),
        ),
        seed=request.seed,
        decided=shop.routes.decided,
        undecided=tuple(when.id for when in shop.routes.undecided),
    )


def _choice(number: int, choice: ChoiceDraft, written: Written) -> Choice:
    planned = {k: Alternative(values, tuple(written.operation_id[o.number] for o in done)) for k, values, done in choice.ways}
    later = {x.number: Alternative(x.values, (), is_planned_later=True) for x in choice.fork.later}
    return Choice(
        choice_name(number), choice.fork.when.id, choice.fork.outcome, choice.part,
        tuple(alternative for _, alternative in sorted((planned | later).items())),
        choice.operation.because,
    )  # fmt: skip


def _nothing_to_do(request: PlanningRequest, routes: Routes) -> TaskPlan:
    reads = tuple(ReadFact(name, value) for name, value in routes.observed)
    bounds, undecided = Bounds(0.0, 0.0, 0.0, "nothing", None, None), tuple(when.id for when in routes.undecided)
    return TaskPlan((), (), (), {}, (), bounds, reads, _decided_later(routes), request.seed, routes.decided, undecided)


def _decided_later(routes: Routes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(decided_later(when.span.start.line) for when in routes.undecided))

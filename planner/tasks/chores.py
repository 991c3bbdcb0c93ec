"""Goals about a thing that is no part: `calibrate gauge`, once, or kept fresh by `every 2 h { calibrate gauge }`.

A chore needs no robot and carries nothing: a station does it to itself while nothing lies in it. So it is no leg of any part's
route. Orders of acts are made without chores; they are written into one where their station is empty (chore_steps.py).
"""

from __future__ import annotations

from dataclasses import replace

from cell.durations import action_duration
from cell.equipment import Equipment
from cell.model import CellModel
from cell.program import Fresh, Goal
from cell.state import CellState
from cell.steps import Service
from planner.tasks.findings import Findings
from planner.tasks.route import Chore, Clauses

BY_ITSELF = "Name a station or a machine that offers it; it does it to itself while nothing lies in it."
ONE_EACH = "Write one `every` for each thing that is to be kept fresh."
AS_OFFERED = "How long it takes is what its station offers it for."


def is_about_thing(cell: CellModel, goal: Goal) -> bool:
    """Whether its verb is one that is done to no part."""
    return cell.vocabulary.is_about_things(goal.verb)


def chore_of(cell: CellModel, state: CellState, goal: Goal, clauses: Clauses, found: Findings) -> Chore | None:
    """None where nobody can do it, which is then said in `found`."""
    station = cell.equipment.get(goal.object.text)
    if station is None or goal.roles or goal.bounds or not _may_offer(cell, station):
        found.unsupported(f"{goal.verb} of what does not do it by itself", goal.span, help=BY_ITSELF)
        return None
    if goal.block is not None and goal.block.lines:
        found.unsupported("lines in the block of a goal", goal.block.lines[0].span)
        return None
    seconds = _seconds(cell, station, goal, found)
    return None if seconds is None else Chore(goal, station.name, seconds, clauses, state.since.get(goal.id))


def _may_offer(cell: CellModel, station: Equipment) -> bool:
    """Whether it is of a kind that offers anything: a sensor is not."""
    return cell.vocabulary.kinds[station.kind].attribute("offers") is not None


def kept_fresh(cell: CellModel, state: CellState, fresh: Fresh, clauses: Clauses, found: Findings) -> Chore | None:
    """`every 2 h { calibrate gauge }`. It stands outside the order: whatever waits for whom, it is done in time."""
    lines = fresh.block.lines
    goal = lines[0] if len(lines) == 1 else None
    if not isinstance(goal, Goal) or not is_about_thing(cell, goal):
        found.unsupported("`every … { }` of more or less than one goal about a station", fresh.span, help=ONE_EACH)
        return None
    within = next((b.within for b in (fresh.block, goal.block) if b is not None and b.within is not None), None)
    if within is not None:
        found.unsupported("a `within` for what is kept fresh", within.span, help=AS_OFFERED)
        return None
    chore = chore_of(cell, state, goal, replace(clauses, after=()), found)
    return None if chore is None else replace(chore, fresh=fresh)


def _seconds(cell: CellModel, station: Equipment, goal: Goal, found: Findings) -> float | None:
    if not any(offer.verb == goal.verb for offer in station.offers):
        help_ = f"Add `offers {goal.verb} for …` to it."
        found.error("E612", f"{station.name} does not offer {goal.verb}", goal.span, station.span, help=help_)
        return None
    return action_duration(cell, Service(station.name, goal.verb)).longest

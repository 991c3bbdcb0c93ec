"""What a line about a path asks of the motion along it, derived again from the line and the cell: which path of which part, with
which tool, how fast, how hard, how long at rest, and what else the tool is set to.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.equipment import Feature
from cell.model import CellModel, Tool
from cell.program import Amount, Goal, Ref
from cell.steps import Action, Along, AtHub, MotionNeed, Move
from cell.task_plan import Operation
from planner.proof.duty import Duty, ForkDuty

_OF_THE_MOTION = ("speed", "force", "dwell")


def is_along(action: Action) -> bool:
    return isinstance(action, Move) and isinstance(action.need.touch, Along)


def wrong_along(
    need: MotionNeed, touch: Along, operation: Operation, duty: Duty | ForkDuty, kind: str, cell: CellModel
) -> Iterator[str]:
    """What does not follow, in words. `kind` is what the operation's part is by then."""
    if not isinstance(duty, Duty) or not duty.goal.along:
        yield f"works along {touch.feature}, which its line does not ask for"
        return
    goal, hub = duty.goal, AtHub(cell.places[touch.place].equipment)
    tool, feature = cell.tools.get(need.tool or ""), cell.parts[kind].path(touch.feature)
    if (need.start, need.end) != (hub, hub):
        yield f"work along a path at {touch.place} begins and ends at its hub"
    if duty.target not in ("", hub.equipment, touch.place):
        yield f"works at {touch.place}, its line asks for {duty.target}"
    if (touch.verb, touch.feature, touch.kind) != (goal.verb, goal.object.path[-1], kind) or feature is None:
        asked = f"{goal.verb} {goal.object.text} of a {kind}"
        yield f"does {touch.verb} along {touch.feature} of a {touch.kind}; its line says {asked}"
        return
    if tool is None or goal.verb not in tool.does or touch.hand != f"{tool.name}.{tool.hands[0].name}":
        yield f"does {goal.verb} with {touch.hand}, which does not do that"
        return
    using = next((r.value for r in goal.roles if isinstance(r.value, Ref) and r.value.text in cell.tools), None)
    if using is not None and using.text != tool.name:
        yield f"does it with {tool.name}, its line asks for {using.text}"
    for what, said, wanted in (
        ("at", touch.feed, _feed(goal, feature, tool)),
        ("with", touch.force, _amount(goal, "force", 0.0 if tool.force is None else tool.force[0])),
        ("resting", touch.dwells, _dwells(goal)),
        ("set to", touch.settings, _settings(goal)),
    ):
        if said != wanted:
            yield f"works along {touch.feature} {what} {said}, not {what} {wanted}"


def _feed(goal: Goal, feature: Feature, tool: Tool) -> float | None:
    """m/s; 0 at a spot."""
    if "follow" not in goal.along:
        return 0.0
    feed = tool.attributes.get("feed")
    return _amount(goal, "speed", float(feed) if isinstance(feed, int | float) else None)


def _dwells(goal: Goal) -> tuple[float, float]:
    """s at rest before and after following; at a spot all of it comes before."""
    seconds = _amount(goal, "dwell", 0.0) or 0.0
    if "follow" not in goal.along:
        return seconds, 0.0
    at = goal.along.index("follow")
    return (seconds if "dwell" in goal.along[:at] else 0.0), (seconds if "dwell" in goal.along[at:] else 0.0)


def _settings(goal: Goal) -> tuple[tuple[str, float], ...]:
    written = ((r.name, r.value) for r in goal.roles)
    return tuple((n, v.quantity.value) for n, v in written if isinstance(v, Amount) and n not in _OF_THE_MOTION)


def _amount(goal: Goal, name: str, otherwise: float | None) -> float | None:
    said = goal.role(name)
    return said.quantity.value if isinstance(said, Amount) else otherwise

"""Which robots can work along a path with which tool: the verb, its speed and force, the tool's mass, the place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cell.model import FORCE_LIMIT, CellModel, RobotUnit, Tool
from cell.paths import SINK, beyond_tip
from cell.robot import RobotModel
from cell.steps import Along
from planner.tasks.findings import Findings
from planner.tasks.route import PathWork, Stage

Equipped = tuple[str, str | None]

BRING_BACK = "Put it into its pocket, or back to its flange, and tell so."


def nobody_knows(tool: str) -> str:
    return f"nobody knows where {tool} is"


class Known(Protocol):
    """What is asked of planner/tasks/reach.py."""

    cell: CellModel
    models: Mapping[str, RobotModel]
    equipped: tuple[Equipped, ...]
    beyond: dict[Equipped, frozenset[str]]

    def is_astray(self, tool: str) -> bool: ...


def able_along(reach: Known, stage: Stage, path: PathWork, found: Findings) -> tuple[Equipped, ...]:
    """The robots and tools that can do it; where none can, `found` says why."""
    if not stage.places:
        return ()  # said already: it lies nowhere where it could be worked on
    allowed = [w for w in reach.equipped if stage.by in (None, w[0]) and stage.using in (None, w[1])]
    refused = {who: _refusal(reach, who, stage, path) for who in allowed}
    able = tuple(who for who, why in refused.items() if why is None)
    if not able:
        said = [why for why in refused.values() if why is not None and why[0] != "E602"] or list(refused.values())[:1]
        for code, message, help_ in (why for why in dict.fromkeys(said) if why is not None):
            found.error(code, message, stage.goal.span, help=help_)
        if not said:
            found.error("E602", f"no robot has {stage.using or 'a tool'} for {path.verb}", stage.goal.span)
    return able


def along_of(cell: CellModel, tool: Tool, path: PathWork, place: str, kind: str) -> Along | None:
    """The contact that is meant, with that tool at that place; None where nothing says how fast."""
    feed = tool.attributes.get("feed")
    speed = path.speed if path.speed is not None else float(feed) if isinstance(feed, int | float) else None
    if not path.follows:
        speed = 0.0
    if speed is None:
        return None
    force = path.force if path.force is not None else (0.0 if tool.force is None else tool.force[0])
    hand = f"{tool.name}.{tool.hands[0].name}"
    return Along(place, hand, kind, path.feature, path.verb, speed, force, path.dwells, path.settings)


def _refusal(reach: Known, who: Equipped, stage: Stage, path: PathWork) -> tuple[str, str, str] | None:
    """(code, why not, what would help)."""
    cell, (robot, name) = reach.cell, who
    tool, unit, model = cell.tools.get(name or ""), cell.robots[robot], reach.models.get(robot)
    if tool is None or path.verb not in tool.does or not tool.hands:
        return (
            "E602",
            f"{name or 'a bare flange'} does not do {path.verb}",
            f"Name {path.verb} under `does` of a tool of {robot}.",
        )
    if reach.is_astray(tool.name):
        return "E626", nobody_knows(tool.name), BRING_BACK
    touch = along_of(cell, tool, path, stage.places[0], "")
    if touch is None:
        return (
            "E626",
            f"nothing says how fast {tool.name} goes along {path.feature}",
            f"Write `speed 20 mm/s`, or `feed …` of {tool.name}.",
        )
    return (
        _too_long(tool)
        or _too_fast(unit, touch, stage)
        or _too_hard(unit, touch, stage)
        or _too_heavy(unit, model, tool)
        or _too_far(reach, who, stage)
    )


def _too_long(tool: Tool) -> tuple[str, str, str] | None:
    over = beyond_tip(tool)
    if over <= SINK:
        return None
    message = f"{tool.name} reaches {1e3 * over:.1f} mm beyond its tip, so it would go into what it works on"
    return "E626", message, "Correct its `tcp`, or the length of its `shape` and bodies."


def _too_fast(unit: RobotUnit, touch: Along, stage: Stage) -> tuple[str, str, str] | None:
    limits = [v for robot, v in stage.clauses.speeds if robot in ("", unit.name)]
    most = min((v for v in (*limits, unit.max_speed) if v is not None), default=None)
    if most is None or touch.feed <= most:
        return None
    message = f"{1e3 * touch.feed:.0f} mm/s are asked along {touch.feature}, {unit.name} may go {1e3 * most:.0f} mm/s"
    return "E626", message, f"Ask for {1e3 * most:.0f} mm/s, or let it go faster."


def _too_hard(unit: RobotUnit, touch: Along, stage: Stage) -> tuple[str, str, str] | None:
    limits = [x.most for x in stage.clauses.forces if x.robot in ("", unit.name)]
    most = min(f for f in (*limits, unit.force_limit, FORCE_LIMIT if unit.force_limit is None else None) if f is not None)
    if touch.force <= most:
        return None
    message = f"{touch.verb} presses with {touch.force:g} N, {unit.name} may with {most:g} N"
    return "E626", message, f"Press with {most:g} N, or allow {touch.force:g} N."


def _too_heavy(unit: RobotUnit, model: RobotModel | None, tool: Tool) -> tuple[str, str, str] | None:
    payloads = [p for p in (unit.payload, None if model is None else model.payload) if p is not None]
    if not payloads or tool.mass <= min(payloads):
        return None
    message = f"{tool.name} weighs {tool.mass:g} kg, {unit.name} carries {min(payloads):g} kg"
    return "E603", message, f"Save {tool.mass - min(payloads):.3g} kg, or take a stronger robot."


def _too_far(reach: Known, who: Equipped, stage: Stage) -> tuple[str, str, str] | None:
    if not reach.beyond[who].issuperset(stage.places):
        return None
    return "E603", f"{stage.equipment} is out of reach of {who[0]}", "Move one of the two."

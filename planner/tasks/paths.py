"""Lines that have a tool work along a path of a part: what they ask for, and where the part lies by then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cell.diagnostic import Span
from cell.model import CellModel
from cell.program import Amount, Goal, Ref
from cell.state import Expected, InPlace, PartState
from planner.tasks.findings import Findings
from planner.tasks.route import Leg, PathWork, Stage, Work, stages_of

FASTEST = 0.25  # m/s in contact: the reduced speed of ISO 10218-1
_ROLES = ("at", "by", "using", "with")
_OF_THE_MOTION = ("speed", "force", "dwell")


def path_work(cell: CellModel, goal: Goal, kind: str, found: Findings) -> Work | None:
    """What the goal asks for of a part of `kind`; None where it cannot be done, which is then said."""
    feature, name, part = cell.parts[kind].path(goal.object.path[-1]), goal.object.text, cell.parts[kind]
    odd = [r.span for r in goal.roles if isinstance(r.value, Ref) and r.name not in _ROLES]
    odd += [r.span for r in goal.roles if isinstance(r.value, Ref) and r.name == "by" and r.value.text not in cell.robots]
    odd += [b.span for b in goal.bounds if b.name not in ("speed", "force") or b.operator not in ("<", "<=")]
    if odd:
        found.unsupported(f"this role or bound of {goal.verb} along a path", *odd)
        return None
    if feature is None:
        found.error("E626", f"a {kind} has no path {goal.object.path[-1]}", goal.object.span, part.span)
        return None
    follows = "follow" in goal.along
    if follows is (len(feature.points) == 1):
        what, help_ = ("a spot", "Give it two points or more.") if follows else ("a path", "Give it one point alone.")
        message = f"{name} is {what}, and {goal.verb} {'follows a path' if follows else 'works at a spot'}"
        found.error("E626", message, goal.object.span, feature.span, help=help_)
        return None
    speed, seconds = _amount(goal, "speed"), _amount(goal, "dwell") or 0.0
    if speed is not None and speed > FASTEST:
        message = f"{1e3 * speed:.0f} mm/s along a path is more than contact allows"
        found.error("E626", message, goal.span, help=f"Ask for {1e3 * FASTEST:.0f} mm/s or less.")
        return None
    at = goal.along.index("follow") if follows else len(goal.along)
    dwells = tuple(seconds if "dwell" in phases else 0.0 for phases in (goal.along[:at], goal.along[at:]))
    settings = (
        (r.name, r.value.quantity.value) for r in goal.roles if isinstance(r.value, Amount) and r.name not in _OF_THE_MOTION
    )
    path = PathWork(feature.name, goal.verb, follows, speed, _amount(goal, "force"), (dwells[0], dwells[1]), tuple(settings))
    return Work("path", goal.verb, 0.0, path=path)


def located(cell: CellModel, part: PartState, before: Iterable[Leg], legs: Sequence[Leg], found: Findings) -> tuple[Leg, ...]:
    """The same legs; those that work along a path where the legs before, and the state, leave the part."""
    here = _lies(part)
    for leg in before:
        here = _after(leg, here)
    placed = []
    for leg in legs:
        if isinstance(leg, Stage) and leg.path is not None and not leg.places:
            leg = _placed(cell, part, leg, here, found)
        placed.append(leg)
        here = _after(leg, here)
    return tuple(placed)


def _lies(part: PartState) -> tuple[str, ...]:
    return (part.location.place,) if isinstance(part.location, InPlace | Expected) else ()


def _after(leg: Leg, here: tuple[str, ...]) -> tuple[str, ...]:
    ends = [stage.places for stage in stages_of(leg) if stage.places]
    return ends[-1] if ends else here


def _placed(cell: CellModel, part: PartState, stage: Stage, here: tuple[str, ...], found: Findings) -> Stage:
    goal, equipment = stage.goal, cell.equipment[cell.equipment_of(here[0])] if here else None
    asked = goal.role("at")
    wanted = asked.text if isinstance(asked, Ref) else None
    if equipment is None or not cell.kind_of(equipment).is_workplace or wanted not in (None, equipment.name, *here):
        where = wanted or "a fixture, a station or a machine"
        spans: tuple[Span, ...] = () if equipment is None else (equipment.span,)
        message = f"the {part.kind} does not lie in {where} by then"
        found.of_line(goal.span, "E626", message, *spans, help=f"Add a line before it that moves it to {wanted or 'one'}.")
        return stage
    return replace(stage, equipment=equipment.name, places=here)


def _amount(goal: Goal, name: str) -> float | None:
    said = goal.role(name)
    return said.quantity.value if isinstance(said, Amount) else None

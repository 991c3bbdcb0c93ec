"""Into which zones a robot must not be moved by hand as things are: what the plan's order would have seen to in production.

Law: a `never` binds a jog as it binds a step, and no jog makes one true or keeps it so; a machine's guard zone is closed while it
runs or nobody knows that it does not; a zone that is full takes no more; where somebody makes robots stop, none is moved at all.
"""

from __future__ import annotations

from dataclasses import replace

from cell.program import AllOf, AnyOf, Condition, IsIn, Never
from controller import nevers
from controller.draft import Draft
from controller.run_state import DeviceBelief


def stopped_by(d: Draft) -> str | None:
    """The zone because of which no robot is moved: somebody is in it."""
    return next((n for n, zone in d.known.zones.items() if zone.when_occupied == "stop" and d.belief.zones.get(n, False)), None)


def closed(d: Draft, robot: str) -> tuple[str, ...]:
    """The zones that `robot` must not enter now. Keep-out zones are closed to everything, and are no matter of now."""
    return tuple(name for name in d.known.zones if _is_closed(d, robot, name))


def kept_by_standing(d: Draft, robot: str) -> str | None:
    """Why it is not moved where it stands, or on its way: a `never` about it holds by that, and motion would keep it so; or the
    machine that guards the zone may run."""
    for name, device in d.known.devices.items():
        if device.guard is not None and device.guard in d.belief.robots[robot].inside and _may_run(d, name):
            return f"{name} may run, and {robot} is in {device.guard}"
    never = next((n for n in d.known.program.nevers if _names(n.condition, robot) and nevers.may_hold(d, n)), None)
    return None if never is None else f"never {nevers.words_of(never)}"


def _is_closed(d: Draft, robot: str, zone: str) -> bool:
    known = d.belief.robots[robot]
    if zone in known.inside:
        return False  # it is there: what binds it there is `kept_by_standing`
    if d.known.zones[zone].is_limited(len(d.known.robots)) and _is_full(d, zone):
        return True
    guarded = (name for name, device in d.known.devices.items() if device.guard == zone)
    if any(_may_run(d, name) for name in guarded):
        return True
    return any(_would_hold(d, never, robot, zone) for never in d.known.program.nevers)


def _is_full(d: Draft, zone: str) -> bool:
    capacity = d.known.zones[zone].capacity
    return capacity is not None and sum(zone in seen.inside for seen in d.belief.robots.values()) >= capacity


def _may_run(d: Draft, machine: str) -> bool:
    """As it is seen; where nothing shows it, only while a command of ours is under way there."""
    seen = d.belief.devices.get(machine, DeviceBelief()).running
    if d.known.devices[machine].running is None:
        return machine in d.progress.busy
    return seen is not False


def _would_hold(d: Draft, never: Never, robot: str, zone: str) -> bool:
    """Whether the robot's being there may make it true, which it is not without."""
    if not _names(never.condition, robot) or nevers.may_hold(d, never):
        return False
    before, known = d.belief, d.belief.robots[robot]
    d.believe(robots=before.robots.set(robot, replace(known, inside=(*known.inside, zone))))
    would = nevers.may_hold(d, never)
    d.belief = before
    return would


def _names(condition: Condition, robot: str) -> bool:
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return any(_names(part, robot) for part in parts)
        case IsIn(subject=subject):
            return subject.text == robot
        case _:
            return False

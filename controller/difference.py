"""What is otherwise than the journal has it: each thing that was expected and what is found instead, for whoever is to confirm.

Pure, and derived from two states alone: the one that the journal gives, and the one after everything was looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from cell.dataclass import dataclass
from cell.state import InPart, Lost
from cell.steps import AtMeasured, Stance, stance_name
from controller.run_state import DeviceBelief, RunState
from controller.summary import where

DUE = "not begun"


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` of thing, its name, what the journal has of it and what is found. "not known" where nobody can tell."""

    kind: Literal["step", "part", "robot", "tool", "hand", "device", "zone"]
    name: str
    expected: str
    observed: str


def differences(before: RunState, after: RunState) -> tuple[Difference, ...]:
    """Steps first, for what became of them explains most of the rest."""
    return (
        *_steps(before, after),
        *_parts(before, after),
        *_robots(before, after),
        *_tools(before, after),
        *_hands(before, after),
        *_devices(before, after),
        *_zones(before, after),
    )


def _steps(before: RunState, after: RunState) -> Iterator[Difference]:
    """Of those that were under way. One that still is has not changed."""
    plan = before.progress.plan
    for step, was in before.progress.status.items():
        now = after.progress.status.get(step, DUE)
        if was in ("claimed", "started") and now not in ("claimed", "started") and plan is not None:
            operation = plan.operation.get(step)
            words = f"{step}: {operation.verb} {plan.steps[step].part or ''}".rstrip() if operation is not None else step
            yield Difference("step", words, "under way", {"confirmed": "done", "unknown": "not known"}.get(now, now))


def _parts(before: RunState, after: RunState) -> Iterator[Difference]:
    for name, held in before.belief.parts.items():
        was, now = held.part.location, after.belief.parts[name].part.location
        if was != now:
            yield Difference("part", name, _place(was), _place(now))


def _place(location: object) -> str:
    if isinstance(location, Lost):
        return f"not known: {location.why}"
    if isinstance(location, InPart):
        return f"{location.part}.{location.seat}"
    return where(location) or "not come yet"  # type: ignore[arg-type]


def _robots(before: RunState, after: RunState) -> Iterator[Difference]:
    for name, robot in before.belief.robots.items():
        was, now = robot.stance, after.belief.robots[name].stance
        expected, observed = "on its way" if was is None else _stance(was), _stance(now)
        if was != now and expected != observed:
            yield Difference("robot", name, expected, observed)


def _tools(before: RunState, after: RunState) -> Iterator[Difference]:
    for name, was in before.belief.mounts.items():
        now = after.belief.mounts.get(name, "")
        if was != now:
            yield Difference("tool", name, was or "not known", now or "not known")


def _stance(stance: Stance | None) -> str:
    match stance:
        case None:
            return "on its way, or not seen"
        case AtMeasured(q):  # no finer than a motion may start beside: encoders tell other last digits at each look
            return "measured " + " ".join(f"{round(x, 3) + 0.0:.3f}" for x in q)  # no -0.000
        case _:
            return stance_name(stance)


def _hands(before: RunState, after: RunState) -> Iterator[Difference]:
    for name, hand in before.belief.hands.items():
        was, now = hand.grip, after.belief.hands[name].grip
        if was != now and was is not None:
            yield Difference("hand", name, was, now or "not known")


def _devices(before: RunState, after: RunState) -> Iterator[Difference]:
    for name, device in before.belief.devices.items():
        was, now = _shown(device), _shown(after.belief.devices.get(name, DeviceBelief()))
        for what in was.keys() | now.keys():
            if was.get(what) != now.get(what):
                yield Difference("device", f"{what} of {name}", was.get(what, "not known"), now.get(what, "not known"))


def _shown(device: DeviceBelief) -> dict[str, str]:
    found: dict[str, str] = {}
    if device.door_open is not None:
        found["door"] = "open" if device.door_open else "closed"
    if device.clamped is not None:
        found["clamp"] = "closed" if device.clamped else "open"
    if device.running is not None:
        found["work"] = "running" if device.running else "stopped"
    if device.faults:
        found["alarm"] = device.complaint
    return found


def _zones(before: RunState, after: RunState) -> Iterator[Difference]:
    for name, now in after.belief.zones.items():
        was = before.belief.zones.get(name)
        if was is not now:
            yield Difference(
                "zone", name, {None: "not known", True: "occupied", False: "free"}[was], "occupied" if now else "free"
            )

"""What is believed of the cell, as planning sees it: values only."""

from __future__ import annotations

from cell.run import RUNGS_STAY_OPEN, RunContext
from cell.state import Amended, CellState, DeviceState, Errand
from cell.steps import AtHome
from controller.run_state import Belief, DeviceBelief, RobotBelief, Trouble

SECOND = 1_000_000_000  # ns


TriedAgain = tuple[tuple[str, Amended], ...]
"""What retries have changed, each with the part of its ladder."""


def cell_state(context: RunContext, belief: Belief, now: int, errand: Errand | None = None, tried: TriedAgain = ()) -> CellState:
    """Parts in order of id. A robot that nobody sees at rest is taken to be at home; nothing is asked
    for then. A device that nobody watches runs only while a command of ours does, and none does when this is asked."""
    rung = errand if context.rules >= RUNGS_STAY_OPEN else None
    return CellState(
        parts=tuple(belief.parts[name].part for name in sorted(belief.parts, key=by_number)),
        stances={name: belief.robots.get(name, RobotBelief()).stance or AtHome() for name in context.robots},
        devices={
            name: DeviceState(seen.door_open, seen.clamped, seen.running or False)
            for name in context.devices
            for seen in (belief.devices.get(name, DeviceBelief()),)
        },
        orders=tuple(belief.orders[name] for name in belief.queue),
        mounts=dict(sorted(belief.mounts.items())),
        errand=errand,
        since={goal: (now - at) / SECOND for goal, at in sorted(belief.tended.items())},
        amended=tuple(amended for part, amended in tried if not _is_of_another(rung, part, amended)),
        decided=dict(sorted(belief.decided.items())),
    )


def _is_of_another(rung: Errand | None, part: str, amended: Amended) -> bool:
    """The goal of a rung belongs to no iteration: what was changed for one part does not hold for the next."""
    return rung is not None and amended.goal == rung.goal and part != rung.part


def amendments(trouble: Trouble) -> TriedAgain:
    """In an order that is the same on every replay."""
    return tuple((key.rpartition(" ")[2], amended) for key, amended in sorted(trouble.amended.items()))


def by_number(name: str) -> tuple[str, int, str]:
    """shaft#2 before shaft#10."""
    kind, mark, number = name.rpartition("#")
    return (kind, int(number), "") if mark and number.isdigit() else (name, 0, "")

"""What is believed of the cell, as planning sees it: values only."""

from __future__ import annotations

from cell.run import RunContext
from cell.state import Amended, CellState, DeviceState, Errand
from cell.steps import AtHome
from controller.run_state import Belief, DeviceBelief, RobotBelief, Trouble

SECOND = 1_000_000_000  # ns


def cell_state(
    context: RunContext, belief: Belief, now: int, errand: Errand | None = None, amended: tuple[Amended, ...] = ()
) -> CellState:
    """Parts in order of id. A robot that nobody sees at rest is taken to be at home; nothing is asked
    for then. A device that nobody watches runs only while a command of ours does, and none does when this is asked."""
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
        amended=amended,
        decided=dict(sorted(belief.decided.items())),
    )


def amendments(trouble: Trouble) -> tuple[Amended, ...]:
    """What retries have changed, in an order that is the same on every replay."""
    return tuple(amended for _, amended in sorted(trouble.amended.items()))


def by_number(name: str) -> tuple[str, int, str]:
    """shaft#2 before shaft#10."""
    kind, mark, number = name.rpartition("#")
    return (kind, int(number), "") if mark and number.isdigit() else (name, 0, "")

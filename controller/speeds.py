"""How fast robots may go along their paths just now: slower while somebody is in a zone that asks for it, not at all when halted.

Law: with somebody in a zone with `slow to v`, no point of any robot's links, tool or load and no TCP goes faster than v, wherever
it is. For each motion the proof gives a speed that none of these exceeds as planned; v over that is the share of the planned
speed. Where nothing is proved of a motion, its robot's top speed stands in for it, and a robot without one stands still.
"""

from __future__ import annotations

from dataclasses import replace

from cell.commands import SetSpeed
from cell.steps import Move, Step
from controller.draft import Draft


def set_speeds(d: Draft, why: str) -> None:
    """Asks every robot for the share of its speed that is allowed now, for the motion that it is on; one at rest is asked before
    its next one."""
    for name in d.belief.robots:
        flight = d.progress.flights.get(d.progress.busy.get(name, ""))
        step = d.plan.steps[flight.step] if flight is not None and flight.step is not None else None
        if step is not None or slow_to(d) is None or name in d.trouble.halted:
            _ask(d, name, share(d, name, None if step is None else step.motion), why)


def before(d: Draft, step: Step) -> None:
    """Asks for the share that is right for the motion of `step`, before it is started."""
    if isinstance(step.action, Move):
        robot = step.action.need.robot
        _ask(d, robot, share(d, robot, step.motion), "somebody is in a zone" if slow_to(d) is not None else "nobody is")


def before_jog(d: Draft, robot: str) -> None:
    """A jog is as fast as was asked for and proved, also for zones in which somebody is: nothing is taken from it."""
    _ask(d, robot, 1.0, "it is jogged")


def slow_to(d: Draft) -> float | None:
    """The smallest speed in m/s that an occupied zone asks for, None where none does."""
    slow = [z.slow_to for n, z in d.known.zones.items() if d.belief.zones.get(n, False) and z.when_occupied == "slow"]
    return min((v for v in slow if v is not None), default=None)


def share(d: Draft, robot: str, motion: str | None) -> float:
    """Of the planned speed along the path, in [0, 1]."""
    most = slow_to(d)
    if robot in d.trouble.halted:
        return 0.0
    if most is None:
        return 1.0
    fastest = d.progress.fastest.get(motion or "", d.known.robots[robot].top_speed)
    return 0.0 if fastest is None else 1.0 if fastest <= most else most / fastest


def _ask(d: Draft, robot: str, fraction: float, why: str) -> None:
    known = d.belief.robots[robot]
    if fraction != known.fraction:
        d.believe(robots=d.belief.robots.set(robot, replace(known, fraction=fraction)))
        d.command(SetSpeed(d.fresh_id(f"speed {robot}"), d.subject, robot, fraction), why)

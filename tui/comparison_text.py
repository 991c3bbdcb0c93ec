"""Two runs of the same intent beside each other: `report --against`, for a person and as keys.

Law: what one run took longer is told by where each robot spent it, in motion or standing; the two together are the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from controller.journal.fidelity import MotionRun
from tui.fidelity_text import fidelity_lines, motion_documents
from tui.speech import printable

MOST = 12
"""Motions that are named; the rest are in the figures above them, and in the JSON."""
Pair = tuple[int, MotionRun, MotionRun]
"""The robot's how manieth motion, in the one run and in the other."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is compared of a run. `makespan` s, from its first step to its last."""

    run: str
    makespan: float
    motions: tuple[MotionRun, ...]

    def standing(self, robot: str) -> float:
        """s of the makespan in which `robot` was in no motion."""
        return self.makespan - sum(run.took for run in self.motions if run.robot == robot)


def comparison_document(one: Account, other: Account) -> dict[str, Any]:
    return {"runs": [_document(account) for account in (one, other)]}


def _document(account: Account) -> dict[str, Any]:
    return {
        "run_id": account.run,
        "makespan_s": round(account.makespan, 6),
        "standing_s": {robot: round(account.standing(robot), 6) for robot in _robots(account)},
        "motions": motion_documents(account.motions),
    }


def comparison_lines(one: Account, other: Account) -> Iterator[str]:
    """Cycle times and where they differ; then motion by motion of each robot, in the order in which they were carried out."""
    for account in (one, other):
        yield from fidelity_lines(account.run, account.motions)
    pairs = _paired(one.motions, other.motions)
    yield ""
    yield from _cycle_lines(one, other, pairs)
    yield ""
    yield "motion by motion: planned s; stood before it s; took s, and how much longer; path errors mrad; at the tool mm"
    yield from (f"  {_line(pair)}" for pair in pairs[:MOST])
    if len(pairs) > MOST:
        yield f"  and {len(pairs) - MOST} more"
    apart = len(one.motions) - len(pairs), len(other.motions) - len(pairs)
    if any(apart):
        yield f"  {apart[0]} and {apart[1]} motions have no counterpart in the other run"


def _cycle_lines(one: Account, other: Account, pairs: Sequence[Pair]) -> Iterator[str]:
    longer = one.makespan - other.makespan
    share = f" ({100.0 * longer / other.makespan:+.1f} %)" if other.makespan > 0.0 else ""
    yield "cycle time, from the first step to the last"
    yield f"  {one.makespan:.2f} s against {other.makespan:.2f} s: {longer:+.2f} s{share}"
    robots = [robot for robot in _robots(one) if robot in _robots(other)]
    if robots:
        yield "where they differ: s longer in motion; s longer standing, and before which motion most"
    for robot in robots:
        standing = one.standing(robot) - other.standing(robot)
        yield f"  {printable(robot):<10} {longer - standing:+7.2f}  {standing:+7.2f}  {_most(robot, pairs)}".rstrip()


def _most(robot: str, pairs: Sequence[Pair]) -> str:
    waited = [(k, a.waited, b.waited) for k, a, b in pairs if a.robot == robot and a.waited is not None and b.waited is not None]
    if not waited:
        return ""
    number, mine, theirs = max(waited, key=lambda row: abs(row[1] - row[2]))
    return f"before motion {number}: {mine:.2f} s against {theirs:.2f} s"


def _robots(account: Account) -> list[str]:
    """Those that have moved, in the order in which they began."""
    return list(dict.fromkeys(run.robot for run in account.motions))


def _paired(one: Sequence[MotionRun], other: Sequence[MotionRun]) -> list[Pair]:
    robots = {run.robot for run in other}
    waiting = {robot: iter([run for run in other if run.robot == robot]) for robot in robots}
    numbers = {robot: count(1) for robot in robots}
    pairs = ((next(numbers[run.robot]), run, next(waiting[run.robot], None)) for run in one if run.robot in waiting)
    return [(number, run, with_) for number, run, with_ in pairs if with_ is not None]


def _line(pair: Pair) -> str:
    number, a, b = pair
    stood = f"{_stood(a)} {_stood(b)}"
    times = f"{a.planned:7.3f}  {stood}  {a.took:7.3f} {_longer(a)}  {b.took:7.3f} {_longer(b)}"
    joints = f"{1e3 * a.joints.most:7.3f} {1e3 * b.joints.most:7.3f}"
    name = f"{printable(a.robot)} {number}"
    return f"{name:<10} {times}  {joints}  {_tool(a)} {_tool(b)}  {_note(a, b)}".rstrip()


def _stood(run: MotionRun) -> str:
    return f"{run.waited:6.2f}" if run.waited is not None else "     -"


def _longer(run: MotionRun) -> str:
    return f"{100.0 * (run.took / run.meant - 1.0):+5.1f} %" if run.meant > 0.0 else "      -"


def _tool(run: MotionRun) -> str:
    return f"{1e3 * run.tool.most:6.3f}" if run.tool is not None else "     -"


def _note(a: MotionRun, b: MotionRun) -> str:
    if a.motion != b.motion:
        return "another motion"
    return "" if a.is_whole and b.is_whole else "not to its end"

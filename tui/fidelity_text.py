"""How truly motions were carried out, for a person and as keys: `report --against`, `report --format json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from controller.journal.fidelity import Distance, MotionRun
from tui.speech import printable

MOST = 12
"""Motions that are named; the rest are in the figures above them, and in the JSON."""


def motion_documents(runs: Sequence[MotionRun]) -> list[dict[str, Any]]:
    return [
        {
            "robot": run.robot,
            "command": run.command,
            "motion": run.motion,
            "leads": run.leads,
            "planned_s": round(run.planned, 6),
            "took_s": round(run.took, 6),
            "meant_s": round(run.meant, 6),
            "path_error_max_rad": run.joints.most,
            "path_error_rms_rad": run.joints.rms,
            "tool_error_max_mm": _mm(run.tool, "most"),
            "tool_error_rms_mm": _mm(run.tool, "rms"),
            "samples": run.samples,
            "whole": run.is_whole,
        }
        for run in runs
    ]


def fidelity_lines(name: str, runs: Sequence[MotionRun]) -> Iterator[str]:
    """Of one run."""
    if not runs:
        return
    yield f"motions as run {printable(name)} recorded them"
    yield from (f"  {line}" for line in _figures(runs))


def comparison_lines(names: tuple[str, str], one: Sequence[MotionRun], other: Sequence[MotionRun]) -> Iterator[str]:
    """Motion by motion of each robot, in the order in which they were carried out."""
    for name, runs in zip(names, (one, other), strict=True):
        yield from fidelity_lines(name, runs)
    pairs = _paired(one, other)
    yield ""
    yield "motion by motion: planned s; what each run took s, and how much longer; path errors mrad; at the tool mm"
    yield from (f"  {_line(a, b)}" for a, b in pairs[:MOST])
    if len(pairs) > MOST:
        yield f"  and {len(pairs) - MOST} more"
    apart = len(one) - len(pairs), len(other) - len(pairs)
    if any(apart):
        yield f"  {apart[0]} and {apart[1]} motions have no counterpart in the other run"


def _line(a: MotionRun, b: MotionRun) -> str:
    times = f"{a.planned:7.3f}  {a.took:7.3f} {_longer(a)}  {b.took:7.3f} {_longer(b)}"
    joints = f"{1e3 * a.joints.most:7.3f} {1e3 * b.joints.most:7.3f}"
    return f"{printable(a.robot):<10} {times}  {joints}  {_tool(a)} {_tool(b)}  {_note(a, b)}".rstrip()


def _longer(run: MotionRun) -> str:
    return f"{100.0 * (run.took / run.meant - 1.0):+5.1f} %" if run.meant > 0.0 else "      -"


def _paired(one: Sequence[MotionRun], other: Sequence[MotionRun]) -> list[tuple[MotionRun, MotionRun]]:
    by_robot = {robot: [run for run in other if run.robot == robot] for robot in {run.robot for run in other}}
    waiting = {robot: iter(runs) for robot, runs in by_robot.items()}
    pairs = ((run, next(waiting[run.robot], None)) for run in one if run.robot in waiting)
    return [(run, with_) for run, with_ in pairs if with_ is not None]


def _note(a: MotionRun, b: MotionRun) -> str:
    if a.motion != b.motion:
        return "another motion"
    return "" if a.is_whole and b.is_whole else "not to its end"


def _figures(runs: Sequence[MotionRun]) -> Iterator[str]:
    whole = [run for run in runs if run.is_whole]
    worst = max(runs, key=lambda run: run.joints.most)
    yield f"{len(runs)} motions, {len(runs) - len(whole)} of them not to their end"
    yield f"path error at most {1e3 * worst.joints.most:.3f} mrad, rms {1e3 * _rms([run.joints for run in runs], runs):.3f} mrad"
    tools = [(run.tool, run) for run in runs if run.tool is not None]
    if tools:
        most = 1e3 * max(tool.most for tool, _ in tools)
        rms = 1e3 * _rms([tool for tool, _ in tools], [run for _, run in tools])
        yield f"at the tool at most {most:.3f} mm, rms {rms:.3f} mm"
    else:
        yield "at the tool not known: the cell file is not where the run was started from, or is another one by now"
    if whole:
        meant, took = sum(run.meant for run in whole), sum(run.took for run in whole)
        yield f"recorded in motion {took:.2f} s, meant to take {meant:.2f} s ({100.0 * (took / meant - 1.0):+.1f} %)"


def _rms(distances: Sequence[Distance], runs: Sequence[MotionRun]) -> float:
    weights = [run.samples for run in runs]
    squares = sum(weight * distance.rms**2 for weight, distance in zip(weights, distances, strict=True))
    return float((squares / sum(weights)) ** 0.5)


def _tool(run: MotionRun) -> str:
    return f"{1e3 * run.tool.most:6.3f}" if run.tool is not None else "     -"


def _mm(distance: Distance | None, which: str) -> float | None:
    return None if distance is None else 1e3 * float(getattr(distance, which))

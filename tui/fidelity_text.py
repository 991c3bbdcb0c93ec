"""How truly a run's motions were carried out, for a person and as keys: `report`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from controller.journal.fidelity import Distance, MotionRun
from tui.speech import printable


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
            "stood_before_s": None if run.waited is None else round(run.waited, 6),
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


def _mm(distance: Distance | None, which: str) -> float | None:
    return None if distance is None else 1e3 * float(getattr(distance, which))

"""Which robot was in which zone when: from the visits of its motions and from when they ran.

A motion's visits are by path parameter; its time law gives the share of its time, and the run when that was. A robot that ends a
motion within a zone is there until its next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cell.motion_plan import Motion, ZoneVisit
from cell.trajectory import Law, Path
from cellwright.report.course import Course, Stay, StepRun

SAMPLES = 400
APART = 0.05  # s: stays of one robot in one zone that are nearer to each other are one
AT_END = 1e-6


def robot_stays(course: Course) -> tuple[Stay, ...]:
    motions = {name: motion for laid in course.plans for name, motion in laid.plan.motions.items()}
    moves = [run for run in course.runs if run.step.motion in motions and run.step.robot is not None]
    shares = {name: tuple(_shares(motions[name])) for name in {run.step.motion for run in moves if run.step.motion}}
    found: dict[tuple[str, str], list[Stay]] = {}
    for run, following in zip(moves, _following(moves, course.end), strict=True):
        robot = run.step.robot or ""
        for zone, first, last in shares[run.step.motion or ""]:
            length = run.stop - run.start
            stop = max(run.stop, following) if last >= 1.0 - AT_END else run.start + last * length
            _add(found.setdefault((zone, robot), []), Stay(zone, robot, run.start + first * length, stop))
    return tuple(stay for stays in found.values() for stay in stays)


def _following(moves: Sequence[StepRun], end: float) -> list[float]:
    """When each one's robot moves next."""
    found, nexts = list[float](), dict[str | None, float]()
    for run in reversed(moves):
        found.append(nexts.get(run.step.robot, end))
        nexts[run.step.robot] = run.start
    return found[::-1]


def _add(stays: list[Stay], stay: Stay) -> None:
    if stays and stay.start - stays[-1].stop < APART:
        last = stays.pop()
        stay = Stay(stay.zone, stay.who, last.start, max(last.stop, stay.stop))
    stays.append(stay)


def _shares(motion: Motion) -> Iterator[tuple[str, float, float]]:
    """(zone, first, last) as shares of the motion's time."""
    law, length = Law.of(motion.phases), Path.of(motion.segments).length
    times = np.linspace(0.0, law.duration, SAMPLES)
    way = np.maximum.accumulate(law.at(times).s)
    for visit in motion.visits:
        first, last = (float(np.interp(s, way, times)) / law.duration for s in (visit.first, visit.last))
        yield visit.zone, first, 1.0 if _is_to_the_end(visit, length) else last


def _is_to_the_end(visit: ZoneVisit, length: float) -> bool:
    return visit.last >= length * (1.0 - AT_END)

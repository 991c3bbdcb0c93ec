"""What was approved with a plan: robots, zones, verbs and takt. Within it a run goes on by itself after a disturbance
(decision 0154).

Pure, and read off plans alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import median

from cell.dataclass import dataclass
from cell.motion_plan import MotionPlan
from cell.steps import Move
from cell.task_plan import TaskPlan

A_PACE = 4  # iterations, from which on the times between their ends make a takt


@dataclass(frozen=True, slots=True)
class Approved:
    """Names in order. `takt` in s, None where no plan has had one."""

    robots: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    takt: float | None = None

    def with_all_of(self, other: Approved) -> Approved:
        """Both, at the takt of the other one."""
        return Approved(
            _union(self.robots, other.robots),
            _union(self.zones, other.zones),
            _union(self.verbs, other.verbs),
            self.takt if other.takt is None else other.takt,
        )


def approved_of(plan: MotionPlan) -> Approved:
    tasks = plan.tasks
    moved = (step.action.need.robot for step in tasks.steps if isinstance(step.action, Move))
    return Approved(
        _union((o.robot for o in tasks.operations if o.robot is not None), moved),
        _union(visit.zone for motion in plan.motions.values() for visit in motion.visits),
        _union(o.verb for o in tasks.operations),
        _takt(tasks),
    )


def beyond(approved: Approved, other: Approved, slower_by: float) -> Iterator[str]:
    """What the other one has and was not approved, in words that follow `it`."""
    yield from (f"uses robot {name}" for name in other.robots if name not in approved.robots)
    yield from (f"enters zone {name}" for name in other.zones if name not in approved.zones)
    yield from (f"does `{verb}`" for verb in other.verbs if verb not in approved.verbs)
    if approved.takt is not None and other.takt is not None and other.takt > approved.takt * (1.0 + slower_by) + 1e-9:
        yield f"has a takt of {other.takt:.1f} s, and {approved.takt:.1f} s is approved and {100 * slower_by:.3g} % more allowed"


def _takt(tasks: TaskPlan) -> float | None:
    """The middle one of the times between the ends of iterations, of the loop with most of them: that one part took longer, for
    it had to be lifted out or tried again, is no pace. A plan for the last few has none to compare."""
    serves = {operation.id: operation.serves for operation in tasks.operations}
    ends: dict[str, dict[str, float]] = {}
    for step in tasks.steps:
        for loop, member in serves.get(step.operation, ()):
            of = ends.setdefault(loop, {})
            of[member] = max(of.get(member, 0.0), float(step.start + step.duration))
    most = sorted(max(ends.values(), key=len, default={}).values())
    return median(b - a for a, b in pairwise(most)) if len(most) >= A_PACE else None


def _union(*names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for some in names for name in some}))

"""Which robots can still do a leg after motions of theirs were looked for and not found.

Nothing is asked about places where nothing was refused. A leg that nobody can do any more keeps its robots: the search then says
what is in the way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from cell.steps import Along, MotionNeed, Touch
from planner.tasks.reach import ways_to_serve
from planner.tasks.route import Clauses, Job, Stage, stages_of
from planner.tasks.worker import Worker

Grasps = Callable[[str], tuple[int, ...]]


class Barred:
    """`forbidden` are the motions that were not found; `grasps` gives those of a part kind."""

    def __init__(self, workers: Sequence[Worker], forbidden: Collection[MotionNeed], grasps: Grasps) -> None:
        self._workers, self._grasps = workers, grasps
        self._suspect = {(n.robot, n.touch.place, _is_taking(n.touch)) for n in forbidden if isinstance(n.touch, Touch)}
        along = ((n.robot, n.tool, n.touch) for n in forbidden if isinstance(n.touch, Along))
        self._not_followed = {(robot, tool, touch.place, touch.feature) for robot, tool, touch in along}
        self._known: dict[tuple[object, ...], bool] = {}

    def still_able(self, job: Job, k: int, able: tuple[int, ...]) -> tuple[int, ...]:
        if not self._suspect and not self._not_followed:
            return able
        return tuple(w for w in able if self._can(self._workers[w], job, k)) or able

    def _can(self, worker: Worker, job: Job, k: int) -> bool:
        leg = job.legs[k]
        if isinstance(leg, Stage) and leg.path is not None:
            ways = ((worker.robot, worker.tool, place, leg.path.feature) for place in leg.places)
            return any(way not in self._not_followed for way in ways)
        earlier = [stage for stage in job.legs[:k] if isinstance(stage, Stage)]
        sources = earlier[-1].places if earlier else (job.place,) if job.place is not None else ()
        takes = not sources or self._serves(worker, job.kind_at(k), sources, True, leg.clauses)
        return takes and all(self._serves(worker, job.kind_at(k), s.spots, False, s.clauses) for s in stages_of(leg))

    def _serves(self, worker: Worker, kind: str, places: tuple[str, ...], is_taking: bool, clauses: Clauses) -> bool:
        """Whether it can at least at one of them."""
        speed = worker.speed(clauses)
        key = (worker.robot, kind, places, is_taking, speed)
        if key not in self._known:
            self._known[key] = any(
                (worker.robot, place, is_taking) not in self._suspect
                or ways_to_serve(worker, kind, self._grasps(kind), place, is_taking, speed)
                for place in places
            )
        return self._known[key]


def _is_taking(touch: Touch) -> bool:
    """Whether the motion is one of taking a part; else it is one of putting it down."""
    return (touch.pair == "fingers and part") == (touch.end == "end")

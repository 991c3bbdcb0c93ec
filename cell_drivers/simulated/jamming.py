"""A part that does not go in: the way to where contact begins and the way back, as an arm runs them.

The arm never enters contact: it feels the resistance as the parts meet and takes the part back along the very path that it came,
slowly, to where it began.
"""

from __future__ import annotations

from cell.geometry import frozen
from cell.motion_plan import Phase, Segment
from cell.trajectory import DEGREE, Law, Path

SLOWER = 2.0
"""How much longer than planned the arm takes for each way."""


def there_and_back(path: Path, law: Law, meets: float) -> tuple[tuple[Path, Law], tuple[Path, Law]]:
    """From the start of `path` to path parameter `meets`, and from there to the start; each from rest to rest."""
    forth = _until(path, meets)
    back = tuple(Segment(frozen(s.control[::-1]), s.length) for s in reversed(forth))
    seconds = SLOWER * law.duration
    return (Path.of(forth), _rest_to_rest(meets, seconds)), (Path.of(back), _rest_to_rest(meets, seconds))


def _until(path: Path, end: float) -> tuple[Segment, ...]:
    """The first `end` of the path; the last segment is cut by de Casteljau's construction."""
    found = []
    for control, start, stop in zip(path.control, path.starts[:-1], path.starts[1:], strict=True):
        if start >= end:
            break
        share = min(1.0, (end - start) / (stop - start))
        points, left = control, [control[0]]
        for _ in range(DEGREE):
            points = (1.0 - share) * points[:-1] + share * points[1:]
            left.append(points[0])
        found.append(Segment(frozen(left), float(share * (stop - start))))
    return tuple(found)


def _rest_to_rest(length: float, seconds: float) -> Law:
    """Four phases of one jerk: s = jerk T^3 / 32."""
    jerk, quarter = 32.0 * length / seconds**3, seconds / 4.0
    return Law.of((Phase(quarter, jerk), Phase(2.0 * quarter, -jerk), Phase(quarter, jerk)))

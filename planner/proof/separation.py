"""Bodies of a moving arm kept apart from what stands still and from one another, along a whole path, with nothing skipped.

A stretch of the path is checked at its middle. No point of a body moves further from there, while the arm is on the stretch,
than sum_i |Δq_i| r_i: Δq_i is the largest excursion of the stretch's Bézier control points, r_i the distance of the body from
joint axis i at the middle, plus the body's size, plus what the distance can grow on the stretch (and never more than the
bound over all configurations). A pair that is further apart than that, plus the clearance asked for, is settled for the whole
stretch; the rest is halved. Source: Schwarzer, Saha, Latombe, IEEE T-RO 21(3), 2005, sections III and IV (adaptive bisection).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cell.dataclass import dataclass
from cell.geometry import Array, Body, Shape, corners
from cell.kinematic_chain import JointKind
from cell.trajectory import Path
from planner.proof.arm import Arm, LinkBody
from planner.proof.bernstein import halves, restricted
from planner.proof.gap import Gauge

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_FINEST = 5e-6  # m: a pair that this little motion does not settle is not proved apart
_LEVELS = 40


@dataclass(frozen=True, slots=True)
class Pair:
    """Body `mover` of the arm against body `other`: of the arm (fixed to a link nearer the base), or of the surroundings
    when `is_fixed`. They are kept more than `clearance` m apart, but for path parameters within an interval of `except_for`."""

    mover: int
    other: int
    is_fixed: bool
    clearance: float
    except_for: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Apart:
    """Every pair is proved apart by its clearance. `closest` m is the least distance that was measured at a configuration on
    the path (inf where boxes alone settled all), so an upper bound of the true least distance."""

    closest: float


@dataclass(frozen=True, slots=True)
class Meets:
    """A counterexample: pair number `pair` is only `distance` m apart at path parameter `s`."""

    pair: int
    s: float
    distance: float


@dataclass(slots=True)
class _Stretches:
    """N stretches: `control` (N, n, 6), `begin`, `end` (N,) on s, `is_open` (N, P)."""

    control: Array
    begin: Array
    end: Array
    is_open: Bools


def check_apart(arm: Arm, path: Path, bodies: Sequence[LinkBody], fixed: Sequence[Body], pairs: Sequence[Pair]) -> Apart | Meets:
    """All `pairs` along `path`. The answer is a proof or a counterexample."""
    if not pairs:
        return Apart(float("inf"))
    frame = Frame(arm, bodies, fixed, pairs)
    stretches, closest = _first_stretches(path, pairs), float("inf")
    for _ in range(_LEVELS):
        found = _settle(stretches, frame)
        if isinstance(found, Meets):
            return found
        closest = min(closest, found)
        rest: Bools = np.any(stretches.is_open, axis=1)
        if not rest.any():
            return Apart(closest)
        stretches = _halved(stretches, rest)
    n, p = np.argwhere(stretches.is_open)[0]
    return Meets(int(p), float(stretches.begin[n]), float(pairs[p].clearance))


def _first_stretches(path: Path, pairs: Sequence[Pair]) -> _Stretches:
    cuts = {min(max(x, 0.0), path.length) for pair in pairs for interval in pair.except_for for x in interval}
    edges = np.array(sorted({*path.starts.tolist(), *cuts}))
    begin, end = edges[:-1], edges[1:]
    segment = np.clip(np.searchsorted(path.starts, 0.5 * (begin + end), side="right") - 1, 0, len(path.control) - 1)
    length, origin = np.diff(path.starts)[segment], path.starts[segment]
    control = np.swapaxes(path.control, 1, 2)[segment]
    low, high = ((edge - origin) / length for edge in (begin, end))
    is_open = np.array(
        [[not any(f <= b and e <= last for f, last in p.except_for) for p in pairs] for b, e in zip(begin, end, strict=True)]
    )
    return _Stretches(restricted(control, low[:, None], high[:, None]), begin, end, is_open)


def _halved(stretches: _Stretches, rest: Bools) -> _Stretches:
    left, right = halves(stretches.control[rest])
    begin, end, is_open = stretches.begin[rest], stretches.end[rest], stretches.is_open[rest]
    middle = 0.5 * (begin + end)
    return _Stretches(
        np.concatenate([left, right]),
        np.concatenate([begin, middle]),
        np.concatenate([middle, end]),
        np.concatenate([is_open, is_open]),
    )


def _settle(stretches: _Stretches, frame: Frame) -> float | Meets:
    """Closes, in place, the pairs that are proved apart on a whole stretch; the least distance measured in doing so."""
    live = np.flatnonzero(stretches.is_open.any(axis=0))
    q, excursion = middle_and_excursion(stretches.control)
    here = frame.at(q)
    moved = frame.displacement(here, excursion, live)
    gap = frame.box_gap(here, live)
    is_open = stretches.is_open[:, live]
    far = is_open & (gap > moved + frame.clearance[live])
    is_open &= ~far
    closest = float("inf")
    for n, p in np.argwhere(is_open):
        bound, estimate = frame.measure(here, int(n), int(live[p]))
        closest = min(closest, estimate)
        needed = float(frame.clearance[live[p]])
        if bound > moved[n, p] + needed:
            is_open[n, p] = False
        elif estimate <= needed or moved[n, p] < _FINEST:
            return Meets(int(live[p]), float(0.5 * (stretches.begin[n] + stretches.end[n])), min(estimate, bound))
    stretches.is_open[:, live] = is_open
    return closest


def middle_and_excursion(control: Array) -> tuple[Array, Array]:
    """q (N, n) at the middle of curves (N, n, 6), and how far each joint gets from there at most: the control points enclose
    the curve."""
    q: Array = np.einsum("k,njk->nj", _MIDDLE, control)
    return q, np.abs(control - q[..., None]).max(axis=-1)


_MIDDLE = np.array([1.0, 5.0, 10.0, 10.0, 5.0, 1.0]) / 32.0  # Bernstein polynomials of degree 5 at 1/2


@dataclass(slots=True)
class Here:
    """The arm at N configurations, in the world: `rotation` (N, B, 3, 3) and `centre` (N, B, 3) of every body (the fixed ones
    last), `half` (N, B, 3) extents of their boxes, `axis` and `origin` (N, n, 3) of every joint."""

    rotation: Array
    centre: Array
    half: Array
    axis: Array
    origin: Array


class Frame:
    """What does not change along the path: bodies, their sizes, pairs and displacement bounds."""

    def __init__(self, arm: Arm, bodies: Sequence[LinkBody], fixed: Sequence[Body], pairs: Sequence[Pair]) -> None:
        model, self._arm = arm.model, arm
        n, count = model.degrees_of_freedom, len(bodies)
        shapes: list[Shape] = [*(b.body.shape for b in bodies), *(b.shape for b in fixed)]
        self._gauge = Gauge(shapes)
        self._link = np.array([b.link for b in bodies], dtype=np.int64)
        self._local = [b.body.pose for b in bodies], [b.pose for b in fixed]
        boxes = [_box(shape) for shape in shapes]
        self._middle, self._half = np.array([m for m, _ in boxes]), np.array([h for _, h in boxes])
        self._radius = np.linalg.norm(self._half[:count], axis=1)
        self._global = np.stack([model.chain.displacement_radii(b.link, b.corners, model.position) for b in bodies], axis=1)
        self._turns = np.array([joint.kind is JointKind.REVOLUTE for joint in model.chain.joints])
        self._mover = np.array([p.mover for p in pairs], dtype=np.int64)
        self._other = np.array([p.other + (count if p.is_fixed else 0) for p in pairs], dtype=np.int64)
        self.clearance = np.array([p.clearance for p in pairs])
        first = np.array([0 if p.is_fixed else bodies[p.other].link for p in pairs])
        joint = np.arange(n)[:, None]
        self._between = (joint >= first) & (joint < self._link[self._mover])
        self._fixed_rotation = np.array([b.pose.rotation for b in fixed]).reshape(-1, 3, 3)
        self._fixed_centre = np.array([b.pose.translation for b in fixed]).reshape(-1, 3)

    def at(self, q: Array) -> Here:
        chain, base = self._arm.model.chain, self._arm.T_world_base.matrix
        poses = base @ chain.link_poses(q)
        of_body = poses[:, self._link]
        R, t = of_body[..., :3, :3], of_body[..., :3, 3]
        local_R = np.array([p.rotation for p in self._local[0]])
        local_t = np.array([p.translation for p in self._local[0]])
        count = len(q)
        rotation = np.concatenate(
            [R @ local_R, np.broadcast_to(self._fixed_rotation, (count, *self._fixed_rotation.shape))], axis=1
        )
        centre = np.concatenate(
            [_turned(R, local_t) + t, np.broadcast_to(self._fixed_centre, (count, *self._fixed_centre.shape))], axis=1
        )
        axes = np.stack([joint.axis for joint in chain.joints])
        return Here(
            rotation=rotation,
            centre=centre,
            half=_turned(np.abs(rotation), self._half),
            axis=_turned(poses[..., 1:, :3, :3], axes),
            origin=poses[..., 1:, :3, 3],
        )

    def box_centre(self, here: Here) -> Array:
        """(N, B, 3): the middle of each body's box, in the world."""
        return here.centre + _turned(here.rotation, self._middle)

    def displacement(self, here: Here, excursion: Array, live: Ints) -> Array:
        """(N, L): the bound of the first lines for each live pair."""
        count = len(self._link)
        arm = self.box_centre(here)[:, None, :count, :] - here.origin[:, :, None, :]
        across = np.linalg.norm(np.cross(arm, here.axis[:, :, None, :]), axis=-1)
        most = excursion @ self._global
        near = np.minimum(self._global, across + self._radius + most[:, None, :])
        radii = np.where(self._turns[:, None], near, self._global)
        between = self._between[:, live]
        moved: Array = np.einsum("ni,nil,il->nl", excursion, radii[:, :, self._mover[live]], between)
        return moved

    def box_gap(self, here: Here, live: Ints) -> Array:
        """(N, L): the distance of the axis-aligned boxes of each live pair, 0 where they overlap."""
        a, b, centre = self._mover[live], self._other[live], self.box_centre(here)
        apart = np.abs(centre[:, a] - centre[:, b]) - here.half[:, a] - here.half[:, b]
        gap: Array = np.linalg.norm(np.maximum(apart, 0.0), axis=-1)
        return gap

    def measure(self, here: Here, n: int, pair: int) -> tuple[float, float]:
        a, b = int(self._mover[pair]), int(self._other[pair])
        return self._gauge.measure(a, (here.rotation[n, a], here.centre[n, a]), b, (here.rotation[n, b], here.centre[n, b]))


def _box(shape: Shape) -> tuple[Array, Array]:
    """Centre and half extents of the box about the shape, in its own frame."""
    points = corners(shape)
    low, high = points.min(axis=0), points.max(axis=0)
    return 0.5 * (low + high), 0.5 * (high - low)


def _turned(rotation: Array, vectors: Array) -> Array:
    """rotation (N, B, 3, 3) applied to vectors (B, 3): (N, B, 3)."""
    turned: Array = np.einsum("nbij,bj->nbi", rotation, vectors)
    return turned

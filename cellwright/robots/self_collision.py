"""Which links of an arm are to be checked against each other. The rule stands in `cell/robot.py`; the proof of it here.

Links k and k+2 are joined by two joints. A ball about a point of joint k's axis that lies inside a hull of link k stays where
it is, seen from link k+1, whatever joint k does; likewise one about a point of joint k+1's axis inside a hull of link k+2. If
two such balls meet, the hulls share a point in every configuration. Nothing is sampled over configurations.
"""

from __future__ import annotations

import numpy as np

from cell.geometry import Array, ConvexHull, Pose
from cell.kinematic_chain import JointKind, KinematicChain

_STEPS = 65  # points tried along each axis; more could only find further pairs that always touch


def self_collision_pairs(
    chain: KinematicChain, hulls: tuple[tuple[ConvexHull, ...], ...], apart: frozenset[tuple[int, int]]
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Pairs (a, b), a < b, to be checked; and those left out because they always touch. Neighbours, links without a shape
    and the declared pairs `apart` are in neither."""
    links = range(chain.degrees_of_freedom + 1)
    far = [(a, b) for a in links for b in links if b >= a + 2 and hulls[a] and hulls[b] and (a, b) not in apart]
    touching = tuple((a, b) for a, b in far if b == a + 2 and always_touching(chain, hulls, a))
    return tuple(pair for pair in far if pair not in touching), touching


def always_touching(chain: KinematicChain, hulls: tuple[tuple[ConvexHull, ...], ...], link: int) -> bool:
    """Whether links `link` and `link` + 2 are proven to overlap in every configuration."""
    first, second = chain.joints[link], chain.joints[link + 1]
    if JointKind.PRISMATIC in (first.kind, second.kind):
        return False
    if _apart_once(chain, hulls, link):
        return False
    # Both axes in the frame of link + 1, where neither moves.
    near = _balls(hulls[link], first.T_parent_joint, first.axis, first.axis, np.zeros(3))
    T = second.T_parent_joint
    far = _balls(hulls[link + 2], Pose.identity(), second.axis, T.rotation @ second.axis, T.translation)
    distance = np.linalg.norm(near[:, None, :3] - far[None, :, :3], axis=2)
    return bool(np.any(distance < near[:, None, 3] + far[None, :, 3]))


def _apart_once(chain: KinematicChain, hulls: tuple[tuple[ConvexHull, ...], ...], link: int) -> bool:
    """Whether one tried configuration shows the two apart, along one tried direction: a cheap way to be done."""
    n = chain.degrees_of_freedom
    for angle in (0.0, np.pi / 2, np.pi, -np.pi / 2):
        q = np.zeros(n)
        q[link] = q[link + 1] = angle
        poses = chain.link_poses(q)
        a, b = (np.concatenate([h.vertices for h in hulls[k]]) @ poses[k, :3, :3].T + poses[k, :3, 3] for k in (link, link + 2))
        for direction in (b.mean(axis=0) - a.mean(axis=0), *np.eye(3), *poses[link + 1, :3, :3].T):
            x, y = a @ direction, b @ direction
            if x.max() < y.min() or y.max() < x.min():
                return True
    return False


def _balls(hulls: tuple[ConvexHull, ...], T_hull_axis: Pose, axis: Array, direction: Array, origin: Array) -> Array:
    """(K, 4): centre along `direction` from `origin`, radius, of the largest balls about points of the axis (from the
    origin of `T_hull_axis` along `axis`, seen from the hulls) that lie inside one hull."""
    from scipy.spatial import ConvexHull as Facets

    balls = [np.zeros((0, 4))]
    for hull in hulls:
        along = (hull.vertices - T_hull_axis.translation) @ (T_hull_axis.rotation @ axis)
        t = np.linspace(along.min(), along.max(), _STEPS)
        points = T_hull_axis.apply(t[:, None] * axis)
        facets = Facets(hull.vertices).equations
        radius = -(points @ facets[:, :3].T + facets[:, 3]).max(axis=1)
        inside = radius > 0.0
        balls.append(np.column_stack([origin + t[inside, None] * direction, radius[inside]]))
    return np.concatenate(balls)

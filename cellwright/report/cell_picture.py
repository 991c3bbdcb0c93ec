"""The cell from above and from the side: what stands there, zones, robots where they rest, the ways of their tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cell.geometry import Array, Pose, corners
from cell.home import home_of
from cell.motion_plan import Motion
from cell.outline import outline
from cell.scene import equipment_bodies
from cell.trajectory import path_at
from cellwright.report.course import Course
from cellwright.report.markup import Markup, element, joined, visible
from cellwright.report.record import Ground
from cellwright.report.tables import section

WIDTH, MARGIN = 560.0, 0.15
"""px of a picture, and m around what it shows."""
WAY = 40  # points of a tool's way
SIDES = (("Top view, x to the right and y up", (0, 1)), ("Side view, x to the right and z up", (0, 2)))
KEY = "Boxes: what stands in the cell. Dashed: zones. Pale: robots as they rest. Thin lines: the ways of their tools."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One side: `axes` of the world to the right and up; `low` and `high` (2,) in m of what is shown."""

    axes: tuple[int, int]
    low: Array
    high: Array

    @property
    def scale(self) -> float:
        return WIDTH / float(self.high[0] - self.low[0])

    @property
    def height(self) -> float:
        return self.scale * float(self.high[1] - self.low[1])

    def on(self, points: Array) -> Array:
        """`points` (N, 3) of the world as px (N, 2)."""
        flat = points[:, list(self.axes)]
        return np.column_stack([(flat[:, 0] - self.low[0]) * self.scale, (self.high[1] - flat[:, 1]) * self.scale])


def cell_section(ground: Ground | None, no_ground: str, course: Course) -> Markup:
    if ground is None:
        return section("The cell", "cell", element("p", no_ground))
    shapes = [(body.owner, body.body.pose.apply(corners(body.body.shape))) for body in equipment_bodies(ground.cell)]
    robots = {name: resting(ground, name) for name in ground.cell.robots}
    ways = list(_ways(ground, course))
    drawn = [_view(title, axes, ground, shapes, robots, ways) for title, axes in SIDES]
    return section("The cell", "cell", element("p", KEY), element("div", *drawn, class_="views"))


def resting(ground: Ground, robot: str) -> list[Array]:
    """Its links' corners (N, 3) in the world, at home."""
    unit, model = ground.cell.robots[robot], ground.robots[robot]
    poses = model.chain.link_poses(home_of(unit, model))
    base = unit.base
    return [base.apply(Pose.from_matrix(T).apply(h.vertices)) for T, link in zip(poses, model.hulls, strict=True) for h in link]


def _ways(ground: Ground, course: Course) -> Iterator[tuple[str, Array]]:
    """Each motion that ran, once, as the way of its tool centre point (N, 3) in the world."""
    motions = {name: motion for laid in course.plans for name, motion in laid.plan.motions.items()}
    for key in dict.fromkeys(run.step.motion for run in course.runs if run.step.motion in motions):
        motion = motions[key or ""]
        yield motion.need.robot, _way(ground, motion)


def _way(ground: Ground, motion: Motion) -> Array:
    robot = motion.need.robot
    tool = ground.cell.tools.get(motion.need.tool or "")
    T_flange_tcp = tool.hands[0].T_flange_tcp if tool is not None and tool.hands else Pose.identity()
    q = path_at(motion.segments, np.linspace(0.0, sum(s.length for s in motion.segments), WAY)).q
    flange = ground.robots[robot].chain.flange_pose(q)
    points: Array = flange[:, :3, :3] @ T_flange_tcp.translation + flange[:, :3, 3]
    return ground.cell.robots[robot].base.apply(points)


def _view(
    title: str,
    axes: tuple[int, int],
    ground: Ground,
    shapes: Sequence[tuple[str, Array]],
    robots: dict[str, list[Array]],
    ways: Sequence[tuple[str, Array]],
) -> Markup:
    sheet = _sheet(axes, [points for _, points in shapes] + [p for own in robots.values() for p in own] + [w for _, w in ways])
    marks = [
        *_zones(ground, sheet),
        *(
            element("polygon", element("title", owner), points=_points(_outline(sheet.on(p))), class_="body")
            for owner, p in shapes
        ),
        *(element("polygon", points=_points(_outline(sheet.on(p))), class_="robot") for own in robots.values() for p in own),
        *(element("polyline", points=_points(sheet.on(way)), class_="way") for _, way in ways),
        *_names(ground, sheet),
    ]
    size = {"viewBox": f"0 0 {WIDTH:.0f} {sheet.height:.0f}", "width": f"{WIDTH:.0f}"}
    svg = element("svg", element("title", title), *marks, _ruler(sheet), role="img", aria_label=title, **size)
    return element("figure", svg, element("figcaption", title))


def _sheet(axes: tuple[int, int], shapes: list[Array]) -> Sheet:
    """Around what stands there: a zone may be as large as a hall."""
    points = np.concatenate([np.zeros((1, 3)), *shapes])[:, list(axes)]
    return Sheet(axes, points.min(axis=0) - MARGIN, points.max(axis=0) + MARGIN)


def _zones(ground: Ground, sheet: Sheet) -> Iterator[Markup]:
    for zone in ground.cell.zones.values():
        (left, top), (right, bottom) = sheet.on(
            np.array([[zone.low[0], zone.high[1], zone.high[2]], [zone.high[0], zone.low[1], zone.low[2]]])
        )
        x, y = max(0.0, float(left)), max(0.0, float(top))
        width, height = min(WIDTH, float(right)) - x, min(sheet.height, float(bottom)) - y
        if width > 0.0 and height > 0.0:
            yield element("rect", element("title", f"zone {zone.name}"), x=x, y=y, width=width, height=height, class_="zone")
            yield element("text", zone.name, x=x + 4.0, y=y + 13.0, class_="small")


def _names(ground: Ground, sheet: Sheet) -> Iterator[Markup]:
    for thing in ground.cell.equipment.values():
        if thing.bodies:
            yield _name(thing.name, np.concatenate([b.pose.apply(corners(b.shape)) for b in thing.bodies]).mean(axis=0), sheet)
    for unit in ground.cell.robots.values():
        yield _name(unit.name, unit.base.translation, sheet)


def _name(text: str, point: Array, sheet: Sheet) -> Markup:
    x, y = sheet.on(point[None])[0]
    return element("text", visible(text)[:24], x=float(x), y=float(y), class_="on name")


def _ruler(sheet: Sheet) -> Markup:
    """How long half a metre is."""
    x, y = WIDTH - 12.0, sheet.height - 10.0
    length = 0.5 * sheet.scale
    return joined(
        element("line", x1=x - length, x2=x, y1=y, y2=y, class_="plan"),
        element("text", "0.5 m", x=x - length / 2.0, y=y - 5.0, class_="on small"),
    )


def _points(points: Array) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _outline(points: Array) -> Array:
    return np.array(outline((round(float(x), 3), round(float(y), 3)) for x, y in points))

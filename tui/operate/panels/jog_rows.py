"""What can be jogged, axis by axis, where each stands, and what came of the last key: which way, how far, and why no further."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cell.events import WayFound
from cell.geometry import Array
from cell.home import home_of
from cell.jog import AXES, FASTEST, LEASE, Frame, Jog
from cell.kinematic_chain import JointKind
from controller.run_state import Manual
from tui.operate.ground import Ground
from tui.operate.lines import Line, Piece, line, said, wrapped
from tui.operate.panels.joints import joint_line
from tui.operate.positions import positions
from tui.operate.view import View

SPEEDS = (0.005, 0.01, 0.025, 0.05, 0.1, FASTEST)  # m/s
FRAMES: tuple[Frame, ...] = ("joint", "base", "tool")
NOBODY = "there is no controller to ask: a robot is jogged in a hold of a run that goes on, and of no other"
ABOUT = f"""Jog: one robot moves along one axis while a key is held. Only in manual mode, which is asked for in a hold (m).

up, down: the axis. ← and →, held: move along it, back and forth. , and . only show where that would go, dotted on the map.
o: the next robot. v: the next frame: its joints; x, y, z of its base or of its tool, and turns about them. - and +: the speed of
the fastest point of links, tool and load, {1e3 * FASTEST:g} mm/s at most.

A terminal sees no key go up. Each press, and each repeat of it, holds for {1e3 * LEASE:.0f} ms; when no more come, the robot is
stopped. A keyboard waits for about half a second before it repeats, so a key that is held first makes a short step and then
goes on; a key that is only tapped makes that step. Any other key lets go at once.

Before any of it is gone a way is proved to its end, against everything that stands there, and it ends before what is in the way.
This is no enabling device, and stands in for none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which robot, by its number, in which frame, how fast."""

    robot: int = 0
    frame: int = 0
    speed: int = 3

    def next_robot(self, view: View) -> Choice:
        return replace(self, robot=(self.robot + 1) % max(1, len(robots_of(view))))

    def next_frame(self) -> Choice:
        return replace(self, frame=(self.frame + 1) % len(FRAMES))

    def faster(self, by: int) -> Choice:
        return replace(self, speed=min(max(0, self.speed + by), len(SPEEDS) - 1))


def robots_of(view: View) -> tuple[str, ...]:
    if view.ground is not None:
        return tuple(view.ground.models)
    context = view.scene.run.context
    return () if context is None else tuple(context.robots)


def jog_of(view: View, choice: Choice, axis: str, is_forward: bool) -> Jog | None:
    """None where there is no such robot."""
    robots = robots_of(view)
    if choice.robot >= len(robots):
        return None
    return Jog(robots[choice.robot], FRAMES[choice.frame], axis, is_forward, SPEEDS[choice.speed])


def why_not(view: View) -> str | None:
    """The reason why nothing is jogged here and now. Who holds the key and what stands in the way the controller says."""
    if view.link != "live":
        return "this is a record: nothing moves" if view.link == "record" else NOBODY
    if view.role == "view":
        return "this terminal only looks: attach with --role operate"
    if view.ground is None:
        return f"no axes: {view.no_ground or 'the cell is being read'}"
    if view.scene.run.manual is None:
        return "the cell is in production mode: m asks for manual mode, in a hold"
    return None


def axis_rows(view: View, choice: Choice, width: int) -> tuple[Sequence[Line], Sequence[tuple[str, Line]]]:
    """What stands above, and a row for each axis, by its name."""
    robots = robots_of(view)
    name = robots[choice.robot] if choice.robot < len(robots) else "no robot"
    where = FRAMES[choice.frame]
    frame = "joints" if where == "joint" else f"axes of the {where}"
    speed = f"{1e3 * SPEEDS[choice.speed]:g} mm/s"
    head = [
        line(said(name, "strong"), " (o)  ", said(frame, "strong"), " (v)  ", said(speed, "strong"), " (- +)"),
        line("← → held: moves   , . shows where", "" if width < 60 else "   any other key lets go"),
    ]
    if view.ground is None or name not in view.ground.models:
        return [*head, line(said(why_not(view) or "no axes", "dim"))], ()
    return head, tuple(_rows(view, view.ground, name, FRAMES[choice.frame], width))


def _rows(view: View, ground: Ground, robot: str, frame: Frame, width: int) -> Iterator[tuple[str, Line]]:
    model, where = ground.models[robot], positions(view.scene, view.seen).get(robot)
    q = np.array(home_of(ground.cell.robots[robot], model)) if where is None else where.q
    if frame == "joint":
        for k in range(model.degrees_of_freedom):
            yield str(k + 1), joint_line(model, q, k, width)
        return
    tool = ground.cell.tool_of(robot)
    T = model.chain.flange_pose(q)
    if tool is not None and tool.hands:
        T = T @ tool.hands[0].T_flange_tcp.matrix
    for k, axis in enumerate(AXES):
        value = f"{1e3 * T[k, 3]:8.1f} mm" if k < 3 else f"{math.degrees(_turn(T, k - 3)):7.1f}°"
        yield axis, line(f"{axis:<3} ", said(value if frame == "base" else "", "plain"))


def _turn(T: Array, about: int) -> float:
    """Roll, pitch or yaw in rad, about fixed x, y, z in this order."""
    r = T[:3, :3]
    return float(
        (
            math.atan2(r[2, 1], r[2, 2]),
            math.atan2(-r[2, 0], math.hypot(r[0, 0], r[1, 0])),
            math.atan2(r[1, 0], r[0, 0]),
        )[about]
    )


def way_lines(view: View, width: int, height: int) -> Sequence[Line]:
    """What came of the last key."""
    manual = view.scene.run.manual
    if manual is None or (view.link != "live" and view.link != "record"):
        return wrapped(why_not(view) or "", width, "note")
    return [row for found in (*_told(view, manual), *_taken(view)) for row in wrapped(found.text, width, found.look)]


def _told(view: View, manual: Manual) -> Iterator[Piece]:
    if (reason := why_not(view)) is not None:
        yield Piece(reason, "note")
    if manual.moved is not None:
        yield Piece(
            f"▶ {manual.moved.text} moves, at {1e3 * manual.moved.speed:g} mm/s at most; {manual.who} holds the key", "strong"
        )
    elif manual.asked and manual.wanted is not None:
        yield Piece(f"… a way for {manual.wanted.text} is looked for and proved", "note")
    elif not manual.refused:
        yield Piece("‖ nothing moves", "plain")
    if manual.refused:
        yield Piece(f"✗ not jogged: {manual.refused}", "warn")
    if manual.way is not None:
        yield Piece(_way(manual.way.found, view.ground), "plain")


def _taken(view: View) -> Iterator[Piece]:
    """Where nothing was planned nobody has seen what was put into a hand: what is carried along, and what only may be empty."""
    run = view.scene.run
    if run.context is None or not run.context.is_manual:
        return
    for hand, seen in sorted(run.belief.hands.items()):
        if seen.part is not None:
            yield Piece(f"{hand} is taken to hold {seen.part}", "note")
        elif seen.grip is None:
            yield Piece(f"nothing tells what {hand} holds: it is taken to hold nothing", "warn")


def _way(way: WayFound, ground: Ground | None) -> str:
    far = f"{math.degrees(way.reach):.1f}°" if _is_turn(way.jog, ground) else f"{1e3 * way.reach:.0f} mm"
    near = "" if way.room is None else f", {1e3 * way.room:.0f} mm from the nearest thing at its end"
    zones = f", through {', '.join(way.zones)}" if way.zones else ""
    ends = f"; it ends there because {way.ends_because}" if way.ends_because else ""
    return f"proved: {way.jog.text}, {far} in {way.duration:.1f} s{near}{zones}{ends}"


def _is_turn(jog: Jog, ground: Ground | None) -> bool:
    if jog.joint is None:
        return jog.axis.startswith("r")
    model = None if ground is None else ground.models.get(jog.robot)
    return model is None or model.chain.joints[jog.joint].kind is JointKind.REVOLUTE

"""The one simulated world of a cell: simulated time, where every part, jaw, joint and person truly is, and what happened.

Laws: no clock, no thread, no file; time moves only by `timeline`. Everything that changes is an effect on the record. Drivers
are faces of this world and keep no truth of their own, so two of them can never disagree about a part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from cell.changers import Pocket
from cell.docking import T_world_flange as flange_at
from cell.geometry import Array, Pose, outermost
from cell.model import CellModel, Tool
from cell.world_record import Effect, Execution, Happening, MotionRecord, Occupation, Violation, What, WorldRecord
from cell_drivers.simulated.disturbances import Misfortunes
from cell_drivers.simulated.history import History
from cell_drivers.simulated.parts import REACH, TILT, Heaped, Part, Parts
from cell_drivers.simulated.timeline import Timeline


class Moving(Protocol):
    """What the world wants of an arm."""

    @property
    def is_moving(self) -> bool: ...

    def T_world_flange(self) -> Pose | None:
        """None: nobody knows where it is."""

    def T_world_flange_at(self, q: Array) -> Pose: ...

    def motions(self) -> tuple[MotionRecord, ...]: ...


class Doored(Protocol):
    """What the world wants of a machine."""

    @property
    def door(self) -> str | None: ...

    @property
    def clamped(self) -> str | None:
        """Id of the part in its closed clamp."""


class Carrying(Protocol):
    """What the world wants of a tool."""

    @property
    def tool(self) -> Tool: ...

    def carried_off(self, seconds: float) -> None: ...

    def connected(self) -> None: ...


class World:
    def __init__(
        self,
        cell: CellModel,
        luck: Misfortunes,
        on_effect: Callable[[Happening], None] | None,
        remembers: int | None = None,
    ) -> None:
        """`remembers`: how much of each kind that has happened, None: all of it."""
        self.cell = cell
        self.luck = luck
        self.remembers = remembers
        self.timeline = Timeline()
        self.history = History(remembers)
        self.parts = Parts.declared(cell, luck.missing)
        self.parts.heaped = Heaped(remembers, self.history.gone)
        self.arms: dict[str, Moving] = {}
        self.machines: dict[str, Doored] = {}
        self.hands: dict[str, Carrying] = {}
        self.mounts = {tool.name: tool.mount for tool in cell.tools.values()}
        self.occupied: dict[str, int] = dict.fromkeys(cell.zones, 0)
        self.refresh: Callable[[], None] = lambda: None
        self._on_effect = on_effect
        self._occupations: list[Occupation] = []
        self._number = 0
        for visit in luck.visits():
            self.timeline.after(visit.start, lambda zone=visit.zone: self._person_enters(zone))  # type: ignore[misc]
            self.timeline.after(visit.end, lambda zone=visit.zone: self._person_leaves(zone))  # type: ignore[misc]

    @property
    def now(self) -> int:
        return self.timeline.now

    def next_number(self) -> int:
        self._number += 1
        return self._number

    # --- the record ---

    def effect(self, device: str, command: str, what: What, part: str = "", detail: str = "") -> None:
        found = Effect(self.now, device, command, what, part, detail)
        self.history.add(found)
        if self._on_effect is not None:
            self._on_effect(found)
        self.refresh()

    def violation(self, device: str, command: str, text: str) -> None:
        found = Violation(self.now, device, command, text)
        self.history.violations.append(found)
        if self._on_effect is not None:
            self._on_effect(found)

    def executed(self, command: str) -> None:
        self.history.began(command)
        if self._on_effect is not None:
            self._on_effect(Execution(self.now, command))

    def record(self) -> WorldRecord:
        return WorldRecord(
            time=self.now,
            scenario=self.luck.scenario,
            parts=self.parts.record(),
            effects=tuple(self.history.effects),
            violations=tuple(self.history.violations),
            motions=tuple(motion for arm in self.arms.values() for motion in arm.motions()),
            executions=dict(self.history.executions),
            occupations=tuple(self._occupations),
            mounts=dict(self.mounts),
            forgotten=self.history.forgotten(),
        )

    # --- people ---

    def _person_enters(self, zone: str) -> None:
        self.occupied[zone] = self.occupied.get(zone, 0) + 1
        self._occupations.append(Occupation(zone, self.now, None))
        self.effect(zone, "", "person", detail="enters")

    def _person_leaves(self, zone: str) -> None:
        self.occupied[zone] -= 1
        first = next(i for i, o in enumerate(self._occupations) if o.zone == zone and o.end is None)
        self._occupations[first] = Occupation(zone, self._occupations[first].start, self.now)
        self.effect(zone, "", "person", detail="leaves")

    # --- hands and what they hold ---

    def T_world_tcp(self, tool: Tool, hand: str) -> Pose | None:
        """None: the tool is on no robot, or nobody knows where that is."""
        arm = self.arms.get(self.mounts[tool.name])
        T_world_flange = None if arm is None else arm.T_world_flange()
        if T_world_flange is None:
            return None
        return T_world_flange @ next(h.T_flange_tcp for h in tool.hands if h.name == hand)

    def is_moving(self, tool: Tool) -> bool:
        arm = self.arms.get(self.mounts[tool.name])
        return arm is not None and arm.is_moving

    def held(self, robot: str) -> Iterator[tuple[Tool, str, Part]]:
        """(tool, hand, part) for everything in the robot's hands."""
        for tool in self.cell.tools.values():
            if self.mounts[tool.name] == robot:
                for hand in tool.hands:
                    part = self.parts.held_by(f"{tool.name}.{hand.name}")
                    if part is not None:
                        yield tool, hand.name, part

    # --- flanges and what is at them ---

    def tool_at(self, robot: str) -> str | None:
        return next((tool for tool, mount in self.mounts.items() if mount == robot), None)

    def pocket_under(self, robot: str) -> Pocket | None:
        """The pocket to whose tool the flange would couple where it is."""
        T_world_flange = self.arms[robot].T_world_flange()
        if T_world_flange is None:
            return None
        return next((p for p in self.cell.pockets.values() if _coincide(T_world_flange, flange_at(self.cell, p))), None)

    def docked_under(self, robot: str) -> str | None:
        """The tool that stands there."""
        pocket = self.pocket_under(robot)
        return pocket.tool if pocket is not None and self.mounts[pocket.tool] == pocket.changer else None

    def brings_to_seat(self, robot: str, q: Array) -> bool:
        """Whether at joint positions `q` (n,) something in the robot's hands is at a seat of another part."""
        T_world_flange = self.arms[robot].T_world_flange_at(q)
        for tool, hand, part in self.held(robot):
            T_flange_tcp = next(h.T_flange_tcp for h in tool.hands if h.name == hand)
            pose = self.parts.pose_in(part, T_world_flange @ T_flange_tcp)
            if any(place.of is not None for place in self.parts.places_at(pose, part.kind)):
                return True
        return False

    def clamp_holding(self, part: Part) -> str | None:
        """The machine whose closed clamp has the part in it."""
        return next((name for name, machine in self.machines.items() if machine.clamped == part.id), None)

    def departs(self, robot: str, seconds: float) -> None:
        """A motion of `seconds` begins."""
        for hand in self.hands.values():
            if self.mounts[hand.tool.name] == robot:
                hand.carried_off(seconds)

    # --- what no motion may do; seen where it starts and where it ends, the rest is for a geometric judge ---

    def judge_start(self, robot: str, command: str) -> None:
        self._judge_doors(robot, command)
        for _, hand, part in tuple(self.held(robot)):
            machine = self.clamp_holding(part)
            if machine is not None:
                self.violation(robot, command, f"hand {hand} pulls {part.id} out of the closed clamp of {machine}")

    def judge_end(self, robot: str, command: str) -> None:
        self._judge_doors(robot, command)
        for tool, hand, part in tuple(self.held(robot)):
            T_world_tcp = self.T_world_tcp(tool, hand)
            if T_world_tcp is None:
                continue
            for place in self.parts.places_at(self.parts.pose_in(part, T_world_tcp), part.kind):
                if not self.parts.has_room(place):
                    self.violation(robot, command, f"{part.id} is driven into the part in {place.name}")

    def _judge_doors(self, robot: str, command: str) -> None:
        for name, machine in self.machines.items():
            guard = self.cell.equipment[name].guard
            if guard is not None and machine.door in ("closed", "moving") and robot in self.robots_in(guard):
                self.violation(robot, command, f"{robot} is inside {guard} while the door of {name} is {machine.door}")

    def is_lost(self, robot: str) -> bool:
        """Whether it is a robot, and nobody knows where it is."""
        return robot in self.arms and self.arms[robot].T_world_flange() is None

    @property
    def lost(self) -> tuple[str, ...]:
        return tuple(robot for robot in self.arms if self.is_lost(robot))

    def robots_in(self, zone: str) -> tuple[str, ...]:
        """Robots with the flange, a corner of their tool or something held in the box of `zone`, of those of which it is known.
        The TCP of an empty hand is a point in the air, and may be inside."""
        low, high = np.array(self.cell.zones[zone].low), np.array(self.cell.zones[zone].high)
        return tuple(name for name in self.arms if any(bool(np.all((p >= low) & (p <= high))) for p in self._points(name)))

    def _points(self, robot: str) -> Iterator[Array]:
        T_world_flange = self.arms[robot].T_world_flange()
        if T_world_flange is None:
            return
        yield T_world_flange.translation
        tools = [tool for tool in self.cell.tools.values() if self.mounts[tool.name] == robot]
        for body in (body for tool in tools for body in tool.bodies):
            yield from (T_world_flange @ body.pose).apply(outermost(body.shape))
        for tool, name, _ in self.held(robot):
            yield (T_world_flange @ next(h.T_flange_tcp for h in tool.hands if h.name == name)).translation


def _coincide(one: Pose, other: Pose) -> bool:
    """Within what a coupling forgives."""
    turned = (np.trace(one.rotation.T @ other.rotation) - 1.0) / 2.0
    near = float(np.linalg.norm(one.translation - other.translation)) <= REACH
    return near and math.acos(min(1.0, max(-1.0, float(turned)))) <= TILT

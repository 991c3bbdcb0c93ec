"""Which tool is at which flange in each stretch of the recording, and where the others stand: from what the world says happened.

A tool that is left stays where the flange was; one that is taken from elsewhere than it stands is misplaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from cell.docking import T_world_flange
from cell.geometry import Array
from cell.model import CellModel
from tests.judge.arm import Arm
from tests.judge.bodies import Moving, tool_of
from tests.judge.polyline import at_times
from tests.judge.recording import Interval, Recording, ToolChange
from tests.judge.solids import Standing, solid_of, standing
from tests.judge.verdict import Misplaced

NEAR = 1e-3  # m: a tool may be taken or left this far from where it should be
TURNED = 0.02  # rad


@dataclass(slots=True)
class ToolsThen:
    """`at_flange` maps tool to robot, `left` to T_world_flange of where it stands; changed by `apply` in order of time."""

    cell: CellModel
    arms: Mapping[str, Arm]
    recording: Recording
    at_flange: dict[str, str] = field(default_factory=dict)
    left: dict[str, Array] = field(default_factory=dict)
    misplaced: list[Misplaced] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, tool in self.cell.tools.items():
            pocket = self.cell.pocket_of(name)
            if tool.mount in self.cell.robots:
                self.at_flange[name] = tool.mount
            elif pocket is not None:
                self.left[name] = np.array(T_world_flange(self.cell, pocket).matrix)

    def apply(self, change: ToolChange) -> None:
        flange = self._flange(change.robot, change.at)
        if change.is_coupled:
            there = self.left.pop(change.tool, None)
            if there is None:
                self._report(change, "is coupled, but stands nowhere")
            else:
                self._compare(change, flange, there, "coupled")
            self.at_flange[change.tool] = change.robot
            return
        if self.at_flange.pop(change.tool, None) != change.robot:
            self._report(change, f"is left by {change.robot}, which did not have it")
        pocket = self.cell.pocket_of(change.tool)
        if pocket is None:
            self._report(change, "is left, and has no pocket")
        else:
            self._compare(change, flange, np.array(T_world_flange(self.cell, pocket).matrix), "left")
        self.left[change.tool] = flange

    def moving(self) -> tuple[Moving, ...]:
        return tuple(body for name, arm in self.arms.items() for body in tool_of(arm, self.cell, self.of(name)))

    def of(self, robot: str) -> tuple[str, ...]:
        return tuple(tool for tool, at in self.at_flange.items() if at == robot)

    def standing(self) -> Iterator[Standing]:
        for name, flange in self.left.items():
            for body in self.cell.tools[name].bodies:
                yield standing(f"{name} {body.name} stands", name, "tool", solid_of(body.shape), flange @ body.pose.matrix)

    def _compare(self, change: ToolChange, flange: Array, wanted: Array, what: str) -> None:
        off = float(np.linalg.norm(flange[:3, 3] - wanted[:3, 3]))
        turn = float(np.arccos(np.clip((np.trace(wanted[:3, :3].T @ flange[:3, :3]) - 1.0) / 2.0, -1.0, 1.0)))
        if off > NEAR or turn > TURNED:
            self._report(change, f"is {what} {off * 1e3:.1f} mm and {np.degrees(turn):.1f} deg from where it stands")

    def _flange(self, robot: str, at: int) -> Array:
        q = at_times(self.recording.tracks[robot], np.array([float(at)]))
        return np.asarray(self.arms[robot].sweep(q).flange()[0])

    def _report(self, change: ToolChange, what: str) -> None:
        self.misplaced.append(Misplaced(change.tool, change.at, what))


def spans(cell: CellModel, recording: Recording, tool: str, robot: str) -> tuple[Interval, ...]:
    """When the tool was at the robot's flange, from the beginning of time to its end."""
    since = -(2**62) if cell.tools[tool].mount == robot else None
    found = []
    for change in (c for c in recording.tools if c.tool == tool):
        if change.is_coupled and change.robot == robot:
            since = change.at
        elif not change.is_coupled and since is not None:
            found.append(Interval(since, change.at))
            since = None
    return (*found, *(() if since is None else (Interval(since, 2**62),)))

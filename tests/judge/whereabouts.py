"""Where every part is in each stretch of the recording: from what the world says happened, and where the robots then were.

A part that is taken keeps its place relative to the flange; one that is left stays where the flange was. Taken from thin air or
left beside its place, it is misplaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from cell.geometry import Array
from cell.model import CellModel
from tests.judge.arm import Arm
from tests.judge.bodies import Moving, held_part, lying_part, part_height, tcp_frames
from tests.judge.polyline import at_times
from tests.judge.recording import AtPlace, Brought, Gone, InHand, PartChange, Recording
from tests.judge.solids import Standing
from tests.judge.tools import ToolsThen
from tests.judge.verdict import Misplaced

NEAR = 1e-3  # m: a part may be taken or left this far from where it should be
UPRIGHT = 0.02  # rad


@dataclass(frozen=True, slots=True, eq=False)
class Lying:
    kind: str
    place: str
    T_world_part: Array


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    kind: str
    robot: str
    hand: str
    T_flange_part: Array


@dataclass(slots=True)
class PartsThen:
    """What is where, changed by `apply` in order of time."""

    cell: CellModel
    arms: Mapping[str, Arm]
    recording: Recording
    tools: ToolsThen
    parts: dict[str, Lying | Held] = field(default_factory=dict)
    misplaced: list[Misplaced] = field(default_factory=list)
    _bodies: dict[str, Standing | Moving] = field(default_factory=dict)

    def start(self, at: int) -> None:
        """The changes up to `at`: what lay where when the recording began."""
        for change in self.recording.changes:
            if change.at <= at:
                assert not isinstance(change.where, InHand), "at the start a part lies in a place"
                if isinstance(change.where, AtPlace | Brought):
                    self._lay(change, np.array(self.cell.places[change.where.place].frame.matrix))

    def apply(self, change: PartChange) -> None:
        self._bodies.pop(change.part, None)
        match change.where:
            case InHand(tool, hand):
                self._take(change, tool, hand)
            case AtPlace(place):
                self._put_down(change, place)
            case Brought(place):
                self._bring(change, place)
            case Gone():
                self.parts.pop(change.part, None)

    def lying(self) -> Iterator[Standing]:
        for name, part in self.parts.items():
            if isinstance(part, Lying):
                if name not in self._bodies:
                    self._bodies[name] = lying_part(name, part.kind, part.place, part.T_world_part, self.cell)
                body = self._bodies[name]
                assert isinstance(body, Standing)
                yield body

    def held(self) -> Iterator[Moving]:
        for name, part in self.parts.items():
            if isinstance(part, Held):
                arm = self.arms[part.robot]
                if name not in self._bodies:
                    self._bodies[name] = held_part(arm, name, part.kind, part.hand, part.T_flange_part, self.cell)
                body = self._bodies[name]
                assert isinstance(body, Moving)
                yield body

    def _take(self, change: PartChange, tool: str, hand: str) -> None:
        part = self.parts.get(change.part)
        robot = self.tools.at_flange.get(tool)
        if not isinstance(part, Lying) or robot is None:
            self._report(change, "is taken, but lies nowhere" if robot else f"is taken by {tool}, which is at no flange")
            return
        flange = self._flange(robot, change.at)
        tcp = flange @ tcp_frames(self.arms[robot], self.cell, (tool,))[f"{tool}.{hand}"]
        top = part.T_world_part @ np.array([0.0, 0.0, part_height(part.kind, self.cell), 1.0])
        off = float(np.linalg.norm(top[:3] - tcp[:3, 3]))
        lying = [p for p in self.parts.values() if isinstance(p, Lying)]
        if upon := [p.place for p in lying if part.place in self.cell.places[p.place].lies_on]:
            self._report(change, f"is taken from under what lies at {', '.join(upon)}")
        if off > NEAR:
            self._report(change, f"is taken by {tool}.{hand}, {off * 1e3:.1f} mm away from it")
        self.parts[change.part] = Held(part.kind, robot, f"{tool}.{hand}", np.linalg.inv(flange) @ part.T_world_part)

    def _put_down(self, change: PartChange, place: str) -> None:
        part = self.parts.get(change.part)
        if not isinstance(part, Held):
            self._report(change, f"is at {place}, but was in no hand")
            return
        T_world_part = self._flange(part.robot, change.at) @ part.T_flange_part
        target = self.cell.places[place]
        frame = np.array(target.frame.matrix)
        off = float(np.linalg.norm(T_world_part[:3, 3] - frame[:3, 3]))
        tilt = float(np.arccos(np.clip(T_world_part[:3, 2] @ frame[:3, 2], -1.0, 1.0)))
        if off > NEAR or tilt > UPRIGHT:
            self._report(change, f"is left {off * 1e3:.1f} mm from {place}, tilted by {np.degrees(tilt):.1f} deg")
        if part.kind not in target.accepts:
            self._report(change, f"is left at {place}, which does not take a {part.kind}")
        if target.capacity is None:
            self.parts.pop(change.part)
        else:
            self._lay(change, T_world_part)

    def _bring(self, change: PartChange, place: str) -> None:
        if change.part in self.parts:
            self._report(change, f"is brought to {place}, but was there already")
        if self.cell.equipment[self.cell.places[place].equipment].kind != "conveyor":
            self._report(change, f"appears at {place}, where nothing brings it")
        self._lay(change, np.array(self.cell.places[place].frame.matrix))

    def _lay(self, change: PartChange, T_world_part: Array) -> None:
        assert isinstance(change.where, AtPlace | Brought)
        place = change.where.place
        if self.cell.places[place].capacity is None:
            return
        there = [n for n, p in self.parts.items() if isinstance(p, Lying) and p.place == place]
        if len(there) >= (self.cell.places[place].capacity or 0):
            self._report(change, f"is at {place}, where {', '.join(there)} lies")
        taken = {p.place for p in self.parts.values() if isinstance(p, Lying)}
        if missing := [below for below in self.cell.places[place].lies_on if below not in taken]:
            self._report(change, f"is at {place}, and nothing lies at {', '.join(missing)}")
        self.parts[change.part] = Lying(change.kind, place, T_world_part)

    def _flange(self, robot: str, at: int) -> Array:
        q = at_times(self.recording.tracks[robot], np.array([float(at)]))
        return np.asarray(self.arms[robot].sweep(q).flange()[0])

    def _report(self, change: PartChange, what: str) -> None:
        self.misplaced.append(Misplaced(change.part, change.at, what))

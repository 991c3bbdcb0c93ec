"""Where every part is in each stretch of the recording: from what the world says happened, and where the robots then were.

A part that is taken keeps its place relative to the flange; one that is left stays where the flange was. Taken from thin air or
left beside its place, it is misplaced. What is joined to another part goes where that goes; the kind of what they make is read
from the seat it is joined in, their bodies and their height are those of the parts themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cell.geometry import Array
from cell.model import CellModel
from tests.judge.arm import Arm
from tests.judge.bodies import Moving, held_part, lying_part, part_height, tcp_frames
from tests.judge.coming import brings
from tests.judge.polyline import at_times
from tests.judge.recording import AtPlace, Brought, Gone, InHand, Joined, PartChange, Recording
from tests.judge.solids import Standing
from tests.judge.tools import ToolsThen
from tests.judge.verdict import Misplaced

NEAR = 1e-3  # m: a part may be taken or left this far from where it should be
UPRIGHT = 0.02  # rad


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A part that is joined to another one; that one itself as well, from when something is joined to it."""

    part: str
    kind: str
    seat: str
    T_base_part: Array
    is_driven: bool


@dataclass(frozen=True, slots=True, eq=False)
class Lying:
    kind: str
    place: str
    T_world_part: Array
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    kind: str
    robot: str
    hand: str
    T_flange_part: Array
    pieces: tuple[Piece, ...] = ()


@dataclass(slots=True)
class PartsThen:
    """What is where, changed by `apply` in order of time."""

    cell: CellModel
    arms: Mapping[str, Arm]
    recording: Recording
    tools: ToolsThen
    parts: dict[str, Lying | Held] = field(default_factory=dict)
    misplaced: list[Misplaced] = field(default_factory=list)
    _bodies: dict[str, tuple[Standing | Moving, ...]] = field(default_factory=dict)

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
            case Joined(base, seat):
                self._join(change, base, seat)
            case Gone():
                self.parts.pop(change.part, None)

    def lying(self) -> Iterator[Standing]:
        for name, part in self.parts.items():
            if isinstance(part, Lying):
                if name not in self._bodies:
                    self._bodies[name] = tuple(self._lying(name, part))
                yield from (body for body in self._bodies[name] if isinstance(body, Standing))

    def held(self) -> Iterator[Moving]:
        for name, part in self.parts.items():
            if isinstance(part, Held):
                if name not in self._bodies:
                    self._bodies[name] = tuple(self._held(name, part))
                yield from (body for body in self._bodies[name] if isinstance(body, Moving))

    def _lying(self, name: str, part: Lying) -> Iterator[Standing]:
        for piece in _bodies(name, part):
            seat = f"{part.place}.{piece.seat}"
            place = seat if seat in self.cell.places else part.place
            yield lying_part(piece.part, piece.kind, place, part.T_world_part @ piece.T_base_part, self.cell)

    def _held(self, name: str, part: Held) -> Iterator[Moving]:
        arm = self.arms[part.robot]
        for piece in _bodies(name, part):
            yield held_part(arm, piece.part, piece.kind, part.hand, part.T_flange_part @ piece.T_base_part, self.cell)

    def _height(self, name: str, part: Lying | Held) -> float:
        return max(float(p.T_base_part[2, 3]) + part_height(p.kind, self.cell) for p in _bodies(name, part))

    def _take(self, change: PartChange, tool: str, hand: str) -> None:
        part = self.parts.get(change.part)
        robot = self.tools.at_flange.get(tool)
        if not isinstance(part, Lying) or robot is None:
            self._report(change, "is taken, but lies nowhere" if robot else f"is taken by {tool}, which is at no flange")
            return
        flange = self._flange(robot, change.at)
        tcp = flange @ tcp_frames(self.arms[robot], self.cell, (tool,))[f"{tool}.{hand}"]
        top = part.T_world_part @ np.array([0.0, 0.0, self._height(change.part, part), 1.0])
        off = float(np.linalg.norm(top[:3] - tcp[:3, 3]))
        lying = [p for p in self.parts.values() if isinstance(p, Lying)]
        if upon := [p.place for p in lying if part.place in self.cell.places[p.place].lies_on]:
            self._report(change, f"is taken from under what lies at {', '.join(upon)}")
        if off > NEAR:
            self._report(change, f"is taken by {tool}.{hand}, {off * 1e3:.1f} mm away from it")
        self.parts[change.part] = Held(part.kind, robot, f"{tool}.{hand}", np.linalg.inv(flange) @ part.T_world_part, part.pieces)

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
            self._lay(change, T_world_part, part)

    def _join(self, change: PartChange, name: str, seat_name: str) -> None:
        part, base = self.parts.get(change.part), self.parts.get(name)
        seat = self.cell.parts[base.kind].seat(seat_name) if isinstance(base, Lying) else None
        if not isinstance(part, Held) or not isinstance(base, Lying) or seat is None:
            self._report(change, f"is joined to {name} at {seat_name}, but there is no such seat, or it was in no hand")
            return
        T_base_part = np.linalg.inv(base.T_world_part) @ self._flange(part.robot, change.at) @ part.T_flange_part
        frame = np.array(seat.frame.matrix)
        off = float(np.linalg.norm(T_base_part[:3, 3] - frame[:3, 3]))
        tilt = float(np.arccos(np.clip(T_base_part[:3, 2] @ frame[:3, 2], -1.0, 1.0)))
        if off > NEAR or tilt > UPRIGHT:
            self._report(change, f"is {off * 1e3:.1f} mm from {seat_name} of {name}, tilted by {np.degrees(tilt):.1f} deg")
        if part.kind not in seat.takes:
            self._report(change, f"is joined to {name} at {seat_name}, which does not take a {part.kind}")
        if any(piece.seat == seat_name for piece in base.pieces):
            self._report(change, f"is joined to {name} at {seat_name}, which is taken")
        itself = base.pieces or (Piece(name, base.kind, "", np.eye(4), False),)
        piece = Piece(change.part, part.kind, seat_name, T_base_part, seat.is_driven)
        self.parts.pop(change.part)
        self.parts[name] = replace(base, kind=seat.becomes, pieces=(*itself, piece))
        self._bodies.pop(name, None)

    def _bring(self, change: PartChange, place: str) -> None:
        if change.part in self.parts:
            self._report(change, f"is brought to {place}, but was there already")
        if not brings(self.cell, self.cell.places[place].equipment):
            self._report(change, f"appears at {place}, where nothing brings it")
        self._lay(change, np.array(self.cell.places[place].frame.matrix))

    def _lay(self, change: PartChange, T_world_part: Array, held: Held | None = None) -> None:
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
        kind, pieces = (change.kind, ()) if held is None else (held.kind, held.pieces)
        self.parts[change.part] = Lying(kind, place, T_world_part, pieces)

    def _flange(self, robot: str, at: int) -> Array:
        q = at_times(self.recording.tracks[robot], np.array([float(at)]))
        return np.asarray(self.arms[robot].sweep(q).flange()[0])

    def _report(self, change: PartChange, what: str) -> None:
        self.misplaced.append(Misplaced(change.part, change.at, what))


def _bodies(name: str, part: Lying | Held) -> tuple[Piece, ...]:
    """What stands there; a fastener that was driven in is flush with what it holds together."""
    own = part.pieces or (Piece(name, part.kind, "", np.eye(4), False),)
    return tuple(piece for piece in own if not piece.is_driven)

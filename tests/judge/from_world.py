"""The simulated world's own record as a recording to be judged: effects and samples, nothing that anybody planned or believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from cell.declared_state import declared_state
from cell.model import CellModel, RobotUnit
from cell.scenario import FrozenState, LinkCut
from cell.state import InPlace
from cell.world_record import Effect, MotionRecord, WorldRecord
from tests.judge.coming import behind, handed, presented, taken_over
from tests.judge.recording import (
    AtPlace,
    Brought,
    Gone,
    InHand,
    Interval,
    Joined,
    PartChange,
    Recording,
    Run,
    ToolChange,
    Track,
    Whereabouts,
)

DETECTORS = ("people", "signals")
STARTS = ("program started",)
ENDS = ("program ended", "program aborted", "alarm")


def recording_of(record: WorldRecord, cell: CellModel) -> Recording:
    """A robot that never moved stands at its declared home; where none is declared it has no track, and the judge names it."""
    moved = {name: _track(name, [m for m in record.motions if m.robot == name]) for name in cell.robots}
    first = min((int(t.at[0]) for t in moved.values() if t is not None), default=0)
    tracks = {name: track if track is not None else _standing(cell.robots[name], first) for name, track in moved.items()}
    return Recording(
        tracks={name: track for name, track in tracks.items() if track is not None},
        changes=(*_at_start(record, cell, first), *_in_time(record, cell)),
        running=_running(record),
        occupied=_occupied(record),
        tools=tuple(_tool_changes(record)),
        deaf=tuple(_span(d) for d in record.scenario.disturbances if isinstance(d, FrozenState) and d.device in DETECTORS),
        cuts={
            name: tuple(_span(d) for d in record.scenario.disturbances if isinstance(d, LinkCut) and d.device == name)
            for name in cell.robots
        },
    )


def _span(disturbance: FrozenState | LinkCut) -> Interval:
    return Interval(round(disturbance.start * 1e9), round(disturbance.end * 1e9))


def _track(robot: str, motions: list[MotionRecord]) -> Track | None:
    """All motions laid end to end. Where one starts on the tick at which the one before ended, that tick is the later one's."""
    kept = [m for m in motions if len(m.time)]
    if not kept:
        return None
    rows = [len(m.time) - bool(n is not None and n.time[0] <= m.time[-1]) for m, n in zip(kept, [*kept[1:], None], strict=True)]
    edges = np.concatenate([[0], np.cumsum(rows)])
    runs = tuple(Run(m.command, m.motion, int(edges[k]), int(edges[k + 1])) for k, m in enumerate(kept))

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(m, name)[:count] for m, count in zip(kept, rows, strict=True)])

    return Track(robot, joined("time"), joined("setpoint"), joined("q"), joined("s"), runs)


def _standing(unit: RobotUnit, at: int) -> Track | None:
    if unit.home is None:
        return None
    q = np.array([unit.home])
    return Track(unit.name, np.array([at], dtype=np.int64), q, q, np.zeros(1))


def _at_start(record: WorldRecord, cell: CellModel, first: int) -> Iterator[PartChange]:
    there = {part.id for part in record.parts} - {part for row in behind(record, cell).values() for part, _ in row}
    for part in declared_state(cell).parts:
        if part.id in there and isinstance(part.location, InPlace):
            yield PartChange(first, part.id, part.kind, AtPlace(part.location.place))


def _in_time(record: WorldRecord, cell: CellModel) -> list[PartChange]:
    by_people = taken_over(record)
    by_robots = (change for change in _changes(record, cell) if (change.at, change.part) not in by_people)
    return sorted((*by_robots, *presented(record, cell), *handed(record)), key=lambda change: change.at)


def _changes(record: WorldRecord, cell: CellModel) -> Iterator[PartChange]:
    """A base comes as the kind that it began as. Of what lies in a heap the record knows the number only, and no part; what has
    come has its kind in its id (cell/arrivals.py)."""
    bases = {effect.detail.rpartition(".")[0] for effect in record.effects if effect.what == "joined"}
    kinds = {part.id: cell.parts[part.kind].family if part.id in bases else part.kind for part in record.parts}
    for effect in record.effects:
        where = _where(effect)
        if where is not None:
            yield PartChange(effect.time, effect.part, kinds.get(effect.part, effect.part.partition("#")[0]), where)


def _tool_changes(record: WorldRecord) -> Iterator[ToolChange]:
    for effect in record.effects:
        if effect.what in ("coupled", "uncoupled"):
            robot = effect.device.removesuffix(".coupling")
            yield ToolChange(effect.time, effect.detail, robot, effect.what == "coupled")


def _where(effect: Effect) -> Whereabouts | None:
    match effect.what:
        case "gripped":
            tool, _, hand = effect.detail.partition(".")
            return InHand(tool, hand)
        case "released":
            return AtPlace(effect.detail)
        case "joined":
            base, _, seat = effect.detail.rpartition(".")
            return Joined(base, seat)
        case "presented":
            return Brought(effect.detail)
        case "fell":
            return Gone(effect.detail)
    return None


def _running(record: WorldRecord) -> Mapping[str, tuple[Interval, ...]]:
    since: dict[str, int] = {}
    spans: dict[str, list[Interval]] = {}
    for effect in record.effects:
        if effect.what in STARTS:
            since[effect.device] = effect.time
        elif effect.what in ENDS and effect.device in since:
            spans.setdefault(effect.device, []).append(Interval(since.pop(effect.device), effect.time))
    for device, start in since.items():
        spans.setdefault(device, []).append(Interval(start, record.time))
    return {device: tuple(found) for device, found in spans.items()}


def _occupied(record: WorldRecord) -> Mapping[str, tuple[Interval, ...]]:
    zones = {o.zone for o in record.occupations}
    return {
        zone: tuple(Interval(o.start, record.time if o.end is None else o.end) for o in record.occupations if o.zone == zone)
        for zone in zones
    }

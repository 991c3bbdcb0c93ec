"""The judge: holds a recording against the cell, the clauses of the intent, and what the plan lists as meant.

It shares the types of `cell` with our planner and proof, and nothing that computes: kinematics are pinocchio's on the URDF,
distances coal's, the world is put together anew (bodies.py), and motion is what the robots did, not what was planned. From the
plan it takes two lists only, the contacts and the zone visits that are meant, and exempts exactly those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cell.model import CellModel
from cell.motion_plan import Motion
from cell.program import IntentProgram
from cell.steps import Docking
from tests.judge.allowances import allowed
from tests.judge.arm import Arm, arm_of
from tests.judge.bodies import Moving, base_of, equipment, floor, links_of, tcp_frames, zone_box
from tests.judge.clauses import Clause, Crowded, Deadline, Forbidden, NotJudged, SpeedLimit, clauses
from tests.judge.limits import joint_exceedances, speed_exceedance, tcp_speeds
from tests.judge.meant import Meant, MeantNow
from tests.judge.nearness import TOUCH_DEPTH, Counted, Near, Window
from tests.judge.paths import off_the_path
from tests.judge.people import broken
from tests.judge.polyline import polyline
from tests.judge.recording import Recording, Track
from tests.judge.self_contact import CheckedPairs, checked_pairs
from tests.judge.solids import Standing
from tests.judge.stretch import Crowd, Stretch
from tests.judge.tools import ToolsThen, spans
from tests.judge.verdict import Contact, Exceedance, Verdict, ZoneEntry
from tests.judge.whereabouts import PartsThen

STEP = 0.005  # rad or m between two states, in the suite
FINE_STEP = 0.001  # by command


def judge(
    recording: Recording,
    cell: CellModel,
    cell_dir: Path,
    motions: Mapping[str, Motion] | None = None,
    program: IntentProgram | None = None,
    step: float = STEP,
) -> Verdict:
    """`motions` are the plan's by content hash, for what they list; None: nothing is meant. `cell_dir` is what names of robot
    files are relative to."""
    arms = {name: arm_of(unit, cell_dir) for name, unit in cell.robots.items() if name in recording.tracks}
    case = _Case(recording, cell, arms, clauses(program, cell), motions)
    case.walk(step)
    return case.verdict()


@dataclass(slots=True)
class _Case:
    recording: Recording
    cell: CellModel
    arms: Mapping[str, Arm]
    clauses: Sequence[Clause]
    motions: Mapping[str, Motion] | None
    contacts: list[Contact] = field(default_factory=list)
    entries: list[ZoneEntry] = field(default_factory=list)
    rude: list[Exceedance] = field(default_factory=list)
    counted: Counted = field(default_factory=Counted)
    touched: set[tuple[str, str, float]] = field(default_factory=set)
    parts: PartsThen = field(init=False)
    tools: ToolsThen = field(init=False)
    meant: Meant = field(init=False)

    def __post_init__(self) -> None:
        self.tools = ToolsThen(self.cell, self.arms, self.recording)
        self.parts = PartsThen(self.cell, self.arms, self.recording, self.tools)
        tracks = self.recording.tracks.values() if self.motions is not None else ()
        self.meant = Meant(self.cell, tuple(one for track in tracks for one in allowed(track, self.motions or {})))

    # --- bodies against bodies and zones ---

    def walk(self, step: float) -> None:
        tracks = self.recording.tracks
        start, end = min(int(t.at[0]) for t in tracks.values()), max(int(t.at[-1]) for t in tracks.values())
        self.parts.start(start)
        fixed = [*floor(self.cell), *equipment(self.cell)]
        bases = [base for arm in self.arms.values() for base in base_of(arm)]
        zones = [zone_box(self.cell, name) for name in self.cell.zones]
        links = [body for arm in self.arms.values() for body in links_of(arm)]
        known: dict[tuple[str, ...], CheckedPairs] = {}
        # A quick stop brakes harder than the planner may; twice the limit is what the simulated arm then takes.
        bend = {name: 2.0 * arm.limits.acceleration for name, arm in self.arms.items()}
        for first, last in self._stretches(start, end):
            for change in self.recording.changes:
                if start < change.at == first:
                    self.parts.apply(change)
            for changed in self.recording.tools:
                if start < changed.at == first:
                    self.tools.apply(changed)
            held, carried = tuple(self.parts.held()), [*links, *self.tools.moving()]
            equipped = tuple(self.tools.at_flange)
            if equipped not in known:
                known[equipped] = checked_pairs(self.arms, carried, bases)
            pairs = known[equipped]
            line = polyline(tracks, bend, first, last, step)
            stretch = Stretch(self.arms, line, (*carried, *held), self.counted)
            self.counted.states += len(line)
            meant = self.meant.during(first, last)
            crowd = Crowd([*fixed, *bases, *self.tools.standing(), *self.parts.lying(), *zones])
            inside: dict[tuple[str, str], set[int]] = {}
            for moving, body, states in stretch.meetings(crowd):
                if body.what == "zone":
                    self._enter(stretch, moving, body, states, meant, (first, last))
                    there = inside.setdefault((moving.robot, body.name), set())
                    unknown = states[~np.isin(states, list(there))]
                    there.update(self._states_in(stretch, moving, body, unknown))
                elif (moving.name, body.name) not in pairs.mounted:
                    self._touch(stretch, moving, body, states, meant)
            for a, b, states in stretch.approaches(pairs.moving(held)):
                self._touch(stretch, a, b, states, meant)
            for a, b in pairs.fixed(held):
                self._stuck(stretch, a, b)
            self._crowd(stretch, inside)
            self.rude += broken(self.cell, self.arms, self.recording, (*carried, *held), first, last)

    def _stretches(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        edges = {start, end}
        edges.update(change.at for change in (*self.recording.changes, *self.recording.tools))
        edges.update(t for spans in self.recording.running.values() for span in spans for t in (span.first, span.last))
        inside = sorted(t for t in edges if start <= t <= end)
        yield from zip(inside, inside[1:] or inside, strict=False)

    def _touch(self, stretch: Stretch, a: Moving, b: Moving | Standing, states: np.ndarray, meant: MeantNow) -> None:
        windows = meant.contacts(a, b) if isinstance(b, Standing) else ()
        near = stretch.near(a, b, states, [(m.first, m.last) for m in windows])
        for m in windows:
            if not m.is_left_over and np.any(near.exempt & (near.at >= m.first) & (near.at <= m.last)):
                self.touched.add((m.run.command, f"{a.name} and {b.name}", m.first))
        # A coupling goes one half into the other, as they are while the tool is carried: no depth is too deep then.
        is_coupling = any(isinstance(m.touch, Docking) and m.touch.pair == "flange and tool" for m in windows)
        wrong = ~near.exempt | ((near.distance < -TOUCH_DEPTH) & (not is_coupling))
        self._report(a, b, near, wrong)

    def _report(self, a: Moving, b: Moving | Standing, near: Near, wrong: np.ndarray) -> None:
        if np.any(wrong):
            at, distance = near.at[wrong], near.distance[wrong]
            self.contacts.append(Contact(a.name, b.name, int(at.min()), int(at.max()), float(distance.min())))

    def _stuck(self, stretch: Stretch, a: Moving, b: Moving) -> None:
        distance = stretch.fixed_gap(a, b)
        if distance <= 0.0:
            at = int(stretch.line.at[0])
            self.contacts.append(Contact(a.name, b.name, at, at, distance))

    def _enter(
        self, stretch: Stretch, moving: Moving, zone: Standing, states: np.ndarray, meant: MeantNow, span: tuple[int, int]
    ) -> None:
        visits = [(v.first, v.last) for v in meant.visits(moving.robot, zone.name)]
        self._entries(stretch, moving, zone, states, visits, "the plan lists no visit then")
        for rule in self._rules(zone.name, moving.robot, *span):
            self._entries(stretch, moving, zone, states, (), rule)

    def _states_in(self, stretch: Stretch, moving: Moving, zone: Standing, states: np.ndarray) -> Iterator[int]:
        """The states, by number, nearest to which the body was in the zone; asked only where a clause counts robots there."""
        if any(isinstance(c, Crowded) and (moving.robot, zone.name) in c.inside for c in self.clauses):
            at = stretch.near(moving, zone, states).at
            yield from np.abs(stretch.line.at[:, None] - at).argmin(axis=0).tolist() if len(at) else ()

    def _crowd(self, stretch: Stretch, inside: Mapping[tuple[str, str], set[int]]) -> None:
        for clause in self.clauses:
            if not isinstance(clause, Crowded):
                continue
            there = [(robot, zone, inside.get((robot, zone), set())) for robot, zone in clause.inside]
            for state in sorted(set().union(*(states for _, _, states in there))):
                together = [(robot, zone) for robot, zone, states in there if state in states]
                if len(together) > clause.most:
                    who, at = " and ".join(robot for robot, _ in together), int(stretch.line.at[state])
                    self.entries.append(ZoneEntry(who, together[0][1], clause.text, at, at))
                    break

    def _rules(self, zone: str, robot: str, first: int, last: int) -> Iterator[str]:
        for clause in self.clauses:
            if isinstance(clause, Forbidden) and clause.zone == zone and clause.robot == robot:
                spans = self.recording.running.get(clause.machine or "", ())
                if clause.machine is None or any(s.first <= first and last <= s.last for s in spans):
                    yield clause.text

    def _entries(
        self, stretch: Stretch, moving: Moving, zone: Standing, states: np.ndarray, visits: Sequence[Window], rule: str
    ) -> None:
        near = stretch.near(moving, zone, states, visits)
        if np.any(~near.exempt):
            at = near.at[~near.exempt]
            self.entries.append(ZoneEntry(moving.name, zone.name, rule, int(at.min()), int(at.max())))

    # --- limits ---

    def _exceedances(self) -> Iterator[Exceedance]:
        for name, track in self.recording.tracks.items():
            arm = self.arms[name]
            yield from joint_exceedances(track, arm.limits)
            tools = [tool.name for tool in self.cell.tools_of(name)]
            frames = {**tcp_frames(arm, self.cell, tools), **({"": np.eye(4)} if self.cell.changers else {})}
            for hand, speed in tcp_speeds(track, arm, frames).items():
                there = self._is_there(track, hand, name)
                for clause in self.clauses:
                    if isinstance(clause, SpeedLimit) and clause.robot == name and hand:
                        yield from speed_exceedance(track, f"speed of {hand} ({clause.text})", speed, clause.limit, there)
                for m in self.meant.touching(name, hand):
                    within = (track.at[:-1] >= m.first) & (track.at[1:] <= m.last)
                    assert m.speed is not None
                    if m.is_followed:
                        yield from off_the_path(track, arm, frames[hand], m, self.cell)
                    yield from speed_exceedance(track, f"speed of {hand or 'the flange'} in contact", speed, m.speed, within)
        yield from self._overdue()

    def _is_there(self, track: Track, hand: str, robot: str) -> np.ndarray:
        """Between which samples (N - 1,) the hand's tool was at the flange."""
        tool = hand.rpartition(".")[0]
        if tool not in self.cell.tools:
            return np.ones(len(track.at) - 1, dtype=bool)
        found = spans(self.cell, self.recording, tool, robot)
        return np.any([(track.at[:-1] >= s.first) & (track.at[1:] <= s.last) for s in found] or [np.zeros(1, bool)], axis=0)

    def _overdue(self) -> Iterator[Exceedance]:
        starts = [int(t.at[r.first]) for t in self.recording.tracks.values() for r in t.runs]
        ends = [int(t.at[r.last - 1]) for t in self.recording.tracks.values() for r in t.runs]
        took = (max(ends) - min(starts)) * 1e-9 if starts else 0.0
        for clause in self.clauses:
            if isinstance(clause, Deadline) and took > clause.limit:
                yield Exceedance("the time from the first motion to the last", max(ends), took, clause.limit)

    def verdict(self) -> Verdict:
        exceedances = (*self._exceedances(), *self.rude)
        tracks = self.recording.tracks.values()
        return Verdict(
            contacts=tuple(self.contacts),
            exceedances=exceedances,
            entries=tuple(self.entries),
            misplaced=(*self.parts.misplaced, *self.tools.misplaced),
            listed=len(self.touched),
            motions=sum(len(t.runs) for t in tracks),
            states=self.counted.states,
            distances=self.counted.distances,
            closest=self.counted.closest,
            lag=max((_lag(t) for t in tracks), default=0.0),
            not_judged=tuple(self._not_judged()),
        )

    def _not_judged(self) -> Iterator[str]:
        yield from (clause.text for clause in self.clauses if isinstance(clause, NotJudged))
        yield from (f"where {robot} stands: it never moved" for robot in self.cell.robots if robot not in self.arms)
        for zone in self.cell.zones.values():
            if zone.speed_limit is not None:
                yield f"the speed in {zone.name}"


def _lag(track: Track) -> float:
    return float(np.abs(track.readback - track.setpoint).max(initial=0.0))

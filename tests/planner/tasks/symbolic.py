"""An independent fold over a plan's steps: plays one linearisation in time, with durations of its own, and looks at every fact.

It knows the facts of a state and the effects that steps declare; of the planner it knows nothing. Deletes happen when a step
starts, adds when it ends, so a need must hold whatever anything takes.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from cell.model import CellModel
from cell.seats import seats_ever
from cell.state import CellState, DeviceState, InHand, InPart, InPlace, PartState, mount_of, tool_at
from cell.steps import AtPlace, Await, Fact, Inspect, Move, RunProgram, Service, Step, Treat, stance_name
from cell.task_plan import TaskPlan


def initial_facts(cell: CellModel, state: CellState) -> set[Fact]:
    facts = {Fact("stands", (robot, stance_name(stance))) for robot, stance in state.stances.items()}
    taken, full = set(), set()
    for part in state.parts:
        match part.location:
            case InPlace(place):
                facts.add(Fact("at", (part.id, place)))
                taken.add(place)
            case InHand(hand, _):
                facts.add(Fact("held", (part.id, hand)))
                full.add(hand)
            case InPart(base, _):
                facts.add(Fact("joined", (part.id, base)))
        facts |= {Fact("is", (part.id, part.kind))} | _vacant(cell, state, part)
        facts |= {Fact("told", (outcome, part.id)) for outcome, _ in part.outcomes}
        facts |= {Fact("reached", (goal, part.id)) for goal in part.reached}
    facts |= {Fact("free", (p.name,)) for p in cell.places.values() if p.capacity == 1 and p.name not in taken}
    facts |= {Fact("bare", (robot,)) for robot in cell.robots if tool_at(cell, state, robot) is None}
    for tool in cell.tools.values():
        at, pocket = mount_of(cell, state, tool.name), cell.pocket_of(tool.name)
        if at in cell.robots or pocket is not None:
            facts.add(Fact("mounted", (tool.name, at)) if at in cell.robots else Fact("stored", (tool.name, f"{at}.{tool.name}")))
        facts |= {Fact("empty", (f"{tool.name}.{h.name}",)) for h in tool.hands if f"{tool.name}.{h.name}" not in full}
    for name, device in state.devices.items():
        if "door" in cell.equipment[name].signals:
            facts.add(Fact("open" if device.door_open else "shut", (name,)))
        if "clamp" in cell.equipment[name].signals:
            facts.add(Fact("clamped" if device.clamped else "unclamped", (name,)))
        facts.add(Fact("running" if device.running else "idle", (name,)))
    idle = (e.name for e in cell.equipment.values() if e.kind in ("machine", "station") and e.name not in state.devices)
    return facts | {Fact("idle", (name,)) for name in idle}


def _vacant(cell: CellModel, state: CellState, part: PartState) -> set[Fact]:
    """The seats of what the part may become that nothing is in."""
    filled = {p.location.seat for p in state.parts if isinstance(p.location, InPart) and p.location.part == part.id}
    return {Fact("vacant", (part.id, seat.name)) for seat in seats_ever(cell, part.kind) if seat.name not in filled}


@dataclass
class Played:
    """`broken` lists needs that did not hold; `ran` the steps in order of start; `ends` when each step ended."""

    broken: list[str] = field(default_factory=list)
    ran: list[Step] = field(default_factory=list)
    starts: dict[str, float] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    facts: set[Fact] = field(default_factory=set)
    taken: dict[str, int] = field(default_factory=dict)


def play(
    cell: CellModel, state: CellState, plan: TaskPlan, rng: random.Random, spread: bool = True, stop_at: float = math.inf
) -> Played:
    """Start every step as soon as its predecessors allow (ties at random), each lasting 0.2 to 5 times what is planned. From
    `stop_at` on nothing is started; what runs is ended, but for programs and inspections."""
    taken = {c.id: rng.randrange(len(c.alternatives)) for c in plan.choices}
    played = Played(facts=initial_facts(cell, state), taken=taken)
    live = {s.id: s for s in plan.steps if s.branch is None or taken[s.branch.choice] == s.branch.index}
    waits = {s.id: sum(1 for p in s.predecessors if p in live) for s in live.values()}
    after: dict[str, list[str]] = {}
    for step in live.values():
        for before in step.predecessors:
            after.setdefault(before, []).append(step.id)
    due = [s for s, n in waits.items() if n == 0]
    running: list[tuple[float, float, str]] = []
    now = 0.0
    while running or (due and now < stop_at):
        rng.shuffle(due)
        while due and now < stop_at:
            step = live[due.pop()]
            _start(step, played, now)
            lasts = step.duration * (rng.choice((0.2, 1.0, 5.0, rng.uniform(0.2, 5.0))) if spread else 1.0)
            heapq.heappush(running, (now + lasts, rng.random(), step.id))
        now, _, done = heapq.heappop(running)
        if now >= stop_at and isinstance(live[done].action, RunProgram | Inspect):
            continue
        _end(live[done], played, now)
        for name in after.get(done, []):
            waits[name] -= 1
            if waits[name] == 0:
                due.append(name)
    if len(played.ends) != len(live) and now < stop_at:
        played.broken.append("not every step was started")
    return played


def _start(step: Step, played: Played, now: float) -> None:
    for need in step.needs:
        if need not in played.facts:
            played.broken.append(f"{step.id} {type(step.action).__name__}: {need.text}")
    played.facts -= set(step.deletes)
    if (where := _worker(step)) is not None:
        played.facts.discard(Fact("idle", (where,)))
        played.facts.add(Fact("running", (where,)))
    played.ran.append(step)
    played.starts[step.id] = now


def _end(step: Step, played: Played, now: float) -> None:
    if (where := _worker(step)) is not None:
        played.facts.discard(Fact("running", (where,)))
        played.facts.add(Fact("idle", (where,)))
    played.facts |= set(step.adds)
    played.ends[step.id] = now


def _worker(step: Step) -> str | None:
    """The machine, the station or the person that is busy while the step lasts."""
    match step.action:
        case RunProgram(machine=name) | Inspect(station=name) | Treat(station=name) | Service(station=name):
            return name
        case Await(person=name):
            return name
        case _:
            return None


def collisions_of_order(cell: CellModel, plan: TaskPlan, played: Played) -> list[str]:
    """One robot does one thing at a time; nobody reaches into a machine or its door while it runs; stances join up."""
    wrong = []
    spans = sorted((played.starts[s.id], played.ends[s.id], s) for s in played.ran if s.robot is not None)
    for (_, end, a), (start, _, b) in pairwise(spans):
        if start < end - 1e-9:
            wrong.append(f"{a.id} and {b.id} at once")
    moves = [s for s in played.ran if isinstance(s.action, Move)]
    for a, b in pairwise(moves):
        if isinstance(a.action, Move) and isinstance(b.action, Move) and a.action.need.end != b.action.need.start:
            wrong.append(f"{b.id} does not start where {a.id} ends")
    equipment = {p.name: p.equipment for p in cell.places.values()}
    works = [s for s in played.ran if isinstance(s.action, RunProgram | Inspect)]
    runs = [(played.starts[s.id], played.ends.get(s.id, math.inf), s) for s in works]
    for begin, end, run in runs:
        where = run.action.machine if isinstance(run.action, RunProgram) else run.action.station  # type: ignore[union-attr]
        for move in moves:
            stances = [x for x in (move.action.need.start, move.action.need.end) if isinstance(x, AtPlace)]  # type: ignore[union-attr]
            is_there = any(equipment[x.place] == where for x in stances)
            if is_there and played.starts[move.id] < end - 1e-9 and played.ends[move.id] > begin + 1e-9:
                wrong.append(f"{move.id} reaches into {where} while {run.id} runs")
    return wrong


def state_after(cell: CellModel, before: CellState, plan: TaskPlan, played: Played) -> CellState:
    """What would be observed: every fact as it is, outcomes as the choices were decided."""
    stances = {
        stance_name(x): x for s in plan.steps if isinstance(s.action, Move) for x in (s.action.need.start, s.action.need.end)
    }
    stances |= {stance_name(x): x for x in before.stances.values()}
    grasps = {c.hand: c.grasp for s in plan.steps if isinstance(s.action, Move) for c in s.action.need.carried}
    at = {f.args[0]: InPlace(f.args[1]) for f in played.facts if f.name == "at"}
    held = {f.args[0]: InHand(f.args[1], grasps.get(f.args[1], 0)) for f in played.facts if f.name == "held"}
    joined = {f.args[0]: f.args[1] for f in played.facts if f.name == "joined"}
    seats = {part: seat for s in played.ran for part, seat in _filled(s)}
    now = {p.id: p.location for p in before.parts}
    inside = {p: InPart(base, seats[p]) if p in seats else now[p] for p, base in joined.items()}
    kinds = {f.args[0]: f.args[1] for f in played.facts if f.name == "is"}
    mounted = {f.args[0]: f.args[1] for f in played.facts if f.name == "mounted"}
    stored = {tool: pocket.changer for tool in cell.tools if (pocket := cell.pocket_of(tool)) is not None}
    told = {f.args[1] for f in played.facts if f.name == "told"}
    value = {c.part: (*c.alternatives[played.taken[c.id]].values, "accept")[0] for c in plan.choices}
    parts = []
    for part in before.parts:
        reached = frozenset(f.args[0] for f in played.facts if f.name == "reached" and f.args[1] == part.id)
        outcomes = part.outcomes or ((("verdict", value.get(part.id, "accept")),) if part.id in told else ())
        where = {**at, **held, **inside}.get(part.id, part.location)
        parts.append(replace(part, kind=kinds[part.id], location=where, reached=reached, outcomes=outcomes))
    facts = {(f.name, f.args[0]) for f in played.facts}
    devices = {
        name: DeviceState(
            ("open", name) in facts if d.door_open is not None else None,
            ("clamped", name) in facts if d.clamped is not None else None,
            ("running", name) in facts,
        )
        for name, d in before.devices.items()
    }
    robots = {f.args[0]: stances[f.args[1]] for f in played.facts if f.name == "stands"}
    return CellState(tuple(parts), {**before.stances, **robots}, devices, mounts={**stored, **mounted})


def _filled(step: Step) -> Iterator[tuple[str, str]]:
    """The part that the step joins to another, and the seat that it fills there."""
    seats = [f.args[1] for f in step.deletes if f.name == "vacant"]
    yield from ((f.args[0], seat) for f in step.adds if f.name == "joined" for seat in seats)

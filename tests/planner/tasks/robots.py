"""Cells with several robots as texts, and an oracle for them: plays a plan with random delays and looks who is where at once.

The oracle knows presences and steps; of spots, traffic and precedence it knows nothing.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cell.presence import Moving, Presence, Resting, in_order
from cell.steps import AtPlace, Move, Step
from cell.task_plan import TaskPlan

TRAY = """
tray {name} {{
  at ({x} mm, {y} mm, 20 mm)
  grid {columns}x2
  pitch [70 mm, 70 mm]
  holds shaft
{contains}}}
"""
ROBOT = """
robot {name} {{
  model "ur5e"
  driver sim
  base ({x} mm, 0 mm, 0 mm)
  payload 5 kg
}}
tool {name}_grip {{
  mounted {name}
  tcp (0 mm, 0 mm, 150 mm)
  mass 1 kg
  grips shaft
  hands {hands}
  force 20 N to 120 N
}}
"""
REST = """
part shaft {{
  mass 0.5 kg
  shape cylinder radius 20 mm length 100 mm
  grip 60 N
}}
station nest {{
  at (600 mm, 0 mm, 0 mm)
  capacity 1
  holds shaft
  offers inspect for 4 s
  verdict signal nest.verdict
}}
bin scrap {{
  at (600 mm, 400 mm, 0 mm)
  holds shaft
}}
zone middle {{
  box from (450 mm, -150 mm, 0 mm) to (750 mm, 150 mm, 500 mm)
{capacity}}}
"""
NAMES = ("left", "right", "third")


def cell_text(robots: int = 2, hands: int = 1, parts: int = 3, has_zone: bool = True) -> str:
    """Each robot with a tray before it and one behind it, between them one nest; without models every robot reaches all."""
    text = REST.format(capacity="  capacity 1\n" if has_zone else "")
    for k, name in enumerate(NAMES[:robots]):
        text += ROBOT.format(name=name, x=k * 1200, hands=hands)
        contains = f"  contains shaft {parts} parts\n" if parts else ""
        text += TRAY.format(name=f"{name}_in", x=k * 1200, y=-450, columns=max(1, parts), contains=contains)
        text += TRAY.format(name=f"{name}_out", x=k * 1200, y=450, columns=max(1, parts), contains="")
    return text


def intent_text(robots: int = 2, chooses: bool = False) -> str:
    after = "  when s.verdict is reject {{\n    move s to scrap\n  }} otherwise {{\n    move s to {name}_out\n  }}\n"
    then = after if chooses else "  move s to {name}_out\n"
    loop = "for each s in {name}_in {{\n  inspect s at nest\n" + then + "}}\n"
    return "".join(loop.format(name=name) for name in NAMES[:robots]) + ("" if chooses else 'on reject: hold "Look"\n')


# --- who is where at once ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spell:
    presence: Presence
    first: float
    last: float


def spells(plan: TaskPlan, rests: Iterable[Resting], rng: random.Random, late: frozenset[str] = frozenset()) -> list[Spell]:
    """One run: which presence lasted from when to when. Steps of `late` start long after they could; the others at random, and
    last 0.2 to 5 times as long as planned, or very long."""
    taken = {c.id: rng.randrange(len(c.alternatives)) for c in plan.choices}
    live = [s for s in plan.steps if s.branch is None or taken[s.branch.choice] == s.branch.index]
    starts, ends = _times(live, rng, late)
    found = []
    for rest in rests:
        moves = [s for s in live if isinstance(s.action, Move) and s.action.need.robot == rest.robot]
        moves.sort(key=lambda s: starts[s.id])
        found += list(_of_one(rest, [(s, ends[s.id]) for s in moves], starts))
    return found


def _times(live: list[Step], rng: random.Random, late: frozenset[str]) -> tuple[dict[str, float], dict[str, float]]:
    names = {s.id for s in live}
    waits = {s.id: sum(p in names for p in s.predecessors) for s in live}
    by_id, after = {s.id: s for s in live}, dict[str, list[str]]()
    for step in live:
        for before in step.predecessors:
            after.setdefault(before, []).append(step.id)
    starts, ends, queue = dict[str, float](), dict[str, float](), list[tuple[float, str]]()

    def begin(name: str, now: float) -> None:
        delay = 1e4 if name in late else rng.choice((0.0, 0.0, rng.uniform(0.0, 20.0)))
        starts[name] = now + delay
        length = by_id[name].duration * rng.choice((0.2, 1.0, 5.0, 30.0, rng.uniform(0.2, 5.0)))
        ends[name] = starts[name] + length
        heapq.heappush(queue, (ends[name], name))

    for step in live:
        if waits[step.id] == 0:
            begin(step.id, 0.0)
    while queue:
        now, done = heapq.heappop(queue)
        for name in after.get(done, []):
            waits[name] -= 1
            if waits[name] == 0:
                begin(name, now)
    assert len(ends) == len(live), "every step was started"
    return starts, ends


def _of_one(rest: Resting, moves: list[tuple[Step, float]], starts: dict[str, float]) -> Iterator[Spell]:
    stance, carried, since = rest.stance, rest.carried, 0.0
    for step, end in moves:
        assert isinstance(step.action, Move)
        need = step.action.need
        for load in {carried, need.carried}:
            yield Spell(Resting(rest.robot, stance, load, rest.tool), since, starts[step.id])
        yield Spell(Moving(need), starts[step.id], end)
        stance, carried, since = need.end, need.carried, end
    yield Spell(Resting(rest.robot, stance, carried, rest.tool), since, 1e9)


def meetings(found: list[Spell], is_bad: Callable[[Presence, Presence], bool]) -> list[tuple[Presence, Presence]]:
    """Pairs of presences of two robots that lasted at the same time and must not."""
    found = sorted(found, key=lambda spell: spell.first)
    bad = []
    for k, a in enumerate(found):
        for b in found[k + 1 :]:
            if b.first >= a.last - 1e-9:
                break
            one, other = in_order(a.presence, b.presence)
            if one.robot != other.robot and b.last > b.first and is_bad(one, other):
                bad.append((one, other))
    return bad


def place_of(presence: Presence) -> str | None:
    """Where the robot is in contact, on its way there or from there."""
    match presence:
        case Moving(need):
            return need.touch.place if need.touch is not None else None
        case Resting(stance=stance):
            return stance.place if isinstance(stance, AtPlace) else None

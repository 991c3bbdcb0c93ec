"""The first stretch of a schedule as a picture of characters: a row a resource, blocks along time, neighbours told apart.

A robot is busy with a part from the step that goes to fetch it to the step that leaves it; a machine, a station or a person while
they work on one. Alternatives of a choice stand at the same time; the last one is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cell.steps import Await, Inspect, Present, RunProgram, Service, Step, Treat
from cell.task_plan import TaskPlan
from tui.speech import printable

PARTS_SHOWN = 3
IDLE = "·"
FILLS = "█▒"
LEGEND = f"a number is that of a part (7: …#7, of whichever kind); {FILLS[0]} and {FILLS[1]} tell neighbours apart; {IDLE} idle"
_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)


@dataclass(frozen=True, slots=True)
class Block:
    """`resource` is busy with `part` (None: with no part in particular) from `start` to `end`, s."""

    resource: str
    part: str | None
    start: float
    end: float


def schedule_picture(plan: TaskPlan, width: int, parts: int = PARTS_SHOWN) -> str:
    """At most `width` columns; from 0 to the moment at which the first `parts` parts are through. "" for an empty plan."""
    blocks = tuple(_blocks(plan.steps))
    shown = _first_parts(blocks, parts)
    end = max((b.end for b in blocks if b.part in shown), default=0.0)
    if end <= 0.0:
        return ""
    rows = list(dict.fromkeys(b.resource for b in sorted(blocks, key=lambda b: (_rank(plan, b.resource), b.start))))
    names = {row: printable(row)[:16] for row in rows}
    margin = max(map(len, names.values())) + 2
    columns = max(10, width - margin)
    scale = next((s for s in _SCALES if end / s <= columns), end / columns)
    count = max(1, round(end / scale + 0.499))
    fills = {part: FILLS[i % len(FILLS)] for i, part in enumerate(_in_order(blocks))}
    lines = [" " * margin + _ruler(count, scale)]
    lines += [names[row].ljust(margin) + _row([b for b in blocks if b.resource == row], count, scale, fills) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _rank(plan: TaskPlan, resource: str) -> int:
    """Robots first, then what they serve."""
    return 0 if any(step.robot == resource for step in plan.steps) else 1


def _blocks(steps: Sequence[Step]) -> Iterable[Block]:
    carried: dict[str, str | None] = {}
    for step in steps:
        match step.action:
            case Present():
                pass  # nobody works while a part is on its way
            case RunProgram(machine=name) | Inspect(station=name) | Treat(station=name) | Service(station=name):
                yield Block(name, step.part, step.start, step.start + step.duration)
            case Await(person=name):
                yield Block(name, step.part, step.start, step.start + step.duration)
                if step.robot is not None:
                    yield Block(step.robot, step.part, step.start, step.start + step.duration)
            case _ if step.robot is not None:
                part = step.part if step.part is not None else carried.get(step.robot)
                carried[step.robot] = part
                yield Block(step.robot, part, step.start, step.start + step.duration)


def _in_order(blocks: Sequence[Block]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(b.part for b in sorted(blocks, key=lambda b: b.start) if b.part is not None))


def _first_parts(blocks: Sequence[Block], number: int) -> frozenset[str]:
    return frozenset(_in_order(blocks)[:number])


def _ruler(count: int, scale: float) -> str:
    """Times above their columns, as far apart as they need to be."""
    every = next(n for n in (5, 10, 20) if len(_moment(count * scale)) + 2 <= n)
    line = ""
    for column in range(0, count, every):
        moment = _moment(column * scale)
        if column + len(moment) <= count:
            line = line.ljust(column) + moment
    return line


def _moment(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60.0)
    return f"{int(minutes)}:{rest:04.1f}" if rest % 1.0 else f"{int(minutes)}:{int(rest):02}"


def _row(blocks: Sequence[Block], count: int, scale: float, fills: dict[str, str]) -> str:
    """Each column shows the part that has most of it, idle where nothing has half of it."""
    share: list[dict[str, float]] = [{} for _ in range(count)]
    for block in blocks:
        for column in range(int(block.start / scale), min(count, int(block.end / scale) + 1)):
            overlap = min(block.end, (column + 1) * scale) - max(block.start, column * scale)
            part = block.part or ""
            share[column][part] = share[column].get(part, 0.0) + overlap
    return _labelled([_owner(s, scale) for s in share], fills)


def _owner(share: dict[str, float], scale: float) -> str | None:
    if sum(share.values()) < scale / 2:
        return None
    return max(share.items(), key=lambda item: (item[1], item[0]))[0]


def _labelled(owners: Sequence[str | None], fills: dict[str, str]) -> str:
    """A stretch of one part carries the part's number where there is room for it."""
    out, start = "", 0
    while start < len(owners):
        stop = next((i for i in range(start, len(owners)) if owners[i] != owners[start]), len(owners))
        part, length = owners[start], stop - start
        fill = IDLE if part is None else fills.get(part, FILLS[0])
        label = "" if not part else f" {printable(part.rpartition('#')[2])[:4]} "
        out += label.center(length, fill) if label and len(label) + 2 <= length else fill * length
        start = stop
    return out

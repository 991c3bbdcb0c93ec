"""Which tags a device needs: those that its cell file names as signals, and by convention those that command it.

| tag | type | what |
|---|---|---|
| `lathe.door` (as the cell file says after `door signal`) | Boolean or String | what is so |
| `lathe.door.set` | the same | the state to reach; without it the door is not commanded |
| `lathe.alarm.set` | Boolean | False acknowledges; without it acknowledging does nothing |
| `lathe.job.request`, `lathe.job.answer` (the device's name) | String | programs and inspections, as job.py has it |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cell.equipment import Equipment

Role = Literal["reports", "sets", "request", "answer"]


@dataclass(frozen=True, slots=True)
class Tag:
    """`name` of the node. `fact` is what it is about, "job" for a job's. `is_needed`: a server without it is the wrong one."""

    name: str
    role: Role
    device: str
    fact: str
    is_needed: bool = True


def tags_of(thing: Equipment) -> tuple[Tag, ...]:
    found = [Tag(signal, "reports", thing.name, fact) for fact, signal in thing.signals.items()]
    settable = ((fact, signal) for fact, signal in thing.signals.items() if fact in ("door", "clamp", "alarm"))
    found += [Tag(f"{signal}.set", "sets", thing.name, fact, is_needed=False) for fact, signal in settable]
    if thing.programs or thing.offers:
        found.append(Tag(f"{thing.name}.job.request", "request", thing.name, "job"))
        found.append(Tag(f"{thing.name}.job.answer", "answer", thing.name, "job"))
    return tuple(found)

"""A proved plan on its way between processes: the verdict, then the plan in pieces that are put together again.

Law: each piece is unpickled in well under a millisecond. Whoever unpickles holds the interpreter until the piece is done, and a
controller has to look at its cell meanwhile; a plan of 540 motions in one piece holds it for 40 ms.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import islice
from typing import Any

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, WhyNot
from cell.motion_plan import MotionPlan
from cell.released_plan import Proof
from cell.task_plan import TaskPlan

MANY = 8
"""motions, steps, operations in a piece."""
LONG = tuple(field.name for field in fields(TaskPlan) if field.type.startswith("tuple["))
MOTIONS = "motions"

Piece = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`proof` None: no plan is released, and why. Else the plan follows in so many `pieces`."""

    diagnostics: tuple[Diagnostic, ...]
    why: WhyNot | None
    proof: Proof | None = None
    pieces: int = 0


def pieces_of(plan: MotionPlan) -> Iterator[bytes]:
    """First the plan without what there is much of."""
    nothing: dict[str, Any] = dict.fromkeys(LONG, ())
    yield pickle.dumps(replace(plan, tasks=replace(plan.tasks, **nothing), motions={}))
    for name in LONG:
        yield from (pickle.dumps((name, some)) for some in _by_many(getattr(plan.tasks, name)))
    yield from (pickle.dumps((MOTIONS, some)) for some in _by_many(plan.motions.items()))


def _by_many(things: Iterable[object]) -> Iterator[tuple[object, ...]]:
    left = iter(things)
    while some := tuple(islice(left, MANY)):
        yield some


def put_together(bare: MotionPlan, pieces: Iterable[Piece]) -> MotionPlan:
    found: dict[str, list[Any]] = {name: [] for name in (*LONG, MOTIONS)}
    for name, some in pieces:
        found[name] += some
    motions = dict(found.pop(MOTIONS))
    tasks: dict[str, Any] = {name: tuple(some) for name, some in found.items()}
    return replace(bare, motions=motions, tasks=replace(bare.tasks, **tasks))


def as_piece(found: object) -> Piece:
    """Raises EOFError for what is none."""
    match found:
        case (str(name), Sequence() as some) if name in LONG or name == MOTIONS:
            return name, some
    raise EOFError(f"it sends no piece of a plan: {type(found).__name__}")

"""In what two plans' inputs differ: lines of intent, facts of the cell, settings, robots' models, the state, the seed, versions.

A plan names its sources by their hash and holds no text. Lines and facts are told apart where the texts of both are to be had as
they were (kept_sources.py); else the file is told as another one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal

import numpy as np

from cell.diagnostic import Position, Span
from cell.driven_by import DrivenBy
from cell.geometry import Pose
from cell.model import CellModel
from cell.motion_plan import MotionPlan

CauseKind = Literal["intent", "cell", "setting", "state", "robot", "seed", "version"]
MOST = 200  # characters of a value
DIGEST = 12  # characters of a hash, which nobody reads
_UNITS: Mapping[str, tuple[float, str]] = {
    "max_speed": (1e3, "mm/s"), "approach_speed": (1e3, "mm/s"), "payload": (1.0, "kg"), "mass": (1.0, "kg"),
    "latency": (1e3, "ms"), "loss": (100.0, "%"), "slower_by": (100.0, "%"),
    "force_limit": (1.0, "N"), "grip_force": (1.0, "N"), "shortest": (1.0, "s"), "longest": (1.0, "s"),
}  # fmt: skip
"""What a cell file writes such a number in, by the name of the field."""
THE_CELL = "the cell"
_WITHOUT_WORDS = ("robots", "zones", "people")
_NOTHING_SAID = DrivenBy(None, None, Span("", Position(1, 1), Position(1, 1)))
_GROUPS = ("robots", "tools", "parts", "equipment", "changers", "zones", "people", "queues")


@dataclass(frozen=True, slots=True)
class Cause:
    """`subject` is a line (file:line), a thing of the cell, a setting. `was` and `now` are "" for what was not there, or is not.
    `names` and `lines` are what it is about, in the words of plans. `untold`: why it names no line or fact, as far as known."""

    kind: CauseKind
    subject: str
    was: str
    now: str
    names: tuple[str, ...] = ()
    lines: tuple[tuple[str, int], ...] = ()
    untold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """What a plan was made from, as far as it is still to be had: `texts` by name, `cell` None where its files are others now.
    `untold`, where somebody has looked for more than that: why a text is not there, by its name, and the cell."""

    texts: Mapping[str, str]
    cell: CellModel | None
    untold: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def causes(before: MotionPlan, after: MotionPlan, old: Sources, new: Sources) -> tuple[Cause, ...]:
    return (
        *_intents(before, after, old, new),
        *_cells(before, after, old, new),
        *_pairs("setting", before.params, after.params),
        *_pairs("robot", before.robot_digests, after.robot_digests, DIGEST),
        *_pairs("state", _reads(before), _reads(after)),
        *_pairs("seed", (("seed", str(before.tasks.seed)),), (("seed", str(after.tasks.seed)),)),
        *_pairs("version", before.versions, after.versions),
    )


def _reads(plan: MotionPlan) -> tuple[tuple[str, str], ...]:
    return tuple((fact.name, fact.value) for fact in plan.tasks.reads)


def _pairs(
    kind: CauseKind, before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]], most: int = MOST
) -> Iterator[Cause]:
    """`most` characters of a value are told."""
    was, now = dict(before), dict(after)
    for name in dict.fromkeys((*was, *now)):
        if was.get(name) != now.get(name):
            yield Cause(kind, name, was.get(name, "")[:most], now.get(name, "")[:most], (name,))


def _intents(before: MotionPlan, after: MotionPlan, old: Sources, new: Sources) -> Iterator[Cause]:
    """By lines where both texts are there. Two plans may have been made from files of different names."""
    was, now = (([s for s in plan.sources if s[0].endswith(".intent")]) for plan in (before, after))
    for i in range(max(len(was), len(now))):
        a, b = was[i] if i < len(was) else ("", ""), now[i] if i < len(now) else ("", "")
        if a[1] == b[1]:
            continue
        if a[0] in old.texts and b[0] in new.texts:
            yield from _lines(a[0], b[0], old.texts[a[0]], new.texts[b[0]])
        else:
            why = (*old.untold.get(a[0], ()), *new.untold.get(b[0], ()))
            yield Cause("intent", b[0] or a[0], a[1][:DIGEST], b[1][:DIGEST], untold=tuple(dict.fromkeys(why)))


def _lines(a: str, b: str, was: str, now: str) -> Iterator[Cause]:
    first, second = was.splitlines(), now.splitlines()
    matcher = difflib.SequenceMatcher(None, [line.strip() for line in first], [line.strip() for line in second], autojunk=False)
    for tag, i, k, j, m in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = "\n".join(x.strip() for x in first[i:k]), "\n".join(x.strip() for x in second[j:m])
        if old.strip() or new.strip():
            at = f"{b}:{j + 1}" if m > j else f"{a}:{i + 1}"
            lines = (*((a, n + 1) for n in range(i, k)), *((b, n + 1) for n in range(j, m)))
            yield Cause("intent", at, old[:MOST], new[:MOST], lines=lines)


def _cells(before: MotionPlan, after: MotionPlan, old: Sources, new: Sources) -> Iterator[Cause]:
    if before.cell_revision == after.cell_revision:
        return
    found = [] if old.cell is None or new.cell is None else list(_facts(old.cell, new.cell))
    why = tuple(dict.fromkeys((*old.untold.get(THE_CELL, ()), *new.untold.get(THE_CELL, ()))))
    yield from found or [Cause("cell", THE_CELL, before.cell_revision[:DIGEST], after.cell_revision[:DIGEST], untold=why)]


def _facts(old: CellModel, new: CellModel) -> Iterator[Cause]:
    """Who drives a robot stands in it, and among who drives what."""
    yield from dict.fromkeys(_of_things(old, new))


def _of_things(old: CellModel, new: CellModel) -> Iterator[Cause]:
    for was, now in (*((getattr(old, group), getattr(new, group)) for group in _GROUPS), _envelopes(old, new), _driven(old, new)):
        for name in dict.fromkeys((*was, *now)):
            if name not in was or name not in now:
                yield Cause("cell", name, "there" if name in was else "", "there" if name in now else "", (name,))
            else:
                differing = list(_fields(was[name], now[name]))
                # What a thing's words say stands there twice: read, and as it was written.
                read = [one for one in differing if not one[0].startswith("attributes")] or differing
                told = [one for one in read if one[0] == "frame" or not _goes_with_it(one[0], read)]
                yield from (Cause("cell", f"{name}: {path}", a[:MOST], b[:MOST], (name,)) for path, a, b in told)


def _envelopes(old: CellModel, new: CellModel) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    was, now = ({} if cell.envelope is None else {cell.envelope.name: cell.envelope} for cell in (old, new))
    return was, now


def _driven(old: CellModel, new: CellModel) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Of what is there in both, and does not have it among its own words."""
    both = {name for group in _WITHOUT_WORDS for name in getattr(old, group) if name in getattr(new, group)}
    said = [name for name in dict.fromkeys((*old.driven_by, *new.driven_by)) if name in both]
    was, now = ({name: cell.driven_by.get(name, _NOTHING_SAID) for name in said} for cell in (old, new))
    return was, now


def _goes_with_it(path: str, differing: Sequence[tuple[str, str, str]]) -> bool:
    """What a thing carries stands elsewhere because the thing does."""
    return path.endswith((".pose", ".frame")) and any(other == "frame" for other, _, _ in differing)


def _fields(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Where two values of one type differ, down to what has no parts; where it is written does not count."""
    if isinstance(old, Span):
        return
    if is_dataclass(old) and type(old) is type(new) and not isinstance(old, Pose):
        for own in fields(old):
            if not own.name.endswith(("span", "spans")) and own.compare:
                yield from _fields(getattr(old, own.name), getattr(new, own.name), f"{path}.{own.name}".lstrip("."))
    elif isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new) and any(map(is_dataclass, old)):
        for i, (a, b) in enumerate(zip(old, new, strict=True), start=1):
            yield from _fields(a, b, f"{path}.{getattr(a, 'name', '') or getattr(a, 'verb', '') or i}")
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _fields(old.get(key), new.get(key), f"{path}.{key}")
    elif _word(old) != _word(new):
        yield path, _measured(path, old), _measured(path, new)


def _measured(path: str, value: Any) -> str:
    factor, unit = _UNITS.get(path.rpartition(".")[2], (1.0, ""))
    return f"{factor * value:g} {unit}".rstrip() if isinstance(value, float) else _word(value)


def _word(value: Any) -> str:
    match value:
        case None:
            return "not said"
        case Pose():
            at = ", ".join(f"{1e3 * x:.6g}" for x in value.translation + 0.0)
            turned = "" if np.array_equal(value.rotation, np.eye(3)) else f", turned {np.round(value.rotation, 6).tolist()}"
            return f"({at}) mm{turned}"
        case np.ndarray():
            return str(value.tolist())
        case float():
            return f"{value:g}"
        case _:
            return str(value)

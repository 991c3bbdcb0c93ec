"""Plans with one thing changed: what a checker is worth is the share of them that it refuses.

A field is a path through the plan without its indices, with the class names of unions kept, such as
`tasks.steps[].action<Grip>.force`. Fields are drawn evenly, then one place of that field, then an operator that fits it: drop,
duplicate, swap, off by one, change of value within the type. The plan's id is computed again every time, so a mutant is a plan
in good order but for what it says.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from cell.codec import CodecError, digest, from_plain, to_plain
from cell.diagnostic import Outcome
from cell.motion_plan import Motion, MotionPlan
from cell.plan_file import with_plan_id
from cell.released_plan import ReleasedPlan

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`plan` is None where the mutated text is not even a plan. `what` says what was done."""

    field: str
    what: str
    plan: MotionPlan | None


@dataclass(frozen=True, slots=True)
class Tally:
    killed: int
    survivors: tuple[Mutant, ...]

    @property
    def rate(self) -> float:
        return self.killed / (self.killed + len(self.survivors))

    def report(self) -> str:
        lines = [f"{self.killed} of {self.killed + len(self.survivors)} mutants refused ({100 * self.rate:.1f} %)"]
        return "\n".join([*lines, *(f"  survived: {m.field}: {m.what}" for m in self.survivors)])


def plan_mutants(plan: MotionPlan, count: int, seed: int) -> Iterator[Mutant]:
    """Everything but the content of motions, which plan_motions keys by hash."""
    plain = to_plain(replace(plan, motions={}))
    del plain["plan_id"], plain["motions"]
    for field, what, changed in _mutations(plain, count, seed):
        yield Mutant(field, what, _read(changed, plan))


def motion_mutants(plan: MotionPlan, count: int, seed: int) -> Iterator[Mutant]:
    """The content of one motion changed, with its key and all references to it computed again. Harder: another motion may be
    as good as the one that was found."""
    draw = Random(seed)
    for number in range(count):
        key = draw.choice(sorted(plan.motions))
        for field, what, changed in _mutations(to_plain(plan.motions[key]), 1, seed * 7919 + number):
            yield Mutant(f"motions[].{field}", what, _with_motion(plan, key, changed))


def tally(mutants: Iterator[Mutant], release: Callable[[MotionPlan], Outcome[ReleasedPlan]]) -> Tally:
    killed, survivors = 0, []
    for mutant in mutants:
        if mutant.plan is None or release(mutant.plan).value is None:
            killed += 1
        else:
            survivors.append(mutant)
    return Tally(killed, tuple(survivors))


def _with_motion(plan: MotionPlan, key: str, changed: Any) -> MotionPlan | None:
    try:
        motion = from_plain(Motion, changed)
    except CodecError:
        return None
    named = digest(motion)
    steps = tuple(replace(s, motion=named) if s.motion == key else s for s in plan.tasks.steps)
    motions = {named if k == key else k: motion if k == key else m for k, m in plan.motions.items()}
    return with_plan_id(replace(plan, tasks=replace(plan.tasks, steps=steps), motions=motions))


def _read(changed: Any, plan: MotionPlan) -> MotionPlan | None:
    """The mutated document with the motions of `plan`."""
    try:
        read = from_plain(MotionPlan, {**changed, "plan_id": "", "motions": {}})
    except CodecError:
        return None
    return with_plan_id(replace(read, motions=plan.motions))


def fields_of(plan: MotionPlan) -> dict[str, int]:
    """Every field that plan_mutants draws from, with the number of its places."""
    plain = to_plain(replace(plan, motions={}))
    del plain["plan_id"], plain["motions"]
    return dict(Counter(field for field, _ in _fields(plain, "", ())))


# --- fields and operators --------------------------------------------------------------------------------------------


def _mutations(plain: Any, count: int, seed: int) -> Iterator[tuple[str, str, Any]]:
    """(field, what was done, the changed document), `count` of them."""
    draw, places = Random(seed), dict[str, list[Path]]()
    for field, path in _fields(plain, "", ()):
        places.setdefault(field, []).append(path)
    names, made = sorted(places), 0
    while made < count:
        field = draw.choice(names)
        path = draw.choice(places[field])
        changed = copy.deepcopy(plain)
        what = _change(changed, path, [_at(plain, other) for other in places[field]], draw)
        if what is not None and json.dumps(changed) != json.dumps(plain):
            made += 1
            yield field, f"{'.'.join(map(str, path))}: {what}", changed


def _fields(plain: Any, name: str, path: Path) -> Iterator[tuple[str, Path]]:
    """Every leaf, and every list for itself."""
    match plain:
        case dict():
            of = f"<{plain['type']}>" if "type" in plain and name.endswith(("action", "start", "end", "touch")) else ""
            for key, value in plain.items():
                if key != "type":
                    # The keys of `orders` are data, so all of its lists are one field.
                    yield from _fields(
                        value, f"{name}{of}.{key}".lstrip(".") if name != "tasks.orders" else "tasks.orders{}", (*path, key)
                    )
        case list():
            if plain:
                yield f"{name}[]", path
            for index, value in enumerate(plain):
                yield from _fields(value, f"{name}[]", (*path, index))
        case _:
            yield name, path


def _at(plain: Any, path: Path) -> Any:
    for key in path:
        plain = plain[key]
    return plain


def _change(document: Any, path: Path, others: list[Any], draw: Random) -> str | None:
    """Changes the document at `path`, in place; None when nothing fits."""
    holder, key = _at(document, path[:-1]), path[-1]
    value = holder[key]
    if isinstance(value, list):
        return _change_list(value, draw)
    options: list[Any] = [other for other in others if type(other) is type(value) and other != value]
    match value:
        case bool():
            options = [not value]
        case int():
            options = [value + 1, value - 1, *options[:20]]
        case float():
            options = [value + 1.0, value * 1.01, value * 0.99, -value, 0.0, *options[:20]]
        case str():
            options = [*(draw.sample(options, min(3, len(options)))), value + "x", value[:-1]]
        case None:
            options = [other for other in others if other is not None] or ["s1"]
    options = [option for option in options if option != value or type(option) is not type(value)]
    if not options:
        return None
    holder[key] = draw.choice(options)
    return f"{str(value)[:60]!r} -> {str(holder[key])[:60]!r}"


def _change_list(items: list[Any], draw: Random) -> str | None:
    operator = draw.choice(["drop", "duplicate", "swap", "drop last", "rotate"])
    i = draw.randrange(len(items))
    match operator:
        case "drop":
            del items[i]
        case "drop last":
            items.pop()
        case "duplicate":
            items.insert(i, copy.deepcopy(items[i]))
        case "swap":
            j = draw.randrange(len(items))
            items[i], items[j] = items[j], items[i]
        case _:
            items.append(items.pop(0))
    return f"{operator} {i}"

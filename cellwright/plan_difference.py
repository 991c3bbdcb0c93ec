"""What changed between two plans, and the cause of each change among what they were made from.

A cause is one of a change where it is about the same thing or stands in the line that asked for it. Where none is, the change
follows from the others: of those all are named. Nothing is planned or proved again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cell.motion_plan import MotionPlan
from cell.plan_document import step_verb
from cell.steps import Await, Inspect, Move, RunProgram, Service, Step, Treat
from cell.task_plan import Operation, TaskPlan
from cellwright.plan_inputs_difference import Cause, Sources, causes

NUMBERS = (("makespan", "makespan"), ("lower bound", "lower_bound"), ("takt", "takt"), ("bottleneck", "bottleneck"))

Key = tuple[str, str, int]
"""Verb, part, and the how manieth such operation: what an operation is called in both plans."""


@dataclass(frozen=True, slots=True)
class Change:
    """`count` such changes; `causes` are numbers of Difference.causes, empty where the inputs are all the same. `is_direct`: they
    are about it themselves."""

    what: str
    was: str
    now: str
    causes: tuple[int, ...]
    is_direct: bool
    count: int = 1


@dataclass(frozen=True, slots=True)
class Difference:
    causes: tuple[Cause, ...]
    changes: tuple[Change, ...]

    @property
    def is_none(self) -> bool:
        return not self.causes and not self.changes


@dataclass(frozen=True, slots=True)
class _Found:
    """`names` and `lines` are what the change is about."""

    what: str
    was: str
    now: str
    names: frozenset[str]
    lines: frozenset[tuple[str, int]]


def difference(before: MotionPlan, after: MotionPlan, old: Sources, new: Sources) -> Difference:
    if before.plan_id == after.plan_id:
        return Difference((), ())
    found = causes(before, after, old, new)
    was, now = _named(before.tasks), _named(after.tasks)
    changes = [
        *_numbers(before.tasks, after.tasks),
        *_operations(was, now),
        *_durations(before, after, was, now),
        *_orders(before.tasks, after.tasks),
    ]
    counted = Counter(changes)
    return Difference(found, tuple(_caused(one, number, found) for one, number in counted.items()))


def _caused(one: _Found, count: int, found: Sequence[Cause]) -> Change:
    direct = tuple(i for i, cause in enumerate(found) if one.names & {*cause.names} or one.lines & {*cause.lines})
    return Change(one.what, one.was, one.now, direct or tuple(range(len(found))), bool(direct), count)


def _named(tasks: TaskPlan) -> dict[Key, Operation]:
    found: dict[Key, Operation] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for operation in tasks.operations:
        word = (operation.verb, operation.part)
        found[*word, seen[word]] = operation
        seen[word] += 1
    return found


def _numbers(before: TaskPlan, after: TaskPlan) -> Iterator[_Found]:
    for word, name in NUMBERS:
        was, now = getattr(before.bounds, name), getattr(after.bounds, name)
        if _said(was) != _said(now):
            yield _Found(word, _said(was), _said(now), frozenset(), frozenset())


def _said(value: float | str | None) -> str:
    return "none" if value is None else value if isinstance(value, str) else f"{value:.1f} s"


def _operations(was: dict[Key, Operation], now: dict[Key, Operation]) -> Iterator[_Found]:
    for key in dict.fromkeys((*was, *now)):
        a, b = was.get(key), now.get(key)
        own = b or a
        assert own is not None
        what = f"{key[0]} {key[1]}"
        if a is None or b is None:
            yield _Found(what, "" if a is None else _way(a), "" if b is None else _way(b), _names(own), _lines(own))
        elif (a.robot, a.source, a.target) != (b.robot, b.source, b.target):
            yield _Found(what, _way(a), _way(b), _names(a) | _names(b), _lines(a) | _lines(b))


def _way(operation: Operation) -> str:
    """By whom, from where, to where."""
    words = [f"by {operation.robot}"] if operation.robot else []
    words += [f"from {operation.source}"] if operation.source else []
    words += [f"to {operation.target}"] if operation.target else []
    return " ".join(words) or "there"


def _names(operation: Operation) -> frozenset[str]:
    """Robot, part, its kind, and the things that its places belong to."""
    places = [place for place in (operation.source, operation.target) if place]
    words = [
        operation.robot or "",
        operation.part,
        operation.part.partition("#")[0],
        *(p.partition("[")[0].partition(".")[0] for p in places),
    ]
    return frozenset(word for word in words if word)


def _lines(operation: Operation) -> frozenset[tuple[str, int]]:
    return frozenset({(operation.because.span.file, operation.because.span.start.line)})


def _durations(before: MotionPlan, after: MotionPlan, was: dict[Key, Operation], now: dict[Key, Operation]) -> Iterator[_Found]:
    """Of steps that are there in both, by what they do; motions together by robot, for each has its own."""
    old, new = ({step.id: step for step in plan.tasks.steps} for plan in (before, after))
    for key, operation in was.items():
        if key not in now or len(operation.steps) != len(now[key].steps):
            continue
        for first, second in zip(operation.steps, now[key].steps, strict=True):
            a, b = old[first], new[second]
            if _does(a) == _does(b) and _length(a) != _length(b):
                own = _names(operation) | _names(now[key]) if isinstance(a.action, Move) else frozenset({_does(a).split()[0]})
                names = own | frozenset([a.robot] if a.robot else [])
                yield _Found(_does(a), _length(a), _length(b), names, _lines(operation))


def _length(step: Step) -> str:
    return f"{step.duration:.2f} s"


def _does(step: Step) -> str:
    match step.action:
        case RunProgram(machine=name, program=program):
            return f"{name} runs {program}"
        case Inspect(station=name, outcome=outcome):
            return f"{name} tells {outcome}"
        case Treat(station=name, verb=verb) | Service(station=name, verb=verb) | Await(person=name, verb=verb):
            return f"{name} does {verb}"
        case Move(need=need):
            return f"{need.robot}: {step_verb(step.action)}"
        case _:
            return f"{step.robot or step.operation} {step_verb(step.action)}"


def _orders(before: TaskPlan, after: TaskPlan) -> Iterator[_Found]:
    """Where two orders of one resource part: what comes there instead."""
    for resource in dict.fromkeys((*before.orders, *after.orders)):
        was, now = (_work(tasks, resource) for tasks in (before, after))
        if was == now or not was or not now:
            continue
        place = next((i for i, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now)))
        first, second = (order[place] if place < len(order) else "nothing more" for order in (was, now))
        yield _Found(f"order at {resource}, from number {place + 1} on", first, second, frozenset({resource}), frozenset())


def _work(tasks: TaskPlan, resource: str) -> list[str]:
    named = {operation.id: f"{operation.verb} {operation.part}" for operation in tasks.operations}
    return [named.get(name, name) for name in tasks.orders.get(resource, ())]

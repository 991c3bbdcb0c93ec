"""Whether a plan hangs together at all: names once, references that lead somewhere, a topological order, choices decided
before their branches. What else reads a plan may rely on this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.diagnostic import Diagnostic, error
from cell.steps import Decide, Step
from cell.task_plan import Choice, Operation, TaskPlan
from planner.proof.precedence import precedence_of


def check_form(tasks: TaskPlan) -> tuple[Diagnostic, ...]:
    broken = tuple(_references(tasks))
    return broken if broken else tuple(_decisions(tasks))


def _references(tasks: TaskPlan) -> Iterator[Diagnostic]:
    numbered: tuple[tuple[str, Sequence[Operation | Step | Choice]], ...] = (
        ("o", tasks.operations),
        ("s", tasks.steps),
        ("c", tasks.choices),
    )
    for letter, things in numbered:
        for number, thing in enumerate(things, start=1):
            if thing.id != f"{letter}{number}":
                yield error("E682", f"{thing.id} stands where {letter}{number} should", thing.because.span)
    seen: set[str] = set()
    operations, widths = {o.id for o in tasks.operations}, {c.id: len(c.alternatives) for c in tasks.choices}
    for step in tasks.steps:
        if missing := [p for p in step.predecessors if p not in seen]:
            yield error("E682", f"{step.id} waits for {missing[0]}, which does not stand before it", step.because.span)
        if len(set(step.predecessors)) != len(step.predecessors):
            yield error("E682", f"{step.id} names a predecessor twice", step.because.span)
        seen.add(step.id)
        if step.operation not in operations:
            yield error("E683", f"{step.id} belongs to {step.operation}, which is no operation", step.because.span)
        if step.branch is not None and not 0 <= step.branch.index < widths.get(step.branch.choice, 0):
            yield error("E683", f"{step.id} lies in a branch that no choice has", step.because.span)
        if isinstance(step.action, Decide) and step.action.choice not in widths:
            yield error("E683", f"{step.id} decides {step.action.choice}, which is no choice", step.because.span)


def _decisions(tasks: TaskPlan) -> Iterator[Diagnostic]:
    """One deciding step a choice, outside all branches, before every step of its branches."""
    decides = {step.action.choice: step for step in tasks.steps if isinstance(step.action, Decide)}
    count = sum(isinstance(step.action, Decide) for step in tasks.steps)
    if len(decides) != count or decides.keys() != {c.id for c in tasks.choices}:
        yield error("E682", "not every choice is decided by exactly one step")
        return
    if inner := [step for step in decides.values() if step.branch is not None]:
        yield error("E682", f"{inner[0].id} decides inside a branch", inner[0].because.span)
        return
    place = {step.id: i for i, step in enumerate(tasks.steps)}
    if early := [s for s in tasks.steps if s.branch is not None and place[s.id] < place[decides[s.branch.choice].id]]:
        yield error("E682", f"{early[0].id} stands before its choice is decided", early[0].because.span)
        return
    order = precedence_of(tasks.steps, tasks.choices)
    for i, step in enumerate(tasks.steps):
        if step.branch is not None and not order.before[i] >> order.index[decides[step.branch.choice].id] & 1:
            yield error("E682", f"{step.id} may start before {step.branch.choice} is decided", step.because.span)

"""Steps and operations while they are being written: numbers instead of ids, and the chains that order them.

Law: every step is ordered after the last step of each chain that it touches (robot, device), so each of its needs is established
by the partial order alone, whatever anything takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cell.steps import Action, Along, Because, BranchRef, Couple, Fact, FactName, Move, Present, Step, Touch, Uncouple
from cell.task_plan import Operation

_facts: dict[tuple[str, ...], Fact] = {}
MOST = 5_000
"""Facts that are shared; a process that makes plan after plan keeps those of the last few."""


def fact(name: FactName, *args: str) -> Fact:
    """Facts are values; equal ones are made once, for a plan has many."""
    key = (name, *args)
    known = _facts.get(key)
    if known is None:
        if len(_facts) > MOST:
            _facts.clear()
        known = _facts[key] = Fact(name, args)
    return known


@dataclass(slots=True)
class OperationDraft:
    number: int
    goal: str
    verb: str
    part: str
    serves: tuple[tuple[str, str], ...]
    robot: str | None
    source: str | None
    target: str | None
    because: Because
    branch: tuple[int, int] | None = None
    deadlines: tuple[int, ...] = ()
    steps: list[int] = field(default_factory=list)


@dataclass(slots=True)
class StepDraft:
    operation: int
    action: Action
    robot: str | None
    claims: tuple[str, ...]
    needs: tuple[Fact, ...]
    adds: tuple[Fact, ...]
    deletes: tuple[Fact, ...]
    before: tuple[int, ...]
    start: float
    duration: float
    branch: tuple[int, int] | None
    rule: str


@dataclass(slots=True)
class Draft:
    """`orders` has for each resource the operations that use it, each with its first step in which it does. `gates` are the
    steps that have to end before an operation is due, `ahead` the operations that still do what they may do before that; `early`
    are the steps done before."""

    operations: list[OperationDraft] = field(default_factory=list)
    steps: list[StepDraft] = field(default_factory=list)
    orders: dict[str, dict[int, int]] = field(default_factory=dict)
    gates: dict[int, tuple[int, ...]] = field(default_factory=dict)
    ahead: set[int] = field(default_factory=set)
    early: set[int] = field(default_factory=set)

    def operation(
        self, goal: str, verb: str, part: str, serves: tuple[tuple[str, str], ...], robot: str | None,
        source: str | None, target: str | None, because: Because, branch: tuple[int, int] | None, deadlines: tuple[int, ...],
    ) -> OperationDraft:  # fmt: skip
        draft = OperationDraft(len(self.operations), goal, verb, part, serves, robot, source, target, because, branch, deadlines)
        self.operations.append(draft)
        return draft

    def step(
        self, operation: OperationDraft, action: Action, duration: float, before: tuple[int, ...], rule: str,
        *, robot: str | None = None, claims: tuple[str, ...] = (), needs: tuple[Fact, ...] = (),
        adds: tuple[Fact, ...] = (), deletes: tuple[Fact, ...] = (), branch: tuple[int, int] | None = None,
        uses: tuple[str, ...] = (), until: float | None = None,
    ) -> int:  # fmt: skip
        """Append a step as early as `before` allows; gives its number. The first steps of an operation wait for its gate, but for
        those that do nothing to a part yet; one that lasts `until` a time that nobody commands ends no sooner than that."""
        number = len(self.steps)
        if operation.number in self.ahead or _is_ahead(action):
            self.early.add(number)
        elif operation.number in self.gates and not any(self._is_due(b, operation.number) for b in before):
            before = (*before, *(g for g in self.gates[operation.number] if g not in before))
        start = 0.0
        for b in before:
            earlier = self.steps[b]
            start = max(start, earlier.start + earlier.duration)
        if until is not None:
            duration = max(duration, until - start)
        at = branch if branch is not None else operation.branch
        self.steps.append(
            StepDraft(operation.number, action, robot, claims, needs, adds, deletes, before, start, duration, at, rule)
        )
        operation.steps.append(number)
        for resource in uses:
            self.orders.setdefault(resource, {}).setdefault(operation.number, number)
        return number

    def _is_due(self, step: int, operation: int) -> bool:
        """Whether the step is one of the operation's that have waited for its gate."""
        return self.steps[step].operation == operation and step not in self.early

    @property
    def makespan(self) -> float:
        return max((s.start + s.duration for s in self.steps), default=0.0)


def _is_ahead(action: Action) -> bool:
    """It does nothing to a part yet: a robot travels or changes its tool, a conveyor brings what comes."""
    match action:
        case Present() | Couple() | Uncouple():
            return True
        case Move(need=need):
            return not isinstance(need.touch, Touch | Along)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Written:
    """`operation_id` by number."""

    operations: tuple[Operation, ...]
    steps: tuple[Step, ...]
    orders: dict[str, tuple[str, ...]]
    operation_id: dict[int, str]


def finished(draft: Draft) -> Written:
    """Ids in schedule order: steps by start, operations by their first step."""
    order = sorted(range(len(draft.steps)), key=lambda k: (draft.steps[k].start, k))
    step_id = {k: f"s{i + 1}" for i, k in enumerate(order)}
    operation_order = list(dict.fromkeys(draft.steps[k].operation for k in order))
    operation_id = {k: f"o{i + 1}" for i, k in enumerate(operation_order)}
    steps = tuple(_step(draft, k, step_id, operation_id) for k in order)
    operations = tuple(_operation(draft, draft.operations[k], operation_id, step_id) for k in operation_order)
    orders = {
        resource: tuple(operation_id[k] for k in _by_first_use(draft, used)) for resource, used in sorted(draft.orders.items())
    }
    return Written(operations, steps, orders, operation_id)


def _by_first_use(draft: Draft, used: dict[int, int]) -> list[int]:
    """In the order in which the steps stand: the ways of a choice are written one after another, and begin at once."""
    return sorted(used, key=lambda operation: (draft.steps[used[operation]].start, used[operation]))


def choice_name(number: int) -> str:
    """Choices are drafted in the robot's order, which is their schedule order."""
    return f"c{number + 1}"


def _step(draft: Draft, k: int, step_id: dict[int, str], operation_id: dict[int, str]) -> Step:
    s = draft.steps[k]
    operation = draft.operations[s.operation]
    return Step(
        step_id[k], operation_id[s.operation], s.action, s.robot, operation.part, s.claims, s.needs, s.adds, s.deletes,
        tuple(step_id[b] for b in dict.fromkeys(s.before)), s.start, s.duration, None,
        None if s.branch is None else BranchRef(choice_name(s.branch[0]), s.branch[1]),
        Because(operation.because.span, s.rule),
    )  # fmt: skip


def _operation(draft: Draft, o: OperationDraft, operation_id: dict[int, str], step_id: dict[int, str]) -> Operation:
    return Operation(
        operation_id[o.number], o.goal, o.verb, o.part, o.serves, o.robot, o.source, o.target,
        tuple(step_id[k] for k in sorted(o.steps, key=lambda k: (draft.steps[k].start, k))), o.because,
    )  # fmt: skip

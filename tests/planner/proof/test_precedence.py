"""Precedence and needs against brute force: every run of a small plan, branch by branch, linearisation by linearisation."""

import itertools
from collections.abc import Iterator
from random import Random

import pytest

from cell.diagnostic import Position, Span
from cell.steps import Because, BranchRef, Decide, Fact, SetDoor, Step
from cell.task_plan import Alternative, Choice
from planner.proof.needs import Establishment
from planner.proof.precedence import Precedence, precedence_of

BECAUSE = Because(Span("t", Position(1, 1), Position(1, 1)), "a test")
FACTS = [Fact("at", (letter, "x")) for letter in "ab"]


def step(
    number: int,
    predecessors: tuple[int, ...],
    branch: BranchRef | None = None,
    decides: str | None = None,
    **facts: tuple[Fact, ...],
) -> Step:
    return Step(
        f"s{number}", "o1", SetDoor("door", True) if decides is None else Decide(decides), None, None, (),
        facts.get("needs", ()), facts.get("adds", ()), facts.get("deletes", ()),
        tuple(f"s{p}" for p in predecessors), 0.0, 1.0, None, branch, BECAUSE,
    )  # fmt: skip


def choice(name: str, width: int = 2) -> Choice:
    return Choice(
        name, "w1", "verdict", "p", tuple(Alternative((str(k),) if k < width - 1 else (), ()) for k in range(width)), BECAUSE
    )


def random_plan(seed: int, with_facts: bool) -> tuple[list[Step], list[Choice]]:
    """Up to nine steps, up to two choices; branch steps follow their decision."""
    draw = Random(seed)
    steps: list[Step] = []
    decided: dict[str, int] = {}
    count = draw.randint(4, 8)
    for number in range(1, count + 1):
        earlier = list(range(1, number))
        predecessors = tuple(sorted(draw.sample(earlier, min(len(earlier), draw.randint(0, 2)))))
        facts = (
            {name: tuple(f for f in FACTS if draw.random() < 0.25) for name in ("needs", "adds", "deletes")} if with_facts else {}
        )
        facts["deletes"] = tuple(f for f in facts.get("deletes", ()) if f not in facts.get("adds", ()))
        roll = draw.random()
        if roll < 0.25 and len(decided) < 2:
            name = f"c{len(decided) + 1}"
            decided[name] = number
            steps.append(step(number, predecessors, decides=name))
        elif roll < 0.7 and decided:
            name = draw.choice(sorted(decided))
            branch = BranchRef(name, draw.randint(0, 1))
            steps.append(step(number, tuple(sorted({*predecessors, decided[name]})), branch, **facts))
        else:
            steps.append(step(number, predecessors, **facts))
    return steps, [choice(name) for name in decided]


def worlds(choices: list[Choice]) -> Iterator[dict[str, int]]:
    for picks in itertools.product(*(range(len(c.alternatives)) for c in choices)):
        yield dict(zip((c.id for c in choices), picks, strict=True))


def happening(steps: list[Step], world: dict[str, int]) -> list[Step]:
    return [s for s in steps if s.branch is None or world[s.branch.choice] == s.branch.index]


def edges(steps: list[Step], world: dict[str, int]) -> dict[str, set[str]]:
    """What each step waits for in that world: a predecessor that does not happen counts as confirmed once it is decided."""
    by_id = {s.id: s for s in steps}
    decisions = {s.action.choice: s.id for s in steps if isinstance(s.action, Decide)}
    waits: dict[str, set[str]] = {}
    for s in happening(steps, world):
        waits[s.id] = set()
        for p in (by_id[name] for name in s.predecessors):
            is_taken = p.branch is None or world[p.branch.choice] == p.branch.index
            waits[s.id].add(p.id if is_taken else decisions[p.branch.choice])  # type: ignore[union-attr]
    return waits


def closure(waits: dict[str, set[str]]) -> dict[str, set[str]]:
    done: dict[str, set[str]] = {}
    for name in waits:  # in topological order, as the steps are
        done[name] = set().union(waits[name], *(done[w] for w in waits[name]))
    return done


def truly_before(steps: list[Step], choices: list[Choice], x: Step, s: Step) -> bool:
    """In every world in which both happen, and there is one."""
    found = False
    for world in worlds(choices):
        waits = edges(steps, world)
        if x.id in waits and s.id in waits:
            found = True
            if x.id not in closure(waits)[s.id]:
                return False
    return found


def says_before(order: Precedence, x: int, s: int) -> bool:
    return bool(order.before[s] >> x & 1)


@pytest.mark.parametrize("seed", range(150))
def test_what_is_said_to_come_before_does_in_every_run(seed: int) -> None:
    steps, choices = random_plan(seed, with_facts=False)
    order = precedence_of(steps, choices)
    for (i, x), (j, s) in itertools.permutations(enumerate(steps), 2):
        together = any(x in happening(steps, w) and s in happening(steps, w) for w in worlds(choices))
        if says_before(order, i, j) and together:
            assert truly_before(steps, choices, x, s), f"{x.id} before {s.id}"
        assert bool(order.after[i] >> j & 1) == says_before(order, i, j)


@pytest.mark.parametrize("seed", [s for s in range(150) if len(random_plan(s, with_facts=False)[1]) <= 1])
def test_with_one_choice_nothing_that_comes_before_is_missed(seed: int) -> None:
    """With several choices the answer may be too cautious."""
    steps, choices = random_plan(seed, with_facts=False)
    order = precedence_of(steps, choices)
    for (i, x), (j, s) in itertools.permutations(enumerate(steps), 2):
        if truly_before(steps, choices, x, s):
            assert says_before(order, i, j), f"{x.id} before {s.id}"


def runs(waits: dict[str, set[str]], done: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every linearisation."""
    ready = [name for name in waits if name not in done and waits[name] <= set(done)]
    if len(done) == len(waits):
        yield done
    for name in ready:
        yield from runs(waits, (*done, name))


def always_met(steps: list[Step], choices: list[Choice], initial: frozenset[Fact]) -> bool:
    by_id = {s.id: s for s in steps}
    for world in worlds(choices):
        for run in runs(edges(steps, world)):
            facts = set(initial)
            for name in run:
                s = by_id[name]
                if not set(s.needs) <= facts:
                    return False
                facts = facts - set(s.deletes) | set(s.adds)
    return True


@pytest.mark.parametrize("seed", range(250))
def test_needs_that_are_proved_hold_in_every_run(seed: int) -> None:
    steps, choices = random_plan(seed, with_facts=True)
    initial = frozenset(f for f in FACTS if Random(seed).random() < 0.6)
    order = precedence_of(steps, choices)
    if not Establishment(steps, choices, order, initial).unmet():
        assert always_met(steps, choices, initial)


def test_most_plans_whose_needs_always_hold_are_proved() -> None:
    met = proved = 0
    for seed in range(400):
        steps, choices = random_plan(seed, with_facts=True)
        initial = frozenset(f for f in FACTS if Random(seed).random() < 0.6)
        if always_met(steps, choices, initial):
            met += 1
            proved += not Establishment(steps, choices, precedence_of(steps, choices), initial).unmet()
    assert met >= 20
    assert proved >= 0.9 * met


def test_fact_that_each_branch_makes_anew_is_established_after_the_choice() -> None:
    a = FACTS[0]
    first, second = BranchRef("c1", 0), BranchRef("c1", 1)
    steps = [
        step(1, (), decides="c1"),
        step(2, (1,), first, deletes=(a,)),
        step(3, (2,), first, adds=(a,)),
        step(4, (1,), second),
        step(5, (3, 4), needs=(a,)),
    ]
    order = precedence_of(steps, [choice("c1")])
    assert Establishment(steps, [choice("c1")], order, {a}).unmet() == ()
    without = [*steps[:2], step(3, (2,), first), *steps[3:]]
    (unmet,) = Establishment(without, [choice("c1")], precedence_of(without, [choice("c1")]), {a}).unmet()
    assert (unmet.step, unmet.need) == (4, a)


def test_predecessor_in_a_branch_not_taken_orders_nothing_beyond_the_decision() -> None:
    """Step 2 may still be running when the other branch is taken, although step 3 waits for it."""
    steps = [step(1, (), decides="c1"), step(2, ()), step(3, (1, 2), BranchRef("c1", 0)), step(4, (3,))]
    order = precedence_of(steps, [choice("c1")])
    assert says_before(order, 0, 3)
    assert not says_before(order, 1, 3)

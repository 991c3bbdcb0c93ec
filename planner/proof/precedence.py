"""What comes before what in a plan, whatever the durations and whichever branches are taken.

`before[s]` holds the steps x such that x has ended before s starts *in every run in which both happen*. Predecessors give it,
with one trap: a predecessor in a branch that is not taken counts as confirmed as soon as the choice is decided, so beyond it
only what precedes the decision is certain. With S waiting for p in alternative i of choice c, for each alternative i
    after_i = the steps that S is sure to follow when i is taken
            = decision(c), before[decision(c)], and p, before[p] for each such p in i,
and x is before S when x lies in alternative i and in after_i, or in after_i for every i. Sets are bits of Python integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from cell.dataclass import dataclass
from cell.steps import BranchRef, Decide, Step
from cell.task_plan import Choice


@dataclass(frozen=True, slots=True)
class Precedence:
    """Step i stands for bit i. `before[i]`, `after[i]` and `apart[i]` (the steps of other alternatives of the same choice) are
    sets; `branch[b]` is the set of steps in branch b."""

    index: Mapping[str, int]
    before: tuple[int, ...]
    after: tuple[int, ...]
    apart: tuple[int, ...]
    branch: Mapping[BranchRef, int]

    def related(self, i: int) -> int:
        """The steps that cannot overlap with step i, and itself."""
        return self.before[i] | self.after[i] | self.apart[i] | (1 << i)


def precedence_of(steps: Sequence[Step], choices: Sequence[Choice]) -> Precedence:
    """Needs unique ids, steps in topological order and each choice decided by one step before all steps of its branches
    (form.py checks that); raises KeyError or ValueError otherwise."""
    index = {step.id: i for i, step in enumerate(steps)}
    decides = {step.action.choice: i for i, step in enumerate(steps) if isinstance(step.action, Decide)}
    width = {choice.id: len(choice.alternatives) for choice in choices}
    branch: dict[BranchRef, int] = {}
    for i, step in enumerate(steps):
        if step.branch is not None:
            branch[step.branch] = branch.get(step.branch, 0) | 1 << i
    before: list[int] = []
    for i, step in enumerate(steps):
        before.append(_before(i, step, steps, index, before, decides, width, branch))
    apart = tuple(_apart(step, width, branch) for step in steps)
    return Precedence(index, tuple(before), _transposed(before), apart, branch)


def members(bits: int) -> Iterator[int]:
    """The elements of a set, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _before(
    i: int,
    step: Step,
    steps: Sequence[Step],
    index: Mapping[str, int],
    before: Sequence[int],
    decides: Mapping[str, int],
    width: Mapping[str, int],
    branch: Mapping[BranchRef, int],
) -> int:
    certain, per_choice = 0, dict[str, dict[int, int]]()
    for name in step.predecessors:
        p = index[name]
        if p >= i:
            raise ValueError(f"{step.id} stands before its predecessor {name}")
        of = steps[p].branch
        if of is None or of == step.branch:
            certain |= before[p] | 1 << p
        else:
            arm = per_choice.setdefault(of.choice, {})
            arm[of.index] = arm.get(of.index, 0) | before[p] | 1 << p
    for choice, arms in per_choice.items():
        decided = before[decides[choice]] | 1 << decides[choice]
        everywhere = -1
        for k in range(width[choice]):
            after = arms.get(k, 0) | decided
            everywhere &= after
            certain |= after & branch.get(BranchRef(choice, k), 0)
        certain |= everywhere
    return certain


def _apart(step: Step, width: Mapping[str, int], branch: Mapping[BranchRef, int]) -> int:
    if step.branch is None:
        return 0
    others = 0
    for k in range(width[step.branch.choice]):
        if k != step.branch.index:
            others |= branch.get(BranchRef(step.branch.choice, k), 0)
    return others


def _transposed(rows: Sequence[int]) -> tuple[int, ...]:
    """after[j] holds i exactly where before[i] holds j."""
    count, size = len(rows), (len(rows) + 7) // 8
    packed = np.frombuffer(b"".join(row.to_bytes(size, "little") for row in rows), dtype=np.uint8).reshape(count, size)
    bits = np.unpackbits(packed, axis=1, count=count, bitorder="little")
    columns = np.packbits(bits.T, axis=1, bitorder="little")
    return tuple(int.from_bytes(column.tobytes(), "little") for column in columns)

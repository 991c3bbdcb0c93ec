"""What two robots owe each other, changed one thing at a time: the proof refuses at least 95 %, of each kind apart."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import cycle
from random import Random

import pytest

from planner.proof.release import release
from tests.planner.proof.gantry import VERSIONS, Case
from tests.planner.proof.joint_mutants import Joint, joint_mutants
from tests.planner.proof.test_release import Memory
from tests.planner.proof.test_two_robots import choosing, released
from tests.planner.proof.two_gantries import sharing

CASES = [pytest.param(sharing, id="sharing"), pytest.param(choosing, id="choosing", marks=pytest.mark.slow)]


def survivors(case: Case, mutants: Iterable[Joint]) -> tuple[Counter[str], list[str]]:
    """How many of each kind there were, and what was released."""
    counted, released_ones = Counter[str](), list[str]()
    for mutant in mutants:
        counted[mutant.kind] += 1
        if released(mutant.plan, case.request).value is not None:
            released_ones.append(f"{mutant.kind}: {mutant.what}")
    return counted, released_ones


@pytest.mark.slow
@pytest.mark.parametrize("case", [sharing, choosing])
def test_all_joint_mutants_are_refused(case: Callable[[], Case], capsys: pytest.CaptureFixture[str]) -> None:
    counted, left = survivors(case(), joint_mutants(case()))
    with capsys.disabled():
        print(f"\n{sum(counted.values()) - len(left)} of {dict(counted)} refused; released: {left}")  # noqa: T201
    for kind, count in counted.items():
        assert sum(text.startswith(f"{kind}: ") for text in left) <= 0.05 * count, left


@pytest.mark.long
def test_a_sample_of_joint_mutants_is_refused() -> None:
    case = sharing()
    every = list(joint_mutants(case))
    assert {mutant.kind for mutant in every} == {"wait", "another's motion", "another's path", "rests", "visit"}
    sample = Random(1).sample(every, 15)
    _, left = survivors(case, sample)
    assert len(left) <= 1, left


def test_a_certificate_whose_bounds_were_changed_is_no_proof_of_a_pair() -> None:
    """Every certificate of the private store says what no proof says: what it proves is proved again, to the same figures."""
    case, store = sharing(), Memory()
    first = release(case.plan, case.request, store, versions=VERSIONS).expect().proof
    changed = Memory()
    for (key, value), margin in zip(store.items(), cycle((-0.1, math.nan, "much", [1.0])), strict=False):
        rows, fastest = json.loads(value)
        changed[key] = json.dumps([[[claim, margin, unit] for claim, _, unit in rows] or [["", margin, "m"]], fastest]).encode()
    assert release(case.plan, case.request, changed, versions=VERSIONS).expect().proof == first

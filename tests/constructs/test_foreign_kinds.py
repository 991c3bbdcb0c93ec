"""A kind that says of itself what one of ours says is like ours: cells of other tests, with every kind called otherwise, are
planned, proved and run just so. A list of our names anywhere between check and run would tell the two apart.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cell.scenario import Reject
from cell.standard_verbs import STANDARD
from cell.vocabulary import KindSchema, Vocabulary
from cellwright.word_rules import flaws
from tests.constructs import test_fastening, test_identify, test_kitting, test_orders, test_rework, test_sets
from tests.constructs.bench import Bench

OURS = ("tray", "stack", "bin", "shelf", "feed", "conveyor", "fixture", "machine", "station")


def called_otherwise(kind: KindSchema) -> KindSchema:
    return kind.model_copy(update={"name": f"{kind.name}_of_theirs", "counts_as": (kind.name,)})


WORDS = STANDARD.extended_with(kinds=[called_otherwise(STANDARD.kinds[name]) for name in OURS])


def theirs(cell: str) -> str:
    return re.sub(rf"^({'|'.join(OURS)}) (\w+) ", r"\1_of_theirs \2 ", cell, flags=re.MULTILINE)


def orders(bench: Bench) -> Bench:
    return replace(bench, orders=(test_orders.A, test_orders.B))


CASES: dict[str, tuple[str, str, str, int]] = {
    "a pile and a belt": (test_sets.CELL, "plate", test_sets.INTENT.format(set="belt"), 5),
    "a station that identifies": (test_identify.CELL, "casting", test_identify.INTENT, 5),
    "a fixture and a feed of screws": (test_fastening.PLATE, test_fastening.TOOL, test_fastening.INTENT, 5),
    "a shelf and a stack of kits": (test_kitting.CELL, "[bracket, pin, kit]", test_kitting.INTENT, 2),
}


def both(cell: str, grips: str, intent: str, iterations: int) -> tuple[Bench, Bench]:
    """In our words and in theirs."""
    ours, foreign = Bench.of(cell, grips, intent, iterations), Bench.of(theirs(cell), grips, intent, iterations, WORDS)
    kinds = {e.kind for e in foreign.cell.equipment.values()}
    assert kinds <= {f"{name}_of_theirs" for name in OURS}, "nothing is left that is ours"
    return (orders(ours), orders(foreign)) if "queue" in cell else (ours, foreign)


@pytest.mark.parametrize("case", CASES)
def test_kinds_that_are_called_otherwise_are_planned_and_proved_just_so(case: str) -> None:
    ours, foreign = both(*CASES[case])
    planned = foreign.planned().expect()
    assert planned.tasks == ours.planned().expect().tasks
    assert foreign.proved(planned).is_ok


def test_kinds_that_are_called_otherwise_are_run_just_so() -> None:
    """A machine with its door and its clamp, a station, a bin, trays."""
    ours, foreign = both(test_rework.CELL, "shaft", test_rework.INTENT, 5)
    ran, expected = foreign.run(Reject(1, 1)), ours.run(Reject(1, 1))
    assert ran.record.summary.state == "Complete"
    assert (ran.truth.parts, ran.truth.effects) == (expected.truth.parts, expected.truth.effects)


def test_the_words_of_this_test_have_no_flaw() -> None:
    assert tuple(flaws(STANDARD, WORDS)) == ()


def test_a_kind_that_counts_as_none_of_ours_is_refused_where_one_is_asked_for() -> None:
    """`process s at machine`: what only looks like a machine is none."""
    words = Vocabulary.of(
        [*STANDARD.kinds.values(), *(k.model_copy(update={"counts_as": ()}) for k in WORDS.kinds.values() if k.counts_as)],
        STANDARD.verbs.values(), STANDARD.objectives.values(), STANDARD.clause_events.values(), STANDARD.units.values(),
    )  # fmt: skip
    with pytest.raises(AssertionError, match="E218"):
        Bench.of(theirs(test_rework.CELL), "shaft", test_rework.INTENT, words=words)

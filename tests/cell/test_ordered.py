"""cell/ordered.py: what is ordered by it stands as the standard library's `order=True` has it."""

from __future__ import annotations

import dataclasses
import itertools
import operator
from typing import Any

import pytest

from cell.dataclass import dataclass
from cell.ordered import Ordered
from cell.steps import AtHome, AtHub, Fact


@dataclass(frozen=True, slots=True)
class Ours(Ordered):
    one: int
    two: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Theirs:
    one: int
    two: tuple[str, ...] = ()


VALUES: list[tuple[Any, ...]] = [(1,), (1, ("a",)), (1, ("a", "b")), (2,), (0, ("z",))]
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq)


@pytest.mark.parametrize("compare", COMPARISONS)
def test_two_stand_as_the_library_has_it(compare: Any) -> None:
    for these, those in itertools.product(VALUES, VALUES):
        assert compare(Ours(*these), Ours(*those)) == compare(Theirs(*these), Theirs(*those))


@pytest.mark.parametrize("compare", COMPARISONS[:4])
def test_two_classes_are_in_no_order(compare: Any) -> None:
    with pytest.raises(TypeError, match="not supported between instances of 'AtHome' and 'AtHub'"):
        compare(AtHome(), AtHub("lathe"))


def test_what_is_ordered_has_slots_alone() -> None:
    assert not hasattr(Fact("free", ("tray",)), "__dict__")
    assert sorted([Fact("free", ("b",)), Fact("at", ("c",)), Fact("free", ("a",))])[0].name == "at"

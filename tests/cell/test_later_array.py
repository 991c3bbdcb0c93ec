from __future__ import annotations

import copy
import math
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cell.codec import CodecError, canonical, from_plain, to_plain
from cell.motion_plan import Segment

ROWS = [[0.0, 1.0], [2, 3.5]]


def read(control: Any) -> Segment:
    found: Segment = from_plain(Segment, {"type": "Segment", "control": control, "length": 1.0})
    return found


def test_rows_are_an_array_for_whoever_asks_and_the_same_one_each_time() -> None:
    segment = read(ROWS)
    assert isinstance(segment.control, np.ndarray)
    assert segment.control.tolist() == ROWS
    assert segment.control is segment.control
    with pytest.raises(ValueError, match="read-only"):
        segment.control[0, 0] = 5.0


@pytest.mark.parametrize(
    "way", [copy.copy, copy.deepcopy, replace, lambda s: pickle.loads(pickle.dumps(s)), lambda s: eval(repr(s))]
)
def test_it_is_an_array_in_every_copy(way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "array", np.array)
    assert way(read(ROWS)).control.tolist() == ROWS
    match read(ROWS):
        case Segment(control):
            assert isinstance(control, np.ndarray)


def test_it_is_written_as_one_that_was_never_rows() -> None:
    assert canonical(read(ROWS)) == canonical(Segment(np.array(ROWS), 1.0))
    assert from_plain(Segment, to_plain(read(ROWS))).control.tolist() == ROWS


@pytest.mark.parametrize(
    "control",
    [
        None,
        [],
        1.0,
        [1.0],
        [[1.0], 2.0],
        [[1.0], [2.0, 3.0]],
        [["1"]],
        [[True]],
        [[None]],
        [[[1.0]]],
        [[math.inf]],
        [[math.nan]],
        [[10**400]],
    ],
)
def test_what_is_no_rows_of_finite_numbers_is_refused_when_it_is_read(control: Any) -> None:
    with pytest.raises(CodecError, match=r"^control: expected"):
        read(control)

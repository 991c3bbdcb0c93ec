"""Values that cross a wall come back equal, in one canonical text; anything else is refused with its path."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell import codec
from cell.codec import CodecError, canonical, canonical_in_pieces, digest, from_plain, text_in_pieces, to_plain
from cell.diagnostic import Position, Span
from cell.geometry import Array, frozen
from cell.motion_plan import Motion, Phase, Segment
from cell.steps import (
    AtHome,
    AtHub,
    AtMeasured,
    AtPlace,
    Because,
    BranchRef,
    Carried,
    Fact,
    MotionNeed,
    Move,
    RunProgram,
    Stance,
    Step,
)

numbers = st.floats(allow_nan=False, allow_infinity=False)
words = st.text(max_size=8)
stances: st.SearchStrategy[Stance] = st.one_of(
    st.just(AtHome()),
    st.builds(AtHub, words),
    st.builds(AtPlace, words, words, words, st.integers(0, 3)),
    st.builds(AtMeasured, st.tuples(numbers, numbers)),
)
needs = st.builds(
    MotionNeed,
    words,
    stances,
    stances,
    st.lists(st.builds(Carried, words, words, st.integers(0, 3)), max_size=2).map(tuple),
    st.none(),
    st.none() | numbers,
    st.lists(words, max_size=2).map(tuple),
)
spans = st.builds(Span, words, st.builds(Position, st.integers(1), st.integers(1)), st.just(Position(9, 9)), words)
steps = st.builds(
    Step,
    id=words,
    operation=words,
    action=st.builds(Move, needs) | st.builds(RunProgram, words, words, words),
    robot=st.none() | words,
    part=st.none() | words,
    claims=st.lists(words, max_size=2).map(tuple),
    needs=st.lists(st.builds(Fact, st.just("at"), st.tuples(words, words)), max_size=2).map(tuple),
    adds=st.just(()),
    deletes=st.just(()),
    predecessors=st.lists(words, max_size=3).map(tuple),
    start=numbers,
    duration=numbers,
    motion=st.none() | words,
    branch=st.none() | st.builds(BranchRef, words, st.integers(0, 3)),
    because=st.builds(Because, spans, words),
)


@given(steps)
def test_a_step_comes_back_equal_and_with_the_same_bytes(step: Step) -> None:
    text = canonical(step)
    again = from_plain(Step, json.loads(text))
    assert again == step
    assert canonical(again) == text
    assert digest(again) == digest(step)


def test_arrays_come_back_read_only_and_to_the_last_bit() -> None:
    values = np.random.default_rng(1).normal(size=(4, 6))
    motion = Motion(
        MotionNeed("r", AtHome(), AtHub("e"), (), None, None, (), None),
        (Segment(frozen(values), 1.0),),
        (Phase(1.0, 0.5),),
        (),
        (),
        1.0,
    )
    again = from_plain(Motion, json.loads(canonical(motion)))
    assert "".join(canonical_in_pieces(motion)) == canonical(motion)
    assert np.array_equal(again.segments[0].control, values)
    assert not again.segments[0].control.flags.writeable


@dataclass(frozen=True, slots=True)
class Sample:
    count: int
    ratio: float
    name: str | None
    pairs: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Curve:
    points: Array


@dataclass(frozen=True, slots=True)
class Nested:
    inner: Nested | None


GOOD: dict[str, Any] = {"type": "Sample", "count": 1, "ratio": 0.5, "name": None, "pairs": [["a", 1]]}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"type": "Other"}, ""),
        ({"count": 1.5}, "count"),
        ({"count": True}, "count"),
        ({"ratio": "0.5"}, "ratio"),
        ({"ratio": float("nan")}, "ratio"),
        ({"ratio": float("inf")}, "ratio"),
        ({"ratio": 10**400}, "ratio"),
        ({"name": 3}, "name"),
        ({"pairs": [["a"]]}, "pairs[0]"),
        ({"pairs": [["a", "b"]]}, "pairs[0][1]"),
        ({"pairs": {}}, "pairs"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_refuses_an_entry_that_is_not_of_its_type_and_names_the_path(change: dict[str, Any], path: str) -> None:
    assert from_plain(Sample, GOOD) == Sample(1, 0.5, None, (("a", 1),))
    with pytest.raises(CodecError) as refusal:
        from_plain(Sample, {**GOOD, **change})
    assert refusal.value.path == path


def test_refuses_an_array_with_a_whole_number_that_no_float_is() -> None:
    for points in ([10**400], [[1.0], [1.0, 2.0]], ["x"]):
        with pytest.raises(CodecError, match=r"points: expected an array of finite numbers, its rows of one length$"):
            from_plain(Curve, {"type": "Curve", "points": points})


def test_refuses_what_is_nested_deeper_than_it_can_be_read() -> None:
    plain: dict[str, Any] | None = None
    for _ in range(5_000):
        plain = {"type": "Nested", "inner": plain}
    with pytest.raises(CodecError, match="nested too deep"):
        from_plain(Nested, plain)


def test_refuses_a_missing_entry() -> None:
    with pytest.raises(CodecError, match="count: missing"):
        from_plain(Sample, {k: v for k, v in GOOD.items() if k != "count"})


def test_refuses_to_write_what_has_no_canonical_form() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        canonical(Sample(1, float("nan"), None))
    with pytest.raises(TypeError, match="no plain form"):
        to_plain(object())


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=5),
    max_leaves=40,
)


@given(JSON, st.integers(0, 6))
def test_text_in_pieces_is_the_text_of_one_call(plain: Any, many: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "MANY", many)
        pieces = list(text_in_pieces(plain))
    assert "".join(pieces) == json.dumps(plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def test_no_piece_is_long_however_much_there_is() -> None:
    """What is made in one go holds the interpreter, and whoever looks at a cell waits for it."""
    plain = {"motions": {str(k): {"control": [[0.1 * k] * 6 for _ in range(40)]} for k in range(200)}, "steps": [[1.5] * 9000]}
    pieces = list(text_in_pieces(plain))
    assert json.loads("".join(pieces)) == plain
    assert max(map(len, pieces)) < 20 * codec.MANY

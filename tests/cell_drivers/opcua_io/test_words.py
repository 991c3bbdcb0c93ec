"""What tags, answers and addresses say, and a typed error for everything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell_drivers.opcua_io.address import Address, address_of
from cell_drivers.opcua_io.job import Answer, WrongAnswer, answer_of, request_of
from cell_drivers.opcua_io.words import BOOLEANS, WrongValue, set_to, value_of

ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers()))
FACTS = st.sampled_from((*BOOLEANS, "alarm", "waiting", "identity", "value"))


@pytest.mark.parametrize("fact", BOOLEANS)
def test_a_boolean_and_a_word_say_the_same(fact: str) -> None:
    for value, word in zip((True, False), BOOLEANS[fact], strict=True):
        assert value_of(fact, value) == value_of(fact, word) == word
        assert value_of(fact, set_to(fact, word, is_boolean=True)) == word
        assert value_of(fact, set_to(fact, word, is_boolean=False)) == word


@pytest.mark.parametrize(
    ("fact", "value", "said"),
    [
        ("door", "", None),
        ("door", "moving", None),
        ("door", None, None),
        ("alarm", "coolant is low", True),
        ("alarm", "", None),
        ("alarm", False, False),
        ("waiting", 3, 3.0),
        ("identity", "gear", "gear"),
        ("value", 2.5, 2.5),
    ],
)
def test_a_value_is_said_in_the_words_of_its_fact(fact: str, value: object, said: object) -> None:
    assert value_of(fact, value) == said


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("door", "ajar"),
        ("door", 1),
        ("spindle", "moving"),
        ("alarm", 3),
        ("waiting", float("nan")),
        ("waiting", "three"),
        ("waiting", True),
        ("value", float("inf")),
        ("identity", 7),
        ("value", b"bytes"),
        ("value", [1]),
    ],
)
def test_a_value_that_says_nothing_of_its_fact_is_refused(fact: str, value: object) -> None:
    with pytest.raises(WrongValue):
        value_of(fact, value)


@given(fact=FACTS, value=ANYTHING)
def test_whatever_a_tag_holds_is_a_word_or_a_wrong_value(fact: str, value: object) -> None:
    try:
        said = value_of(fact, value)
    except WrongValue:
        return
    assert said is None or fact not in BOOLEANS or said in BOOLEANS[fact]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", None),
        ("c1 running", Answer("c1", "running")),
        ("c1 running 0.35", Answer("c1", "running", 0.35)),
        ("c1 done accept", Answer("c1", "done", None, "accept")),
        ("a%20run/1.s2 aborted jam", Answer("a run/1.s2", "aborted", None, "jam")),
    ],
)
def test_an_answer_is_read(text: str, answer: Answer | None) -> None:
    assert answer_of(text) == answer


@pytest.mark.parametrize(
    "text", ["c1", "c1 perhaps", "c1 running nan", "c1 running 2", " done", "c1 done a b", "x" * 500 + " done"]
)
def test_a_text_that_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(WrongAnswer):
        answer_of(text)


@given(text=st.text())
def test_whatever_an_answer_is_only_its_own_error_comes(text: str) -> None:
    try:
        answer_of(text)
    except WrongAnswer:
        return


@given(command=st.text(min_size=1), what=st.text())
def test_a_request_has_no_space_but_between_its_words(command: str, what: str) -> None:
    words = request_of(command, "run", what).split(" ")
    assert len(words) == (3 if what else 2)
    assert answer_of(f"{words[0]} done") == Answer(command, "done")


def test_an_address_names_a_namespace_and_may_name_a_prefix() -> None:
    found = address_of("opc.tcp://192.0.2.5/cell?namespace=urn:example:cell&prefix=Line1.")
    assert found == Address("opc.tcp://192.0.2.5:4840/cell", "urn:example:cell", "Line1.")
    assert address_of("opc.tcp://[::1]:4841?namespace=n").endpoint == "opc.tcp://[::1]:4841"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no address"),
        ("modbus://h?namespace=n", "no address"),
        ("opc.tcp://?namespace=n", "no address"),
        ("opc.tcp://u:p@h?namespace=n", "no address"),
        ("opc.tcp://h:x?namespace=n", "expected like"),
        ("opc.tcp://h", "does not say namespace"),
        ("opc.tcp://h?namespace=n&ns=2", "ns is not known"),
    ],
)
def test_an_address_that_makes_no_sense_says_what_was_expected(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        address_of(text)

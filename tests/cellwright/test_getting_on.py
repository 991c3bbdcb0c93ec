"""What a process at hand tells on its way to an answer is told apart from the answer, and is never much."""

from __future__ import annotations

import io
import pickle

import pytest

from cellwright.at_hand import LENGTH
from cellwright.getting_on import PERIOD, Telling, told_to

Word = tuple[str, int, int]


def messages(pipe: io.BytesIO) -> list[bytes]:
    text, found = pipe.getvalue(), []
    while text:
        length = int.from_bytes(text[:LENGTH], "big")
        found.append(text[LENGTH : LENGTH + length])
        text = text[LENGTH + length :]
    return found


def test_another_stage_is_told_at_once_and_the_same_one_a_few_times_a_second() -> None:
    pipe, now, heard = io.BytesIO(), [0.0], list[Word]()
    telling = Telling(pipe, lambda: now[0])
    for done in range(1000):
        telling("motions", done, 1000)
        now[0] += PERIOD / 100
    telling("pairs", 0, 0)
    is_told = told_to(lambda *word: heard.append(word))
    assert all(is_told(message) for message in messages(pipe))
    assert (heard[0], heard[-1]) == (("motions", 0, 1000), ("pairs", 0, 0))
    assert 10 <= len(heard) <= 12


def test_an_answer_is_none_of_it_and_is_not_read_to_see_that() -> None:
    is_told = told_to(lambda *word: pytest.fail("an answer was taken for progress"))
    for answer in (pickle.dumps({"stage": 1}), pickle.dumps(b'{"stage"'), b""):
        assert not is_told(answer)


@pytest.mark.parametrize("word", ['{"stage"', '{"stage": "pairs"}', '{"stage": "pairs", "done": null, "of": 1}'])
def test_a_word_that_cannot_be_read_is_as_if_the_process_had_ended(word: str) -> None:
    with pytest.raises(EOFError, match="cannot be read"):
        told_to(lambda *word: None)(word.encode())

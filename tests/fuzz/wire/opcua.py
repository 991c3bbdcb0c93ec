"""What a PLC's tags say: the words of every fact, and a job's answers."""

from contextlib import suppress

from cell_drivers.opcua_io.job import WrongAnswer, answer_of
from cell_drivers.opcua_io.words import BOOLEANS, WrongValue, value_of

FACTS = (*BOOLEANS, "alarm", "waiting", "identity", "value")
SEEDS = (
    *(word.encode() for words in BOOLEANS.values() for word in words),
    b"moving", b"coolant is low", b"3", b"2.5", b"nan",
    b"run-1/1.s2 running", b"c1 running 0.35", b"c1 done accept", b"c1 aborted jam", b"a%20run/1.s2 done",
)  # fmt: skip


def one(data: bytes) -> None:
    text = data.decode("utf-8", errors="replace")
    for fact in FACTS:
        for value in (text, data, len(data), float(len(data)) / 3.0):
            with suppress(WrongValue):
                said = value_of(fact, value)
                assert said is None or fact not in BOOLEANS or said in BOOLEANS[fact]
    with suppress(WrongAnswer):
        answer_of(text)
